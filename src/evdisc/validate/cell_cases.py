"""The cell model against published experiments, in the words of a case."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from functools import lru_cache
from typing import Any

import numpy as np

from evdisc.evidence.experiments import experiments
from evdisc.evidence.library import Library
from evdisc.validate.case import Check, Result, holds, told
from evdisc.validate.cell_ensemble import Ensemble, stored
from evdisc.validate.cell_identify import LEAST, information, parameters, stories
from evdisc.validate.cell_panel import log_folds, panel
from evdisc.validate.cell_scores import (
    Prediction,
    bootstrap,
    effective,
    predictions,
    study_scores,
    weigh,
)

#: members recomputed to see that the stored ensemble is what this program gives
SAMPLE = 3
#: what the stored log folds are rounded to
ROUNDING = 2e-2


@lru_cache(maxsize=1)
def known() -> tuple[Ensemble, tuple[Prediction, ...]]:
    """The stored ensemble and its predictions."""
    ensemble = stored()
    return ensemble, tuple(predictions(ensemble))


def log_score(rows: Sequence[Prediction], baseline: str = "") -> float:
    """Mean log of the probability given to what was seen, by the model or a baseline."""
    given = [r.baselines[baseline] if baseline else r.seen for r in rows]
    return float(np.log(given).mean())


def against(rows: Sequence[Prediction], baseline: str) -> Check:
    """Difference of the log score to a baseline, with its interval over studies."""
    ours = np.log([r.seen for r in rows])
    theirs = np.log([r.baselines[baseline] for r in rows])
    low, high = bootstrap(ours - theirs, [r.experiment.study for r in rows])
    return holds(
        f"log score minus that of {NAMES[baseline]}", f"above 0 (90 %: {low:.2f} to {high:.2f})",
        float((ours - theirs).mean()), "per row", low > 0.0,
    )  # fmt: skip


NAMES = {
    "chance": "chance", "signs": "permuted signs", "rewired": "rewired arrows",
    "rule": "the frozen rule", "prior": "the prior", "sourced": "arrows with a source alone",
}  # fmt: skip


def scores(library: Library) -> Result:
    """Log scores by whole study left out, beside every baseline."""
    ensemble, rows = known()
    checks = [told("rows, whole studies left out", "162", float(len(rows)), "")]
    checks.append(told("log score", "chance: -1.10", log_score(rows), "per row"))
    checks += [told(f"log score of {NAMES[b]}", "", log_score(rows, b), "per row") for b in NAMES]
    checks += [against(rows, b) for b in ("chance", "signs", "rewired", "rule")]
    _, study = study_scores(ensemble.folds, experiments())
    checks.append(told("effective members", f"of {len(ensemble.folds)}",
                       effective(weigh(study)), ""))  # fmt: skip
    return Result(
        "cells", "162 read-outs of 31 studies of disc cells", "tseranidou2026", tuple(checks),
        "the frozen rule (an insult lowers matrix and survival and raises all else) needs no "
        "mechanism and is hard to beat on rows that were published because something moved; it "
        "cannot rank doses, cargoes or therapies, and never says that nothing moves", used=True,
    )  # fmt: skip


def accuracy(library: Library) -> Result:
    """Directions: all rows, those the rule misses, those where nothing moved; and coverage."""
    _, rows = known()
    missed = [r for r in rows if r.rule != r.experiment.direction]
    still = [r for r in rows if r.experiment.direction == "none"]
    settled = [r for r in rows if r.resolved != "unresolved"]
    deleted = [r for r in rows if r.by_others]

    def share(some: Sequence[Prediction]) -> float:
        return 100.0 * float(np.mean([r.best == r.experiment.direction for r in some]))

    folds = [r for r in rows if r.experiment.fold > 0]
    inside = [r.low <= np.log(r.experiment.fold) <= r.high for r in folds]
    off = [abs(r.median - np.log(r.experiment.fold)) for r in folds]
    moving = [r for r in settled if r.resolved != "none"]
    right = [r.resolved == r.experiment.direction for r in moving]
    checks = (
        told("likeliest direction is right", f"rule {_rule(rows):.0f}", share(rows), "%"),
        told(f"on {len(missed)} rows the rule misses", "rule 0", share(missed), "%"),
        told(f"on {len(still)} rows where nothing moved", "rule 0", share(still), "%"),
        told(f"on {len(deleted)} rows whose own arrows were deleted", "", share(deleted), "%"),
        told("rows resolved by the 90 % interval", "", 100 * len(settled) / len(rows), "%"),
        told(f"right among the {len(moving)} resolved as up or down", "",
             100 * float(np.mean(right)) if right else 0.0, "%"),
        told("resolved as none, though most were seen to move", "", float(len(settled) -
             len(moving)), ""),
        told(f"stated folds inside the 90 % interval ({len(folds)} rows)", "90",
             100 * float(np.mean(inside)), "%"),
        told("median error of a stated fold", "", float(np.median(off)), "log"),
    )  # fmt: skip
    return Result(
        "cell directions", "directions of disc-cell read-outs", "tseranidou2026", checks,
        "activities lie between 0 and 1, so folds of thousands (IL-8) cannot be reached; "
        "directions are what the model claims; an interval of members that mostly lack the arrow "
        "lies within the band of 20 % and is called none: not known to move is not known to stay",
        used=True,
    )  # fmt: skip


def reliability(library: Library) -> Result:
    """Whether a stated probability is kept: by fifths of the likeliest direction's probability."""
    _, rows = known()
    sure = np.array([max(r.probability) for r in rows])
    right = np.array([r.best == r.experiment.direction for r in rows])
    checks = []
    for low, high in ((0.33, 0.5), (0.5, 0.65), (0.65, 0.8), (0.8, 0.9), (0.9, 1.0)):
        among = (sure >= low) & (sure < high)
        if among.any():
            checks.append(
                told(f"said {100 * low:.0f} to {100 * high:.0f} % sure ({among.sum()} rows)",
                     f"{100 * sure[among].mean():.0f}", 100 * float(right[among].mean()), "%")
            )  # fmt: skip
    return Result("cell calibration", "kept probabilities", "tseranidou2026", tuple(checks),
                  "", used=True)  # fmt: skip


