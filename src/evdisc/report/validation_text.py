"""Validation in a terminal: one block a case, failures with their cause."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from evdisc.report.terminal import text_table
from evdisc.report.words import number
from evdisc.validate.case import Result

SHORT = {"as reported": "yes", "leans as reported": "leans", "missing link": "no link",
         "no effect": "nothing", "against": "against"}  # fmt: skip
#: titles and lines
Table = tuple[list[str], list[list[str]]]
WORDS = {True: "pass", False: "FAIL", None: ""}


def experiment_table(rows: Sequence[Mapping[str, Any]]) -> str:
    """Every cell experiment: what was seen, what was predicted without its study."""
    return text_table(*experiment_columns(rows))


def experiment_columns(rows: Sequence[Mapping[str, Any]]) -> Table:
    """The same as titles and lines."""
    lines = [
        [r["experiment"], r["cell"], r["condition"], ", ".join(r["readout"]), r["direction"],
         r["predicted"], f"{100 * r['probability'][r['predicted']]:.0f} %", r["resolved"],
         r["rule"], r["verdict"]]
        for r in rows
    ]  # fmt: skip
    titles = ["row", "cell", "condition", "read-out", "seen", "predicted", "sure", "by interval",
              "rule", ""]  # fmt: skip
    return titles, lines


def validation_table(results: Sequence[Result]) -> str:
    """Every check of every case, then the count."""
    blocks = []
    for result in results:
        rows = [
            [c.name, c.expected, number(c.computed, 4), c.unit, c.tolerance, WORDS[c.passed]]
            for c in result.checks
        ]
        used = ", numbers also in the model" if result.used else ""
        head = f"{result.case}: {result.title} ({result.source}{used}): {result.verdict}"
        table = text_table(["check", "expected", "computed", "unit", "tolerance", ""], rows)
        blocks.append(f"{head}\n{table}" + (f"\n{result.cause}." if result.cause else ""))
    counts = {v: sum(r.verdict == v for r in results) for v in ("pass", "fail", "reported")}
    told = ", ".join(f"{n} {v}" for v, n in counts.items())
    return "\n\n".join(blocks) + f"\n\n{len(results)} cases: {told}"


def row_table(rows: Sequence[Mapping[str, Any]]) -> str:
    """Every table row by insult and phenotype: mechanism, whole vesicles, knock-out."""
    return text_table(*row_columns(rows))


def row_columns(rows: Sequence[Mapping[str, Any]]) -> Table:
    """The same as titles and lines."""
    words = {"up": "up", "down": "down", "none": "none", "unresolved": "open"}

    def found(row: Mapping[str, Any], name: str) -> str:
        return words[row[name]["direction"]]

    lines = [
        [
            r["row"], ", ".join(r["cargo"]), r["cell"], r["insult"], r["phenotype"],
            r["reported"], SHORT[r["verdict"]], found(r, "vesicles, stoichiometric"),
            found(r, "vesicles, potency"), found(r, "knock-out, rest there, potency"),
        ]
        for r in rows
    ]  # fmt: skip
    header = ["row", "cargo", "cell", "insult", "phenotype", "reported", "mechanism",
              "copies", "potency", "knock-out"]  # fmt: skip
    return header, lines


def therapy_table(rows: Sequence[Mapping[str, Any]]) -> str:
    """Every published therapy: what was seen, predicted, and the verdict; the causes below."""
    causes = [f"{r['id']} ({r['use']}): {r['cause']}" for r in rows if r["cause"]]
    return "\n".join([text_table(*therapy_columns(rows)), "", *causes])


def therapy_columns(rows: Sequence[Mapping[str, Any]]) -> Table:
    """The same as titles and lines, without the causes."""
    lines = [
        [
            r["id"], r["study"], r["contrast"], r["readout"], r["direction"], r["rule"],
            _interval(r["predicted"]), r["verdict"],
        ]
        for r in rows
    ]  # fmt: skip
    header = ["row", "study", "contrast", "read-out", "seen", "rule", "predicted", "verdict"]
    return header, lines


def _interval(found: Mapping[str, Any] | None) -> str:
    if found is None:
        return ""
    middle, low, high = (number(found["both"][k] + 0.0, 3) for k in ("median", "q05", "q95"))
    return f"{middle} ({low} to {high}) {found['unit']}".rstrip()
