"""Grades: how far off the model is, beside always saying the median grade.

    kappa = 1 - mean of (said - true)^2 / its mean if said and true were independent

A grade is said as the number of thresholds more likely passed than not. Weighted kappa has
quadratic weights (Cohen 1968, doi:10.1037/h0026256).
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from evdisc.diagnose.evaluate import OutOfFold
from evdisc.diagnose.settings import generator

Array = NDArray[np.float64]
Codes = NDArray[np.int64]
RESAMPLED = 300


def grade_scores(told: OutOfFold, codes: Codes, levels: int, seed: int) -> dict[str, Any]:
    """Weighted kappa and mean absolute error {value, low, high}, and the naive rule's error.

    Intervals from resampled donors. The naive rule says the median grade of each training fold.
    """
    said = (told.above > 0.5).sum(axis=2)
    naive = np.empty(said.shape)
    for repeat, fold in enumerate(told.fold):
        for number in np.unique(fold):
            out = fold == number
            naive[repeat, out] = np.round(np.median(codes[~out]))
    miss = np.abs(said - codes).mean(axis=0)
    naive_miss = np.abs(naive - codes).mean(axis=0)
    weights = resamples(told.unit, generator(seed, "grades"))
    errors, naive_errors = _means(weights, miss), _means(weights, naive_miss)
    kappas = np.array([weighted_kappa(said, codes, levels, w) for w in weights])
    return {
        "kappa": _row(weighted_kappa(said, codes, levels, np.ones(len(codes))), kappas),
        "mean_absolute_error": _row(float(miss.mean()), errors),
        "naive": {"rule": "always the median grade",
                  "mean_absolute_error": float(naive_miss.mean()), "kappa": 0.0},
        "gain_over_naive": _row(float((naive_miss - miss).mean()), naive_errors - errors),
        "table": confusion(said, codes, levels),
    }  # fmt: skip


def weighted_kappa(said: Codes, codes: Codes, levels: int, weight: Array) -> float:
    """Quadratic weighted kappa of (repeats, n) grades said; 0 where nothing varies."""
    far = (np.arange(levels)[:, None] - np.arange(levels)) ** 2.0
    seen = float((weight * (said - codes) ** 2.0).sum() / weight.sum() / len(said))
    true = np.bincount(codes, weights=weight, minlength=levels) / weight.sum()
    repeated = np.broadcast_to(weight, said.shape).ravel()
    given = np.bincount(said.ravel(), weights=repeated, minlength=levels) / repeated.sum()
    chance = float(true @ far @ given)
    return 1.0 - seen / chance if chance > 0 else 0.0


def confusion(said: Codes, codes: Codes, levels: int) -> list[list[float]]:
    """Mean number of samples a repeat, of true grade (row) said to be of grade (column)."""
    flat = np.tile(codes, len(said)) * levels + said.ravel()
    counts = np.bincount(flat, minlength=levels**2).reshape(levels, levels) / len(said)
    return [[float(x) for x in row] for row in counts]


def resamples(unit: Codes, random: np.random.Generator) -> Array:
    """(RESAMPLED, n) times each sample is drawn when donors are drawn with replacement."""
    names, own = np.unique(unit, return_inverse=True)
    drawn = random.multinomial(len(names), np.full(len(names), 1 / len(names)), size=RESAMPLED)
    return np.asarray(drawn[:, own], dtype=float)


def _means(weights: Array, values: Array) -> Array:
    return np.asarray(weights @ values / weights.sum(axis=1))


def _row(value: float, spread: Array) -> dict[str, float]:
    low, high = np.quantile(spread, (0.025, 0.975))
    return {"value": value, "low": float(low), "high": float(high)}
