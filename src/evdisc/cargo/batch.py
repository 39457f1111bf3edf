"""Batches: whether what parts the samples most is the batch they were made in."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from evdisc.cargo.thresholds import limit
from evdisc.evidence.library import Library

if TYPE_CHECKING:
    import pandas as pd

Floats = NDArray[np.float64]
COMPONENTS = 5


def components(log2: Floats, most: int = COMPONENTS) -> tuple[Floats, Floats]:
    """Principal components of samples: scores (sample, component) and shares of the variance.

    Args:
        log2: (features, samples) log2 values without gaps.
    """
    if log2.shape[1] < 2 or not log2.size:
        return np.zeros((log2.shape[1], 0)), np.zeros(0)
    centred = (log2 - log2.mean(axis=1, keepdims=True)).T
    u, s, _ = np.linalg.svd(centred, full_matrices=False)
    power = s**2
    if power.sum() <= 0:
        return np.zeros((log2.shape[1], 0)), np.zeros(0)
    count = min(most, log2.shape[1] - 1)
    return (u * s)[:, :count], (power / power.sum())[:count]


def association(scores: Floats, share: Floats, sheet: pd.DataFrame) -> pd.DataFrame:
    """How far each component follows group and batch.

    Returns component, variance_share, about (group or batch), explained (eta squared of an
    analysis of variance) and p. A column with one level, or with a level of its own for every
    sample, says nothing and is left out.
    """
    import pandas as pd
    from scipy.stats import f_oneway

    rows = []
    for about in ("group", "batch"):
        levels = sheet[about].to_numpy()
        names = [str(x) for x in np.unique(levels)]
        if not 1 < len(names) < len(levels):
            continue
        for k in range(scores.shape[1]):
            parts = [scores[levels == n, k] for n in names]
            within = sum(float(((x - x.mean()) ** 2).sum()) for x in parts)
            total = float(((scores[:, k] - scores[:, k].mean()) ** 2).sum())
            p = float(f_oneway(*parts).pvalue) if within > 1e-12 * total else 0.0
            rows.append((k + 1, float(share[k]), about, 1.0 - within / total, p))
    return pd.DataFrame(rows, columns=["component", "variance_share", "about", "explained", "p"])


def batch_warnings(found: pd.DataFrame, sheet: pd.DataFrame, library: Library) -> list[str]:
    """What a reader must know of the batches."""
    said = []
    least = limit(library, "batch_association")
    own = found[(found["about"] == "batch") & (found["p"] < least)]
    for row in own.to_dict(orient="records"):
        part, explained, p = (float(row[k]) for k in ("variance_share", "explained", "p"))
        said.append(
            f"component {row['component']} ({100 * part:.0f} % of the variance) follows the batch "
            f"(explains {100 * explained:.0f} %, p {p:.2g})"
        )
    table = sheet.groupby("group")["batch"].agg(set)
    several = sheet["batch"].nunique() > 1
    apart = all(
        not (a & b) for i, a in enumerate(table) for b in list(table)[i + 1 :]
    )  # fmt: skip
    if several and len(table) > 1 and apart:
        said.append("every group has batches of its own: group and batch cannot be told apart")
    return said
