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
#: columns of a row: empty ones, so that no loop has to ask where the miRNA begins, then the miRNA.
#: The number is fixed, and so is the length of every pass: that is what lets the compiler use the
#: vector unit for rows as short as a miRNA
PAD = 32
LONGEST = 32
WIDTH = PAD + LONGEST
#: what is kept of each pair: its energy, and the energy with what it adds to each kind of loop
PLAIN, GENERIC, ONE_N, BULGE = (WIDTH * RING * n for n in range(4))
LOOPS = LARGEST_LOOP + 1
#: smallest loop of the generic kind, and the smallest of its family in :func:`_reach`
GENERIC_FROM, FAMILY_FROM = 6, 4
#: rows and columns 1 to 6 are the seed helix, miRNA bases 2 to 7; row 0 faces base 1
SEED_FIRST, SEED_LAST = 1, 6


class Room(NamedTuple):
    """Working arrays, used again for every stretch of target; each is flat, row after row."""

    rows: np.ndarray  # (what is kept, ring, column) energies of pairs
    loops: np.ndarray  # (2, loop size, column) best inner side of generic loops, two rows
    reached: np.ndarray  # (3, column) best inner side of a generic loop, 1xn, bulge


@njit(cache=True, nogil=True)
def new_room():
    """Empty working arrays."""
    return Room(
        np.full(4 * RING * WIDTH, NEVER), np.full(2 * LOOPS * WIDTH, NEVER), np.full(3 * WIDTH, NEVER)
    )


@njit(cache=True, nogil=True)
def place(kind, row, column):
    """Where an entry of ``rows`` lies."""
    return np.uint64(kind + (row & LAST) * WIDTH + PAD + column)


@njit(cache=True, nogil=True)
def _reach(energy, i, room, floor, widest):
    """For every column, the best inner side of each kind of loop that a pair of row ``i`` closes.

    Kinds: generic (two or more unpaired bases on each strand, six or more in all), 1xn (n of three
    or more), bulge of two or more. Energies lack what the closing pair adds. Pairs below row
    ``floor`` are all empty and the miRNA leaves ``widest`` bases open at most, so longer loops are
    not looked at.
    """
    rows, loops, reached = room
    tallest = i - 1 - floor
    longest = min(LARGEST_LOOP, max(tallest, widest))
    for c in range(3 * WIDTH):
        reached[c] = NEVER
    near, now, before = GENERIC + ((i - 3) & LAST) * WIDTH, i & 1, (i & 1) ^ 1
    for u in range(FAMILY_FROM, min(LARGEST_LOOP, tallest + widest) + 1):
        far = GENERIC + ((i - u + 1) & LAST) * WIDTH - 3
        own, smaller = (now * LOOPS + u) * WIDTH, (before * LOOPS + u - 2) * WIDTH - 1
        skew = loop.asymmetry(energy, u - FAMILY_FROM)
        _extend(loops, own, smaller, rows, near - u + 1, far, skew)
        if u >= GENERIC_FROM:
            _lower(reached, 0, loops, own, own, loop.internal(energy, u))
    near = ONE_N + ((i - 2) & LAST) * WIDTH
    for n in range(3, min(longest, LARGEST_LOOP - 1) + 1):
        far = ONE_N + ((i - 1 - n) & LAST) * WIDTH - 2
        cost = loop.internal(energy, n + 1) + loop.asymmetry(energy, n - 1)
        _lower(reached, WIDTH, rows, near - 1 - n, far, cost)
    near = BULGE + ((i - 1) & LAST) * WIDTH
    for n in range(2, longest + 1):
        far = BULGE + ((i - 1 - n) & LAST) * WIDTH - 1
        _lower(reached, 2 * WIDTH, rows, near - 1 - n, far, loop.bulge(energy, n))


@njit(cache=True, nogil=True)
def _lower(into, own, rows, near, far, cost):
    """Put into each column the lesser of what is there and of two other columns plus ``cost``.

    Unsigned indices tell the compiler that none counts from the end.
    """
    for c in range(PAD, WIDTH):
        found = lesser(rows[np.uint64(near + c)], rows[np.uint64(far + c)]) + cost
        into[np.uint64(own + c)] = lesser(into[np.uint64(own + c)], found)


@njit(cache=True, nogil=True)
def _extend(loops, own, smaller, rows, near, far, skew):
    """Loops of one size: two bases on one strand and the rest on the other, or a smaller grown."""
    for c in range(PAD, WIDTH):
        edge = lesser(rows[np.uint64(near + c)], rows[np.uint64(far + c)]) + skew
        loops[np.uint64(own + c)] = lesser(edge, loops[np.uint64(smaller + c)])


@njit(cache=True, nogil=True)
def paired(t: Turner, five, three):
    """Number of the pair of two bases, -1 where they do not pair."""
    return t.pair[np.uint64(five), np.uint64(three)]


