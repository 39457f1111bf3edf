"""What is known without a single molecule: the prevalence, and age, sex, library size, haemolysis.

The same folds, a logistic model of one penalty. A profile that does no better has told nothing.
Burst red cells raise miR-451a (Kirschner 2013, doi:10.3389/fgene.2013.00094), and miR-23a hardly.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from evdisc.diagnose.candidates import LOGISTIC, Candidate, fit
from evdisc.diagnose.cohort import Cohort
from evdisc.diagnose.concordance import Concordance, concordance, difference
from evdisc.diagnose.evaluate import OutOfFold
from evdisc.diagnose.preparation import learn
from evdisc.evidence.names import fold

Array = NDArray[np.float64]
STRENGTH = 1.0
RED, STEADY = "mir451a", ("mir23a3p", "mir23a")


def known_without(cohort: Cohort) -> dict[str, Array]:
    """Columns of the baseline: covariates, and for counts library size and haemolysis."""
    columns = dict(cohort.covariates)
    if cohort.kind == "counts":
        columns["library size"] = np.log10(np.nansum(cohort.values, axis=1) + 1.0)
    ratio = haemolysis(cohort)
    if ratio is not None:
        columns["haemolysis (miR-451a over miR-23a-3p)"] = ratio
    return columns


def haemolysis(cohort: Cohort) -> Array | None:
    """Log2 ratio of miR-451a to miR-23a-3p where both are there."""
    place = {fold(f).removeprefix("hsa"): i for i, f in enumerate(cohort.features)}
    steady = next((place[s] for s in STEADY if s in place), None)
    if RED not in place or steady is None or cohort.kind == "plain":
        return None
    red, other = cohort.values[:, place[RED]], cohort.values[:, steady]
    return np.asarray(np.log2((red + 1.0) / (other + 1.0)))


def baseline(
    cohort: Cohort, told: OutOfFold, found: Concordance, within: str | None
) -> dict[str, Any]:
    """Concordance of the baseline on the same folds, and what the molecules add to it."""
    counts = cohort.outcome.counts
    common = max(counts, key=lambda k: counts[k])
    row: dict[str, Any] = {
        "prevalence": {k: n / len(cohort.ids) for k, n in counts.items()},
        "most_common": {"level": common, "right": counts[common] / len(cohort.ids)},
        "columns": [], "auc": None, "gain": None,
    }  # fmt: skip
    columns = known_without(cohort)
    if not columns:
        return row
    values = np.column_stack(list(columns.values()))
    scores = np.stack([_scores(values, cohort, fold_) for fold_ in told.fold])
    strata = told.fold
    if within:
        stratum = cohort.strata[within]
        strata = strata * (int(stratum.max()) + 1) + stratum
    plain = concordance(scores, cohort.outcome.codes, strata, told.unit)
    return row | {
        "columns": list(columns),
        "auc": plain.row,
        "gain": difference(found, plain, told.unit),
    }


def _scores(values: Array, cohort: Cohort, folds: NDArray[np.int64]) -> Array:
    codes, levels = cohort.outcome.codes, len(cohort.outcome.levels)
    score = np.zeros(len(codes))
    option = Candidate(LOGISTIC, values.shape[1], STRENGTH)
    for number in np.unique(folds):
        out = folds == number
        ready = learn("plain", values[~out])
        model = fit(option, ready.apply(values[~out]), codes[~out], levels)
        score[out] = model.above(ready.apply(values[out])).sum(axis=1)
    return score
