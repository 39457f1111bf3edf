"""The ROC curve whose area is the concordance: curves of folds, averaged by their pairs.

The band is the middle 95 of 100 curves over resampled donors, the models as they are.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from evdisc.diagnose.grades import resamples
from evdisc.diagnose.settings import generator

Array = NDArray[np.float64]
Codes = NDArray[np.int64]
POINTS = 41
FEW = 100


def roc(
    scores: Array, over: NDArray[np.bool_], strata: Codes, unit: Codes, seed: int
) -> dict[str, Any]:
    """Curve of (repeats, n) scores of one event, compared within (repeats, n) strata.

    Returns: ``false_positive``, ``true_positive``, ``low``, ``high``, each of equal length.
    """
    grid = np.linspace(0.0, 1.0, POINTS)
    parts = [
        (np.flatnonzero(s == name), score)
        for s, score in zip(strata, scores, strict=True) for name in np.unique(s)
    ]  # fmt: skip
    ones = np.ones(len(over))
    weights = resamples(unit, generator(seed, "roc"))[:FEW]
    curves = np.array([_mean(parts, over, w, grid) for w in weights])
    low, high = np.nanquantile(curves, (0.025, 0.975), axis=0)
    middle = _mean(parts, over, ones, grid)
    return {
        "false_positive": grid.tolist(), "true_positive": middle.tolist(),
        "low": np.minimum(low, middle).tolist(), "high": np.maximum(high, middle).tolist(),
    }  # fmt: skip


def _mean(
    parts: list[tuple[Codes, Array]], over: NDArray[np.bool_], weight: Array, grid: Array
) -> Array:
    total, pairs = np.zeros(len(grid)), 0.0
    for own, score in parts:
        cases, controls = weight[own] * over[own], weight[own] * ~over[own]
        met = float(cases.sum() * controls.sum())
        if met:
            total += met * _curve(score[own], cases, controls, grid)
            pairs += met
    return total / pairs if pairs else np.full(len(grid), np.nan)


def _curve(score: Array, cases: Array, controls: Array, grid: Array) -> Array:
    """Share of cases above the score below which ``1 - grid`` of the controls lie."""
    levels, place = np.unique(-score, return_inverse=True)
    true = np.cumsum(np.bincount(place, weights=cases, minlength=len(levels))) / cases.sum()
    false = np.cumsum(np.bincount(place, weights=controls, minlength=len(levels)))
    share = false / controls.sum()
    return np.interp(grid, np.r_[0.0, share], np.r_[0.0, true])
