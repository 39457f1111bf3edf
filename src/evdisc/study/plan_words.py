"""What a plan says in words: the test, the caveats, and the questions only people can answer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from evdisc.study.unit import Unit

ORDINAL = ("Pfirrmann grade",)
FEW = 20
WAY = {"up": 1, "down": -1}

QUESTIONS = {
    "disc": (
        "Which findings in one animal end its part in the study (humane end points), which signs "
        "are watched for, by whom and how often?",
        "Which findings stop the whole study, and who decides?",
        "Which anaesthesia and analgesia are given, when and at what dose?",
        "Which animals, discs or images are left out, by rules written down before unblinding?",
        "Who holds the key to the codes, and at what point is it opened?",
        "Who injects, who measures and who analyses, and which of them know the codes?",
        "Which committee approved the study, under what number?",
        "Where is the protocol registered before the first animal is allocated?",
        "Can the question be answered in a dish or with fewer animals first?",
        "Sex, strain, age and weight of the animals? How are litter and cage spread over groups?",
    ),
    "dish": (
        "Which donors, of which age, sex and grade of disc, and from which passage?",
        "How many independent vesicle preparations are used, and is each donor given all of them?",
        "Which wells are left out, by rules written down before unblinding?",
        "Who holds the key to the codes, and at what point is it opened?",
        "Which finding would end the experiment early?",
    ),
}  # fmt: skip


def analysis(unit: Unit) -> str:
    """The statistical test of a contrast, as a protocol states it."""
    if unit.name == "animal":
        return (
            "linear mixed model with the group as fixed and the animal as random effect; with as "
            "many levels in every animal the test of a contrast is the t test of the animals' "
            "means with the variance pooled over all groups, and that test is what was simulated"
        )
    whole = (
        f"linear mixed model with the group as fixed and the {unit.holder} as random effect; "
        f"contrasts are tested within {unit.holder}s with the {unit.holder} as a block"
    )
    return whole + (
        ", which in complete blocks is the same test and in incomplete ones leaves out what "
        f"differences between {unit.holder}s could add; that test is what was simulated"
    )


def caveats(plan: Mapping[str, Any], unit: Unit, run: Mapping[str, Any], species: str) -> list[str]:
    """Warnings a reader of the plan must see."""
    out = list(run["warnings"])
    if plan["members"] < FEW:
        out.append(
            f"effects rest on {plan['members']} members; give --run a folder with more before "
            "the experiment begins"
        )
    if plan["kind"] == "disc" and species == "human":
        out.append(
            "the disc is human: people are no laboratory animals, and a trial has rules of its own"
        )
    if unit.name == "level":
        out.append(
            "levels of one animal are taken as independent units: a product that drifts to the "
            "next disc or into the blood breaks this, and --unit animal does not"
        )
    bases = {o["spread"] for o in plan["outcomes"]}
    if "published" in bases:
        out.append(
            "a published spread mixes discs and animals; it stands for one disc of one animal and "
            "a pilot of your own replaces it"
        )
    if "unknown" in bases:
        names = ", ".join(o["name"] for o in plan["outcomes"] if o["spread"] == "unknown")
        out.append(
            f"no source states how much {unit.holder}s differ in: {names}; a pilot table would"
        )
    out += _scale(plan["sample_size"]["contrasts"])
    ordinal = [o["name"] for o in plan["outcomes"] if o["name"].split(" (")[0] in ORDINAL]
    if ordinal:
        out.append(f"{', '.join(ordinal)} comes in steps; a t test on it is an approximation")
    return out + _disagreement(plan["sample_size"]["contrasts"]) + _harm(plan)


def _disagreement(contrasts: list[dict[str, Any]]) -> list[str]:
    first = [c for c in contrasts if c["primary"]]
    found = {c["hypothesis"]: c["n_primary"] for c in first}
    if len({n is None for n in found.values()}) < 2:
        return []
    sure = next(h for h, n in found.items() if n is not None)
    return [
        f"the sample size holds only if the {sure} hypothesis does; under the other one no number "
        "follows"
    ]


def _scale(contrasts: list[dict[str, Any]]) -> list[str]:
    """Outcomes whose spread was seen at a mean far from the one predicted."""
    found = {
        name: f"{name} was spread about {row['spread']['mean']:.3g} {row['unit']}, and "
              f"{row['level']:.3g} is predicted without the product: unlike discs, or other units"
        for c in contrasts if c["primary"] for name, row in c["outcomes"].items()
        if row["spread"] and row["level"]
        and not 0.5 <= row["spread"]["mean"] / row["level"] <= 2.0
    }  # fmt: skip
    return list(found.values())


def _harm(plan: Mapping[str, Any]) -> list[str]:
    out = []
    for c in plan["sample_size"]["contrasts"]:
        worse = [
            name for name, row in c["outcomes"].items()
            if WAY.get(row["effect"]["direction"], 0) * plan["better"][name] < 0
        ]  # fmt: skip
        if worse:
            out.append(
                f"predicted to be worse than in the {c['against']} group ({c['hypothesis']}): "
                f"{', '.join(worse)}; animals would be spent to show a harm"
            )
    return out
