"""The oracle: one member run again without sharing networks and with fine steps, beside the run.

What a run saves - one network for a patch of cells, macro steps of hours, nutrients that follow
only once cells have moved - is seen in the difference.
"""

from __future__ import annotations

import time
from typing import Any

import numpy as np

from evdisc.errors import InputError
from evdisc.evidence.library import Library
from evdisc.outcome.effects import rounded
from evdisc.outcome.readouts import describe, disc_readouts
from evdisc.protocol.specs import DiscStudy, DishStudy
from evdisc.simulate import disc
from evdisc.study.worker import draw

#: an oracle steps this many times more finely than the run
FINER = 8
#: read-outs that are compared as means; the fields are compared cell by cell
SHOWN = ("disc height index", "GAG", "living cells", "water content", "annulus integrity")


def require_disc(study: DiscStudy | DishStudy) -> DiscStudy:
    """The study, where it can have an oracle.

    Raises:
        InputError: it is no disc.
    """
    if not isinstance(study, DiscStudy):
        raise InputError(
            "there is an oracle for discs alone", key="--oracle", value=study.kind, expected="disc"
        )
    return study


def oracle(study: DiscStudy, member: int, library: Library) -> dict[str, Any]:
    """Errors of the treated arm of a member against its oracle.

    Returns ``means``, by read-out the largest difference over time and that at the end, as shares
    of the full scale (100 % or the largest level), and ``fields``, by field the largest and the
    root mean square difference in a cell at the end, as shares of the largest value.
    """
    arm, began = disc.arms(study)[0], time.perf_counter()
    runs, seconds = [], []
    for spec in (study, finest(study)):
        one = draw(spec, member, library)
        run = disc.run_arm(spec, one, arm, "stoichiometric")
        runs.append((run, disc_readouts(run, one.values)))
        seconds.append(round(time.perf_counter() - began, 3))
        began = time.perf_counter()
    (run, found), (exact, expected) = runs
    means = {}
    for name in SHOWN:
        full = 100.0 if describe(name, "disc").unit == "%" else float(np.abs(expected[name]).max())
        gap = np.abs(found[name] - expected[name]) / full
        means[name] = {"over_time": rounded(float(gap.max())), "end": rounded(float(gap[-1]))}
    return {
        "member": member, "arm": arm, "seconds": seconds, "steps": [run.steps, exact.steps],
        "means": means,
        "fields": {n: _apart(run.snapshots[n][-1], exact.snapshots[n][-1]) for n in run.snapshots},
    }  # fmt: skip


def finest(study: DiscStudy) -> DiscStudy:
    """The study without shared networks and with finer steps."""
    numerics = study.numerics
    return study.model_copy(update={"numerics": numerics.model_copy(update={
        "patch_edge": 1, "first_step": numerics.first_step / FINER,
        "largest_step": numerics.longest_step(study.duration) / FINER,
    })})  # fmt: skip


def _apart(found: Any, expected: Any) -> dict[str, float | None]:
    largest = float(np.abs(expected).max())
    if largest == 0.0:
        return {"largest": 0.0, "root_mean_square": 0.0}
    gap = np.abs(found - expected) / largest
    return {"largest": rounded(float(gap.max())),
            "root_mean_square": rounded(float(np.sqrt((gap**2).mean())))}  # fmt: skip
