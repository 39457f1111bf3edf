"""The whole diagnosis of a table: judged, refused or explained, and the model to keep."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from evdisc import __version__
from evdisc.diagnose.baseline import baseline
from evdisc.diagnose.calibration import calibration
from evdisc.diagnose.candidates import candidates, ranked
from evdisc.diagnose.card import card, tripod
from evdisc.diagnose.chosen import Chosen, choose
from evdisc.diagnose.cohort import Cohort
from evdisc.diagnose.concordance import Concordance
from evdisc.diagnose.confounding import Confounder, confounders
from evdisc.diagnose.decision import decision_curve
from evdisc.diagnose.evaluate import OutOfFold, cross_validate, judged
from evdisc.diagnose.folds import possible
from evdisc.diagnose.grades import grade_scores
from evdisc.diagnose.learning import SHARES, learning_curve
from evdisc.diagnose.left_out import leave_one_out
from evdisc.diagnose.permute import permutation_test
from evdisc.diagnose.roc import roc
from evdisc.diagnose.sample_size import needed
from evdisc.diagnose.settings import Settings, generator
from evdisc.diagnose.stability import stability
from evdisc.diagnose.stored_model import StoredModel, model_of
from evdisc.diagnose.suspicions import suspicions
from evdisc.diagnose.verdict import CONFOUNDED, verdict

FORMAT = "evdisc-diagnosis/1"
Progress = Callable[[int, int, int], None]


@dataclass(frozen=True)
class Diagnosis:
    """What comes out: the JSON, the model (None where refused), probabilities of unseen samples."""

    result: dict[str, Any]
    model: StoredModel | None
    told: OutOfFold


class Steps:
    """Counts steps for a progress bar."""

    def __init__(self, total: int, progress: Progress) -> None:
        self.done, self.total, self.progress = 0, total, progress

    def __call__(self) -> None:
        """One step more."""
        self.done += 1
        self.progress(self.done, max(self.total, self.done), 0)


def diagnose(cohort: Cohort, settings: Settings, progress: Progress = lambda *_: None) -> Diagnosis:
    """Judge a cohort; nothing depends on ``settings.jobs``.

    The result holds ``auc`` = None and ``verdict`` = "confounded" where a batch or study cannot be
    told from the outcome; then no other accuracy and no model is given.
    """
    total = settings.repeats * settings.folds + settings.permutations + len(SHARES)
    tick = Steps(total, progress)
    told = cross_validate(cohort, settings, tick=tick)
    found = confounders(cohort, told, settings)
    result = _about(cohort, settings, told, found)
    worst = found[0] if found else None
    if worst and worst.refuses:
        result |= {"verdict": CONFOUNDED, "with": worst.column, "why": worst.why}
        return Diagnosis(result | {"tripod": tripod(result, cohort, settings)}, None, told)
    within = worst.column if worst and worst.goes_with else None
    chosen = _final(cohort, settings, told)
    result |= _accuracy(cohort, settings, told, within, chosen, tick)
    result["tripod"] = tripod(result, cohort, settings)
    return Diagnosis(result, model_of(chosen, cohort, card(result)), told)


def _about(
    cohort: Cohort, settings: Settings, told: OutOfFold, found: list[Confounder]
) -> dict[str, Any]:
    edge = event_edge(cohort)
    return {
        "format": FORMAT, "evdisc": __version__, "seed": settings.seed,
        "outcome": {"column": cohort.outcome.column, "levels": list(cohort.outcome.levels),
                    "counts": cohort.outcome.counts, "ordinal": cohort.outcome.ordinal,
                    "event": event_words(cohort, edge)},
        "samples": len(cohort.ids), "groups": len(np.unique(cohort.donors)),
        "molecules": len(cohort.features), "scale": cohort.kind, "columns": cohort.roles,
        "folds": {"outer": possible(told.unit, cohort.outcome.codes, settings.folds),
                  "inner": settings.inner, "repeats": settings.repeats,
                  "whole_batches": told.whole_batches},
        "auc": None, "verdict": None, "with": None, "why": None,
        "confounding": [c.row for c in found], "left_out": [],
        "baseline": None, "permutation": None, "permutation_p": None, "grades": None,
        "calibration": None, "decision": None, "roc": None, "panel": None, "learning": None,
        "needed": None, "model": None,
        "warnings": [*cohort.warnings, *suspicions(cohort, told, settings)],
        "simulated": cohort.simulated,
    }  # fmt: skip


def event_edge(cohort: Cohort) -> int:
    """Threshold that splits the samples most evenly; 0 for two classes."""
    codes = cohort.outcome.codes
    return int(np.argmin([abs((codes > e).mean() - 0.5) for e in range(codes.max())]))


def event_words(cohort: Cohort, edge: int) -> str:
    """What calibration, ROC and decision curves are about."""
    level = cohort.outcome.levels[edge + 1]
    return f"{level} or more" if cohort.outcome.ordinal else level


def _final(cohort: Cohort, settings: Settings, told: OutOfFold) -> Chosen:
    return choose(
        cohort.kind, cohort.values, cohort.outcome.codes, told.unit, len(cohort.outcome.levels),
        candidates(settings.panel, settings.models), settings.inner,
        generator(settings.seed, "final"),
    )  # fmt: skip


def _accuracy(
    cohort: Cohort, settings: Settings, told: OutOfFold, within: str | None, chosen: Chosen,
    tick: Steps,
) -> dict[str, Any]:  # fmt: skip
    stratum = cohort.strata[within] if within else None
    found = judged(cohort, told, stratum)
    auc = _auc(cohort, found, within)
    base = baseline(cohort, told, found, within)
    permutation = permutation_test(cohort, settings, within, tick)
    curve = learning_curve(cohort, settings, within, tick)
    study = cohort.roles.get("study")
    over = cohort.outcome.codes > event_edge(cohort)
    out: dict[str, Any] = {
        "auc": auc, "baseline": base, "permutation": permutation,
        "permutation_p": permutation["p"], "learning": curve,
        "left_out": leave_one_out(cohort, settings, study) if study else [],
        "panel": _panel(cohort, told, chosen), "verdict": verdict(auc, permutation, base),
        "needed": needed(
            auc["value"], auc["low"], float(over.mean()), len(chosen.panel), len(cohort.features)
        ),
        "model": {"words": chosen.candidate.holding(len(chosen.panel)),
                  "family": chosen.candidate.family, "chosen_in_folds": told.families},
    }  # fmt: skip
    if cohort.outcome.ordinal:
        out["grades"] = grade_scores(
            told, cohort.outcome.codes, len(cohort.outcome.levels), settings.seed
        )
    return out | _of_event(cohort, settings, told, over, stratum)


def _of_event(
    cohort: Cohort, settings: Settings, told: OutOfFold, over: NDArray[np.bool_],
    stratum: NDArray[np.int64] | None,
) -> dict[str, Any]:  # fmt: skip
    p = told.above[:, :, event_edge(cohort)]
    strata = told.fold if stratum is None else told.fold * (int(stratum.max()) + 1) + stratum
    return {
        "calibration": calibration(p, over, told.unit),
        "decision": decision_curve(p, over, told.unit, settings.seed),
        "roc": roc(p, over, strata, told.unit, settings.seed),
    }


def _auc(cohort: Cohort, found: Concordance, within: str | None) -> dict[str, Any]:
    return {
        **found.row,
        "within": within,
        "level": 0.95,
        "kind": "C-index" if cohort.outcome.ordinal else "AUC",
        "method": "nested cross-validation; pairs within folds; influence of donors (DeLong), "
        "limits by Newcombe, variance doubled because folds learn from one another",
    }


def _panel(cohort: Cohort, told: OutOfFold, chosen: Chosen) -> dict[str, Any]:
    share = told.chosen.mean(axis=0)
    ready = chosen.prepared(cohort.values)
    centred = cohort.outcome.codes - cohort.outcome.codes.mean()
    order = ranked(ready, cohort.outcome.codes)
    return {
        "size": len(chosen.panel), "stability": stability(told.chosen), "fits": len(told.chosen),
        "molecules": [
            {"name": cohort.features[chosen.panel[i]], "frequency": float(share[chosen.panel[i]]),
             "direction": "up" if float(centred @ ready[:, i]) > 0 else "down"}
            for i in order
        ],
    }  # fmt: skip
