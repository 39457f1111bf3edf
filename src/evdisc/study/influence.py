"""Influence: which assumed numbers drive the effect, by rank correlation over the members.

    influence = correlation of the ranks of a drawn number and of the effect
    sampling error = sqrt(1.06 / (members - 3))

Spearman 1904; the error is that of independent draws (Fieller 1957).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from evdisc.evidence.library import Library, context_text
from evdisc.evidence.parameters import ParameterRow
from evdisc.protocol.specs import DiscStudy, DishStudy
from evdisc.simulate.dish import dish_context
from evdisc.simulate.site import disc_context

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
    return [e for e in influences(rows, draws, effect) if e["tier"] == "assumed"]


def influences(
    rows: Mapping[str, ParameterRow], draws: Floats, effect: Floats
) -> list[dict[str, Any]]:
    """:func:`assumed` for drawn parameters of every tier."""
    out = [
        _entry(name, row, rank_correlation(draws[:, i], effect), len(effect))
        for i, (name, row) in enumerate(rows.items())
    ]
    return sorted(out, key=lambda e: (-abs(e["influence"]), e["key"], e["context"]))


def drawn_row(study: DiscStudy | DishStudy, identity: str, library: Library) -> ParameterRow:
    """The evidence row behind a draw, in the context of the study."""
    key, *places = identity.partition("#")[0].split("|")
    own = dict(place.split("=", 1) for place in places)
    context = disc_context(study.disc) if isinstance(study, DiscStudy) else dish_context(study)
    return library.resolve(key, **{**context, **own})


def _entry(name: str, row: ParameterRow, rho: float, members: int) -> dict[str, Any]:
    # what is drawn for one molecule says which
    molecule = name.partition("#")[2]
    return {
        "key": row.key,
        "context": molecule or context_text(row),
        "tier": row.tier,
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
