"""A diagnosis and predictions for a terminal, and predictions as CSV."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from evdisc.diagnose.verdict import sentences
from evdisc.report.figures import table_csv

WIDE = 30
MOST_PANEL = 12


def diagnosis_table(result: Mapping[str, Any]) -> str:
    """The verdict, then one line a number, then the panel and the warnings."""
    lines = [*sentences(result), ""]
    counts = ", ".join(f"{n} {level}" for level, n in result["outcome"]["counts"].items())
    rows = [("samples", f"{result['samples']} of {result['groups']} donors ({counts})")]
    rows += [(f"column '{c['column']}'", confounder_words(c)) for c in result["confounding"]]
    if result["auc"] is not None:
        rows += accuracy_rows(result)
    lines += [f"{name:<{WIDE}}{words}" for name, words in rows]
    lines += [f"{'warning':<{WIDE}}{w}" for w in result["warnings"]]
    return "\n".join(lines)


def accuracy_rows(result: Mapping[str, Any]) -> list[tuple[str, str]]:
    """(name, words) of each accuracy, each beside its naive rule."""
    auc, base, slope = result["auc"], result["baseline"], result["calibration"]["slope"]
    common = base["most_common"]
    rows = [
        (auc["kind"], f"{spread(auc)}, {auc['pairs']} pairs compared"),
        ("without molecules", spread(base["auc"]) if base["auc"] else "no such columns"),
        ("always the most common", f"'{common['level']}' is right in {common['right']:.0%}"),
        ("permutation p", _p(result["permutation"])),
        ("calibration slope", f"{spread(slope)} (1 is right)" if slope else "not defined"),
        ("Brier score", f"{result['calibration']['brier']:.3f}; of the prevalence alone "
                        f"{result['calibration']['brier_of_prevalence']:.3f}"),
    ]  # fmt: skip
    if result["grades"]:
        grades = result["grades"]
        rows += [
            ("weighted kappa", spread(grades["kappa"])),
            ("mean absolute error", f"{spread(grades['mean_absolute_error'])} grades; always the "
             f"median grade {grades['naive']['mean_absolute_error']:.2f}"),
        ]  # fmt: skip
    for row in result["left_out"]:
        words = spread(row) if row["value"] is not None else row["why"]
        rows.append((f"left out: {row['left_out']}", words))
    rows.append(("model", result["model"]["words"]))
    rows.append(("stability of the panel", f"{spread(result['panel']['stability'])} (Nogueira)"))
    names = [f"{m['name']} ({m['frequency']:.0%})" for m in result["panel"]["molecules"]]
    rows.append(("panel (share of folds)", ", ".join(names[:MOST_PANEL])))
    rows += [("patients needed", words) for words in needed_words(result)]
    return rows


def confounder_words(c: Mapping[str, Any]) -> str:
    """A batch or study column beside the outcome, in words."""
    told = f"tells the outcome with {c['alone']:.2f} by itself (p = {c['p']:.2g})"
    within = c["within"]["value"]
    return told + (
        f"; within one of them the molecules reach {within:.2f}" if within is not None
        else "; nothing can be compared within one of them"
    )  # fmt: skip


def needed_words(result: Mapping[str, Any]) -> list[str]:
    """How many patients would be needed, one line a way of counting."""
    told = []
    for row in result["needed"]["development"]:
        patients = row["patients"]
        count = f"{patients:,}" if patients is not None else "no number would do"
        told.append(
            f"{count} for {row['parameters']} ({row['counting']}), concordance {row['taken']}"
        )
    test = result["needed"]["external_test"]
    if test["patients"] is not None:
        told.append(f"{test['patients']:,} others to test it to ±{test['reach']:g}")
    twice = result["learning"]["at_twice"]
    if twice is not None:
        told.append(f"twice as many as now might reach {twice:.2f} (learning curve; a guess)")
    return told


def spread(row: Mapping[str, float | None]) -> str:
    """A number with its 95 % interval."""
    if row["value"] is None:
        return "not defined"
    if row["low"] is None:
        return f"{row['value']:.2f}"
    return f"{row['value']:.2f} ({row['low']:.2f} to {row['high']:.2f})".replace("-", "−")


def _p(permutation: Mapping[str, Any]) -> str:
    if permutation["p"] is None:
        return "not asked for"
    return f"{permutation['p']:.2g} ({permutation['permutations']} relabelled tables)"


def prediction_table(found: Mapping[str, Any]) -> str:
    """Predictions, one line a sample."""
    lines = ["SIMULATED: nobody was measured."] if found["simulated"] else []
    wide = max([len(str(r["id"])) for r in found["predictions"]] + [6]) + 2
    lines.append(f"{'sample':<{wide}}{found['outcome']:<16}probability   outside of training")
    for row in found["predictions"]:
        p = row["probabilities"][row["level"]]
        lines.append(f"{row['id']:<{wide}}{row['level']:<16}{p:<14.2f}{_few(row['out_of_range'])}")
    return "\n".join(lines + [f"warning: {w}" for w in found["warnings"]])


def _few(names: Sequence[str], most: int = 3) -> str:
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return (", ".join(names[:most]) + more) or "-"


def prediction_csv(found: Mapping[str, Any]) -> str:
    """Predictions as CSV."""
    levels = found["levels"]
    header = ["id", "simulated", found["outcome"], *(f"p {x}" for x in levels), "out_of_range"]
    return table_csv(header, [
        (r["id"], "yes" if found["simulated"] else "no", r["level"],
         *(f"{r['probabilities'][x]:.6g}" for x in levels), "|".join(r["out_of_range"]))
        for r in found["predictions"]
    ])  # fmt: skip
