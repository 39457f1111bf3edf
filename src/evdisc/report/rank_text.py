"""A ranking and a comparison of species in a terminal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from evdisc.report.rank_words import effect_words, sentences
from evdisc.report.terminal import text_table
from evdisc.report.words import interval, number, unit_of
from evdisc.study.usual import control_words
from evdisc.study.variants import HYPOTHESES


def rank_table(result: Mapping[str, Any]) -> str:
    """The ranking: ties share a rank."""
    head = (
        f"{result['disc']}: {result['insult']}; {result['dose']['words']}; "
        f"{number(result['duration_d'])} days; grid {result['numerics']['radial_cells']} x "
        f"{result['numerics']['axial_cells']}"
    )
    rows = [
        [
            f"{r['rank']}{'=' if r['tied_with'] else ''}", r["therapy"], effect_words(r),
            number(r["probability_best"], 2),
            f"{r['potency']['rank']}{'=' if r['potency']['tied_with'] else ''}",
            effect_words(r["potency"]),
        ]
        for r in result["ranking"]
    ]  # fmt: skip
    unit = unit_of(result["readout"]["unit"])
    titles = ["rank", "therapy", f"{result['readout']['name']}, {unit}", "best in",
              "rank by vesicles", "effect by vesicles"]  # fmt: skip
    text = f"{head}\n{text_table(titles, rows)}" if rows else head
    for line in (*sentences(result), *(f"note: {n}" for n in _notes(result))):
        text += f"\n{line}"
    return text


def _notes(result: Mapping[str, Any]) -> list[str]:
    return [*result["notes"], *result["warnings"]]


def species_table(result: Mapping[str, Any]) -> str:
    """One product in the discs of five species."""
    bare = {"vehicle": "height: needle alone"}
    if result["control"] == "carrier":
        bare["carrier"] = f"height: {control_words(result['carrier'])}"
    rows = []
    for d in result["discs"]:
        per_cell = interval(d["delivery"]["vesicles_per_cell"], 2) if d["delivery"] else "–"
        height = d["effects"].get("disc height index")
        cells = ["–"] * (2 + len(bare))
        if height:
            cells = [effect_words(height[arm]) for arm in bare] + [
                effect_words(height[h]["versus_untreated"]) for h in HYPOTHESES
            ]
        rows.append([d["disc"], d["insult"], d["dose"], per_cell, *cells])
    titles = ["disc", "injury", "dose", "vesicles per cell", *bare.values(),
              "height by copies", "height by vesicles"]  # fmt: skip
    words = {True: "carries over", False: "does not carry over", None: "open"}
    said = [f"{words[s['carries']]}: {s['words']}" for s in result["says"]]
    notes = [f"note: {w}" for w in result["warnings"]]
    return "\n".join([result["product"], text_table(titles, rows), *said, *notes])
