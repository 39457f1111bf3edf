"""Free energy of a miRNA on a stretch of target: the best duplex of the two strands.

A dynamic programme over pairs of a target base and a miRNA base, in the model of Turner 2004:
stacks, bulges, interior loops, dangling ends, terminal AU and GU, one initiation. Neither strand
folds on itself, as in RNAhybrid (Rehmsmeier et al., RNA 10:1507, 2004).

All loops of one size cost three operations, not one for each loop: of two loops of equal
asymmetry, one inside the other, the larger differs by its size alone (Lyngso et al.,
Bioinformatics 15:440, 1999). Every pass runs over the sizes of a loop, has a fixed length and reads
memory in order, so that the compiler can use the vector unit.

Rows count from ``start`` in the direction target 3' to 5'; columns along the miRNA 5' to 3'.
Codes of bases are 0-3 (A C G U), 4 (any other letter), 5 (where a strand ends). A miRNA is given
with an end code before and after it.
"""

# numba infers the types of kernels
# mypy: disallow-untyped-defs=False, disallow-incomplete-defs=False, disallow-untyped-calls=False
from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit

from evdisc.cargo import loops as loop
from evdisc.cargo.loops import lesser
from evdisc.cargo.turner import (
    END,
    FAMILY_FROM,
    GROWN,
    LONG_BULGES,
    LONGEST,
    NEVER,
    ONE_BY_MANY,
    PASS,
    Turner,
)
from evdisc.cargo.turner import GENERIC as GENERIC_COSTS

#: rows kept: a pair looks back over the largest loop; a power of two, so that a mask finds the row
RING = 32
LAST = RING - 1
#: columns before the miRNA that stay empty, so that no pass has to ask where it begins
PAD = 32
WIDTH = PAD + LONGEST
#: columns of the history, of which no pass looks back over more than three
BEFORE = 3
COLUMNS = BEFORE + LONGEST
#: kinds of loop a pair is kept for, with what it adds to them
GENERIC, ONE_N, BULGE = range(3)
#: a family is moved by two sizes when it grows
FAMILY = PASS + 2
#: rows and columns 1 to 6 are the seed helix, miRNA bases 2 to 7; row 0 faces base 1
SEED_FIRST, SEED_LAST = 1, 6


class Room(NamedTuple):
    """Working arrays, used again for every stretch of target; each is flat.

    Attributes:
        plain: (ring, column) energy of each pair.
        history: (kind, column, twice the ring) energies of pairs with what they add to a loop of
            the kind; the row before stands after its successor, each twice, so that 32 rows back
            always lie in order.
        mirrored: (kind, ring, column) the same by rows, the columns from last to first.
        family: (column, size) best inner side of all generic loops of a size from 4 on.
        sizes: length of a pass. It comes with the arrays because a length the compiler knows makes
            it unroll the pass instead of using vectors.
    """

    plain: np.ndarray
    history: np.ndarray
    mirrored: np.ndarray
    family: np.ndarray
    sizes: int


@njit(cache=True, nogil=True)
def new_room():
    """Empty working arrays; a pass may read a few entries over their end."""
    return Room(
        np.full(RING * WIDTH, NEVER, np.int32),
        np.full(3 * COLUMNS * 2 * RING + PASS, NEVER, np.int32),
        np.full(3 * RING * WIDTH + PASS, NEVER, np.int32),
        np.full((COLUMNS + 1) * FAMILY + PASS, NEVER, np.int32),
        PASS,
    )


@njit(cache=True, nogil=True)
def place(i, j):
    """Where pair (i, j) lies in ``plain``."""
    return np.uint64((i & LAST) * WIDTH + PAD + j)


@njit(cache=True, nogil=True)
def _back(kind, i, j):
    """Where row ``i`` of column ``j`` lies in ``history``; the rows before follow."""
    return (kind * COLUMNS + BEFORE + j) * 2 * RING + (-i & LAST)


@njit(cache=True, nogil=True)
def _along(kind, i, j):
    """Where column ``j`` of row ``i`` lies in ``mirrored``; the columns before follow."""
    return (kind * RING + (i & LAST)) * WIDTH + LONGEST - 1 - j


@njit(cache=True, nogil=True)
def _least(energy, costs, one, first, other, second, sizes):
    """Least over the sizes of a loop of the lesser of two entries and the cost of the size."""
    found = np.int32(NEVER)
    for n in range(sizes):
        near, far = one[np.uint64(first + n)], other[np.uint64(second + n)]
        found = lesser(found, np.int32(lesser(near, far) + energy[np.uint64(costs + n)]))
    return found


