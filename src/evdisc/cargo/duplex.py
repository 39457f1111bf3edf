"""Free energy of a miRNA on a stretch of target: the best duplex of the two strands.

A dynamic programme over pairs of a target base and a miRNA base, in the model of Turner 2004:
stacks, bulges, interior loops, dangling ends, terminal AU and GU, one initiation. Neither strand
folds on itself, as in RNAhybrid (Rehmsmeier et al., RNA 10:1507, 2004).

All loops of one size cost three operations, not one for each loop: of two loops of equal
asymmetry, one inside the other, the larger differs by its size alone (Lyngso et al.,
Bioinformatics 15:440, 1999). Every pass runs along the miRNA, so that the compiler can fill the
lanes of the vector unit.

Rows count from ``start`` in the direction target 3' to 5'; columns along the miRNA 5' to 3'.
Codes of bases are 0-3 (A C G U), 4 (any other letter), 5 (where a strand ends). A miRNA is given
with an end code before and after it.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit

from evdisc.cargo.turner import LARGEST_LOOP, NEVER, Turner

#: rows kept: a pair looks back over the largest loop; a power of two, so that a mask finds the row
RING = 32
LAST = RING - 1
#: columns left of the miRNA that stay empty, so that no loop has to ask where the miRNA begins
PAD = RING
#: what is kept of each pair: its energy, and the energy with what it adds to each kind of loop
PLAIN, GENERIC, ONE_N, TWO_THREE, BULGE = range(5)
LOOPS = LARGEST_LOOP + 1
#: smallest loop of the generic kind, and the smallest of its family in :func:`_reach`
GENERIC_FROM, FAMILY_FROM = 6, 4
#: rows and columns 1 to 6 are the seed helix, miRNA bases 2 to 7; row 0 faces base 1
SEED_FIRST, SEED_LAST = 1, 6


class Room(NamedTuple):
    """Working arrays for one miRNA, used again for every stretch of target."""

    rows: np.ndarray  # (5, ring, column) energies by what is kept of each pair
    loops: np.ndarray  # (2, loop size, column) best inner side of generic loops, two rows
    reached: np.ndarray  # (kind, column) best inner side of any loop that ends in this row


def room(length: int) -> Room:
    """Working arrays for a miRNA of ``length`` bases."""
    columns = PAD + length
    sizes = (5, RING, columns), (2, LOOPS, columns), (5, columns)
    return Room(*(np.full(size, NEVER, np.float32) for size in sizes))


@njit(cache=True, nogil=True)
def interior(t: Turner, outer, inner, n1, n2, si, sj, sp, sq):
    """Energy of what lies between two pairs (0.01 kcal/mol): a stack, a bulge or a loop.

    Args:
        t: free energies.
        outer, inner: numbers of the closing pair (target, miRNA) and of the inner (miRNA, target).
        n1, n2: unpaired bases of target and miRNA.
        si, sj: bases next to the closing pair inside the loop, of target and miRNA.
        sp, sq: bases next to the inner pair inside the loop, of target and miRNA.
    """
    if n1 == 0 and n2 == 0:
        return t.stack[outer, inner]
    if n1 == 0 or n2 == 0:
        if n1 + n2 == 1:
            return t.bulge[1] + t.stack[outer, inner]
        return t.bulge[n1 + n2] + t.closed[3, outer, 0, 0] + t.closed[3, inner, 0, 0]
    if n1 == 1 and n2 == 1:
        return t.one_one[outer, inner, si, sj]
    if n1 == 1 and n2 == 2:
        return t.one_two[outer, inner, si, sq, sj]
    if n1 == 2 and n2 == 1:
        return t.one_two[inner, outer, sq, si, sp]
    if n1 == 2 and n2 == 2:
        return t.two_two[outer, inner, si, sp, sq, sj]
    kind = 0
    if n1 == 1 or n2 == 1:
        kind = 1
    elif n1 + n2 == 5:
        kind = 2
    ends = t.closed[kind, outer, si, sj] + t.closed[kind, inner, sq, sp]
    return t.internal[n1 + n2] + t.asymmetry[abs(n1 - n2)] + ends


@njit(cache=True, nogil=True)
def _reach(t: Turner, i, length, room):
    """For every column, the best inner side of each kind of loop that a pair of row ``i`` closes.

    Kinds: generic (two or more unpaired bases on each strand, six or more in all), 1xn (n of three
    or more), bulge of two or more. Energies lack what the closing pair adds.
    """
    rows, loops, reached = room
    now, before = loops[i & 1], loops[(i & 1) ^ 1]
    near = rows[GENERIC, (i - 3) & LAST]
    generic, one_n, bulge = reached[GENERIC], reached[ONE_N], reached[BULGE]
    generic[:], one_n[:], bulge[:] = NEVER, NEVER, NEVER
    for u in range(FAMILY_FROM, LOOPS):
        far, skew = rows[GENERIC, (i - u + 1) & LAST], t.asymmetry[u - FAMILY_FROM]
        family, smaller, size = now[u], before[u - 2], t.internal[u]
        for c in range(PAD, PAD + length):
            edge = _less(near[c - u + 1], far[c - 3]) + skew
            family[c] = _less(edge, smaller[c - 1])
        if u >= GENERIC_FROM:
            for c in range(PAD, PAD + length):
                generic[c] = _less(generic[c], family[c] + size)
    near = rows[ONE_N, (i - 2) & LAST]
    for n in range(3, LARGEST_LOOP):
        far, cost = rows[ONE_N, (i - 1 - n) & LAST], t.internal[n + 1] + t.asymmetry[n - 1]
        for c in range(PAD, PAD + length):
            one_n[c] = _less(one_n[c], _less(near[c - 1 - n], far[c - 2]) + cost)
    near = rows[BULGE, (i - 1) & LAST]
    for n in range(2, LOOPS):
        far, cost = rows[BULGE, (i - 1 - n) & LAST], t.bulge[n]
        for c in range(PAD, PAD + length):
            bulge[c] = _less(bulge[c], _less(near[c - 1 - n], far[c - 1]) + cost)


@njit(cache=True, nogil=True)
def _less(a, b):
    """The lesser of two energies, none of which is NaN."""
    return a if a < b else b


@njit(cache=True, nogil=True)
def _small(t: Turner, target, here, mirna, i, j, outer, rows):
    """Best stack, single bulge, or loop of 1x1, 1x2, 2x2 or 2x3 that pair (i, j) closes."""
    best = NEVER
    for n1 in range(min(i, 4)):
        row = rows[PLAIN, (i - 1 - n1) & LAST]
        for n2 in range(min(j, 4)):
            # one-sided loops of two or more, and 1x3 and larger, are in _reach
            bulge = (n1 == 0 or n2 == 0) and n1 + n2 > 1
            if bulge or n1 + n2 > 5 or (n1 + n2 == 4 and n1 != n2):
                continue
            below = row[PAD + j - 1 - n2]
            if below >= NEVER:
                continue
            k, q = here + 1 + n1, j - n2
            inner = t.pair[mirna[q], target[k]]
            e = interior(
                t, outer, inner, n1, n2, target[here + 1], mirna[j], target[k - 1], mirna[q + 1]
            )
            best = _less(best, below + e)
    return best


@njit(cache=True, nogil=True)
def _row(t: Turner, target, here, mirna, length, i, free, room):
    """Fill row ``i``, whose target base is at ``here``.

    Args:
        free: whether a duplex may begin in this row.

    Returns:
        The best energy of a duplex that ends in this row, and its column.
    """
    rows, reached, at = room.rows, room.reached, i & LAST
    if i > 0:
        _reach(t, i, length, room)
    base, inside, outside = target[here], target[here + 1], target[here - 1]
    ended, column = NEVER, -1
    for j in range(length):
        c, outer = PAD + j, t.pair[base, mirna[j + 1]]
        for kind in range(5):
            rows[kind, at, c] = NEVER
        if outer < 0:
            continue
        inner = t.pair[mirna[j + 1], base]
        best = NEVER
        if free:
            best = t.initiation + t.exterior[inner, mirna[j], inside]
        if i > 0 and j > 0:
            best = _less(best, _small(t, target, here, mirna, i, j, outer, rows))
            best = _less(best, reached[GENERIC, c] + t.closed[0, outer, inside, mirna[j]])
            best = _less(best, reached[ONE_N, c] + t.closed[1, outer, inside, mirna[j]])
            best = _less(best, reached[BULGE, c] + t.closed[3, outer, 0, 0])
        if best < NEVER:
            _keep(t, rows, at, c, best, inner, mirna[j + 2], outside)
            end = best + t.exterior[outer, outside, mirna[j + 2]]
            if end < ended:
                ended, column = end, j
    return ended, column


@njit(cache=True, nogil=True)
def _keep(t: Turner, rows, at, c, energy, inner, after, outside):
    """Keep a pair's energy, alone and with what it adds to each kind of loop above it."""
    rows[PLAIN, at, c] = energy
    for kind in range(4):
        # the end of a strand closes no loop, so what stands there is never read
        rows[kind + 1, at, c] = energy + t.closed[kind, inner, after, outside]


