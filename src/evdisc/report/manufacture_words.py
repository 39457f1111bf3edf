"""A manufacturing plan in sentences and in a terminal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from evdisc.report.terminal import text_table
from evdisc.report.words import interval, number

HYPOTHESES = {
    "stoichiometric": "delivered copies decide", "potency": "vesicles per cell decide"
}  # fmt: skip


def sentences(result: Mapping[str, Any]) -> list[str]:
    """The answer of a plan, the most important first."""
    need, doses, rows = result["need"], result["doses"], result["platforms"]
    if not rows:
        return ["No vesicles have to be made."]
    said = [
        f"{_count(doses['doses'], 'dose')} of {_dose_words(doses)} vesicles "
        f"({_count(doses['subjects'], 'subject')}, {_count(doses['injections'], 'injection')} "
        f"each) take {interval(need['vesicles_in_medium'], 2)} vesicles in the medium: "
        f"{_percent(need['kept'])} of what the cells give reaches the patient."
    ]
    few = [r for r in rows if r["p_batch_meets_dose"] < 0.5]
    enough = sorted(
        (r for r in rows if r not in few),
        key=lambda r: (r["batches"]["median"], r["days"]["median"]),
    )
    if few:
        named = "; ".join(
            f"{r['platform']} {interval(r['doses_per_batch'], 2)} of a dose a batch, enough for "
            f"one in {percent(r['p_batch_meets_dose'])} of draws" for r in few
        )  # fmt: skip
        said.append(f"A batch falls short of one dose more often than not: {named}.")
    if enough:
        r = enough[0]
        said.append(
            f"Fewest batches: {r['platform']}, {interval(r['batches'], 2)} batches with "
            f"{interval(r['cells'], 2)} cells and {interval(r['medium_L'], 2)} L of medium in "
            f"{interval(r['days'], 2)} days."
        )
    return said


def _count(number_of: int, what: str) -> str:
    return f"{number_of:,} {what}{'' if number_of == 1 else 's'}".replace(",", " ")


def _dose_words(doses: Mapping[str, Any]) -> str:
    if doses["stated_in"] == "protein":
        each = interval(doses["vesicles_per_injection"], 2)
        return f"{number(doses['protein_ug'])} ug protein, {each}"
    return number(doses["vesicles_per_injection"]["median"])


def percent(share: float) -> str:
    """A share as a percentage of two digits."""
    return f"{100.0 * share:.2g} %" if share < 0.095 else f"{100.0 * share:.0f} %"


def _percent(row: Mapping[str, float | None]) -> str:
    return interval({k: None if v is None else 100.0 * v for k, v in row.items()}, 2) + " %"


def review_sentence(result: Mapping[str, Any]) -> str:
    """The arithmetic of the review in words."""
    r = result["review"]
    most = {k: r["mouse_medium_at_most_1_ug_per_mL_mL"][k] for k in ("median", "q05", "q95")}
    return (
        "The review sets less than 1 ug of vesicle protein in a mL of flask medium against 10-500 "
        "ug a mouse and 0.5-1.4e11 vesicles a patient. At 1 ug/mL, which flasks do not reach, a "
        f"mouse's dose takes {interval(most, 2)} mL; at the "
        f"{interval(r['flask_ug_per_mL'], 2)} ug/mL taken here "
        f"{interval(r['mouse_medium_mL'], 2)} mL. A patient's vesicles are "
        f"{interval(r['patient_ug'], 2)} ug, {interval(r['patient_medium_mL'], 2)} mL of flask "
        f"medium without losses and {interval(r['patient_medium_after_losses_mL'], 2)} mL with "
        f"those of this plan. These are {r['note']}."
    )


def beside_sentence(result: Mapping[str, Any]) -> str | None:
    """Where the published concentrations lie about those of the plan; None where there is none."""
    seen = [p["published_over_planned"] for r in result["platforms"] for p in r["published"]]
    if not seen:
        return None
    ends = f"{number(min(seen), 2)} to {number(max(seen), 2)} times"
    if min(seen) > 1.0:
        return (
            f"Concentrations others measured lie above those of this plan, {ends}: it errs on the "
            "side of too many cells."
        )
    return f"Concentrations others measured are {ends} those of this plan."


def terminal(result: Mapping[str, Any]) -> str:
    """The plan as tables."""
    parts = ["\n".join(sentences(result))]
    if result["platforms"]:
        parts += [_platforms(result), _losses(result), *_costs(result)]
        parts.append("purity: " + "; ".join(
            f"{interval(p['particles_per_ug'], 2)} particles per ug after {p['after']}"
            for p in result["purity"]
        ))  # fmt: skip
        beside = beside_sentence(result)
        parts.append(
            "beside: " + " ".join([*([beside] if beside else []), review_sentence(result)])
        )
    if "batch_comparison" in result:
        parts.append(batches(result["batch_comparison"]))
    if result["need"]["cells_given"]:
        own = result["need"]["cells_given"]
        parts.append(
            f"cells given as such: {number(own['cells'])}, {interval(own['doublings'], 2)} "
            f"doublings from one vial, last passage {interval(own['last_passage'], 2)}"
        )
    parts += [f"warning: {w}" for w in result["warnings"]]
    parts.append("assumed, by influence: " + "; ".join(result["assumed"][:6]))
    return "\n\n".join(parts)


def _platforms(result: Mapping[str, Any]) -> str:
    rows = [
        [r["platform"], interval(r["cells"], 2), interval(r["medium_L"], 2),
         interval(r["days"], 2), interval(r["batches"], 2), interval(r["doses_per_batch"], 2),
         percent(r["p_batch_meets_dose"]), r["bottleneck"]]
        for r in result["platforms"]
    ]  # fmt: skip
    titles = ["platform", "cells", "medium, L", "days", "batches", "doses a batch",
              "batch holds a dose", "bottleneck"]  # fmt: skip
    return text_table(titles, rows)


def _losses(result: Mapping[str, Any]) -> str:
    rows = [[s["step"], interval(s["factor"], 2)] for s in result["losses"]]
    rows.append(["all of them", interval(result["need"]["kept"], 2)])
    return text_table(["step", "share of the vesicles left"], rows)


def _costs(result: Mapping[str, Any]) -> list[str]:
    priced = [r for r in result["platforms"] if r["cost"]]
    if not priced:
        return []
    rows = []
    for r in priced:
        own = r["cost"]
        largest = max(own["items"], key=lambda k: own["items"][k]["share"], default="–")
        rows.append(
            [
                r["platform"],
                interval(own["per_dose"], 2),
                interval(own["total"], 2),
                largest.replace("_", " "),
                ", ".join(own["not_priced"]).replace("_", " "),
            ]
        )
    first = priced[0]["cost"]
    note = f"\nprices: {first['note']}" if first["note"] else ""
    titles = ["platform", f"{first['currency']} a dose", "in all", "largest item", "not priced"]
    return [text_table(titles, rows) + note]


def batches(comparison: Mapping[str, Any]) -> str:
    """The comparison of batches as a table."""
    told = "\n".join(about["words"] for about in comparison["hypotheses"].values())
    rows = [
        [HYPOTHESES[name], c["criterion"], *criterion_words(c)]
        for name, about in comparison["hypotheses"].items()
        if about["effective"] is not None for c in about["criteria"]
    ]  # fmt: skip
    if not rows:
        return told
    titles = ["if", "release criterion", "least value", "batches that pass",
              "of those effective"]  # fmt: skip
    return told + "\n\n" + text_table(titles, rows)


def criterion_words(c: Mapping[str, Any]) -> tuple[str, str, str]:
    """Least value, share that passes and share effective of a criterion."""
    if c["at_least"] is None:
        return "no value does it", "–", "–"
    least = "any" if c["at_least"] == 0.0 else f"{number(c['at_least'])} {c['unit']}".strip()
    return least, percent(c["passing"]), percent(c["effective"])
