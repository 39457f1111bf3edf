"""Results in sentences."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from evdisc.study.chance import FEWEST

HYPOTHESIS = {
    "stoichiometric": "if delivered copies decide",
    "potency": "if vesicles per cell decide",
}
ARMS = {
    "treated": "treated", "untreated": "untreated", "vehicle": "vehicle", "healthy": "healthy",
}  # fmt: skip


def number(x: float | None, digits: int = 3) -> str:
    """A number for a reader; a dash for an unknown one."""
    if x is None:
        return "–"
    if x != 0.0 and (abs(x) < 1e-3 or abs(x) >= 1e5):
        mantissa, exponent = f"{x:.1e}".split("e")
        return f"{mantissa}×10{_superscript(int(exponent))}".replace("-", "−")
    return f"{x:.{digits}g}".replace("-", "−") if abs(x) < 100 else f"{x:.0f}".replace("-", "−")


def interval(row: Mapping[str, float | None], digits: int = 3) -> str:
    """Median and 90 % range."""
    low, high = number(row["q05"], digits), number(row["q95"], digits)
    return f"{number(row['median'], digits)} ({low} to {high})"


def percent(share: Mapping[str, float | None]) -> str:
    """A share with its range, in %."""
    return interval({k: None if v is None else 100.0 * v for k, v in share.items()})


def difference(effect: Mapping[str, Any]) -> str:
    """An effect with its 90 % range; what is far inside the equivalence band reads 0."""
    least = 0.005 * effect["band"]
    shown = {k: effect[k] for k in ("median", "q05", "q95")}
    return interval({k: 0.0 if v is not None and abs(v) < least else v for k, v in shown.items()})


def unit_of(unit: str) -> str:
    """Unit of a difference: points for percentages."""
    return {"%": "points", "fold of healthy": "× healthy"}.get(unit, unit)


def too_few(result: Mapping[str, Any]) -> str:
    """Why nothing is ranked, in a sentence; empty where the members are enough."""
    members = result["members"] - len(result["failed"])
    if members >= FEWEST:
        return ""
    return (
        f"What this hangs on is not ranked: with {members} members nearly any number would seem to "
        f"matter. A ranking takes {FEWEST} members (our choice)."
    )


def headline(result: Mapping[str, Any]) -> str | None:
    """Name of the read-out the report opens with."""
    wanted = [*result.get("first", []), "disc height index", "viability"]
    named = (n for w in wanted for n in result["readouts"] if n.split(" (")[0] == w)
    return next(named, next(iter(result["readouts"]), None))


def sentence(result: Mapping[str, Any]) -> str:
    """The result with its intervals; see :mod:`evdisc.report.answer` for the plain answer."""
    name = headline(result)
    if name is None:
        return "No member of this study could be run."
    about = result["readouts"][name]
    effect = about["effect"]
    if effect is None:
        arm = result["arms"][0]
        bands = about["hypotheses"]["stoichiometric"]["arms"][arm]
        last = {k: bands[k][-1] for k in bands}
        return (
            f"After {time_words(about['times_d'][-1])} the {name} is {interval(last)} "
            f"{about['unit']} ({arm})."
        )
    return _first(name, about, effect) + _second(about, effect)


DIRECTION = {
    "up": "higher", "down": "lower", "none": "no difference that matters",
    "unresolved": "not resolved by what is known",
}  # fmt: skip


def _first(name: str, about: Mapping[str, Any], effect: Mapping[str, Any]) -> str:
    others = [
        f" From the {e['versus']} arm it differs by {difference(e)}: {DIRECTION[e['direction']]}."
        for e in about["effects"]
        if e["arm"] == effect["arm"]
        and e["versus"] != effect["versus"]
        and e["hypothesis"] == effect["hypothesis"]
        and e["claims"] == effect["claims"]
    ]
    return (
        f"After {time_words(effect['time_d'])} the {name} of the {effect['arm']} arm differs from "
        f"the {effect['versus']} one by {difference(effect)} {unit_of(about['unit'])} "
        f"{HYPOTHESIS[effect['hypothesis']]}: {DIRECTION[effect['direction']]}.{''.join(others)}"
    )


def _second(about: Mapping[str, Any], effect: Mapping[str, Any]) -> str:
    other = [
        f"{difference(e)} {unit_of(about['unit'])} from the {e['versus']} arm "
        f"({DIRECTION[e['direction']]})"
        for e in about["effects"]
        if e["hypothesis"] == "potency"
        and e["arm"] == effect["arm"]
        and e["claims"] == "discounted"
    ]
    return f" {HYPOTHESIS['potency'].capitalize()}: {'; '.join(other)}." if other else ""


def time_words(days: float) -> str:
    """A time in the unit a reader thinks in."""
    if days >= 14 and days % 7 == 0:
        return f"{days / 7:g} weeks"
    return f"{days:g} days" if days >= 2 else f"{days * 24:g} hours"


def _superscript(n: int) -> str:
    return str(n).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))


def verdict_lines(row: Mapping[str, Any], most: int = 2) -> list[tuple[str, str]]:
    """(cargo, words) of a delivery row: the most plentiful in full, the rest by shared verdict."""
    verdicts = row.get("verdict", {})
    copies = {name: row["copies_per_cell"][name]["median"] or 0.0 for name in verdicts}
    names = sorted(verdicts, key=lambda name: (-copies[name], name))
    lines = [(name, verdicts[name]) for name in names[:most]]
    shared: dict[str, list[str]] = {}
    for name in names[most:]:
        shared.setdefault(verdicts[name].rpartition(": ")[2], []).append(name)
    return lines + [(", ".join(own), words) for words, own in shared.items()]