@njit(cache=True, nogil=True)
def _seed(t: Turner, target, start, mirna):
    """Energy of the seed helix up to miRNA base 7, opened at base 2 or, if paired, at base 1."""
    second = t.pair[mirna[2], target[start - 1]]
    energy = t.initiation + t.exterior[second, mirna[1], target[start]]
    first = t.pair[mirna[1], target[start]]
    if first >= 0:
        step = t.stack[t.pair[target[start - 1], mirna[2]], first]
        opened = t.initiation + t.exterior[first, mirna[0], target[start + 1]] + step
        energy = _less(energy, opened)
    for n in range(SEED_FIRST + 1, SEED_LAST + 1):
        outer = t.pair[target[start - n], mirna[n + 1]]
        energy += t.stack[outer, t.pair[mirna[n], target[start - n + 1]]]
    return energy


@njit(cache=True, nogil=True)
def _begin(t: Turner, target, start, mirna, length, seeded, room):
    """Empty the room; with ``seeded``, lay down the seed helix.

    Returns:
        First row to fill, best energy so far, the row and column it ends in.
    """
    room.rows[:], room.loops[:] = NEVER, NEVER
    if not seeded:
        return 0, NEVER, -1, -1
    here, n = start - SEED_LAST, SEED_LAST
    energy = _seed(t, target, start, mirna)
    inner = t.pair[mirna[n + 1], target[here]]
    _keep(t, room.rows, n, PAD + n, energy, inner, mirna[n + 2], target[here - 1])
    outer = t.pair[target[here], mirna[n + 1]]
    return n + 1, energy + t.exterior[outer, target[here - 1], mirna[n + 2]], n, n