@njit(cache=True, nogil=True)
def _grow(energy, i, j, room):
    """Generic loops that pair (i, j) would close, by size: new ones, and those of (i-1, j-1) grown.

    A new one has two unpaired bases on one strand and the rest on the other.
    """
    near = _along(GENERIC, i - 3, j - FAMILY_FROM + 1)
    far = _back(GENERIC, i - FAMILY_FROM + 1, j - 3)
    own, before = (BEFORE + j) * FAMILY + 2, (BEFORE + j - 1) * FAMILY
    for n in range(room.sizes):
        edge = lesser(room.mirrored[np.uint64(near + n)], room.history[np.uint64(far + n)])
        edge = np.int32(edge + energy[np.uint64(GROWN + n)])
        room.family[np.uint64(own + n)] = lesser(edge, room.family[np.uint64(before + n)])


@njit(cache=True, nogil=True)
def _large(energy, i, j, outer, inside, before, room):
    """Best generic loop, 1xn loop (n of three or more) or longer bulge that pair (i, j) closes."""
    history, mirrored, family, sizes = room.history, room.mirrored, room.family, room.sizes
    own = (BEFORE + j) * FAMILY + 2
    generic = _least(energy, GENERIC_COSTS, family, own, family, own, sizes)
    one_n = _least(
        energy, ONE_BY_MANY, mirrored, _along(ONE_N, i - 2, j - 1), history,
        _back(ONE_N, i - 1, j - 2), sizes,
    )  # fmt: skip
    bulge = _least(
        energy, LONG_BULGES, mirrored, _along(BULGE, i - 1, j - 1), history,
        _back(BULGE, i - 1, j - 1), sizes,
    )  # fmt: skip
    generic = generic + loop.closed(energy, loop.GENERIC, outer, inside, before)
    one_n = one_n + loop.closed(energy, loop.ONE_N, outer, inside, before)
    bulge = bulge + loop.closed(energy, loop.LONG_BULGE, outer, 0, 0)
    return lesser(generic, lesser(one_n, bulge))


@njit(cache=True, nogil=True)
def paired(t: Turner, five, three):
    """Number of the pair of two bases, -1 where they do not pair."""
    return t.pair[np.uint64(five), np.uint64(three)]


@njit(cache=True, nogil=True)
def _small(t: Turner, target, here, mirna, i, j, outer, plain):
    """Best stack, single bulge, or loop of 1x1, 1x2, 2x2 or 2x3 that pair (i, j) closes.

    A pair below that does not exist has an energy of :data:`NEVER`.
    """
    e, found = t.energy, NEVER
    si, sj = target[here + 1], mirna[j]
    for n in range(2):  # a stack, and a base of the miRNA bulged out
        below = plain[place(i - 1, j - 1 - n)]
        if below < NEVER:
            step = loop.stack(e, outer, paired(t, mirna[j - n], si))
            found = lesser(found, below + step + n * loop.bulge(e, 1))
    below = plain[place(i - 2, j - 1)]
    if below < NEVER:
        step = loop.stack(e, outer, paired(t, sj, target[here + 2]))
        found = lesser(found, below + step + loop.bulge(e, 1))
    below = plain[place(i - 2, j - 2)]
    if below < NEVER:
        inner = paired(t, mirna[j - 1], target[here + 2])
        found = lesser(found, below + loop.one_one(e, outer, inner, si, sj))
    below = plain[place(i - 2, j - 3)]
    if below < NEVER:
        inner = paired(t, mirna[j - 2], target[here + 2])
        found = lesser(found, below + loop.one_two(e, outer, inner, si, mirna[j - 1], sj))
    below = plain[place(i - 3, j - 2)]
    if below < NEVER:
        inner = paired(t, mirna[j - 1], target[here + 3])
        found = lesser(found, below + loop.one_two(e, inner, outer, sj, si, target[here + 2]))
    below = plain[place(i - 3, j - 3)]
    if below < NEVER:
        inner = paired(t, mirna[j - 2], target[here + 3])
        step = loop.two_two(e, outer, inner, si, target[here + 2], mirna[j - 1], sj)
        found = lesser(found, below + step)
    return lesser(found, _two_three(t, target, here, mirna, i, j, outer, plain))


