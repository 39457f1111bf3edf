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

from evdisc.cargo import loops as loop
from evdisc.cargo.loops import lesser
from evdisc.cargo.turner import END, LARGEST_LOOP, NEVER, Turner

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


@njit(cache=True, nogil=True)
def new_room(length):
    """Working arrays for a miRNA of ``length`` bases."""
    columns = PAD + length
    return Room(
        np.full((5, RING, columns), NEVER), np.full((2, LOOPS, columns), NEVER),
        np.full((5, columns), NEVER),
    )  # fmt: skip


@njit(cache=True, nogil=True)
def _reach(energy, i, length, room, low, floor):
    """For every column, the best inner side of each kind of loop that a pair of row ``i`` closes.

    Kinds: generic (two or more unpaired bases on each strand, six or more in all), 1xn (n of three
    or more), bulge of two or more. Energies lack what the closing pair adds. Pairs below row
    ``floor`` or column ``low`` are all empty, so longer loops are not looked at.
    """
    rows, loops, reached = room
    first, stop = PAD + low, PAD + length
    most1, most2 = i - 1 - floor, length - 2 - low
    longest = min(LARGEST_LOOP, max(most1, most2))
    generic, one_n, bulge = reached[GENERIC], reached[ONE_N], reached[BULGE]
    generic[:], one_n[:], bulge[:] = NEVER, NEVER, NEVER
    near = rows[GENERIC, (i - 3) & LAST]
    for u in range(FAMILY_FROM, min(LARGEST_LOOP, most1 + most2) + 1):
        far, skew = rows[GENERIC, (i - u + 1) & LAST], loop.asymmetry(energy, u - FAMILY_FROM)
        _extend(loops[i & 1, u], loops[(i & 1) ^ 1, u - 2], near, far, u, skew, first, stop)
        if u >= GENERIC_FROM:
            _lower(generic, loops[i & 1, u], loops[i & 1, u], 0, 0, loop.internal(energy, u), first, stop)
    near = rows[ONE_N, (i - 2) & LAST]
    for n in range(3, min(longest, LARGEST_LOOP - 1) + 1):
        cost = loop.internal(energy, n + 1) + loop.asymmetry(energy, n - 1)
        _lower(one_n, near, rows[ONE_N, (i - 1 - n) & LAST], n + 1, 2, cost, first, stop)
    near = rows[BULGE, (i - 1) & LAST]
    for n in range(2, longest + 1):
        far = rows[BULGE, (i - 1 - n) & LAST]
        _lower(bulge, near, far, n + 1, 1, loop.bulge(energy, n), first, stop)


@njit(cache=True, nogil=True)
def _lower(into, one, other, back, behind, cost, first, stop):
    """Put into each column the lesser of what is there and of two earlier columns plus ``cost``.

    Unsigned indices tell the compiler that none counts from the end, so that it can use vectors.
    """
    for c in range(first, stop):
        near, far = one[np.uint64(c - back)], other[np.uint64(c - behind)]
        found = lesser(near, far) + cost
        into[np.uint64(c)] = lesser(into[np.uint64(c)], found)


@njit(cache=True, nogil=True)
def _extend(into, smaller, near, far, u, skew, first, stop):
    """Loops of ``u`` bases: two on one strand and the rest on the other, or a smaller one grown."""
    for c in range(first, stop):
        edge = lesser(near[np.uint64(c - u + 1)], far[np.uint64(c - 3)]) + skew
        into[np.uint64(c)] = lesser(edge, smaller[np.uint64(c - 1)])


@njit(cache=True, nogil=True)
def paired(t: Turner, five, three):
    """Number of the pair of two bases, -1 where they do not pair."""
    return t.pair[np.uint64(five), np.uint64(three)]


@njit(cache=True, nogil=True)
def _small(t: Turner, target, here, mirna, i, j, outer, rows):
    """Best stack, single bulge, or loop of 1x1, 1x2, 2x2 or 2x3 that pair (i, j) closes."""
    found = NEVER
    si, sj = target[here + 1], mirna[j]
    for n1 in range(min(i, 4)):
        row = rows[PLAIN, (i - 1 - n1) & LAST]
        for n2 in range(min(j, 4)):
            below = row[np.uint64(PAD + j - 1 - n2)]
            # one-sided loops of two or more, and 1x3 and larger, are in _reach
            large = (n1 == 0 or n2 == 0) and n1 + n2 > 1
            if below >= NEVER or large or n1 + n2 > 5 or (n1 + n2 == 4 and n1 != n2):
                continue
            k, q = here + 1 + n1, j - n2
            inner = paired(t, mirna[q], target[k])
            e = loop.between(
                t.energy, outer, inner, n1, n2, si, sj, target[k - 1], mirna[q + 1]
            )
            found = lesser(found, below + e)
    return found


