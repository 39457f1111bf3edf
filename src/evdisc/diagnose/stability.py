"""Do the folds choose the same molecules? Nogueira's index.

    Phi = 1 - mean over molecules of s_f^2 / (k/d (1 - k/d))

s_f^2 is the unbiased variance of the choice of molecule f over M fits, k the mean panel size, d the
molecules (Nogueira, Sechidis and Brown 2018, JMLR 18(174)). 1 is always the same panel, 0 is choice
by chance. Training sets share most of their donors, so the index is flattered.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from evdisc.diagnose.concordance import Z95


def stability(chosen: NDArray[np.bool_]) -> dict[str, float | None]:
    """Index of (M, d) choices with its 95 % interval; None where nothing is ever left out."""
    fits, molecules = chosen.shape
    share, size = chosen.astype(float).mean(axis=0), chosen.sum(axis=1).astype(float)
    mean = size.mean() / molecules
    even = mean * (1.0 - mean)
    if fits < 2 or even == 0:
        return {"value": None, "low": None, "high": None}
    value = 1.0 - float((fits / (fits - 1) * share * (1.0 - share)).mean() / even)
    own = _own(chosen.astype(float), share, size / molecules, mean, value)
    variance = 4.0 / fits**2 * float(((own - own.mean()) ** 2).sum())
    error = Z95 * float(np.sqrt(variance))
    return {"value": value, "low": value - error, "high": min(1.0, value + error)}


def _own(
    chosen: NDArray[np.float64], share: NDArray[np.float64], size: NDArray[np.float64],
    mean: float, value: float,
) -> NDArray[np.float64]:  # fmt: skip
    """(M,) what each fit adds to the index (their theorem 7)."""
    even = mean * (1.0 - mean)
    agreement = (chosen * share).mean(axis=1) - size * mean
    correction = value / 2.0 * (2.0 * mean * size - size - mean + 1.0)
    return np.asarray((agreement + correction) / even)
