"""What is known of the disc of a species, each fact with its tier, and what that means.

A fact is a row of evidence or follows from rows; where there is none it is unknown. A row that
holds for no species in particular is lent, and says so.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from evdisc.evidence.library import Library
from evdisc.evidence.parameters import TIERS, ParameterRow
from evdisc.outcome.effects import rounded
from evdisc.protocol.specs import DiscStudy
from evdisc.simulate.nutrition_view import view
from evdisc.simulate.site import disc_context, geometry
from evdisc.study.usual import stated, values_of

DAY = 86400.0
YEAR = 365.25 * DAY
#: times in which two numbers count as the same order
ALIKE = 2.0
#: rows the size of a nucleus rests on
SIZE = ("disc_height", "disc_radius", "nucleus_radius_share")


def facts(study: DiscStudy, library: Library) -> dict[str, Any]:
    """Fact -> ``value`` (None where unknown), ``low``, ``high``, ``unit``, ``tier``, ``lent``
    (True where no row is of this species) and ``note``.
    """  # fmt: skip
    context = disc_context(study.disc)
    size = geometry(values_of(study.disc, library))
    volume = math.pi * size.nucleus_radius**2 * size.height
    rows = [r for r in (stated(library, key, **context) for key in SIZE) if r]
    tier = max((r.tier for r in rows), key=TIERS.index)

    def row(key: str, scale: float, unit: str, **more: str) -> dict[str, Any]:
        return _fact(stated(library, key, **context, **more), context, scale, unit)

    def derived(value: float, unit: str) -> dict[str, Any]:
        return _entry([value], unit, tier, note="from the size of the disc")

    return {
        "nucleus volume": derived(volume * 1e9, "mm³"),
        "way from the middle to an endplate": derived(0.5e3 * size.height, "mm"),
        "way from the axis to the annulus": derived(1e3 * size.nucleus_radius, "mm"),
        "time a vesicle needs for it": _time(size.nucleus_radius, library),
        "cells in the nucleus": row("cell_density", 1e-9, "cells/mm³", region="NP"),
        "notochordal cells stay": row("notochordal_nucleus", 1.0, "yes or no"),
        "growth plate beside the endplate": row("growth_plate_beside_endplate", 1.0, "yes or no"),
        "cartilage endplate": row("endplate_thickness", 1e3, "mm"),
        "GAG turnover": row("gag_turnover", YEAR, "per year", region="NP"),
        "collagen turnover": row("collagen_turnover", YEAR, "per year"),
        **_least_nutrients(study),
    }


def _entry(
    numbers: Sequence[float] | None, unit: str, tier: str, *, lent: bool = False, note: str
) -> dict[str, Any]:
    """``numbers``: value and the 90 % range, or a value alone; None where nothing is known."""
    told: list[float | None] = [None, None, None]
    if numbers is not None:
        told = [rounded(x) for x in (numbers if len(numbers) > 1 else [*numbers] * 3)]
    return {"value": told[0], "low": told[1], "high": told[2], "unit": unit, "tier": tier,
            "lent": lent, "note": note}  # fmt: skip


def _fact(
    row: ParameterRow | None, context: Mapping[str, str], scale: float, unit: str
) -> dict[str, Any]:
    if row is None:
        return _entry(None, unit, "unknown", note="no row of evidence")
    own = any((k, context.get(k)) in row.context for k in ("species", "preset"))
    # general rows of the human deck are human, whoever else they are lent to
    own = own or (context["species"] == "human" and row.note.startswith("human"))
    numbers = [scale * x for x in (row.median, row.at(0.05), row.at(0.95))]
    return _entry(numbers, unit, row.tier, lent=not own, note=row.note)


def _time(way: float, library: Library) -> dict[str, Any]:
    """Days after which free vesicles of 100 nm have spread over ``way`` m: way^2 / (4 D)."""
    free = stated(library, "free_vesicle_diffusivity", subject="100 nm")
    held = stated(library, "vesicle_hindrance", region="NP")
    if free is None or held is None:
        return _entry(None, "d", "unknown", note="no row of evidence")
    shares = (held.median, held.at(0.95), held.at(0.05))
    days = [way**2 / (4.0 * free.median * share) / DAY for share in shares]
    return _entry(days, "d", "assumed", note="diffusion alone; " + held.note)


def _least_nutrients(study: DiscStudy) -> dict[str, Any]:
    """Least glucose, oxygen and pH of the healthy nucleus, every parameter at its median."""
    nucleus = view(study).summary["regions"]["NP"]
    out = {}
    for key, name, unit in (
        ("glucose_mM", "least glucose", "mM"), ("oxygen_kPa", "least oxygen", "kPa"),
        ("pH", "least pH", ""),
    ):  # fmt: skip
        least = nucleus[key]["min"]
        out[name] = _entry([least], unit, "computed", note="healthy disc at the medians")
    return out


def says(
    found: Sequence[Mapping[str, Any]], own: str, duration: float, control: str
) -> list[dict[str, Any]]:
    """What carries over from the protocol's own disc to each other one, and what does not.

    ``control`` says what the effect of the vesicles is over.

    Returns ``about``, ``words`` and ``carries`` (True, False, or None where it is open).
    """
    home = next(row for row in found if row["disc"] == own)
    out = [_compared(home, found, name, words) for name, words in RATIOS.items()]
    out += [_renewed(found, duration)]
    out += [_same(home, found, name) for name in YES_NO]
    if home["delivery"]:
        out += [_delivered(home, found)]
        out += [_effect(home, found, h, control) for h in ("stoichiometric", "potency")]
    return out


RATIOS = {
    "way from the axis to the annulus": "The way from the axis to the annulus",
    "time a vesicle needs for it": "The time a vesicle needs for that way",
    "cells in the nucleus": "The density of cells in the nucleus",
    "GAG turnover": "The turnover of GAG",
    "least glucose": "The least glucose in the healthy nucleus",
}
YES_NO = ("notochordal cells stay", "growth plate beside the endplate")


def _each(
    home: Mapping[str, Any], found: Sequence[Mapping[str, Any]],
    pick: Callable[[Mapping[str, Any]], float | None],
) -> tuple[list[str], list[bool]]:  # fmt: skip
    """Every other disc's number over the own one in words, and whether it is alike."""
    words, alike = [], []
    own = pick(home)
    for row in found:
        other = pick(row)
        if row is home or not own or other is None:
            continue
        words.append(f"{row['species']} {_short(other / own)}")
        alike.append(1.0 / ALIKE <= other / own <= ALIKE)
    return words, alike