@njit(cache=True, nogil=True)
def _small(t: Turner, target, here, mirna, i, j, outer, rows):
    """Best stack, single bulge, or loop of 1x1, 1x2, 2x2 or 2x3 that pair (i, j) closes.

    A pair below that does not exist has an energy of :data:`NEVER`.
    """
    e, found = t.energy, NEVER
    si, sj = target[here + 1], mirna[j]
    for n in range(2):  # a stack, and a base of the miRNA bulged out
        below = rows[place(PLAIN, i - 1, j - 1 - n)]
        if below < NEVER:
            step = loop.stack(e, outer, paired(t, mirna[j - n], si))
            found = lesser(found, below + step + n * loop.bulge(e, 1))
    below = rows[place(PLAIN, i - 2, j - 1)]
    if below < NEVER:
        step = loop.stack(e, outer, paired(t, sj, target[here + 2]))
        found = lesser(found, below + step + loop.bulge(e, 1))
    below = rows[place(PLAIN, i - 2, j - 2)]
    if below < NEVER:
        inner = paired(t, mirna[j - 1], target[here + 2])
        found = lesser(found, below + loop.one_one(e, outer, inner, si, sj))
    below = rows[place(PLAIN, i - 2, j - 3)]
    if below < NEVER:
        inner = paired(t, mirna[j - 2], target[here + 2])
        found = lesser(found, below + loop.one_two(e, outer, inner, si, mirna[j - 1], sj))
    below = rows[place(PLAIN, i - 3, j - 2)]
    if below < NEVER:
        inner = paired(t, mirna[j - 1], target[here + 3])
        found = lesser(found, below + loop.one_two(e, inner, outer, sj, si, target[here + 2]))
    below = rows[place(PLAIN, i - 3, j - 3)]
    if below < NEVER:
        inner = paired(t, mirna[j - 2], target[here + 3])
        step = loop.two_two(e, outer, inner, si, target[here + 2], mirna[j - 1], sj)
        found = lesser(found, below + step)
    return lesser(found, _two_three(t, target, here, mirna, i, j, outer, rows))


@njit(cache=True, nogil=True)
def _two_three(t: Turner, target, here, mirna, i, j, outer, rows):
    """Best loop of 2x3 or 3x2 that pair (i, j) closes."""
    e, found = t.energy, NEVER
    for n1 in range(2, 4):
        n2 = 5 - n1
        below = rows[place(PLAIN, i - 1 - n1, j - 1 - n2)]
        if below < NEVER:
            k, q = here + 1 + n1, j - n2
            inner = paired(t, mirna[q], target[k])
            ends = loop.closed(e, loop.TWO_THREE, inner, mirna[q + 1], target[k - 1])
            found = lesser(found, below + ends)
    ends = loop.closed(e, loop.TWO_THREE, outer, target[here + 1], mirna[j])
    return found + ends + loop.internal(e, 5) + loop.asymmetry(e, 1)


@njit(cache=True, nogil=True)
def _closes(t: Turner, target, here, mirna, i, j, outer, room):
    """Best energy of pair (i, j) with something below it."""
    e, c, inside, before = t.energy, PAD + j, target[here + 1], mirna[j]
    found = _small(t, target, here, mirna, i, j, outer, room.rows)
    generic = room.reached[np.uint64(c)] + loop.closed(e, loop.GENERIC, outer, inside, before)
    one_n = room.reached[np.uint64(WIDTH + c)] + loop.closed(e, loop.ONE_N, outer, inside, before)
    bulge = room.reached[np.uint64(2 * WIDTH + c)] + loop.closed(e, loop.LONG_BULGE, outer, 0, 0)
    return lesser(lesser(found, generic), lesser(one_n, bulge))


@njit(cache=True, nogil=True)
def fill_row(t: Turner, target, here, mirna, length, i, seeded, room):
    """Fill row ``i``, whose target base is at ``here``.

    Args:
        seeded: the duplex began with the seed helix and none begins here.

    Returns:
        The best energy of a duplex that ends in this row, and its column.
    """
    low = SEED_LAST if seeded else 0
    _reach(t.energy, i, room, low, length - 2 - low)
    base, inside, outside = target[here], target[here + 1], target[here - 1]
    ended, column = NEVER, -1
    for j in range(low, length):
        outer, found = paired(t, base, mirna[j + 1]), NEVER
        if outer >= 0:
            inner = paired(t, mirna[j + 1], base)
            if i > 0 and j > 0:
                found = _closes(t, target, here, mirna, i, j, outer, room)
            if not seeded:
                found = lesser(found, loop.opened(t.energy, inner, mirna[j], inside))
        if found < NEVER:
            keep(t.energy, room.rows, i, j, found, inner, mirna[j + 2], outside)
            end = found + loop.exterior(t.energy, outer, outside, mirna[j + 2])
            if end < ended:
                ended, column = end, j
        else:
            clear(room.rows, i, j)
    return ended, column


@njit(cache=True, nogil=True)
def clear(rows, i, j):
    """Say that bases ``i`` and ``j`` do not pair."""
    rows[place(PLAIN, i, j)] = NEVER
    rows[place(GENERIC, i, j)] = NEVER
    rows[place(ONE_N, i, j)] = NEVER
    rows[place(BULGE, i, j)] = NEVER


@njit(cache=True, nogil=True)
def keep(energy, rows, i, j, found, inner, after, outside):
    """Keep a pair's energy, alone and with what it adds to each kind of loop above it."""
    # the end of a strand closes no loop, so what is kept there is never read
    rows[place(PLAIN, i, j)] = found
    rows[place(GENERIC, i, j)] = found + loop.closed(energy, loop.GENERIC, inner, after, outside)
    rows[place(ONE_N, i, j)] = found + loop.closed(energy, loop.ONE_N, inner, after, outside)
    rows[place(BULGE, i, j)] = found + loop.closed(energy, loop.LONG_BULGE, inner, 0, 0)


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
    keep(t.energy, room.rows, n, n, found, inner, mirna[n + 2], target[here - 1])
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