def identifiability(library: Library) -> Result:
    """What the experiments constrain, by which studies, and what nothing constrains."""
    ensemble, _ = known()
    shared, told_of = parameters(ensemble, library), stories(ensemble, library)
    quiet = sum(abs(s.shift) < LEAST for s in told_of)
    first = list(information(ensemble).items())[:5]
    checks = [told(f"shift of {p.name} (width {p.width:.2f} of the prior's)", "0 if nothing is "
                   "learnt", p.shift, "quantile") for p in shared]  # fmt: skip
    checks += [told(f"learnt from {study}", "", nats, "nats") for study, nats in first]
    checks += [told(f"chance that it holds: {s.name}", "", s.shift, "change") for s in told_of[:6]]
    checks.append(told("stories behind arrows that nothing constrains", f"of {len(told_of)}",
                       float(quiet), ""))  # fmt: skip
    return Result(
        "cell identifiability", "what 162 read-outs teach of the network", "tseranidou2026",
        tuple(checks),
        "162 directions cannot settle some seven hundred arrows: the prior decides most of them",
        used=True,
    )  # fmt: skip


def reproduced(library: Library) -> Result:
    """A few members computed again and compared with the stored ensemble."""
    ensemble, _ = known()
    members = np.random.default_rng(4).integers(len(ensemble.folds), size=SAMPLE)
    worst = max(
        float(np.abs(log_folds(panel(), library, int(m)) - ensemble.folds[m]).max())
        for m in members
    )
    return Result(
        "cell ensemble", "stored ensemble against this program", "evdisc",
        (holds("tables are those it was computed from", "same", float(ensemble.fresh()), "",
               ensemble.fresh()),
         holds(f"largest difference in {SAMPLE} members", f"below {ROUNDING}", worst, "log",
               worst < ROUNDING)),
        "renew it with make study-cell", used=True,
    )  # fmt: skip


def _rule(rows: Sequence[Prediction]) -> float:
    return 100.0 * float(np.mean([r.rule == r.experiment.direction for r in rows]))


def in_order(rows: Sequence[Prediction]) -> list[Prediction]:
    """Predictions in the order of the experiments."""
    return sorted(rows, key=lambda r: r.experiment.experiment)


def table() -> list[dict[str, Any]]:
    """Every experiment with what was seen and what was predicted, for JSON."""
    return [
        {
            **asdict(r.experiment), "probability": dict(zip(("up", "down", "none"), r.probability,
                                                          strict=True)),
            "log_fold": {"q05": r.low, "median": r.median, "q95": r.high}, "predicted": r.best,
            "resolved": r.resolved, "rule": r.rule, "baselines": r.baselines,
            "own_arrows_deleted": r.by_others,
            "verdict": "right" if r.best == r.experiment.direction else "wrong",
        }
        for r in in_order(known()[1])
    ]  # fmt: skip


CASES = (scores, accuracy, reliability, identifiability, reproduced)