def _short(ratio: float) -> str:
    return f"{ratio:.2g}" if ratio < 100.0 else f"{ratio:.0f}"


def _compared(
    home: Mapping[str, Any], found: Sequence[Mapping[str, Any]], name: str, words: str
) -> dict[str, Any]:
    told, alike = _each(home, found, lambda row: row["facts"][name]["value"])
    lent = [row["species"] for row in found if row["facts"][name]["lent"]]
    more = f" No own value: {', '.join(lent)}." if lent else ""
    text = f"{words}, {home['species']} = 1: {', '.join(told)}.{more}"
    return {"about": name, "words": text, "carries": all(alike) if told else None}


def _renewed(found: Sequence[Mapping[str, Any]], duration: float) -> dict[str, Any]:
    """What a healthy disc renews of its GAG within the study: the scale of any gain."""
    shares = []
    for row in found:
        turnover = row["facts"]["GAG turnover"]
        renewed = 100.0 * turnover["value"] * duration / YEAR
        shares.append(f"{row['species']} {_short(renewed)} % ({turnover['tier']})")
    text = (
        f"In {duration / DAY:g} days healthy turnover renews of the GAG: {', '.join(shares)}. No "
        "product can rebuild much more than a few times that."
    )
    return {"about": "what can be gained", "words": text, "carries": False}


def _same(home: Mapping[str, Any], found: Sequence[Mapping[str, Any]], name: str) -> dict[str, Any]:
    groups: dict[str, list[str]] = {}
    for row in found:
        value = row["facts"][name]["value"]
        word = "unknown" if value is None else ("yes" if value else "no")
        groups.setdefault(word, []).append(row["species"])
    text = "; ".join(f"{word}: {', '.join(names)}" for word, names in groups.items())
    tiers = sorted({row["facts"][name]["tier"] for row in found})
    known = home["facts"][name]["value"] is not None and "unknown" not in groups
    return {"about": name, "words": f"{name.capitalize()}? {text} ({', '.join(tiers)}).",
            "carries": len(groups) == 1 if known else None}  # fmt: skip


def _delivered(home: Mapping[str, Any], found: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    def vesicles(row: Mapping[str, Any]) -> float | None:
        value: float | None = row["delivery"].get("vesicles_per_cell", {}).get("median")
        return value

    told, alike = _each(home, found, vesicles)
    text = (
        f"A nucleus cell of the {home['species']} takes up {vesicles(home) or 0.0:.3g} vesicles; "
        f"at a dose by the volume of the nucleus, {home['species']} = 1: {', '.join(told)}."
    )
    return {"about": "vesicles per cell", "words": text, "carries": all(alike) if told else None}


def _effect(
    home: Mapping[str, Any], found: Sequence[Mapping[str, Any]], hypothesis: str, control: str
) -> dict[str, Any]:
    by = "copies" if hypothesis == "stoichiometric" else "vesicles per cell"
    words = {}
    for row in found:
        if row["effects"]:
            e = row["effects"]["disc height index"][hypothesis]["versus_vehicle"]
            words[row["species"]] = e["direction"]
    text = "; ".join(f"{name}: {word}" for name, word in words.items())
    own = words[home["species"]]
    resolved = own in ("up", "down")
    more = "" if resolved else f" The {home['species']} shows no effect that could carry over."
    return {
        "about": f"effect if {by} decide",
        "words": f"Disc height, vesicles against {control}, if {by} decide: {text}.{more}",
        "carries": set(words.values()) == {own} if resolved and len(words) > 1 else None,
    }
