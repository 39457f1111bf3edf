"""A cargo report in sentences."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from evdisc.report import words

READOUT = "disc height index"


def lead(content: Mapping[str, Any]) -> str:
    """What the measured cargo can and cannot do, in two or three sentences."""
    rows = [r for r in content["disc"]["stoichiometry"] if r["acts_through"]]
    what = "miRNA" if content["kind"] == "mirna" else "proteins"
    if not rows:
        return f"None of the measured {what} is known to the evidence as cargo."
    return f"{_count(rows, what, content)} {_effect(content)}".strip()


def _count(rows: list[dict[str, Any]], what: str, content: Mapping[str, Any]) -> str:
    most = max(rows, key=lambda r: r["copies_per_cell"]["median"] or 0.0)
    reached = f"{most['name']} with {words.interval(most['copies_per_cell'], 2)} copies per cell"
    start = f"The evidence knows {len(rows)} of the measured {what}."
    if content["kind"] != "mirna":
        over = words.number(most["over_own"]["median"], 2)
        return f"{start} Most is delivered of {reached}, {over} times the cell's own."
    needed = rows[0]["needed"]
    enough = [r["name"] for r in rows if (r["copies_per_cell"]["median"] or 0.0) >= needed]
    maybe = [r["name"] for r in rows if (r["copies_per_cell"]["q95"] or 0.0) >= needed]
    if enough:
        return (
            f"{start} In the disc {', '.join(enough[:4])} reach the {needed:g} copies per cell "
            f"that half an effect takes; most is {reached}."
        )
    can = (
        f"the 90 % range of {', '.join(maybe[:4])} reaches them" if maybe
        else "not even the upper end of the 90 % range reaches them"
    )  # fmt: skip
    return (
        f"{start} In the disc none reaches, at the median, the {needed:g} copies per cell that "
        f"half an effect takes: the nearest is {reached}; {can}."
    )


def _effect(content: Mapping[str, Any]) -> str:
    found = content["disc"]["result"]
    if not found or READOUT not in found["readouts"]:
        return ""
    about = found["readouts"][READOUT]
    said = []
    for e in [about["effect"], *about["effects"]]:
        if e and e["arm"] == "treated" and e["versus"] == "vehicle" and e["claims"] == "discounted":
            seen = e["direction"] in ("up", "down") and abs(e["median"] or 0.0) < e["band"]
            small = ", within what counts as none" if seen else ""
            said.append(f"{words.HYPOTHESIS[e['hypothesis']]} {words.difference(e)} points "
                        f"({words.DIRECTION[e['direction']]}{small})")  # fmt: skip
    if not said:
        return ""
    return f"Against the vehicle, the vesicles change the {READOUT} " + ", ".join(said) + "."
