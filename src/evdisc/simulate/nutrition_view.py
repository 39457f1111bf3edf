"""Steady nutrients of a healthy disc alone: what `evdisc nutrition` shows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from evdisc.errors import InputError
from evdisc.evidence.library import load
from evdisc.mechanism.contract import REGIONS
from evdisc.protocol.disc_specs import DiscSpec
from evdisc.protocol.specs import DiscStudy
from evdisc.protocol.yaml_io import from_document, load_protocol
from evdisc.simulate.site import disc_context, disc_grid, disc_overrides, geometry
from evdisc.simulate.steady_nutrients import FIELDS, Conditions, Floats, Refined, refined
from evdisc.simulate.values import Values
from evdisc.solve.grid import Grid

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
        refine=2,
    )
    found = refined(grid, values, conditions(study.disc))
    title = f"{study.disc.preset}, grade {study.disc.grade}"
    return View(grid, found.fine.fields, title, _summary(study, found, values))


def conditions(disc: DiscSpec) -> Conditions:
    """The disc as it is before any insult but its occlusion and cell loss."""
    living = disc.living_fraction
    if disc.insult.cell_loss:
        living *= 1.0 - disc.insult.cell_loss.share
    opened = disc.insult.occlusion.open_fraction if disc.insult.occlusion else 1.0
    return Conditions(disc.rate_law, disc.culture, living, opened)


def _summary(study: DiscStudy, found: Refined, values: Values) -> dict[str, Any]:
    grid, fields = found.fine.grid, found.fine.fields
    regions: dict[str, Any] = {}
    error = 0.0
    for c, region in enumerate(REGIONS):
        inside = grid.region == c
        if not inside.any():
            continue
        regions[region] = {
            f"{name}_{unit}" if unit else "pH": {
                "min": _round(fields[name][inside].min()),
                "mean": _round(found.mean(name, c)),
                "max": _round(fields[name][inside].max()),
            }
            for name, unit, _ in FIELDS
        }
        error = max(error, *(found.error(n, c) / abs(found.mean(n, c)) for n, _, _ in FIELDS))
    disc_cells = (grid.region <= 1) * grid.volume
    dying = (fields["glucose"] < values.number("glucose_death_threshold")) | (
        fields["ph"] < values.number("ph_death_threshold")
    )
    living = 1.0 - (disc_cells * dying).sum() / disc_cells.sum()
    half_height = float(grid.z_faces[(grid.region <= 1).any(axis=0).sum()])
    return {
        "disc": study.disc.preset, "grade": study.disc.grade, "rate_law": study.disc.rate_law,
        "culture": study.disc.culture, "regions": regions, "living_fraction": _round(living),
        "height_mm": _round(2e3 * half_height),
        "iterations": found.fine.iterations, "cells": list(grid.shape),
        "relative_error_of_means": _round(error),
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
