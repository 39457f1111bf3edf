"""One platform of a plan: cells, medium, batches, days, bottleneck, schedule, cost.

    cells = vesicles in the medium / per cell
    units = vesicles in the medium / per unit, rounded up
    batches = units / units in a batch, rounded up
    doses per batch = units in a batch x per unit x kept of what is released / vesicles a dose
    lever of a step = cells left to grow if it lost nothing = the share it keeps

Arithmetic of our choice; the largest lever is called the bottleneck.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from evdisc.evidence.names import names
from evdisc.manufacture import isolation
from evdisc.manufacture.draws import Floats, rounded, triple
from evdisc.manufacture.expansion import Expansion, expansion
from evdisc.manufacture.frame import Frame
from evdisc.manufacture.platforms import Culture, culture
from evdisc.manufacture.prices import cost
from evdisc.manufacture.published import measured_beside
from evdisc.manufacture.schedule import (
    DAY,
    Stage,
    campaign,
    one_batch,
    picture,
    stages,
    working_days,
)

PER_UG, LITRE, ML = 1e-9, 1e-3, 1e-6


def most_per_cell(made: Frame) -> float:
    """What a cell gives in a run on the best platform there is, asked for or not."""
    beside = replace(made.draws, used={})  # what is only compared with is not read
    parent, own = made.want.vesicle.source.cell, made.product.yield_gain
    every = (culture(name, parent, own, beside) for name in names("platform"))
    return max(float(np.median(c.per_cell)) for c in every)


def platform_row(own: Culture, best: float, made: Frame) -> dict[str, Any]:
    """A platform as JSON; ``best`` is what :func:`most_per_cell` returns."""
    cells = made.in_medium / own.per_cell
    units = np.ceil(made.in_medium / own.per_unit)
    batches = np.ceil(units / own.units)
    in_batch = np.minimum(units, own.units)
    growth = expansion(in_batch * own.cells, made.want.vesicle.source.cell, made.draws)
    harvested = in_batch * own.medium * own.harvests
    work = isolation.hours(made.chain.steps, harvested, made.draws)
    bars = stages(own, growth, list(zip(made.chain.steps, work, strict=True)), made.loaded,
                  made.draws)  # fmt: skip
    medium = units * own.medium * own.harvests + growth.medium * batches
    days = campaign(bars, batches) / DAY
    doses = own.units * own.per_unit * made.kept_of_released / made.per_dose
    return {
        "platform": own.name, "cells": triple(cells), "cells_per_unit": triple(own.cells),
        "units": triple(units), "units_per_batch": triple(own.units), "batches": triple(batches),
        "medium_L": triple(medium / LITRE),
        "conditioned_medium_L": triple(units * own.medium * own.harvests / LITRE),
        "days": triple(days), "days_one_batch": triple(one_batch(bars) / DAY),
        "doses_per_batch": triple(doses),
        "p_batch_meets_dose": rounded(float(np.mean(doses >= 1.0))),
        "p_batch_meets_all": rounded(float(np.mean(batches <= 1.0))),
        "vesicles_per_cell_per_day": triple(own.rate * DAY),
        "vesicles_per_mL": triple(own.concentration * ML),
        **_bottleneck(own, best, made, bars),
        "purity": triple(made.chain.per_mass * PER_UG), "expansion": expansion_row(growth),
        "schedule": picture(bars, growth), "published": measured_beside(own, made.draws),
        "cost": _cost(own, made, growth, batches, units, medium, harvested,
                      working_days(bars, batches)),
    }  # fmt: skip


def expansion_row(growth: Expansion) -> dict[str, Any]:
    """Expansion as JSON."""
    return {
        "doublings": triple(growth.doublings), "passages": triple(growth.passages),
        "last_passage": triple(growth.last_passage),
        "passage_limit": rounded(float(np.median(growth.limit))),
        "probability_limit_exceeded": rounded(growth.exceeded),
        "vials_within_limit": triple(growth.vials), "days": triple(growth.time / DAY),
    }  # fmt: skip


def _bottleneck(own: Culture, best: float, made: Frame, bars: list[Stage]) -> dict[str, Any]:
    """Levers: cells needed, of those now, if a step lost nothing or a culture gave the most."""
    levers = [{"step": s.step, "cells_left": rounded(float(np.median(s.kept)))} for s in made.steps]
    share = float(np.median(own.per_cell)) / best
    if share < 1.0:
        levers.append({"step": "culture", "cells_left": rounded(share)})
    levers.sort(key=lambda lever: float(lever["cells_left"] or 0.0))
    longest = max(bars, key=lambda s: float(np.median(s.time)))
    return {"bottleneck": levers[0]["step"], "levers": levers, "longest_stage": longest.name}


def _cost(
    own: Culture, made: Frame, growth: Expansion, batches: Floats, units: Floats, medium: Floats,
    harvested: Floats, days: Floats,
) -> dict[str, Any] | None:  # fmt: skip
    if made.asked.prices is None:
        return None
    runs = isolation.runs(made.chain.steps, harvested, made.draws)
    by_step: dict[str, Floats] = {}
    for step, count in zip(made.chain.steps, runs, strict=True):
        by_step[step] = by_step.get(step, np.zeros(1)) + count * batches
    counts: dict[str, Any] = {
        "medium_litre": medium / LITRE, "bank_vial": growth.vials * batches,
        "culture_unit": {own.name: units}, "isolation_run": by_step,
        "loading_batch": batches * made.loaded, "quality_control_batch": batches,
        "fill_batch": batches, "release_batch": batches, "labour_day": days, "facility_day": days,
    }  # fmt: skip
    return cost(made.asked.prices, counts, made.want.doses)
