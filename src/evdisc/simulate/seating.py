"""Seating: which grid cells of a disc hold a network of their own.

Nucleus and annulus have as many, whatever their size, the thin endplate twice as many: between
bone and nucleus it is the most varied. In the nucleus, into which vesicles are put, and in the
endplate cells stand in several rows along the radius, so that cells which feel alike but differ
otherwise are not taken for one another. In a row the seats are spread evenly over the order in
which cytokines of the whole disc would reach its cells.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from evdisc.cell.field import lanes
from evdisc.cell.neighbours import Rows, rows_of
from evdisc.mechanism.contract import REGIONS
from evdisc.mechanism.setting import Setting
from evdisc.simulate.assemble import pack
from evdisc.simulate.values import Values
from evdisc.solve.grid import Grid
from evdisc.tissue import cytokines

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

#: networks a region has at least, times the edge: fates differ as much on a coarse grid
LEAST = 128
#: networks a row has at least where there are several
LEAST_OF_ROW = 12
#: networks of nucleus, annulus and endplate over the usual number, and rows they have at most
SHARE, MOST_ROWS = (1, 1, 2), (3, 1, 2)
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
    nearest, row = np.full(grid.shape, -1), np.full(grid.shape, -1)
    place = np.zeros(grid.shape)
    seats: list[Ints] = []
    bounds: list[tuple[int, int]] = []
    region: list[int] = []
    for c, cells, count in rows_of_cells(grid.region, edge):
        cells = cells[np.argsort(level[tuple(cells.T)], kind="stable")]
        at, first = np.linspace(0.0, 1.0, len(cells)), len(region)
        inside = tuple(cells.T)
        nearest[inside] = first + np.rint(at * (count - 1)).astype(np.int64)
        row[inside], place[inside] = len(bounds), at
        seats.append(cells[np.rint(np.linspace(0, len(cells) - 1, count)).astype(np.int64)])
        bounds.append((first, first + count))
        region += [c] * count
    return Seating(nearest, np.array(region), np.concatenate(seats), rows_of(row, place, bounds))


def rows_of_cells(region: NDArray[np.int8], edge: int) -> Iterator[tuple[int, Ints, int]]:
    """Region, grid cells (cells, 2) and number of networks of each row.

    The usual number fills the vector units that advance networks side by side.
    """
    inside = int((region < len(REGIONS)).sum())
    usual = lanes(max(inside // (len(REGIONS) * edge**2), LEAST // edge))
    for c in range(len(REGIONS)):
        cells = np.argwhere(region == c)
        count = len(cells) if edge == 1 else min(SHARE[c] * usual, len(cells))
        rows = min(MOST_ROWS[c], max(count // LEAST_OF_ROW, 1))
        along = cells[np.argsort(cells[:, 0], kind="stable")]
        for part, own in zip(
            np.array_split(along, rows), np.array_split(np.arange(count), rows), strict=True
        ):
            if own.size:
                yield c, part, own.size
