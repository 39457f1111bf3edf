"""Steady nutrients on a grid, and their region means extrapolated from two grids."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from evdisc.errors import SolveError
from evdisc.mechanism.contract import REGIONS
from evdisc.mechanism.setting import Setting
from evdisc.simulate.assemble import pack
from evdisc.simulate.values import Values
from evdisc.solve.grid import Grid
from evdisc.tissue import nutrition

Floats = NDArray[np.float64]

#: name, unit and SI value of one unit
FIELDS = (("oxygen", "kPa", 1e3), ("glucose", "mM", 1.0), ("lactate", "mM", 1.0), ("ph", "", 1.0))


@dataclass(frozen=True)
class Steady:
    """Steady nutrients: fields (nr, nz) in the units of :data:`FIELDS` and the Newton steps."""

    grid: Grid
    fields: Mapping[str, Floats]
    iterations: int

    def mean(self, name: str, region: int) -> float:
        """Volume mean of a field over a region."""
        return self.grid.mean(self.fields[name], region)


@dataclass(frozen=True)
class Conditions:
    """What nutrients are solved for.

    Attributes:
        rate_law: ``published`` or ``guarded``.
        culture: ``in vivo``, or ``free swelling`` with medium on all free faces.
        living: living share of the cells.
        endplate_open: open endplate area relative to that of the parameters.
        volume_ratio: volume of nucleus, annulus and endplate relative to the healthy tissue.
    """

    rate_law: str = "guarded"
    culture: str = "in vivo"
    living: float = 1.0
    endplate_open: float = 1.0
    volume_ratio: tuple[float, float, float] = (1.0, 1.0, 1.0)


@dataclass(frozen=True)
class Tissue:
    """Parameters of the nutrition mechanism, packed, and cells per m3 by region."""

    packed: Floats
    density: tuple[float, ...]

    @classmethod
    def of(cls, values: Values) -> Tissue:
        """The tissue the parameters describe."""
        density = (values.number("cell_density", region=r, unit="cells/m3") for r in REGIONS)
        return cls(pack(nutrition.MECHANISM.parameters, values), tuple(density))


def steady_state(
    grid: Grid, tissue: Tissue | Values, at: Conditions | str, start: Steady | None = None
) -> Steady:
    """Steady nutrients on a grid of the healthy disc.

    Args:
        grid: half or whole disc.
        tissue: its parameters.
        at: conditions, or the rate law of the conditions in vivo.
        start: what is known on the same or a coarser nested grid, taken as the first guess.

    Raises:
        SolveError: no steady state was found; says what to change.
    """
    tissue = tissue if isinstance(tissue, Tissue) else Tissue.of(tissue)
    at = at if isinstance(at, Conditions) else Conditions(at)
    empty = np.zeros(0, dtype=np.int64)
    objects: dict[str, Any] = {"grid": grid, "rate_law": at.rate_law, "culture": at.culture}
    setting = Setting("disc", grid.volume, grid.region, empty, empty, objects=objects)
    cells = at.living * np.array([*tissue.density, 0.0])[grid.region]
    prepared = nutrition.MECHANISM.prepare(setting)
    if start is not None:
        prepared[nutrition.START][:] = onto(grid, start)
    out = {name: np.zeros(grid.shape) for name, _, _ in FIELDS}
    nutrition.MECHANISM.kernel(
        np.zeros(4), tissue.packed, *prepared, cells, np.array([at.endplate_open]),
        np.array(at.volume_ratio), *out.values(),
    )  # fmt: skip
    steps = int(prepared[nutrition.COUNT][0])
    inside = grid.region <= 2
    if steps < 0 or not all(np.isfinite(field[inside]).all() for field in out.values()):
        advice = "try disc.rate_law=guarded" if at.rate_law == "published" else (
            "try fewer cells, a wider open endplate, or a finer grid"
        )  # fmt: skip
        raise SolveError("the nutrients of this disc have no steady state", advice=advice)
    return Steady(grid, {name: out[name] / size for name, _, size in FIELDS}, steps)


def onto(grid: Grid, known: Steady) -> Floats:
    """Solutes (nr, nz, 3), SI, of a coarser nested grid on the cells of ``grid``."""
    times = (grid.shape[0] // known.grid.shape[0], grid.shape[1] // known.grid.shape[1])
    solutes = [size * known.fields[name] for name, _, size in FIELDS[:3]]
    return np.repeat(np.repeat(np.stack(solutes, axis=-1), times[0], 0), times[1], 1)


@dataclass(frozen=True)
class Refined:
    """Steady nutrients on a grid and on its half; the first serves as start of the second."""

    coarse: Steady
    fine: Steady

    def mean(self, name: str, region: int) -> float:
        """Region mean extrapolated to a vanishing cell size (Richardson 1911).

        The error of a mean falls with the square of the cell size, so a third of the step from
        coarse to fine is what is left (doi:10.1098/rsta.1911.0009).
        """
        fine = self.fine.mean(name, region)
        return fine + (fine - self.coarse.mean(name, region)) / 3.0

    def error(self, name: str, region: int) -> float:
        """How far the mean on the fine grid is from the extrapolated one: a bound, not a guess."""
        return abs(self.mean(name, region) - self.fine.mean(name, region))


def refined(grid: Grid, tissue: Tissue | Values, at: Conditions | str) -> Refined:
    """Steady nutrients on ``grid`` and its half.

    Raises:
        ValueError: a segment of the grid has an odd number of cells.
        SolveError: no steady state was found.
    """
    coarse = steady_state(grid.halved(), tissue, at)
    return Refined(coarse, steady_state(grid, tissue, at, start=coarse))
