"""Normalisation of counts: library size, upper quartile, and the trimmed mean of M-values.

    effective library size = library size x factor
    M = log2(share / share in the reference),  A = mean of log2 share in both
    factor = 2^(mean of M weighted by 1 / variance of M, 30 % of M and 5 % of A off at each end)

Robinson & Oshlack 2010, doi:10.1186/gb-2010-11-3-r25; the upper quartile is that of the shares. All
factors are scaled so that they multiply to 1 over the samples: they change what samples are to one
another and not the level of the table.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Method = Literal["tmm", "upper-quartile", "none"]
METHODS: tuple[Method, ...] = ("tmm", "upper-quartile", "none")
#: shares trimmed from each end of M and A, as the method's paper has them
TRIM_M, TRIM_A = 0.30, 0.05
UPPER = 0.75


def factors(counts: Floats, method: Method = "tmm") -> Floats:
    """Normalisation factors of the samples.

    Args:
        counts: (features, samples) counts, not negative; every sample has reads.
        method: ``tmm``, ``upper-quartile`` or ``none`` (all 1).
    """
    if method == "none" or counts.shape[1] == 0:
        return np.ones(counts.shape[1])
    raw = _upper_quartiles(counts) if method == "upper-quartile" else tmm(counts)
    return balanced(raw)


def balanced(raw: Floats) -> Floats:
    """Factors scaled so that they multiply to 1."""
    out: Floats = raw / np.exp(np.mean(np.log(raw)))
    return out


def _upper_quartiles(counts: Floats) -> Floats:
    """Upper quartile of each sample's shares, over the features some sample has."""
    seen = counts[(counts > 0).any(axis=1)]
    shares = np.quantile(seen, UPPER, axis=0) / seen.sum(axis=0)
    # a sample with fewer features than a quarter has no quartile of its own
    return np.where(shares > 0, shares, np.exp(np.mean(np.log(shares[shares > 0]))))


def tmm(counts: Floats) -> Floats:
    """Trimmed mean of M-values of each sample against one reference sample, not yet balanced.

    The reference is the sample whose upper quartile is nearest to the mean one. M is the log2
    fold of a feature's share, A the mean log2 share; 30 % of M and 5 % of A are left off at each
    end and the rest is averaged, weighted by the inverse of the variance of M by the delta
    method. Robinson & Oshlack 2010, doi:10.1186/gb-2010-11-3-r25.
    """
    quartiles = _upper_quartiles(counts)
    reference = int(np.argmin(np.abs(quartiles - quartiles.mean())))
    against = counts[:, reference]
    return np.array([_one(counts[:, k], against) for k in range(counts.shape[1])])


def _one(own: Floats, against: Floats) -> float:
    n_own, n_ref = own.sum(), against.sum()
    both = (own > 0) & (against > 0)
    if not both.any():
        return 1.0
    own, against = own[both], against[both]
    m = np.log2(own / n_own) - np.log2(against / n_ref)
    a = 0.5 * (np.log2(own / n_own) + np.log2(against / n_ref))
    variance = (n_own - own) / (n_own * own) + (n_ref - against) / (n_ref * against)
    kept = _middle(m, TRIM_M) & _middle(a, TRIM_A) & (variance > 0)
    if not kept.any() or np.abs(m).max() < 1e-12:
        return 1.0
    return float(2.0 ** np.average(m[kept], weights=1.0 / variance[kept]))


def _middle(values: Floats, share: float) -> NDArray[np.bool_]:
    """Values left when ``share`` of them is cut at each end; ties keep their mean rank."""
    from scipy.stats import rankdata

    ranks, low = rankdata(values), np.floor(values.size * share) + 1.0
    middle: NDArray[np.bool_] = (ranks >= low) & (ranks <= values.size + 1.0 - low)
    return middle


def cpm(counts: Floats, own: Floats | None = None) -> Floats:
    """Counts per million of the effective library size; ``own`` are the factors, 1 if left out."""
    size = counts.sum(axis=0) * (1.0 if own is None else own)
    out: Floats = np.divide(
        1e6 * counts, size, out=np.zeros_like(counts), where=np.broadcast_to(size > 0, counts.shape)
    )
    return out


def log_cpm(counts: Floats, own: Floats | None = None) -> Floats:
    """log2 of counts per million, half a count added in proportion to the library size."""
    size = counts.sum(axis=0) * (1.0 if own is None else own)
    return np.log2((counts + 0.5 * size / size.mean()) / (size + size / size.mean()) * 1e6)
