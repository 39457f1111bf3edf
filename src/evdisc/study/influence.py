"""Influence: which assumed numbers drive the effect, by rank correlation over the members."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from evdisc.evidence.library import context_text
from evdisc.evidence.parameters import ParameterRow

Floats = NDArray[np.float64]


def rank_correlation(x: Floats, y: Floats) -> float:
    """Spearman's rank correlation; 0 where one of the two does not vary."""
    from scipy.stats import rankdata  # here, because it takes long to load

    good = np.isfinite(x) & np.isfinite(y)
    if good.sum() < 3:
        return 0.0
    a, b = rankdata(x[good]), rankdata(y[good])
    if a.std() == 0.0 or b.std() == 0.0:
        return 0.0
    return float(np.corrcoef(a, b)[0, 1])


def sampling_error(members: int) -> float:
    """Standard error of a rank correlation of independent draws (Fieller 1957)."""
    return math.sqrt(1.06 / max(members - 3, 1))


def assumed(
    rows: Mapping[str, ParameterRow], draws: Floats, effect: Floats
) -> list[dict[str, Any]]:
    """Drawn parameters of tier ``assumed``, the most influential first.

    Args:
        rows: identity -> evidence row, in the order of the columns of ``draws``.
        draws: (members, parameters).
        effect: (members,) effect whose spread is explained.
    """
    out = [
        _entry(row, rank_correlation(draws[:, i], effect), len(effect))
        for i, row in enumerate(rows.values())
        if row.tier == "assumed"
    ]
    return sorted(out, key=lambda e: (-abs(e["influence"]), e["key"], e["context"]))


def _entry(row: ParameterRow, rho: float, members: int) -> dict[str, Any]:
    return {
        "key": row.key,
        "context": context_text(row),
        "value": row.value,
        "low": row.low,
        "high": row.high,
        "unit": row.unit,
        "distribution": row.distribution,
        "influence": round(rho, 4),
        "sampling_error": round(sampling_error(members), 4),
        "source": row.source,
        "note": row.note,
    }
