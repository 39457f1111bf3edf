"""Neighbours in stress: which two networks a grid cell takes its answer from.

Cells of a region stand in rows, and in a row by their stress, the stimuli together. Some of them
hold a network that sees what they see; any other takes the mean of the two between which its stress
lies. Stress diffuses, so cells that feel alike lie along a line of the disc, and a few dozen
networks tell the fate of a thousand cells; between two networks the error falls with the square of
their distance. What cells of one stress differ in beside it (vesicles) is met by short rows.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

#: stress that the place in a row counts for, so that cells without any stress are told apart
PLACE = 1e-4


class Rows(NamedTuple):
    """Rows of cells that share networks.

    Attributes:
        row: (nr, nz) row of each grid cell, -1 outside.
        place: (nr, nz) where in its row it is expected to stand, 0 to 1.
        bounds: (rows, 2) first network of a row and the one after its last.
        order: (networks,) networks of each row as they stand.
        level: (networks,) what they stand at.
        below: (nr, nz) place in ``order`` of the network last found below each grid cell.
    """

    row: Ints
    place: Floats
    bounds: Ints
    order: Ints
    level: Floats
    below: Ints


def no_rows(shape: tuple[int, ...]) -> Rows:
    """Rows of a dish, where each cell has a network: none."""
    return rows_of(np.full(shape, -1), np.zeros(shape), [])


def rows_of(row: Ints, place: Floats, bounds: Sequence[tuple[int, int]]) -> Rows:
    """Rows before their first step."""
    count = bounds[-1][1] if bounds else 0
    edges = np.array(bounds, dtype=np.int64).reshape(-1, 2)
    below = np.zeros(row.shape, dtype=np.int64)
    return Rows(row.astype(np.int64), place, edges, np.arange(count), np.zeros(count), below)


@njit(cache=True, nogil=True, error_model="numpy")
def line_up(rows, seats, standing):
    """Sort the networks of each row by what their cells are ``standing`` at (nr, nz).

    The order goes on from the step before, so there is little to move.
    """
    bounds, order, level = rows.bounds, rows.order, rows.level
    for n in range(bounds.shape[0]):
        for j in range(bounds[n, 0], bounds[n, 1]):
            q = order[j]
            at, m = standing[seats[q, 0], seats[q, 1]], j
            while m > bounds[n, 0] and level[m - 1] > at:
                level[m], order[m] = level[m - 1], order[m - 1]
                m -= 1
            level[m], order[m] = at, q


@njit(cache=True, nogil=True, error_model="numpy")
def place_below(level, first, end, at):
    """Place of the last level up to ``at``, but not the last of all."""
    low, high = first, end - 1
    while high - low > 1:
        middle = (low + high) // 2
        if level[middle] <= at:
            low = middle
        else:
            high = middle
    return low


@njit(cache=True, nogil=True, error_model="numpy")
def take_sides(rows, sharing, seats, standing):
    """Write between which two networks each cell stands, and the weight of the second."""
    line_up(rows, seats, standing)
    order, level = rows.order, rows.level
    for i in range(standing.shape[0]):
        for k in range(standing.shape[1]):
            n = rows.row[i, k]
            if n < 0:
                continue
            low, end, at = rows.below[i, k], rows.bounds[n, 1], standing[i, k]
            if low < rows.bounds[n, 0] or not level[low] <= at < level[min(low + 1, end - 1)]:
                low = place_below(level, rows.bounds[n, 0], end, at)
                rows.below[i, k] = low
            high = min(low + 1, end - 1)
            wide = level[high] - level[low]
            share = (at - level[low]) / wide if wide > 0.0 else 0.0
            sharing.first[i, k], sharing.second[i, k] = order[low], order[high]
            sharing.share[i, k] = min(max(share, 0.0), 1.0)
    for q in range(seats.shape[0]):
        i, k = seats[q]
        if rows.row[i, k] >= 0:
            sharing.first[i, k] = sharing.second[i, k] = q
            sharing.share[i, k] = 0.0