@njit(cache=True, nogil=True)
def best(t: Turner, target, start, count, mirna, length, seeded, room):
    """Best duplex on ``count`` bases of target that end at ``start``.

    Args:
        t: free energies.
        target: codes, an end code before and after each strand.
        start: position of the 3' most base; with ``seeded`` the one opposite miRNA base 1.
        count: bases to use; fewer where the strand ends.
        mirna: codes with an end code on both sides.
        length: bases of the miRNA.
        seeded: only duplexes that hold the whole seed helix, miRNA bases 2 to 7.
        room: from :func:`room`.

    Returns:
        Energy (0.01 kcal/mol, :data:`NEVER` where nothing pairs), and the row and column of the
        last pair.
    """
    first, energy, row, column = _begin(t, target, start, mirna, length, seeded, room)
    for i in range(first, count):
        if target[start - i] == 5:
            break
        ended, j = _row(t, target, start - i, mirna, length, i, not seeded, room)
        if ended < energy:
            energy, row, column = ended, i, j
    return energy, row, column


@njit(cache=True, nogil=True)
def energies(t: Turner, target, starts, count, mirna, length, room, out):
    """Seeded :func:`best` energy at each of ``starts``, into ``out``."""
    for n in range(starts.size):
        out[n], _, _ = best(t, target, starts[n], count, mirna, length, True, room)


@njit(cache=True, nogil=True)
def ends(t: Turner, target, start, count, mirna, length, room, out):
    """Best energy of a duplex whose 5' most target base is each base of a stretch, into ``out``.

    ``out[i]`` belongs to position ``start - i``. Cost: ``count`` times the length of the miRNA.
    """
    _begin(t, target, start, mirna, length, False, room)
    for i in range(count):
        out[i], _ = _row(t, target, start - i, mirna, length, i, True, room)
