"""Where a number comes from and who reads it."""

from __future__ import annotations

from typing import Any

from evdisc.errors import EvidenceError, nearest
from evdisc.evidence.library import Library, context_text
from evdisc.mechanism.contract import Mechanism
from evdisc.mechanism.variables import VARIABLES
from evdisc.simulate.mechanisms import DISC, DISH
from evdisc.simulate.readers import OTHER_READERS


def mechanisms() -> tuple[Mechanism, ...]:
    """Every mechanism of disc and dish, once."""
    return tuple({m.name: m for m in (*DISC, *DISH)}.values())


def readers(key: str) -> list[str]:
    """Mechanisms and rooms that read a parameter."""
    own = [m.name for m in mechanisms() if any(p.key == key for p in m.parameters)]
    return own + ([OTHER_READERS[key]] if key in OTHER_READERS else [])


def explain(key: str, library: Library) -> dict[str, Any]:
    """Rows, readers and sources of a parameter, or owners and readers of a state variable.

    Raises:
        EvidenceError: neither; offers the nearest name.
    """
    if key in library.parameters:
        return _parameter(key, library)
    if key in VARIABLES:
        return _variable(key)
    named = [*library.parameters, *VARIABLES]
    raise EvidenceError(
        "no such parameter or state variable", value=key, nearest=nearest(key, named)
    )


def _parameter(key: str, library: Library) -> dict[str, Any]:
    meanings = {p.key: p.meaning for m in mechanisms() for p in m.parameters}
    rows = [
        {
            "context": context_text(r), "value": r.value, "low": r.low, "high": r.high,
            "unit": r.unit, "distribution": r.distribution, "tier": r.tier, "via": r.via,
            "source": _source(r.source, library), "use": r.use, "note": r.note,
        }
        for r in library.parameters[key]
    ]  # fmt: skip
    return {
        "key": key,
        "kind": "parameter",
        "meaning": meanings.get(key, ""),
        "read_by": readers(key),
        "rows": rows,
    }


def _source(study: str, library: Library) -> str:
    row = library.sources.get(study)
    if row is None:
        return study
    return ", ".join(v for v in (row["authors"], row["year"], row["journal"], row["doi"]) if v)


def _variable(key: str) -> dict[str, Any]:
    v = VARIABLES[key]
    return {
        "key": key, "kind": "state variable", "meaning": v.meaning, "unit": v.unit,
        "held": v.held,
        "owned_by": [m.name for m in mechanisms() if key in m.owns],
        "added_to_by": [m.name for m in mechanisms() if key in m.adds_to],
        "read_by": [m.name for m in mechanisms() if key in m.reads],
    }  # fmt: skip
