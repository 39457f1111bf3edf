"""A ranking in sentences."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from evdisc.report.words import interval, number, unit_of
from evdisc.study.usual import control_words

SHOWN = 3


def effect_words(row: Mapping[str, Any]) -> str:
    """Median and 90 % range of an effect; what is far inside the equivalence band reads 0."""
    least = 0.005 * row["band"]
    shown = {"median": row["effect"], "q05": row["q05"], "q95": row["q95"]}
    return interval({k: 0.0 if v is not None and abs(v) < least else v for k, v in shown.items()})


def sentences(result: Mapping[str, Any]) -> list[str]:
    """The answer of a ranking, the most important first."""
    rows = result["ranking"]
    if not rows:
        return ["No member of this ranking could be run."]
    said = [_copies(result), _potency(result), *_carriers(result)]
    if result["by"] == "cargo":
        said.append(
            "Each row stands for one table row: its cargo alone in its vesicle, the rest of the "
            "cargo switched off. That is what the study credits, not what anybody injected: a "
            "native vesicle carries all of its cargo at once."
        )
    return [*said, *_pair(result)]


def _copies(result: Mapping[str, Any]) -> str:
    rows, what = result["ranking"], _things(result)
    unit = unit_of(result["readout"]["unit"])
    start = "Where delivered copies decide, "
    vehicle = result["controls"]["vehicle_versus_untreated"]
    needle = f"needle and liquid alone change it by {effect_words(vehicle)} {unit}"
    if len(rows) == 1:
        name = result["readout"]["name"]
        return (
            f"{start}{rows[0]['therapy']} changes {name} by {effect_words(rows[0])} {unit} against "
            f"untreated; {needle}."
        )
    if all(row["rank"] == 1 for row in rows):
        most = number(result["widest_difference"]["stoichiometric"], 2)
        return (
            f"{start}no {what} differs from another by more than {most} {unit} in "
            f"{result['readout']['name']}: all {len(rows)} are tied. Against untreated "
            f"{_medians(rows)} {unit}; {needle}. {_none_helps(result)}"
        )
    return f"{start}{_first(rows, what, unit)} The {needle}. {_none_helps(result)}"


def controls(result: Mapping[str, Any]) -> str:
    """What the effects of the vesicles are over: one control, or that of each product."""
    named = dict.fromkeys(control_words(row["carrier"]) for row in result["ranking"])
    return next(iter(named)) if len(named) == 1 else "its control"


def _carriers(result: Mapping[str, Any]) -> list[str]:
    """What carriers do by themselves, and what is left for the vesicles in them."""
    rows = [row for row in result["ranking"] if row["control"] == "carrier"]
    if not rows:
        return []
    unit = unit_of(result["readout"]["unit"])
    alone = "; ".join(
        f"{control_words(c['carrier'])} changes it by {effect_words(c['versus_untreated'])} {unit}"
        for c in result["controls"]["carriers"]
    )
    copies, vesicles = (
        _span([row["versus_vehicle"] for row in side])
        for side in (rows, [row["potency"] for row in rows])
    )
    return [
        f"A carrier acts by itself: {alone} against untreated. Over that, vesicles add (median) "
        f"{copies} {unit} where delivered copies decide and {vesicles} {unit} where vesicles per "
        "cell decide."
    ]


def _span(effects: Sequence[Mapping[str, Any]]) -> str:
    """The median of one effect, or where those of several lie."""
    kept = [0.0 if abs(e["effect"]) < 0.005 * e["band"] else e["effect"] for e in effects]
    ends = [number(f(kept), 2) for f in (min, max)]
    return ends[0] if ends[0] == ends[1] else f"{ends[0]} to {ends[1]}"


def _medians(rows: Sequence[Mapping[str, Any]]) -> str:
    """One effect where all are the same to the eye, else where the medians lie."""
    ends = [number(f([row["effect"] for row in rows]), 2) for f in (min, max)]
    if ends[0] == ends[1]:
        return f"they change it by {effect_words(rows[0])}"
    return f"their medians lie between {ends[0]} and {ends[1]}"


def _potency(result: Mapping[str, Any]) -> str:
    standing = sorted(
        ({"therapy": row["therapy"], **row["potency"]} for row in result["ranking"]),
        key=lambda r: (r["rank"], -r["probability_best"]),
    )
    unit = unit_of(result["readout"]["unit"])
    if len(standing) == 1:
        return f"Where vesicles per cell decide, it is {effect_words(standing[0])} {unit}."
    if all(row["rank"] == 1 for row in standing):
        most = number(result["widest_difference"]["potency"], 2)
        return (
            f"Where vesicles per cell decide, none can be told from another either; they may "
            f"differ by up to {most} {unit}, most likely for the better in "
            f"{standing[0]['therapy']} (best in {_share(standing[0])} of the members)."
        )
    return f"Where vesicles per cell decide, {_first(standing, _things(result), unit)}"


def _first(rows: Sequence[Mapping[str, Any]], what: str, unit: str) -> str:
    best = [row for row in rows if row["rank"] == 1]
    named = "; ".join(
        f"{r['therapy']} ({effect_words(r)} {unit}, best in {_share(r)} of the members)"
        for r in best[:SHOWN]
    )
    more = f" and {len(best) - SHOWN} more" if len(best) > SHOWN else ""
    many = "cargoes" if what == "cargo" else "products"
    share = f"{len(best)} {many} share the first place" if len(best) > 1 else "one stands first"
    return f"{share}: {named}{more}; {len(rows) - len(best)} of {len(rows)} are resolved as worse."


def _none_helps(result: Mapping[str, Any]) -> str:
    share = 100.0 * (result["probability_none_helps"]["stoichiometric"] or 0.0)
    over = {"untreated": "", "carrier": f" over {controls(result)}"}.get(
        result["none_helps_over"], " over untreated or, in a carrier, over the carrier alone"
    )
    return (
        f"In {share:.0f} % of the members none of them helps by more than the equivalence band"
        f"{over}."
    )


def _pair(result: Mapping[str, Any]) -> list[str]:
    if not result["pairs"] or not result["pairs"]["pairs"]:
        return []
    rows = result["pairs"]["pairs"]
    better = [p for p in rows if p["against_better"]["direction"] == "up"]
    unit = unit_of(result["readout"]["unit"])
    if result["readout"]["better"] < 0:
        better = [p for p in rows if p["against_better"]["direction"] == "down"]
    if not better:
        return [f"No pair of {len(rows)} is resolved to do better than the better of its two."]
    first = better[0]
    return [
        f"{len(better)} of {len(rows)} pairs are resolved to do better than the better of their "
        f"two, first {' + '.join(first['therapies'])} by "
        f"{effect_words(first['against_better'])} {unit}."
    ]


def _share(row: Mapping[str, Any]) -> str:
    return f"{100.0 * row['probability_best']:.0f} %"


def _things(result: Mapping[str, Any]) -> str:
    return "cargo" if result["by"] == "cargo" else "product"


def command(result: Mapping[str, Any]) -> str:
    """The command line that gives this ranking again, from the folder's own protocol."""
    words = [
        "evdisc rank protocol.yaml", f"--members {result['members']}", f"--seed {result['seed']}",
        f"--for '{result['readout']['name']}'",
    ]  # fmt: skip
    if result["by"] == "cargo":
        words.append("--by cargo")
    elif result["therapies"] != ["atlas"]:
        words += [f"--therapies '{t}'" for t in result["therapies"]]
    if result["equal"] != "dose":
        words.append(f"--equal {result['equal']}")
    return " ".join(words + (["--pairs"] if result["pairs"] else []))
