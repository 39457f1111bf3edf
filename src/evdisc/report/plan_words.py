"""A plan in sentences and table rows, for terminal, page and document alike."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from evdisc.report.words import HYPOTHESIS, difference, number, unit_of


def opening(plan: Mapping[str, Any]) -> str:
    """The answer in one or two sentences."""
    size, unit = plan["sample_size"], plan["unit"]
    groups = [g for g in plan["groups"] if g["included"]]
    name = next(o["name"] for o in plan["outcomes"] if o["primary"])
    if size["per_group"] is None:
        return (
            f"{len(groups)} groups, unit: {unit['name']}. No sample size follows for {name}: "
            f"{'; '.join(reasons(plan, name))}."
        )
    return (
        f"{size['per_group']} {unit['name']}s in each of {len(groups)} groups, "
        f"{size['animals']} {unit['holder']}s in all, for {name} at a power of "
        f"{number(100 * size['power'])} %, losses included ({plan['allocation']['why']}). "
        f"{'; '.join(reasons(plan, name)).capitalize()}."
    )


def reasons(plan: Mapping[str, Any], name: str) -> list[str]:
    """What each hypothesis says of the primary contrast in one outcome."""
    out = []
    for c in plan["sample_size"]["contrasts"]:
        if c["primary"]:
            row = c["outcomes"][name]
            told = f"{row['n']} in each group" if row["n"] else row["words"]
            out.append(f"{HYPOTHESIS[c['hypothesis']]}, {told}")
    return out


def group_rows(plan: Mapping[str, Any], included: bool = True) -> list[tuple[str, ...]]:
    """Groups with what they get, tell apart, and why; or those left out, and why."""
    return [
        (g["name"], g["given"], g["separates"], g["reason"]) if included
        else (g["name"], g["reason"].removeprefix("left out: "))
        for g in plan["groups"] if g["included"] is included
    ]  # fmt: skip


def size_header(plan: Mapping[str, Any]) -> tuple[str, ...]:
    """Heading of :func:`size_rows`."""
    return ("against", "if", "outcome", "predicted difference", "spread", "n a group",
            f"{plan['unit']['holder']}s", "power", "assurance")  # fmt: skip


def size_rows(plan: Mapping[str, Any]) -> list[tuple[str, ...]]:
    """Sample sizes, one row for each contrast, hypothesis and outcome."""
    return [
        (
            c["against"], HYPOTHESIS[c["hypothesis"]].removeprefix("if "), name,
            f"{difference(row['effect'] | {'band': row['band']})} {unit_of(row['unit'])}",
            spread_words(row["spread"]),
            str(row["n"]) if row["n"] else verdict(row), str(row["animals"] or "–"),
            share(row["power"]), share(row["assurance"]),
        )
        for c in plan["sample_size"]["contrasts"] for name, row in c["outcomes"].items()
    ]  # fmt: skip


VERDICT = {
    "none predicted": "none: no difference predicted", "unresolved": "none: sign unresolved",
    "spread unknown": "see curve", "beyond reach": "over 100",
}  # fmt: skip


def verdict(row: Mapping[str, Any]) -> str:
    """Why there is no number."""
    return VERDICT[row["status"]]


def spread_words(spread: Mapping[str, Any] | None) -> str:
    """A coefficient of variation and where it is from."""
    if spread is None:
        return "unknown"
    source = f", {spread['source']}" if spread["source"] else ""
    return f"{number(100 * spread['cv'], 2)} % ({spread['basis']}{source})"


def share(x: float | None) -> str:
    """A share of experiments."""
    return "–" if x is None else f"{x:.2f}"


def curve_rows(plan: Mapping[str, Any]) -> list[tuple[str, ...]]:
    """n against the coefficient of variation, where the spread is unknown."""
    return [
        (c["against"], HYPOTHESIS[c["hypothesis"]].removeprefix("if "), name,
         *(str(p["n"]) if p["n"] else "over 100" for p in row["curve"]))
        for c in plan["sample_size"]["contrasts"] for name, row in c["outcomes"].items()
        if row["curve"]
    ]  # fmt: skip


def curve_header(plan: Mapping[str, Any]) -> tuple[str, ...]:
    """Heading of :func:`curve_rows`."""
    variations = next(
        ([p["cv"] for p in row["curve"]] for c in plan["sample_size"]["contrasts"]
         for row in c["outcomes"].values() if row["curve"]), [],
    )  # fmt: skip
    return ("against", "if", "outcome", *(f"CV {100 * cv:g} %" for cv in variations))


def chance_header(plan: Mapping[str, Any]) -> tuple[str, ...]:
    """Heading of :func:`chance_rows`."""
    sizes = dict.fromkeys(row["n"] for row in plan["detectable"])
    return ("against", "if", "outcome", *(f"{n} a group" for n in sizes))


def chance_rows(plan: Mapping[str, Any]) -> list[tuple[str, ...]]:
    """Assurance at the sizes of the detectable table, where the spread is known."""
    return [
        (c["against"], HYPOTHESIS[c["hypothesis"]].removeprefix("if "), name,
         *(share(p["assurance"]) for p in row["assurance_at"]))
        for c in plan["sample_size"]["contrasts"] for name, row in c["outcomes"].items()
        if row["assurance_at"]
    ]  # fmt: skip


DETECT_HEADER = ("n a group", "outcome", "standard deviations", "difference")


def detect_rows(plan: Mapping[str, Any]) -> list[tuple[str, ...]]:
    """Smallest difference that would be found."""
    out: list[tuple[str, ...]] = []
    for row in plan["detectable"]:
        unit = unit_of(row["unit"])
        told = f"{number(row['difference'], 2)} {unit}" if row["difference"] else "; ".join(
            f"{number(p['difference'], 2)} at CV {100 * p['cv']:g} %" for p in row["by_cv"][1:6:2]
        ) + ("–" if not row["by_cv"] else f" ({unit})" if unit else "")  # fmt: skip
        out.append((str(row["n"]), row["outcome"], number(row["standard_deviations"], 2), told))
    return out


TIME_HEADER = ("outcome", "if", "against", "differs most on day", "half of it by day", "difference")


def time_rows(plan: Mapping[str, Any]) -> list[tuple[str, ...]]:
    """When the arms differ most."""
    return [
        (
            t["outcome"], HYPOTHESIS[t["hypothesis"]].removeprefix("if "), t["versus"],
            number(t["most_d"]) if t["beyond_band"] else "never by more than the band",
            number(t["half_d"]), f"{number(t['difference'], 2)} {unit_of(t['unit'])}"
            if t["beyond_band"] else "–",
        )
        for t in plan["time_points"]
    ]  # fmt: skip


def falsify_rows(plan: Mapping[str, Any]) -> list[tuple[str, ...]]:
    """What would falsify the mechanism."""
    return [(f["link"], f["lacks"], f["arm"], f["falsified_if"]) for f in plan["falsify"]]


def assumed_rows(plan: Mapping[str, Any]) -> list[tuple[str, ...]]:
    """Assumptions with their values."""
    return [(a["what"], number(a["value"]), a["why"]) for a in plan["assumed"]]


CHECK_HEADER = ("checklist", "answered", "partly", "open", "not applicable", "wording checked")


def check_rows(plan: Mapping[str, Any]) -> list[tuple[str, ...]]:
    """Checklists: how far they are filled."""
    return [
        (c["checklist"], str(c["answered"]), str(c["partly"]), str(c["open"]),
         str(c["not_applicable"]), f"{c['checked']} of {c['items']}")
        for c in plan["checklists"]
    ]  # fmt: skip


def metric_words(metric: Mapping[str, Any]) -> str:
    """EV-METRIC in words."""
    return (
        f"EV-METRIC {number(metric['score'])} %: {metric['fulfilled']} of {metric['applicable']} "
        f"components that apply; {metric['open']} are open, so that it can reach "
        f"{number(metric['highest'])} %. It tells how much is reported, not how good it is."
    )


def gap_lines(gaps: Mapping[str, Sequence[str]]) -> list[str]:
    """What the record of each cargo lacks."""
    return [f"{cargo}: {', '.join(missing)}" for cargo, missing in gaps.items() if missing]
