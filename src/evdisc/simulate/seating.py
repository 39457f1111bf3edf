"""Seating: which grid cells of a disc hold a network of their own.

Each region has as many, whatever its size: a thin endplate is as varied as the wide annulus. In
the nucleus, into which vesicles are put, cells stand in several rows along the disc's height, so
that cells which feel alike but differ in vesicles are not taken for one another. In a row the seats
are spread evenly over the order in which cytokines of the whole disc would reach its cells.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from evdisc.cell.neighbours import Rows, rows_of
from evdisc.mechanism.contract import REGIONS
from evdisc.mechanism.setting import Setting
from evdisc.simulate.assemble import pack
from evdisc.simulate.values import Values
from evdisc.solve.grid import Grid
from evdisc.tissue import cytokines

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

#: networks a region has at least, and those a row of the nucleus has
LEAST, LEAST_OF_ROW = 4, 12
MOST_ROWS = 3
#: s in which cytokines reach a steady state
STEADY = 7 * 86400.0


class Seating(NamedTuple):
    """Networks of a disc.

    Attributes:
        nearest: (nr, nz) network in whose place a cell is expected, -1 outside.
        region: (networks,) region of each network.
        seats: (networks, 2) grid cell it sits in.
        rows: rows of cells, see :class:`evdisc.cell.neighbours.Rows`.
    """

    nearest: Ints
    region: Ints
    seats: Ints
    rows: Rows


def spread(grid: Grid, values: Values) -> Floats:
    """Level (nr, nz) to which one unit of IL-1beta a second, made everywhere, rises."""
    none = np.zeros(0, dtype=np.int64)
    setting = Setting("disc", grid.volume, grid.region, none, none, objects={"grid": grid})
    mechanism = cytokines.MECHANISM
    if mechanism.name not in values.packed:
        values.packed[mechanism.name] = pack(mechanism.parameters, values)
    made = (grid.region <= 1).astype(np.float64)
    nothing, level, other = np.zeros(grid.shape), np.zeros(grid.shape), np.zeros(grid.shape)
    mechanism.kernel(
        np.array([0.0, STEADY, 0.0, 0.0]), values.packed[mechanism.name],
        *mechanism.prepare(setting), made, nothing, np.zeros(1), level, other,
    )  # fmt: skip
    return level


def take_seats(grid: Grid, level: Floats, edge: int) -> Seating:
    """Seats of about one network for ``edge`` x ``edge`` grid cells; all cells have one at 1.

    ``level`` (nr, nz) orders the cells of a row.
    """
    inside = grid.region < len(REGIONS)
    nearest, row = np.full(grid.shape, -1), np.full(grid.shape, -1)
    place = np.zeros(grid.shape)
    seats: list[Ints] = []
    bounds: list[tuple[int, int]] = []
    region: list[int] = []
    for c in range(len(REGIONS)):
        cells = np.argwhere(grid.region == c)
        count = len(cells) if edge == 1 else max(int(inside.sum()) // (3 * edge**2), LEAST)
        count = min(count, len(cells))
        rows = min(MOST_ROWS, max(count // LEAST_OF_ROW, 1)) if c == 0 else 1
        for number, part in enumerate(np.array_split(cells[np.argsort(cells[:, 1], kind="stable")], rows)):
            if not len(part):
                continue
            own = count // rows + (number < count % rows)
            order = np.argsort(level[part[:, 0], part[:, 1]], kind="stable")
            part = part[order]
            at = np.arange(len(part)) / max(len(part) - 1, 1)
            first = len(region)
            i, k = part.T
            nearest[i, k] = first + np.rint(at * (own - 1)).astype(np.int64)
            row[i, k], place[i, k] = len(bounds), at
            seats.append(part[np.rint(np.linspace(0, len(part) - 1, own)).astype(np.int64)])
            bounds.append((first, first + own))
            region += [c] * own
    return Seating(
        nearest, np.array(region), np.concatenate(seats), rows_of(row, place, bounds)
    )  # fmt: skip
