"""Steady nutrients of a healthy disc alone: what `evdisc nutrition` shows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from evdisc.errors import InputError, SolveError
from evdisc.evidence.library import load
from evdisc.mechanism.contract import REGIONS
from evdisc.mechanism.setting import Setting
from evdisc.protocol.specs import DiscStudy
from evdisc.protocol.yaml_io import from_document, load_protocol
from evdisc.simulate.assemble import pack
from evdisc.simulate.site import disc_context, disc_grid, disc_overrides, geometry
from evdisc.simulate.values import Values
from evdisc.solve.grid import Grid
from evdisc.tissue import nutrition

Floats = NDArray[np.float64]

#: name, unit and SI value of one unit
FIELDS = (("oxygen", "kPa", 1e3), ("glucose", "mM", 1.0), ("lactate", "mM", 1.0), ("ph", "", 1.0))
#: read-outs of a map are stable to about 1 % on this grid
LEAST_CELLS = (40, 30)


@dataclass(frozen=True)
class View:
    """Steady nutrients on a grid.

    Attributes:
        grid: half-disc grid.
        fields: name -> (nr, nz) in the unit of :data:`FIELDS`.
        title: disc in words.
        summary: extremes and means by region, for a table or JSON.
    """

    grid: Grid
    fields: Mapping[str, Floats]
    title: str
    summary: Mapping[str, Any]


def disc_study(text: str, overrides: Sequence[str] = ()) -> DiscStudy:
    """The disc study a user names: a preset, or a protocol file.

    Raises:
        InputError: neither; offers the nearest preset.
    """
    if Path(text).suffix in (".yaml", ".yml") or Path(text).exists():
        spec = load_protocol(Path(text), overrides).spec
        if not isinstance(spec, DiscStudy):
            raise InputError(
                "is no disc study", file=text, key="kind", value=spec.kind, expected="disc"
            )
        return spec
    document = {
        "evdisc": 1,
        "kind": "disc",
        "title": text,
        "disc": {"preset": text},
        "duration": "1 d",
    }
    spec = from_document(document, overrides).spec
    assert isinstance(spec, DiscStudy)
    return spec


def view(study: DiscStudy) -> View:
    """Solve the nutrients of the healthy disc of ``study`` at the median of every parameter.

    Raises:
        SolveError: no steady state was found.
    """
    values = Values(load(), disc_context(study.disc), overrides=disc_overrides(study.disc))
    numerics = study.numerics
    size = geometry(values)
    grid = disc_grid(
        size,
        max(numerics.radial_cells, LEAST_CELLS[0]),
        max(numerics.axial_cells, LEAST_CELLS[1]),
        like=size,
    )
    fields = steady(grid, values, study.disc.rate_law)
    title = f"{study.disc.preset}, grade {study.disc.grade}"
    return View(grid, fields, title, _summary(study, grid, fields, values))


def steady(grid: Grid, values: Values, rate_law: str) -> dict[str, Floats]:
    """Oxygen, glucose, lactate and pH of the healthy disc, in the units of :data:`FIELDS`.

    Raises:
        SolveError: no steady state was found.
    """
    empty = np.zeros(0, dtype=np.int64)
    setting = Setting(
        "disc", grid.volume, grid.region, empty, empty, objects={"grid": grid, "rate_law": rate_law}
    )
    density = [values.number("cell_density", region=r, unit="cells/m3") for r in REGIONS]
    cells = np.array([*density, 0.0])[grid.region]
    out = {name: np.zeros(grid.shape) for name, _, _ in FIELDS}
    mechanism = nutrition.MECHANISM
    mechanism.kernel(
        np.zeros(4), pack(mechanism.parameters, values), *mechanism.prepare(setting), cells,
        *out.values(),
    )  # fmt: skip
    if not all(np.isfinite(field).all() for field in out.values()):
        raise SolveError(
            "the nutrients of this disc have no steady state",
            advice="try rate_law: guarded, or a less extreme disc",
        )
    return {name: out[name] / size for name, _, size in FIELDS}


def _summary(
    study: DiscStudy, grid: Grid, fields: Mapping[str, Floats], values: Values
) -> dict[str, Any]:
    regions: dict[str, Any] = {}
    for c, region in enumerate(REGIONS):
        inside = grid.region == c
        weight = grid.volume[inside]
        regions[region] = {
            name: {"min": _round(fields[name][inside].min()),
                   "mean": _round((fields[name][inside] * weight).sum() / weight.sum()),
                   "max": _round(fields[name][inside].max())}
            for name, _, _ in FIELDS
        }  # fmt: skip
    inside = grid.region <= 1
    starving = fields["glucose"] < values.number("glucose_death_threshold")
    share = (grid.volume * (starving & inside)).sum() / grid.volume[inside].sum()
    return {
        "disc": study.disc.preset, "grade": study.disc.grade, "rate_law": study.disc.rate_law,
        "units": {name: unit or "pH" for name, unit, _ in FIELDS}, "regions": regions,
        "share_below_glucose_death_threshold": _round(share),
        "endplate_diffusivity_factor": _round(values.number("endplate_diffusivity_factor")),
        "note": "every parameter at its median; an axisymmetric disc is good for means, poor for "
                "extremes of a real one",
    }  # fmt: skip


def _round(x: float) -> float:
    return float(f"{x:.6g}")
