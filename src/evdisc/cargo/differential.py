"""Differential abundance between two groups of samples.

Counts go to DESeq2 (through PyDESeq2, Love 2014, doi:10.1186/s13059-014-0550-8). Log intensities
go to a moderated t-test: the variance of a feature is drawn towards that of all (Smyth 2004,
doi:10.2202/1544-6115.1027). Both correct for the many tests by Benjamini and Hochberg.
"""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from evdisc.errors import InputError, MissingExtraError

if TYPE_CHECKING:
    import pandas as pd

Floats = NDArray[np.float64]
#: mean reads of a feature below which no test can find anything, as the guide of DESeq2 advises
LEAST_READS = 10
COLUMNS = ("feature", "group", "versus", "log2_fold", "standard_error", "p", "p_adjusted", "method")


def deseq(counts: pd.DataFrame, groups: pd.Series, group: str, versus: str) -> pd.DataFrame:
    """DESeq2 on counts (features x samples): ``group`` over ``versus``.

    Features with a mean below 10 reads are not tested. Where every feature has a zero
    somewhere, PyDESeq2 estimates size factors iteratively.

    Raises:
        InputError: a group has fewer than two samples. MissingExtraError: no PyDESeq2.
    """
    try:
        from pydeseq2.dds import DeseqDataSet
        from pydeseq2.default_inference import DefaultInference
        from pydeseq2.ds import DeseqStats
    except ImportError:
        raise MissingExtraError("pydeseq2", "omics") from None
    kept = _kept(groups, group, versus)
    own = counts[kept].round().astype(int).T
    own = own.loc[:, own.mean(axis=0) >= LEAST_READS]
    if own.shape[1] < 2:
        raise InputError("too few features have reads to compare groups", value=own.shape[1])
    design = groups[kept].map({group: "group", versus: "versus"}).to_frame("side")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # its notes on fits that fall back to a mean
        one = DefaultInference(n_cpus=1)
        fit = DeseqDataSet(
            counts=own, metadata=design, design="~side", inference=one, quiet=True,
            low_memory=True,
        )  # fmt: skip
        fit.deseq2()
        stats = DeseqStats(fit, contrast=["side", "group", "versus"], inference=one, quiet=True)
        stats.summary()
    found = stats.results_df
    return _told(
        list(own.columns), group, versus, found["log2FoldChange"].to_numpy(),
        found["lfcSE"].to_numpy(), found["pvalue"].to_numpy(), "DESeq2",
    )  # fmt: skip


def moderated(log2: pd.DataFrame, groups: pd.Series, group: str, versus: str) -> pd.DataFrame:
    """Moderated t-test on log2 intensities (features x samples, NaN where not seen).

    A feature needs two values in each group.

    Raises:
        InputError: a group has fewer than two samples.
    """
    _kept(groups, group, versus)
    a, b = (log2[groups.index[groups == g]].to_numpy() for g in (group, versus))
    count_a, count_b = (np.isfinite(x).sum(axis=1) for x in (a, b))
    enough = (count_a >= 2) & (count_b >= 2)
    a, b, count_a, count_b = a[enough], b[enough], count_a[enough], count_b[enough]
    names = list(log2.index[enough])
    if not names:
        return _told([], group, versus, np.empty(0), np.empty(0), np.empty(0), "moderated t")
    fold = np.nanmean(a, axis=1) - np.nanmean(b, axis=1)
    freedom = (count_a + count_b - 2).astype(np.float64)
    squares = sum(np.nansum((x - np.nanmean(x, axis=1)[:, None]) ** 2, axis=1) for x in (a, b))
    variance, prior = shrunk(np.asarray(squares) / freedom, freedom)
    error = np.sqrt(variance * (1.0 / count_a + 1.0 / count_b))
    return _told(names, group, versus, fold, error, _two_sided(fold, error, freedom + prior),
                 "moderated t")  # fmt: skip


def _two_sided(fold: Floats, error: Floats, freedom: Floats) -> Floats:
    from scipy import stats

    t = np.divide(fold, error, out=np.full_like(fold, np.nan), where=error > 0)
    t = np.where((error <= 0) & (fold != 0), np.inf, np.where(error <= 0, 0.0, t))
    finite = np.where(np.isfinite(freedom), freedom, 1e9)
    return 2.0 * stats.t.sf(np.abs(t), finite)


def shrunk(variance: Floats, freedom: Floats) -> tuple[Floats, float]:
    """Variances drawn towards their common prior, and the prior's degrees of freedom.

    The prior is a scaled inverse chi-square fitted by the moments of log variance; infinite
    degrees of freedom mean that features differ no more than chance (Smyth 2004, section 6).
    """
    from scipy.optimize import brentq
    from scipy.special import digamma, polygamma

    good = variance > 0
    if good.sum() < 2:
        return variance, 0.0
    half = freedom[good] / 2.0
    e = np.log(variance[good]) - digamma(half) + np.log(half)
    spread = float(np.var(e, ddof=1) - np.mean(polygamma(1, half)))
    if spread <= 0:
        common = float(np.exp(np.mean(e)))
        return np.full_like(variance, common), np.inf
    prior = 2.0 * float(brentq(lambda x: float(polygamma(1, x)) - spread, 1e-8, 1e8))
    common = float(np.exp(np.mean(e) + digamma(prior / 2.0) - np.log(prior / 2.0)))
    return (prior * common + freedom * variance) / (prior + freedom), prior


def _kept(groups: pd.Series, group: str, versus: str) -> list[str]:
    for name in (group, versus):
        if int((groups == name).sum()) < 2:
            raise InputError(
                "a comparison needs two samples in each group", key="group", value=name
            )
    return list(groups.index[groups.isin([group, versus])])


def _told(
    names: list[str], group: str, versus: str, fold: Floats, error: Floats, p: Floats, method: str
) -> pd.DataFrame:
    import pandas as pd

    out = pd.DataFrame({
        "feature": names, "group": group, "versus": versus, "log2_fold": fold,
        "standard_error": error, "p": p, "p_adjusted": adjusted(p), "method": method,
    }, columns=list(COLUMNS))  # fmt: skip
    return out.sort_values(["p", "feature"], kind="stable", ignore_index=True)


def adjusted(p: Floats) -> Floats:
    """p-values after Benjamini and Hochberg; NaN stays NaN and does not count."""
    from scipy.stats import false_discovery_control

    out = np.full(p.shape, np.nan)
    good = np.isfinite(p)
    if good.any():
        out[good] = false_discovery_control(np.clip(p[good], 0.0, 1.0))
    return out
