"""Do probabilities mean what they say? Slope, intercept, Brier score and the curve.

    logit P(event) = a + slope logit p;  intercept: the same with slope 1
    Brier score = mean of (p - y)^2,  of the prevalence q alone = q (1 - q)

p is the probability foretold and y 1 for an event, else 0. Slope and intercept are of a logistic
regression of the outcome on the logit of the probability (Cox 1958), over all repeats, with an
error that takes a donor's samples and repeats as one (Liang and Zeger 1986). A slope under 1 says
the model is too sure of itself. The score is Brier's (1950).
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from evdisc.diagnose.concordance import Z95

Array = NDArray[np.float64]
Codes = NDArray[np.int64]
BINS = 8
NEAREST = 1e-6


def calibration(probabilities: Array, over: NDArray[np.bool_], unit: Codes) -> dict[str, Any]:
    """Calibration of (repeats, n) probabilities of one event.

    Returns: ``slope`` and ``intercept`` {value, low, high} (None where the classes separate),
    ``brier``, ``brier_of_prevalence``, ``curve`` [{predicted, observed, low, high, samples}].
    """
    repeats = len(probabilities)
    p = np.clip(probabilities.ravel(), NEAREST, 1.0 - NEAREST)
    y, groups = np.tile(over, repeats).astype(float), np.tile(unit, repeats)
    logit = np.log(p / (1.0 - p))
    mean = probabilities.mean(axis=0)
    return {
        "slope": _coefficient(y, logit, groups), "intercept": _intercept(y, logit, groups),
        "brier": float(np.mean((p - y) ** 2)),
        "brier_of_prevalence": float(over.mean() * (1 - over.mean())),
        "curve": _curve(mean, over),
    }  # fmt: skip


def _coefficient(y: Array, logit: Array, groups: Codes) -> dict[str, float] | None:
    if _separates(y, logit) or np.ptp(logit) < NEAREST:
        return None
    return _fitted(y, np.column_stack([np.ones(len(y)), logit]), None, groups, 1)


def _intercept(y: Array, logit: Array, groups: Codes) -> dict[str, float] | None:
    """In the large: the shift of the logits that makes events as many as foretold."""
    if _separates(y, logit):
        return None
    return _fitted(y, np.ones((len(y), 1)), logit, groups, 0)


def _separates(y: Array, logit: Array) -> bool:
    return bool(logit[y == 1].min() > logit[y == 0].max())


def _fitted(
    y: Array, design: Array, offset: Array | None, groups: Codes, which: int
) -> dict[str, float]:
    import statsmodels.api as sm

    model = sm.GLM(y, design, family=sm.families.Binomial(), offset=offset)
    fit = model.fit(cov_type="cluster", cov_kwds={"groups": groups})
    value, error = float(fit.params[which]), Z95 * float(fit.bse[which])
    return {"value": value, "low": value - error, "high": value + error}


def _curve(mean: Array, over: NDArray[np.bool_]) -> list[dict[str, float | int]]:
    """Events in groups of equal size, with Wilson's interval."""
    rows: list[dict[str, float | int]] = []
    for own in np.array_split(np.argsort(mean, kind="stable"), min(BINS, max(2, len(mean) // 8))):
        low, high = wilson(int(over[own].sum()), len(own))
        rows.append({
            "predicted": float(mean[own].mean()), "observed": float(over[own].mean()),
            "low": low, "high": high, "samples": len(own),
        })  # fmt: skip
    return rows


def wilson(events: int, samples: int) -> tuple[float, float]:
    """Wilson's 95 % interval of a share (1927)."""
    share, z2 = events / samples, Z95**2
    middle = (share + z2 / (2 * samples)) / (1 + z2 / samples)
    reach = Z95 * np.sqrt(share * (1 - share) / samples + z2 / (4 * samples**2))
    reach /= 1 + z2 / samples
    return max(0.0, float(middle - reach)), min(1.0, float(middle + reach))