@njit(cache=True, nogil=True)
def _closes(t: Turner, target, here, mirna, i, j, outer, room):
    """Best energy of pair (i, j) with something below it."""
    c, energy = np.uint64(PAD + j), t.energy
    reached, inside, before = room.reached, target[here + 1], mirna[j]
    found = _small(t, target, here, mirna, i, j, outer, room.rows)
    for kind in range(3):
        if kind != loop.TWO_THREE:
            ends = loop.closed(energy, kind, outer, inside, before)
            found = lesser(found, reached[kind + 1, c] + ends)
    return lesser(found, reached[BULGE, c] + loop.closed(energy, loop.LONG_BULGE, outer, 0, 0))


@njit(cache=True, nogil=True)
def fill_row(t: Turner, target, here, mirna, length, i, seeded, room):
    """Fill row ``i``, whose target base is at ``here``.

    Args:
        seeded: the duplex began with the seed helix and none begins here.

    Returns:
        The best energy of a duplex that ends in this row, and its column.
    """
    rows, at, low = room.rows, i & LAST, SEED_LAST if seeded else 0
    rows[:, at] = NEVER
    _reach(t.energy, i, length, room, low, low)
    base, inside, outside = target[here], target[here + 1], target[here - 1]
    ended, column = NEVER, -1
    for j in range(low, length):
        outer = paired(t, base, mirna[j + 1])
        if outer < 0:
            continue
        inner = paired(t, mirna[j + 1], base)
        found = NEVER
        if not seeded:
            found = loop.opened(t.energy, inner, mirna[j], inside)
        if i > 0 and j > 0:
            found = lesser(found, _closes(t, target, here, mirna, i, j, outer, room))
        if found < NEVER:
            _keep(t.energy, rows, at, PAD + j, found, inner, mirna[j + 2], outside)
            end = found + loop.exterior(t.energy, outer, outside, mirna[j + 2])
            if end < ended:
                ended, column = end, j
    return ended, column


@njit(cache=True, nogil=True)
def _keep(energy, rows, at, c, found, inner, after, outside):
    """Keep a pair's energy, alone and with what it adds to each kind of loop above it."""
    rows[PLAIN, at, c] = found
    for kind in range(4):
        # the end of a strand closes no loop, so what stands there is never read
        rows[kind + 1, at, c] = found + loop.closed(energy, kind, inner, after, outside)


@njit(cache=True, nogil=True)
def _seed(t: Turner, target, start, mirna):
    """Energy of the seed helix up to miRNA base 7, opened at base 2 or, if paired, at base 1."""
    second = paired(t, mirna[2], target[start - 1])
    found = loop.opened(t.energy, second, mirna[1], target[start])
    first = paired(t, mirna[1], target[start])
    if first >= 0:
        step = loop.stack(t.energy, paired(t, target[start - 1], mirna[2]), first)
        found = lesser(found, loop.opened(t.energy, first, mirna[0], target[start + 1]) + step)
    for n in range(SEED_FIRST + 1, SEED_LAST + 1):
        outer = paired(t, target[start - n], mirna[n + 1])
        found += loop.stack(t.energy, outer, paired(t, mirna[n], target[start - n + 1]))
    return found


@njit(cache=True, nogil=True)
def begin(t: Turner, target, start, mirna, seeded, room):
    """Empty the room; with ``seeded``, lay down the seed helix.

    Returns:
        First row to fill, best energy so far, the row and column it ends in.
    """
    room.rows[:], room.loops[:] = NEVER, NEVER
    if not seeded:
        return 0, NEVER, -1, -1
    here, n = start - SEED_LAST, SEED_LAST
    found = _seed(t, target, start, mirna)
    inner, outer = paired(t, mirna[n + 1], target[here]), paired(t, target[here], mirna[n + 1])
    _keep(t.energy, room.rows, n, PAD + n, found, inner, mirna[n + 2], target[here - 1])
    return n + 1, found + loop.exterior(t.energy, outer, target[here - 1], mirna[n + 2]), n, n


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
        room: from :func:`new_room`.

    Returns:
        Energy (0.01 kcal/mol, :data:`NEVER` where nothing pairs), and the row and column of the
        last pair.
    """
    first, energy, row, column = begin(t, target, start, mirna, seeded, room)
    for i in range(first, count):
        if target[start - i] == END:
            break
        ended, j = fill_row(t, target, start - i, mirna, length, i, seeded, room)
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
    begin(t, target, start, mirna, False, room)
    for i in range(count):
        out[i], _ = fill_row(t, target, start - i, mirna, length, i, False, room)
