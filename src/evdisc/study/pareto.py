"""Pareto-smoothed importance weights (Vehtari et al. 2024, JMLR 25(72), arXiv:1507.02646).

    m = min(0.2 n, 3 sqrt(n)) largest of n weights are the tail
    w_j -> min(border + sigma ((1 - (j - 1/2) / m)^-k - 1) / k, largest raw weight)
    k -> (m k + 5) / (m + 10)
    independent members = 1 / sum of w^2 of weights that sum to 1 (Kish)

The largest weights are replaced by quantiles of a generalised Pareto distribution of shape k and
scale sigma fitted to them (Zhang & Stephens 2009, doi:10.1198/tech.2009.08017); its shape says
whether they can be trusted, up to 0.7. The border is the largest weight below the tail.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
#: fewest weights a tail is fitted to
FEWEST = 5
#: above this shape the mean of the weights converges too slowly to be of use
TRUSTED = 0.7


def smoothed(log_weights: Floats) -> tuple[Floats, float]:
    """Normalised weights and the shape k of their tail; k is -inf where no tail was fitted.

    Args:
        log_weights: (n,) logs of unnormalised weights; -inf for a member that counts nothing.
    """
    raw = np.exp(log_weights - log_weights.max())
    count = int(min(0.2 * raw.size, 3.0 * math.sqrt(raw.size)))
    order = np.argsort(raw, kind="stable")
    tail = order[-count:] if count else order[:0]
    if count < FEWEST or raw.size == count or raw[tail[0]] == raw[tail[-1]]:
        return raw / raw.sum(), -math.inf
    border = raw[order[-count - 1]]
    shape, scale = generalised_pareto(raw[tail] - border)
    if math.isfinite(shape):
        share = (np.arange(count) + 0.5) / count
        raw[tail] = np.minimum(border + quantile(share, shape, scale), 1.0)
    return raw / raw.sum(), shape


def quantile(share: Floats, shape: float, scale: float) -> Floats:
    """Quantiles of a generalised Pareto distribution from 0."""
    if abs(shape) < 1e-12:
        return np.asarray(-scale * np.log1p(-share))
    return np.asarray(scale * np.expm1(-shape * np.log1p(-share)) / shape)


def generalised_pareto(excess: Floats) -> tuple[float, float]:
    """Shape and scale of rising excesses, by the mean of a profile posterior.

    The shape is drawn towards a half as by ten observations, as for importance weights.
    """
    x = np.sort(excess[excess > 0.0])
    n = x.size
    if n < FEWEST:
        return math.inf, math.inf
    grid = np.arange(1, 31 + int(math.sqrt(n)))
    quarter = x[int(n / 4.0 + 0.5) - 1]
    theta = 1.0 / x[-1] + (1.0 - np.sqrt(len(grid) / (grid - 0.5))) / (3.0 * quarter)
    shapes = np.log1p(-theta[:, None] * x).mean(axis=1)
    likelihood = n * (np.log(-theta / shapes) - shapes - 1.0)
    weight = np.exp(likelihood - likelihood.max())
    best = float((theta * weight).sum() / weight.sum())
    shape = float(np.log1p(-best * x).mean())
    scale = -shape / best
    return (n * shape + 5.0) / (n + 10.0), scale


def effective(weights: Floats) -> float:
    """Independent members that normalised weights are worth (Kish)."""
    return float(1.0 / np.sum(weights**2))


def weighted_quantiles(samples: Floats, weights: Floats, shares: Floats) -> Floats:
    """Quantiles of weighted samples; those of equal weights are NumPy's within half a sample."""
    good = np.isfinite(samples) & (weights > 0.0)
    if not good.any():
        return np.full(len(shares), np.nan)
    order = np.argsort(samples[good], kind="stable")
    x, w = samples[good][order], weights[good][order]
    middle = (np.cumsum(w) - 0.5 * w) / w.sum()
    return np.interp(shares, middle, x)
