"""A plan: what a protocol's dose takes, platform by platform, as one plain result."""

from __future__ import annotations

from typing import Any

import numpy as np

from evdisc import __version__
from evdisc.evidence.library import Library
from evdisc.manufacture.cautions import cautions
from evdisc.manufacture.dose import CONVENTION
from evdisc.manufacture.draws import Draws, Floats, named, rounded, spread_of, triple
from evdisc.manufacture.expansion import expansion
from evdisc.manufacture.frame import Asked, Frame, frame
from evdisc.manufacture.isolation import Isolated
from evdisc.manufacture.losses import left_after
from evdisc.manufacture.platform_row import expansion_row, most_per_cell, platform_row
from evdisc.manufacture.platforms import culture
from evdisc.manufacture.published import review_arithmetic

FORMAT = "evdisc-manufacture/1"
UG = 1e-9
#: influence below which an assumed number is not worth a reader's time
LEAST_INFLUENCE = 0.05


def plan(asked: Asked, library: Library) -> dict[str, Any]:
    """The plan as a result that can be stored as JSON.

    Raises:
        InputError: see :func:`frame`.
    """
    made = frame(asked, library)
    parent = made.want.vesicle.source.cell
    something = bool(np.any(made.per_dose > 0.0))
    cultures = {
        name: culture(name, parent, made.product.yield_gain, made.draws)
        for name in (asked.platforms if something else ())
    }  # fmt: skip
    best = most_per_cell(made) if cultures else 0.0
    rows = [platform_row(c, best, made) for c in cultures.values()]
    result = {
        "format": FORMAT, "evdisc": __version__, "protocol": asked.study.title,
        "seed": asked.seed, "draws": asked.draws, "doses": _doses(made), "need": _need(made),
        "isolation": list(made.chain.steps), "purity": _purity(made.chain), "platforms": rows,
        "losses": [
            {"step": s.step, "factor": triple(s.kept), "left": triple(left)}
            for s, left in zip(made.steps, left_after(made.steps), strict=True)
        ],
        "review": review_arithmetic(made.chain.per_mass, made.kept, made.draws),
    }  # fmt: skip
    outcome = made.in_medium / next(iter(cultures.values())).per_cell if cultures else made.per_dose
    return result | {
        "assumed": _assumed(made.draws, outcome),
        "warnings": cautions(made, rows),
        "citations": made.draws.sources(),
    }


def _doses(made: Frame) -> dict[str, Any]:
    want = made.want
    return {
        "stated_in": "protein" if want.protein is not None else "vesicles",
        "protein_ug": None if want.protein is None else rounded(want.protein / UG),
        "vesicles_per_injection": triple(made.per_dose), "injections": want.injections,
        "subjects": want.subjects, "doses": want.doses, "route": want.route,
        "convention": CONVENTION,
    }  # fmt: skip


def _need(made: Frame) -> dict[str, Any]:
    want = made.want
    delivered = made.per_dose * want.doses
    out: dict[str, Any] = {
        "vesicles_delivered": triple(delivered),
        "vesicles_in_medium": triple(made.in_medium),
        "vesicles_in_medium_per_dose": triple(made.per_dose / made.kept),
        "kept": triple(made.kept),
        "protein_delivered_ug": triple(delivered / made.chain.per_mass / UG),
        "cells_given": None,
    }
    if want.cells:
        grown = np.full(made.draws.count, want.cells * want.doses)
        growth = expansion(grown, want.vesicle.source.cell, made.draws)
        out["cells_given"] = {"cells": want.cells * want.doses, **expansion_row(growth)}
    return out


def _purity(chain: Isolated) -> list[dict[str, Any]]:
    return [
        {"after": step, "particles_per_ug": triple(x * UG)}
        for step, x in zip(chain.steps, chain.purities, strict=True)
    ]


def _assumed(draws: Draws, outcome: Floats) -> list[str]:
    """Assumed rows read, those that move the cells needed most first."""
    moved = spread_of(draws.drawn, outcome)
    weight: dict[str, float] = {}
    for name, by in moved.items():
        row = draws.used.get(name.partition("#")[0])
        if row is not None and row.tier == "assumed":
            weight[named(row)] = max(weight.get(named(row), 0.0), abs(by))
    order = [n for n in sorted(weight, key=lambda n: (-weight[n], n))
             if weight[n] >= LEAST_INFLUENCE]  # fmt: skip
    return order + [n for n in draws.assumed() if n not in order]
