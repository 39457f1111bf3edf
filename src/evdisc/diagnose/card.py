"""The model card, and answers to the items of TRIPOD+AI a program can give.

TRIPOD+AI: Collins et al. 2024, doi:10.1136/bmj-2023-078378. Items are numbered as there; what only
authors can say is left out and listed as open.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from evdisc.diagnose.cohort import Cohort
from evdisc.diagnose.settings import Settings

OPEN = (
    "1", "2", "3a", "3b", "3c", "4", "5b", "6a", "6b", "6c", "8b", "9c", "14", "17", "18a", "18b",
    "18c", "18d", "18e", "19", "25", "27a", "27b", "27c",
)  # fmt: skip


def card(result: Mapping[str, Any]) -> dict[str, Any]:
    """What travels with the model."""
    return {
        "outcome": result["outcome"], "verdict": result["verdict"], "auc": result["auc"],
        "samples": result["samples"], "groups": result["groups"],
        "calibration_slope": (result["calibration"] or {}).get("slope"),
        "simulated": result["simulated"],
        "use": "research only: told by internal cross-validation, not tested on other patients",
        "evdisc": result["evdisc"], "seed": result["seed"],
    }  # fmt: skip


def tripod(
    result: Mapping[str, Any], cohort: Cohort, settings: Settings
) -> dict[str, dict[str, str] | list[str]]:
    """Item -> answer, and the items that are open."""
    counts = ", ".join(f"{n} {level}" for level, n in cohort.outcome.counts.items())
    missing = float((cohort.values != cohort.values).mean())
    folds = (
        f"{settings.folds} outer folds repeated {settings.repeats} times, {settings.inner} inner "
        f"folds; {'whole batches' if result['folds']['whole_batches'] else 'donors'} kept together"
    )
    scale = {
        "counts": "log2 counts per million, shifted to the median training profile",
        "positive": "logarithm", "plain": "as given",
    }[cohort.kind]  # fmt: skip
    answers = {
        "5a": f"{'A simulated cohort' if cohort.simulated else 'One table of vesicle profiles'}: "
        f"{len(cohort.ids)} samples.",
        "7": f"{scale}; centred and scaled; learnt within each training fold.",
        "8a": f"{cohort.outcome.column}: {counts}.",
        "9a": f"{len(cohort.features)} molecules ranked by correlation within each training fold.",
        "9b": "Molecules as named in the table; nothing else enters the model.",
        "10": _size(result),
        "11": f"{missing:.1%} of values missing, filled with the training median.",
        "12a": f"Nested cross-validation: {folds}.",
        "12b": "Molecules seen in a fifth of the training samples, scaled to unit spread.",
        "12c": "Penalised logistic, forest and boosting; chosen in the inner folds by log loss; "
        "grades by one model a threshold.",
        "12d": f"Batches and studies tested for confounding: {_tested(result)}.",
        "12e": "Concordance with interval, calibration slope and intercept, Brier score, net "
        "benefit, stability of the panel, learning curve, permutation test.",
        "13": "No resampling of classes; probabilities are of the prevalence of this table.",
        "15": "Probability of each grade; the grade with its thresholds more likely passed than "
        "not.",
        "16": "The same table, by cross-validation; no external test.",
        "18f": f"evdisc {result['evdisc']}, seed {settings.seed}; open source.",
        "20a": f"{len(cohort.ids)} samples of {result['groups']} donors.",
        "20b": counts + ".",
        "21": f"{len(cohort.ids)} samples, {counts}.",
        "22": _model(result),
        "23a": _performance(result),
        "24": "None.",
        "26": "Internal validation only; " + "; ".join(result["warnings"][:3] or ["no warnings"]),
    }  # fmt: skip
    return {"answers": answers, "open": list(OPEN)}


def _size(result: Mapping[str, Any]) -> str:
    if not result["needed"]:
        return "Not computed, because no accuracy could be given."
    first = result["needed"]["development"][0]
    patients = first["patients"]
    said = "no number of patients would do" if patients is None else f"{patients} patients needed"
    return f"By Riley et al. 2019 for {first['parameters']} parameters: {said}."


def _tested(result: Mapping[str, Any]) -> str:
    told = [f"{c['column']} (p = {c['p']:.2g})" for c in result["confounding"]]
    return ", ".join(told) or "none named, so none tested"


def _model(result: Mapping[str, Any]) -> str:
    if not result["panel"]:
        return "No model is given."
    names = ", ".join(m["name"] for m in result["panel"]["molecules"])
    return f"{result['model']['words']}: {names}. Coefficients in model.evdisc."


def _performance(result: Mapping[str, Any]) -> str:
    if result["auc"] is None:
        return f"Refused: {result['why']}."
    auc = result["auc"]
    return f"{auc['kind']} {auc['value']:.3f} ({auc['low']:.3f} to {auc['high']:.3f})."


def card_text(result: Mapping[str, Any], told: list[str]) -> str:
    """The model card as a page of plain text (Mitchell 2019, doi:10.1145/3287560.3287596)."""
    panel = ", ".join(m["name"] for m in result["panel"]["molecules"])
    lines = [
        f"# Model card: {result['outcome']['column']} from vesicle profiles",
        "", "SIMULATED: no patient was measured." if result["simulated"] else "",
        "## What it says", *told, "",
        "## Model", f"{result['model']['words']}.", f"Panel: {panel}.", "",
        "## Data", f"{result['samples']} samples of {result['groups']} donors: "
        + ", ".join(f"{n} {level}" for level, n in result["outcome"]["counts"].items()) + ".", "",
        "## Use", "Research. It was judged by cross-validation within one table. Nobody has tried "
        "it on other patients, other tubes or another laboratory.", "",
        "## Limits", *(f"- {w}" for w in result["warnings"] or ["none was noted"]), "",
    ]  # fmt: skip
    return "\n".join(lines).replace("\n\n\n", "\n\n")
