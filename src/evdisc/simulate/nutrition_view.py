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
from evdisc.protocol.disc_specs import DiscSpec
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
    found = solve(grid, values, study.disc)
    title = f"{study.disc.preset}, grade {study.disc.grade}"
    summary = _summary(study, grid, found.fields, values) | {"iterations": found.iterations}
    return View(grid, found.fields, title, summary)


@dataclass(frozen=True)
class Steady:
    """Steady nutrients, in the units of :data:`FIELDS`, and the Newton steps they took."""

    fields: Mapping[str, Floats]
    iterations: int


def solve(grid: Grid, values: Values, disc: DiscSpec) -> Steady:
    """Steady nutrients of the disc as it is before any insult but its occlusion and cell loss.

    Raises:
        SolveError: no steady state was found; says what to change.
    """
    living = disc.living_fraction
    if disc.insult.cell_loss:
        living *= 1.0 - disc.insult.cell_loss.share
    open_share = disc.insult.occlusion.open_fraction if disc.insult.occlusion else 1.0
    return steady_state(
        grid, values, disc.rate_law, culture=disc.culture, living=living, endplate_open=open_share
    )


def steady(grid: Grid, values: Values, rate_law: str) -> Mapping[str, Floats]:
    """Oxygen, glucose, lactate and pH of the healthy disc, in the units of :data:`FIELDS`.

    Raises:
        SolveError: no steady state was found.
    """
    return steady_state(grid, values, rate_law).fields


def steady_state(
    grid: Grid, values: Values, rate_law: str, *, culture: str = "in vivo", living: float = 1.0,
    endplate_open: float = 1.0, volume_ratio: tuple[float, float, float] = (1.0, 1.0, 1.0),
) -> Steady:  # fmt: skip
    """Steady nutrients on a grid.

    Args:
        grid: half-disc grid of the healthy disc.
        values: parameters.
        rate_law: ``published`` or ``guarded``.
        culture: ``in vivo``, or ``free swelling`` with medium on all free faces.
        living: living share of the cells.
        endplate_open: open endplate area relative to that of the parameters.
        volume_ratio: volume of nucleus, annulus and endplate relative to the healthy tissue.

    Raises:
        SolveError: no steady state was found; says what to change.
    """
    empty = np.zeros(0, dtype=np.int64)
    objects = {"grid": grid, "rate_law": rate_law, "culture": culture}
    setting = Setting("disc", grid.volume, grid.region, empty, empty, objects=objects)
    density = [values.number("cell_density", region=r, unit="cells/m3") for r in REGIONS]
    cells = living * np.array([*density, 0.0])[grid.region]
    out = {name: np.zeros(grid.shape) for name, _, _ in FIELDS}
    mechanism = nutrition.MECHANISM
    prepared = mechanism.prepare(setting)
    mechanism.kernel(
        np.zeros(4), pack(mechanism.parameters, values), *prepared, cells,
        np.array([endplate_open]), np.array(volume_ratio), *out.values(),
    )  # fmt: skip
    steps = int(prepared[nutrition.COUNT][0])
    inside = grid.region <= 2
    if steps < 0 or not all(np.isfinite(field[inside]).all() for field in out.values()):
        advice = "try disc.rate_law=guarded" if rate_law == "published" else (
            "try fewer cells, a wider open endplate, or a finer grid"
        )  # fmt: skip
        raise SolveError("the nutrients of this disc have no steady state", advice=advice)
    return Steady({name: out[name] / size for name, _, size in FIELDS}, steps)


def _summary(
    study: DiscStudy, grid: Grid, fields: Mapping[str, Floats], values: Values
) -> dict[str, Any]:
    regions: dict[str, Any] = {}
    for c, region in enumerate(REGIONS):
        inside = grid.region == c
        weight = grid.volume[inside]
        regions[region] = {
            f"{name}_{unit}" if unit else "pH": {
                "min": _round(fields[name][inside].min()),
                "mean": _round((fields[name][inside] * weight).sum() / weight.sum()),
                "max": _round(fields[name][inside].max()),
            }
            for name, unit, _ in FIELDS
        }
    disc_cells = (grid.region <= 1) * grid.volume
    dying = (fields["glucose"] < values.number("glucose_death_threshold")) | (
        fields["ph"] < values.number("ph_death_threshold")
    )
    living = 1.0 - (disc_cells * dying).sum() / disc_cells.sum()
    half_height = float(grid.z_faces[np.any(grid.region <= 1, axis=0).sum()])
    return {
        "disc": study.disc.preset, "grade": study.disc.grade, "rate_law": study.disc.rate_law,
        "culture": study.disc.culture, "regions": regions, "living_fraction": _round(living),
        "height_mm": _round(2e3 * half_height),
        "endplate_diffusivity_factor": _round(values.number("endplate_diffusivity_factor")),
        "warnings": _warnings(study, fields, grid, living),
    }  # fmt: skip


def _warnings(
    study: DiscStudy, fields: Mapping[str, Floats], grid: Grid, living: float
) -> list[str]:
    told = [
        "every parameter stands at its median",
        "an axisymmetric disc is good for means, poor for the extremes of a real one",
    ]
    if fields["glucose"][grid.region <= 2].min() < 0.0:
        told.append("glucose is negative: the published sink does not vanish with glucose")
    if living < 1.0:
        told.append(
            f"{100 * (1 - living):.3g} % of nucleus and annulus lie below the glucose or pH that "
            "cells need; they are still counted as living in this solve"
        )
    if study.disc.insult.puncture or study.disc.insult.enzyme:
        told.append("the disc is shown before its puncture or enzyme")
    return told


def _round(x: float) -> float:
    return float(f"{x:.6g}")
