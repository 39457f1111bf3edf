"""The null study: under labels dealt anew, does the interval of the AUC hold one half?"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from evdisc.diagnose.cohort import Cohort
from evdisc.diagnose.evaluate import cross_validate, judged
from evdisc.diagnose.permute import relabelled, spread
from evdisc.diagnose.settings import Settings, generator


def null_study(
    cohort: Cohort, settings: Settings, seeds: int, tick: Callable[[], None] = lambda: None
) -> dict[str, Any]:
    """Relabel donors over the whole cohort ``seeds`` times and judge each table.

    Returns: ``seeds``, ``covered`` (intervals that hold 0.5), ``share``, ``mean`` and ``sd`` of
    the AUC, ``rows`` [{seed, value, low, high}].
    """
    rows = []
    for row in spread(_one, [(cohort, settings, seed) for seed in range(seeds)], settings.jobs):
        rows.append(row)
        tick()
    covered = sum(r["low"] <= 0.5 <= r["high"] for r in rows)
    values = [r["value"] for r in rows]
    return {
        "format": "evdisc-null-study/1", "samples": len(cohort.ids), "models": settings.models,
        "seeds": seeds, "covered": covered, "share": covered / seeds,
        "mean": float(np.mean(values)), "sd": float(np.std(values)), "rows": rows,
        "simulated": cohort.simulated,
    }  # fmt: skip


def _one(task: tuple[Cohort, Settings, int]) -> dict[str, Any]:
    cohort, settings, seed = task
    codes = relabelled(cohort, generator(seed, "null study"), within_batch=False)
    own = replace(settings, seed=seed)
    told = cross_validate(cohort.with_codes(codes), own, name="null")
    return {"seed": seed, **judged(cohort.with_codes(codes), told).row}
