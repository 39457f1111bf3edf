"""Concordance: how often the sample of the higher grade has the higher score; for two classes AUC.

    C = (pairs told rightly + ties / 2) / pairs of samples with different grades
    V(C) = C (1 - C) / pairs (1 + (N / 2 - 1) ((1 - C) / (2 - C) + C / (1 + C)))
    limits = values at which (C - limit)^2 = 1.96^2 w V(limit)
    w = 2 max(1, sum of squared influences / V(C))

Only pairs within one stratum count: within a fold, because scores of two models are not
comparable, and within a batch, because a difference between batches is not one between patients.
V is the variance of Hanley and McNeil (1982) for N samples of two classes (of more, N / 2 is the
square root of the pairs). The influence of each sample gives the variance seen (DeLong 1988,
doi:10.2307/2531595; for cross-validation LeDell 2015, doi:10.1214/15-EJS1035), summed over a
donor's samples first; the limits are Newcombe's (2006, doi:10.1002/sim.2324).
"""

from __future__ import annotations

from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

Codes = NDArray[np.int64]
Array = NDArray[np.float64]
Z95 = NormalDist().inv_cdf(0.975)
#: A pair of samples meets twice: each is scored by a model that learnt from the other. Without a
#: signal both meetings give the same number (for a linear score: the product of the two profiles),
#: so the true variance is twice that of independent scores. With a signal it is less; kept, because
#: intervals of cross-validation are known to be too narrow (Bates 2024,
#: doi:10.1080/01621459.2023.2197686).
MET_TWICE = 2.0
HAIR = 1e-9


@dataclass(frozen=True)
class Concordance:
    """A concordance with its 95 % interval.

    Attributes:
        value, low, high: None where no pair can be compared.
        pairs: pairs compared, of one repeat.
        influence: (n,) of each sample on ``value``.
    """

    value: float | None
    low: float | None
    high: float | None
    pairs: int
    influence: Array

    @property
    def row(self) -> dict[str, float | int | None]:
        """As JSON."""
        return {"value": self.value, "low": self.low, "high": self.high, "pairs": self.pairs}


def concordance(scores: Array, codes: Codes, strata: Codes, unit: Codes) -> Concordance:
    """Concordance of (r, n) scores with grades.

    Args:
        scores: one row a repeat.
        codes: (n,) grade.
        strata: (r, n) pairs are compared within these alone.
        unit: (n,) donor or batch; what belongs together adds up before squaring.
    """
    won, met = np.zeros(len(codes)), np.zeros(len(codes))
    for score, stratum in zip(scores, strata, strict=True):
        for name in np.unique(stratum):
            own = np.flatnonzero(stratum == name)
            won_here, met_here = _pairs(score[own], codes[own])
            won[own] += won_here
            met[own] += met_here
    total = met.sum() / 2.0
    if not total:
        return Concordance(None, None, None, 0, np.zeros(len(codes)))
    value = float(won.sum() / 2.0 / total)
    influence = (won - value * met) / total
    low, high = interval(value, codes, np.bincount(unit, weights=influence).astype(float))
    return Concordance(value, low, high, round(total / len(scores)), influence)


def _pairs(score: Array, codes: Codes) -> tuple[Array, Array]:
    """Of each sample the pairs told rightly (half for ties) and the pairs compared."""
    higher = codes[:, None] > codes[None, :]
    difference = score[:, None] - score[None, :]
    right = higher * ((difference > 0) + 0.5 * (difference == 0))
    return right.sum(axis=1) + right.sum(axis=0), (higher.sum(axis=1) + higher.sum(axis=0)) * 1.0


def interval(value: float, codes: Codes, influence: Array) -> tuple[float, float]:
    """95 % interval of a concordance from the influences of independent units.

    Limits are those values under which ``value`` lies Z95 standard errors away (Newcombe 2006,
    doi:10.1002/sim.2324, method 5), so they stay within 0 and 1 and a perfect score is no
    certainty. The variance is that of Hanley and McNeil, widened where the influences say so.
    """
    from scipy.optimize import brentq

    observed = float((influence**2).sum())
    usual = _hanley(value, codes)
    wide = MET_TWICE * max(1.0, observed / usual if usual > 0 else 1.0)

    def excess(limit: float) -> float:
        return (value - limit) ** 2 - Z95**2 * wide * _hanley(limit, codes)

    # a hair beside the value: at 0 and 1 it is a root itself
    low = brentq(excess, 0.0, value - HAIR) if value > HAIR else 0.0
    high = brentq(excess, value + HAIR, 1.0) if value < 1.0 - HAIR else 1.0
    return float(low), float(high)


def _hanley(value: float, codes: Codes) -> float:
    """Variance of an AUC (Hanley and McNeil 1982) of as many pairs as there are."""
    sizes = np.bincount(codes).astype(float)
    pairs = (sizes.sum() ** 2 - (sizes**2).sum()) / 2.0
    half = 0.5 * sizes.sum() if len(sizes) == 2 else np.sqrt(pairs)
    more = (1.0 - value) / (2.0 - value) + value / (1.0 + value)
    return float(value * (1.0 - value) / pairs * (1.0 + (half - 1.0) * more))


def difference(first: Concordance, second: Concordance, unit: Codes) -> dict[str, float | None]:
    """How much better the first is, with its 95 % interval; both on the same samples."""
    if first.value is None or second.value is None:
        return {"value": None, "low": None, "high": None}
    apart = np.bincount(unit, weights=first.influence - second.influence)
    error = Z95 * float(np.sqrt(MET_TWICE * (apart**2).sum()))
    value = first.value - second.value
    return {"value": value, "low": value - error, "high": value + error}
