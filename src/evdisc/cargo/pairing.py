"""Which base of a target a miRNA pairs with: the best duplex walked back, and drawn."""

# numba infers the types of kernels
# mypy: disallow-untyped-defs=False, disallow-incomplete-defs=False, disallow-untyped-calls=False
from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import NDArray

from evdisc.cargo import duplex
from evdisc.cargo import loops as loop
from evdisc.cargo.turner import BASES, CENTI, END, LARGEST_LOOP, NEVER, Turner

LETTERS = BASES + "N"
WOBBLE = {"GU", "UG"}


@dataclass(frozen=True, eq=False)
class Pairing:
    """One duplex.

    Attributes:
        energy: free energy (kcal/mol).
        pairs: positions of the target in its codes and bases of the miRNA from 0, from the miRNA's
            5' end on: (pair, 2).
        target, bonds, mirna: drawing in three lines; target 5' to 3', miRNA 3' to 5'.
    """

    energy: float
    pairs: NDArray[np.int64]
    target: str
    bonds: str
    mirna: str

    @property
    def span(self) -> tuple[int, int]:
        """First and last paired position of the target."""
        return int(self.pairs[-1, 0]), int(self.pairs[0, 0])


def pair_up(
    t: Turner, target: NDArray[np.int8], start: int, count: int, mirna: NDArray[np.int8],
    seeded: bool, to_the_end: bool = False,
) -> Pairing | None:  # fmt: skip
    """The best duplex as :func:`evdisc.cargo.duplex.best` finds it, or None where nothing pairs.

    With ``to_the_end`` the last of the ``count`` bases has to be paired.
    """
    length = mirna.size - 2
    grid = np.full((count, length), NEVER, np.int32)
    energy, i, j = _filled(t, target, start, count, mirna, seeded, to_the_end, grid)
    if energy >= NEVER:
        return None
    partner = np.full(length, -1, np.int64)
    _walk(t, target, start, i, j, mirna, seeded, grid, partner)
    paired = np.flatnonzero(partner >= 0)
    pairs = np.column_stack([start - partner[paired], paired])
    return Pairing(float(energy) / CENTI, pairs, *_drawn(target, mirna[1:-1], pairs))


@njit(cache=True, nogil=True)
def _filled(t: Turner, target, start, count, mirna, seeded, to_the_end, grid):
    """:func:`evdisc.cargo.duplex.best`, keeping the energy of every pair in ``grid``."""
    length = mirna.size - 2
    room = duplex.new_room()
    first, energy, row, column = duplex.begin(t, target, start, mirna, seeded, room)
    if seeded:
        grid[row, column] = room.plain[duplex.place(row, column)]
    for i in range(first, count):
        if target[start - i] == END:
            break
        ended, j = duplex.fill_row(t, target, start - i, mirna, length, i, seeded, room)
        for c in range(length):
            grid[i, c] = room.plain[duplex.place(i, c)]
        if ended < energy and (i == count - 1 or not to_the_end):
            energy, row, column = ended, i, j
    return energy, row, column


@njit(cache=True, nogil=True)
def _walk(t: Turner, target, start, i, j, mirna, seeded, grid, partner):
    """Follow the best duplex from its last pair (i, j) back; ``partner[j]`` is the row of ``j``."""
    while True:
        partner[j] = i
        here = start - i
        if seeded and i == duplex.SEED_LAST and j == duplex.SEED_LAST:
            _walk_seed(t, target, start, mirna, partner)
            return
        inner = duplex.paired(t, mirna[j + 1], target[here])
        begun = loop.opened(t.energy, inner, mirna[j], target[here + 1])
        if not seeded and grid[i, j] == begun:
            return
        i, j = _below(t, target, start, i, j, mirna, grid)
        if i < 0:
            return


@njit(cache=True, nogil=True)
def _below(t: Turner, target, start, i, j, mirna, grid):
    """The pair below (i, j) that gives its energy."""
    here = start - i
    outer = duplex.paired(t, target[here], mirna[j + 1])
    for n1 in range(min(i, LARGEST_LOOP + 1)):
        k = i - 1 - n1
        for n2 in range(min(j, LARGEST_LOOP + 1 - n1)):
            m = j - 1 - n2
            if grid[k, m] >= NEVER:
                continue
            inner = duplex.paired(t, mirna[m + 1], target[start - k])
            e = loop.between(
                t.energy, outer, inner, n1, n2, target[here + 1], mirna[j],
                target[start - k - 1], mirna[m + 2],
            )  # fmt: skip
            if grid[k, m] + e == grid[i, j]:
                return k, m
    return -1, -1


@njit(cache=True, nogil=True)
def _walk_seed(t: Turner, target, start, mirna, partner):
    for n in range(duplex.SEED_FIRST, duplex.SEED_LAST):
        partner[n] = n
    first = duplex.paired(t, mirna[1], target[start])
    if first < 0:
        return
    second = duplex.paired(t, mirna[2], target[start - 1])
    step = loop.stack(t.energy, duplex.paired(t, target[start - 1], mirna[2]), first)
    alone = loop.opened(t.energy, second, mirna[1], target[start])
    if loop.opened(t.energy, first, mirna[0], target[start + 1]) + step < alone:
        partner[0] = 0


def _drawn(
    target: NDArray[np.int8], mirna: NDArray[np.int8], pairs: NDArray[np.int64]
) -> tuple[str, str, str]:
    """Three lines, drawn from the miRNA's 5' end and then turned round."""
    top: list[str] = []
    middle: list[str] = []
    bottom: list[str] = []
    here, j = int(pairs[0, 0]) + 1, -1
    lead = int(pairs[0, 1])
    _add(top, middle, bottom, "", _letters(mirna[:lead]))
    j = lead - 1
    for place, base in pairs:
        loose = target[place + 1 : here][::-1]
        _add(top, middle, bottom, _letters(loose), _letters(mirna[j + 1 : base]))
        two = LETTERS[target[place]] + LETTERS[mirna[base]]
        top.append(two[0])
        middle.append(":" if two in WOBBLE else "|")
        bottom.append(two[1])
        here, j = int(place), int(base)
    _add(top, middle, bottom, "", _letters(mirna[j + 1 :]))
    return "".join(top[::-1]), "".join(middle[::-1]), "".join(bottom[::-1])


def _add(top: list[str], middle: list[str], bottom: list[str], above: str, below: str) -> None:
    """Unpaired bases of both strands side by side, the shorter filled up."""
    width = max(len(above), len(below))
    top += above.ljust(width, "-")
    middle += " " * width
    bottom += below.ljust(width, "-")


def _letters(codes: NDArray[np.int8]) -> str:
    return "".join(LETTERS[c] for c in codes)
