"""What to measure next, a search and a fit in a terminal, and in sentences."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from evdisc.report.terminal import text_table
from evdisc.report.words import HYPOTHESIS, difference, interval, number, unit_of

SHOWN = 10


def next_table(result: Mapping[str, Any]) -> str:
    """The measurements by their worth."""
    unit = unit_of(result["readout"]["unit"])
    rows = [
        [m["name"], f"{worth_words(m)} {'' if m['resolved'] else '(may be nothing)'}".strip(),
         f"{100.0 * m['share_of_evpi']:.0f} %", effort_words(m["effort"])]
        for m in result["measurements"]
    ]  # fmt: skip
    titles = ["measurement", f"worth, {unit}", "of all", "effort (own rough guess)"]
    lines = [f"{result['title']}; {result['members']} members", text_table(titles, rows)]
    lines += next_sentences(result)
    return "\n".join([*lines, *(f"note: {w}" for w in result["warnings"])])


def worth_words(row: Mapping[str, Any]) -> str:
    """A worth with its Monte Carlo error."""
    value = row["evppi"] if "evppi" in row else row["value"]
    return f"{number(value, 2)} ± {number(row['se'], 1)}"


def effort_words(effort: Mapping[str, Any]) -> str:
    """Weeks, animals and kind of work."""
    low, high = effort["weeks"]
    kind = f"{effort['animals']} animals" if effort["class"] == "animals" else effort["class"]
    if effort["animals"] and effort["class"] != "animals":
        kind += f" of {effort['animals']} animals or donors"
    return f"{low}-{high} weeks, {kind}"


def next_sentences(result: Mapping[str, Any]) -> list[str]:
    """What to do on Monday, and why."""
    unit, about = unit_of(result["readout"]["unit"]), result["readout"]["name"]
    choice = result["decision"]["choice"]
    chosen = next(o for o in result["options"] if o["name"] == choice)
    said = [
        f"By what is known, {choice} is the best choice: it is expected to gain "
        f"{number(chosen['expected'], 2)} {unit} of {about} over untreated and is best in "
        f"{100.0 * chosen['best_in']:.0f} % of the members. A therapy counts as worth giving from "
        f"a gain of {number(result['decision']['least'], 2)} {unit}."
        if choice != "no therapy" else
        f"By what is known, no therapy is the best choice: no option is expected to gain more than "
        f"{number(result['decision']['least'], 2)} {unit} of {about} over untreated. It is best in "
        f"{100.0 * chosen['best_in']:.0f} % of the members."
    ]  # fmt: skip
    said.append(
        f"Knowing everything that is unknown would gain {worth_words(result['evpi'])} {unit} more "
        "on average."
    )
    good = [m for m in result["measurements"] if m["resolved"]]
    if not good:
        return [*said, _candidate(result)]
    first = good[0]
    said.append(
        f"Measure {first['name']} first ({first['how']}): worth {worth_words(first)} {unit}, "
        f"{100.0 * first['share_of_evpi']:.0f} % of perfect knowledge, for "
        f"{effort_words(first['effort'])} by our own rough guess."
    )
    cheap = min(good, key=lambda m: (m["effort"]["weeks"][1], m["effort"]["animals"]))
    if cheap is not first:
        said.append(f"The quickest that is worth something is {cheap['name']} "
                    f"({effort_words(cheap['effort'])}).")  # fmt: skip
    return said


def _candidate(result: Mapping[str, Any]) -> str:
    """What might be worth measuring where nothing is resolved."""
    rows = result["measurements"]
    start = "No single measurement is told from nothing with these members"
    if not rows or rows[0]["evppi"] <= 0.0:
        return start + "."
    return (
        f"{start}; the likeliest to be worth something is {rows[0]['name']} "
        f"({worth_words(rows[0])}, {effort_words(rows[0]['effort'])}); more members would tell."
    )


def search_table(result: Mapping[str, Any]) -> str:
    """The front of each hypothesis, and the best."""
    unit = unit_of(result["readout"]["unit"])
    lines = [f"{result['title']}; {len(result['rows'])} ways run in {result['members']} members"]
    for h, words in HYPOTHESIS.items():
        on = sorted((r for r in result["rows"] if r["front"][h]), key=lambda r: r["made"])
        rows = [
            [str(r["number"]), way_words(r), number(r["made"], 2), str(r["punctures"]),
             gain_words(r["hypotheses"][h], result),
             gain_words(r["hypotheses"][h]["over_carrier"], result)]
            for r in on[:SHOWN]
        ]  # fmt: skip
        titles = ["way", "how", "made", "needles", f"gain, {unit}", "by the vesicles"]
        lines += [f"front {words} ({len(on)} ways):", text_table(titles, rows)]
    lines += search_sentences(result)
    return "\n".join([*lines, *(f"note: {w}" for w in result["warnings"])])


def gain_words(row: Mapping[str, Any], result: Mapping[str, Any]) -> str:
    """A gain with its 90 % range; what is far inside the equivalence band reads 0."""
    return difference({**row, "band": result["readout"]["band"]})


def over_words(result: Mapping[str, Any]) -> str:
    """What the gains of a search are over."""
    return "untreated" if result["against"] == "untreated" else "the same without vesicles"


def way_words(row: Mapping[str, Any]) -> str:
    """A way of giving in a few words."""
    days = ", ".join(f"{d:g}" for d in row["schedule_d"])
    carrier = "" if row["carrier"] == "none" else f" in {row['carrier']}"
    return f"{number(row['dose'], 2)} in {row['volume_uL']:g} uL{carrier}, day {days}"


def search_sentences(result: Mapping[str, Any]) -> list[str]:
    """The best ways by median and by the worst members, and what was left out."""
    unit, said = unit_of(result["readout"]["unit"]), []
    for h, words in HYPOTHESIS.items():
        own, best = result["rows"], result["best"][h]
        a, b = own[best["median"]], own[best["q05"]]
        text = (
            f"{words.capitalize()}: the largest median gain in {result['readout']['name']} is "
            f"{gain_words(a['hypotheses'][h], result)} {unit} over {over_words(result)}, by way "
            f"{a['number']} ({way_words(a)})"
        )
        if result["against"] == "untreated":
            beyond = gain_words(a["hypotheses"][h]["over_carrier"], result)
            text += f"; of that the vesicles bring {beyond} beyond the same without them"
        if a is not b:
            text += (f"; the safest, by its worst 5 % of members, is way {b['number']} "
                     f"({way_words(b)}) with {gain_words(b['hypotheses'][h], result)}")  # fmt: skip
        said.append(text + ".")
    left = result["left_out"]
    if left["count"]:
        why = "; ".join(f"{n} × {reason}" for reason, n in left["reasons"].items())
        said.append(f"{left['count']} proposals could not be given: {why}.")
    return said


def fit_table(result: Mapping[str, Any]) -> str:
    """Rows before and after, and the numbers that moved."""
    rows = [
        [str(r["line"]), r["words"], number(r["measured"]),
         *(f"{interval(own['prior'], 2)} -> {interval(own['posterior'], 2)}"
           for own in r["hypotheses"].values())]
        for r in result["rows"]
    ]  # fmt: skip
    titles = ["line", "row", "measured", *(f"model {HYPOTHESIS[h]}" for h in result["hypotheses"])]
    moved = [
        [f"{p['key']} ({p['context']})", interval(p["prior"], 2), interval(p["posterior"], 2),
         p["unit"], moved_words(p)]
        for p in result["parameters"][:SHOWN]
    ]  # fmt: skip
    lines = [text_table(titles, rows)] if rows else []
    lines += [text_table(["number", "prior", "posterior", "unit", ""], moved)]
    lines += fit_sentences(result)
    return "\n".join([*lines, *(f"note: {w}" for w in result["warnings"])])


def moved_words(row: Mapping[str, Any]) -> str:
    """Whether a number moved by more than chance."""
    return "moved" if row["moved"] > row["chance"] else "hardly moved"


def fit_sentences(result: Mapping[str, Any]) -> list[str]:
    """What the table taught."""
    moved = [p for p in result["parameters"] if p["moved"] > p["chance"]]
    count = len(result["rows"])
    said = [
        f"{count} row{'' if count == 1 else 's'} of {result['data']} left "
        f"{result['ess']:.0f} independent members of {len(result['members'])}."
    ]
    said.append(
        "Moved by more than chance: " + ", ".join(_labels(moved[:6])) + "." if moved
        else "No number of the model moved by more than chance."
    )  # fmt: skip
    if len(result["hypotheses"]) > 1:
        share = result["hypotheses"]
        said.append("That delivered copies decide has now a chance of "
                    f"{100.0 * share['stoichiometric']:.0f} %, that vesicles per cell decide "
                    f"{100.0 * share['potency']:.0f} %.")  # fmt: skip
    return said


def _labels(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    return [p["key"] + (f" of {p['context']}" if p["context"] != "general" else "") for p in rows]