@njit(cache=True, nogil=True)
def _two_three(t: Turner, target, here, mirna, i, j, outer, plain):
    """Best loop of 2x3 or 3x2 that pair (i, j) closes."""
    e, found = t.energy, NEVER
    for n1 in range(2, 4):
        n2 = 5 - n1
        below = plain[place(i - 1 - n1, j - 1 - n2)]
        if below < NEVER:
            k, q = here + 1 + n1, j - n2
            inner = paired(t, mirna[q], target[k])
            ends = loop.closed(e, loop.TWO_THREE, inner, mirna[q + 1], target[k - 1])
            found = lesser(found, below + ends)
    ends = loop.closed(e, loop.TWO_THREE, outer, target[here + 1], mirna[j])
    return found + ends + loop.internal(e, 5) + loop.asymmetry(e, 1)


@njit(cache=True, nogil=True)
def fill_row(t: Turner, target, here, mirna, length, i, seeded, room):
    """Fill row ``i``, whose target base is at ``here``.

    Args:
        seeded: the duplex began with the seed helix and none begins here.

    Returns:
        The best energy of a duplex that ends in this row, and its column.
    """
    base, inside, outside = target[here], target[here + 1], target[here - 1]
    low, ended, column = SEED_LAST if seeded else 0, NEVER, -1
    # families grow from the column before, as it was one row ago: so from the last column on
    for j in range(length - 1, low - 1, -1):
        outer, found = paired(t, base, mirna[j + 1]), NEVER
        # how many rows and columns there are below to pair with
        below = min(i, j) - low
        if below >= BEFORE:
            _grow(t.energy, i, j, room)
        if outer >= 0:
            inner = paired(t, mirna[j + 1], base)
            if below >= 1:
                found = _small(t, target, here, mirna, i, j, outer, room.plain)
                large = _large(t.energy, i, j, outer, inside, mirna[j], room)
                found = lesser(found, large)
            if not seeded:
                found = lesser(found, loop.opened(t.energy, inner, mirna[j], inside))
        if found < NEVER:
            keep(t.energy, room, i, j, found, inner, mirna[j + 2], outside)
            end = found + loop.exterior(t.energy, outer, outside, mirna[j + 2])
            if end < ended:
                ended, column = end, j
        else:
            _put(room, i, j, NEVER, NEVER, NEVER, NEVER)
    return ended, column


@njit(cache=True, nogil=True)
def keep(energy, room, i, j, found, inner, after, outside):
    """Keep a pair's energy, alone and with what it adds to each kind of loop above it."""
    # the end of a strand closes no loop, so what is kept there is never read
    _put(
        room, i, j, found,
        found + loop.closed(energy, loop.GENERIC, inner, after, outside),
        found + loop.closed(energy, loop.ONE_N, inner, after, outside),
        found + loop.closed(energy, loop.LONG_BULGE, inner, 0, 0),
    )  # fmt: skip


@njit(cache=True, nogil=True)
def _put(room, i, j, plain, generic, one_n, bulge):
    """Write one pair wherever it is read from."""
    room.plain[place(i, j)] = plain
    for kind, value in ((GENERIC, generic), (ONE_N, one_n), (BULGE, bulge)):
        room.mirrored[np.uint64(_along(kind, i, j))] = value
        back = _back(kind, i, j)
        room.history[np.uint64(back)] = value
        room.history[np.uint64(back + RING)] = value


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
    room.plain[:], room.history[:], room.mirrored[:], room.family[:] = NEVER, NEVER, NEVER, NEVER
    if not seeded:
        return 0, NEVER, -1, -1
    here, n = start - SEED_LAST, SEED_LAST
    found = _seed(t, target, start, mirna)
    inner, outer = paired(t, mirna[n + 1], target[here]), paired(t, target[here], mirna[n + 1])
    keep(t.energy, room, n, n, found, inner, mirna[n + 2], target[here - 1])
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
def best_of(t: Turner, target, starts, count, mirna, length, room, out):
    """Energy of the :func:`best` duplex of any kind at each of ``starts``, into ``out``."""
    for n in range(starts.size):
        out[n], _, _ = best(t, target, starts[n], count, mirna, length, False, room)


@njit(cache=True, nogil=True)
def ends(t: Turner, target, start, count, mirna, length, room, out):
    """Best energy of a duplex whose 5' most target base is each base of a stretch, into ``out``.

    ``out[i]`` belongs to position ``start - i``. Cost: ``count`` times the length of the miRNA.
    """
    begin(t, target, start, mirna, False, room)
    for i in range(count):
        out[i], _ = fill_row(t, target, start - i, mirna, length, i, False, room)
