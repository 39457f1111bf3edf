"""Influence: which assumed numbers drive the effect, by rank correlation over the members.

    influence = correlation r of the ranks of a drawn number and of the effect
    sampling error = sqrt(1.06 / (members - 3)), that of atanh(r)

Spearman 1904; the error is that of independent draws (Fieller 1957). Many numbers are looked at, so
each has a word (:mod:`evdisc.study.chance`). Fewer than 20 members rank nothing (our choice): up to
there chance alone gives half of a full correlation. What cannot act is not listed.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from evdisc.evidence.library import Library, context_text
from evdisc.evidence.parameters import ParameterRow
from evdisc.protocol.specs import DiscStudy, DishStudy
from evdisc.simulate.dish import dish_context
from evdisc.simulate.site import disc_context
from evdisc.study.chance import FEWEST, tail, words_for

Floats = NDArray[np.float64]
#: word of a number that no path leads from to the effect that is ranked
BESIDE = "acts on other read-outs alone"


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
    rows: Mapping[str, ParameterRow], draws: Floats, effect: Floats, acting: Collection[str],
    beside: Collection[str],
) -> list[dict[str, Any]]:  # fmt: skip
    """Drawn parameters of tier ``assumed``, the most influential first.

    Args:
        rows: identity -> evidence row, in the order of the columns of ``draws``.
        draws: (members, parameters).
        effect: (members,) effect whose spread is explained.
        acting: keys that can act on the effect.
        beside: keys that can act on another read-out of the run alone; told last, not ranked.
    """

    def of(keys: Collection[str]) -> dict[str, ParameterRow]:
        return {n: row for n, row in rows.items() if row.tier == "assumed" and row.key in keys}

    others = [_entry(n, row, None, BESIDE, _members(effect)) for n, row in of(beside).items()]
    return [*influences(rows, draws, effect, of(acting)), *sorted(others, key=_name)]


def influences(
    rows: Mapping[str, ParameterRow], draws: Floats, effect: Floats, kept: Collection[str]
) -> list[dict[str, Any]]:
    """Entries of the identities ``kept``, ranked; by name and unranked with too few members."""
    members = _members(effect)
    if members < FEWEST:
        return sorted((_entry(n, rows[n], None, "", members) for n in kept), key=_name)
    place = {name: i for i, name in enumerate(rows)}
    rho = np.array([rank_correlation(draws[:, place[n]], effect) for n in kept])
    errors = np.arctanh(np.clip(rho, -1.0 + 1e-12, 1.0 - 1e-12)) / sampling_error(members)
    words = words_for(errors, tail(errors))
    out = [
        _entry(n, rows[n], float(r), w, members) for n, r, w in zip(kept, rho, words, strict=True)
    ]
    return sorted(out, key=lambda e: (-abs(e["influence"]), *_name(e)))


def _members(effect: Floats) -> int:
    return int(np.isfinite(effect).sum())


def _name(entry: Mapping[str, Any]) -> tuple[str, str]:
    return entry["key"], entry["context"]


def drawn_row(study: DiscStudy | DishStudy, identity: str, library: Library) -> ParameterRow:
    """The evidence row behind a draw, in the context of the study."""
    key, *places = identity.partition("#")[0].split("|")
    own = dict(place.split("=", 1) for place in places)
    context = disc_context(study.disc) if isinstance(study, DiscStudy) else dish_context(study)
    return library.resolve(key, **{**context, **own})


def _entry(
    name: str, row: ParameterRow, rho: float | None, word: str, members: int
) -> dict[str, Any]:
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
        "influence": None if rho is None else round(rho, 4),
        "sampling_error": round(sampling_error(members), 4),
        "word": word,
        "source": row.source,
        "note": row.note,
    }
