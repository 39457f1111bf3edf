"""Validation as a page: what `evdisc validate` computes now, and its stored rows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from evdisc.evidence.library import Library
from evdisc.report.validation_text import SHORT
from evdisc.report.words import number
from evdisc.validate.case import Result
from evdisc.validate.cell_cases import table as experiments
from evdisc.validate.run import validate
from evdisc.validate.table_rows import stored as table_rows
from evdisc.validate.therapy_cases import table as therapies
from generate.markdown import plain, study, table

JUDGED = {True: "pass", False: "**fail**", None: "told"}
TO = "evidence/"


def pages(library: Library) -> Iterator[tuple[str, str]]:
    """The page of all cases: path and Markdown."""
    results = validate(library)
    parts = ["# Validation, case by case", TEXT, summary(results)]
    parts += [case(result) for result in results]
    parts += ["## Cell experiments", experiment_table(experiments(), library)]
    parts += ["## Rows of the review's tables", row_table(table_rows())]
    parts += ["## Published therapies", therapy_table(therapies(), library)]
    yield "validation-cases.md", "\n\n".join(parts)


TEXT = """
What `evdisc validate` gives, computed while this manual was built. Cell experiments, table rows
and therapies are stored with their recipe; a few of their members are computed again each time
and must agree. How each kind of case is predicted and scored is told in
[Validation](validation.md). A case that fails stays here with its cause. *Told* numbers stand
beside the published one and are not judged. *Used* means that the numbers of the study are in the
model too, so the case checks the program and not the science.
"""


def summary(results: Sequence[Result]) -> str:
    """Count of verdicts, and one line a case."""
    counts = Counter(r.verdict for r in results)
    told = ", ".join(f"{n} {verdict}" for verdict, n in counts.items())
    rows = [
        [f"[{plain(r.case)}](#{_anchor(r.case)})", plain(r.title), plain(r.source),
         "**fail**" if r.verdict == "fail" else r.verdict, "used" if r.used else ""]
        for r in results
    ]  # fmt: skip
    return f"{len(results)} cases: {told}.\n\n" + table(
        ["case", "what", "source", "verdict", ""], rows
    )


def _anchor(case_id: str) -> str:
    return "case-" + "".join(c if c.isalnum() else "-" for c in case_id.lower())


def case(result: Result) -> str:
    """One case with its checks."""
    rows = [
        [plain(c.name), plain(c.expected), number(c.computed, 4), plain(c.unit),
         plain(c.tolerance), JUDGED[c.passed]]
        for c in result.checks
    ]  # fmt: skip
    head = f"### {plain(result.case)} {{ #{_anchor(result.case)} }}"
    body = table(["check", "expected", "computed", "unit", "tolerance", ""], rows)
    line = f"{plain(_sentence(result.title))} ({plain(result.source)}): **{result.verdict}**."
    return "\n\n".join(
        [head, line, body, plain(_sentence(result.cause) + "." if result.cause else "")]
    )


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]


def experiment_table(rows: Sequence[Mapping[str, Any]], library: Library) -> str:
    """Every cell experiment beside the prediction that has not seen its study."""
    counts = Counter(r["verdict"] for r in rows)
    told = ", ".join(f"{n} {verdict}" for verdict, n in counts.items())
    cells = [
        [r["experiment"], study(r["study"], library.sources, TO), plain(r["cell"]),
         plain(r["condition"]), plain(", ".join(r["readout"])), r["direction"], r["predicted"],
         f"{100 * r['probability'][r['predicted']]:.0f} %", r["rule"], plain(r["verdict"])]
        for r in rows
    ]  # fmt: skip
    header = ["row", "study", "cell", "condition", "read-out", "seen", "predicted", "sure",
              "rule", ""]  # fmt: skip
    return f"{len(rows)} read-outs: {told}. *Rule* is the frozen rule of two lines.\n\n" + table(
        header, cells
    )


def row_table(rows: Sequence[Mapping[str, Any]]) -> str:
    """Every row of the review's tables: mechanism and whole vesicle."""
    cells = [
        [r["row"], plain(", ".join(r["cargo"])), plain(r["cell"]), plain(r["insult"]),
         plain(r["phenotype"]), r["reported"], SHORT[r["verdict"]],
         *(_word(r[k]["direction"]) for k in ("vesicles, stoichiometric", "vesicles, potency"))]
        for r in rows
    ]  # fmt: skip
    header = ["row", "cargo", "cell", "insult", "phenotype", "reported", "mechanism",
              "vesicle, copies", "vesicle, potency"]  # fmt: skip
    return table(header, cells)


def _word(direction: str) -> str:
    return {"unresolved": "open"}.get(direction, direction)


def therapy_table(rows: Sequence[Mapping[str, Any]], library: Library) -> str:
    """Every published therapy: seen, rule, predicted, verdict, cause."""
    counts = Counter(r["verdict"] for r in rows)
    told = ", ".join(f"{n} {verdict}" for verdict, n in counts.items())
    cells = [
        [r["id"], study(r["study"], library.sources, TO), plain(r["contrast"]),
         plain(r["readout"]), plain(r["direction"]), plain(r["rule"]), _interval(r["predicted"]),
         plain(r["verdict"]), plain(r["cause"] or "")]
        for r in rows
    ]  # fmt: skip
    header = ["row", "study", "contrast", "read-out", "seen", "rule", "predicted", "verdict",
              "why"]  # fmt: skip
    return f"{len(rows)} rows: {told}.\n\n" + table(header, cells)


def _interval(found: Mapping[str, Any] | None) -> str:
    if found is None:
        return ""
    middle, low, high = (number(found["both"][k] + 0.0, 3) for k in ("median", "q05", "q95"))
    return plain(f"{middle} ({low} to {high}) {found['unit']}")
