"""The oracle: one member run again without sharing networks and with fine steps, beside the run.

What a run saves - some networks for all cells, macro steps of hours, nutrients that follow
only once cells have moved - is seen in the difference.
"""

from __future__ import annotations

import time
from typing import Any

import numpy as np
from numpy.typing import NDArray

from evdisc.errors import InputError
from evdisc.evidence.library import Library
from evdisc.outcome.effects import rounded
from evdisc.outcome.readouts import describe, disc_readouts
from evdisc.protocol.specs import DiscStudy, DishStudy
from evdisc.simulate import disc
from evdisc.study.worker import draw

Floats = NDArray[np.float64]

#: an oracle steps this many times more finely than the run
FINER = 8
#: difference that is counted, and the least a cell is taken to hold, of the largest value
MUCH, FLOOR = 0.01, 0.01
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
    of the full scale (100 % or the largest level), and ``fields``, see :func:`apart`.
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
        "fields": {n: apart(run.snapshots[n][-1], exact.snapshots[n][-1]) for n in run.snapshots},
    }  # fmt: skip


def finest(study: DiscStudy) -> DiscStudy:
    """The study without shared networks and with finer steps."""
    numerics = study.numerics
    return study.model_copy(update={"numerics": numerics.model_copy(update={
        "patch_edge": 1, "first_step": numerics.first_step / FINER,
        "largest_step": numerics.longest_step(study.duration) / FINER,
    })})  # fmt: skip


def apart(found: Floats, expected: Floats) -> dict[str, float | None]:
    """How far a field is from the expected one, cell by cell.

    ``largest``, ``root_mean_square``: of the difference as a share of the largest value; ``over``:
    share of the cells in which that is more than :data:`MUCH`. ``relative``: largest difference as
    a share of the cell's own value, or of :data:`FLOOR` of the largest where that is more;
    ``raw``: without that floor, so that a cell with next to nothing in it may be off by any factor.
    """
    largest = float(np.abs(expected).max())
    if largest == 0.0:
        return dict.fromkeys(("largest", "root_mean_square", "over", "relative", "raw"), 0.0)
    gap, own = np.abs(found - expected), np.abs(expected)
    share = gap / largest
    held = own > 0.0
    return {
        "largest": rounded(float(share.max())),
        "root_mean_square": rounded(float(np.sqrt((share**2).mean()))),
        "over": rounded(float((share > MUCH).mean())),
        "relative": rounded(float((gap / np.maximum(own, FLOOR * largest)).max())),
        "raw": rounded(float((gap[held] / own[held]).max())),
    }
