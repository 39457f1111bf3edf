"""The folder of a diagnosis: result.json, one self-contained page, the model and its card."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from evdisc.diagnose.card import card_text
from evdisc.diagnose.cohort import Cohort
from evdisc.diagnose.diagnosis import FORMAT, Diagnosis
from evdisc.diagnose.evaluate import OutOfFold
from evdisc.diagnose.sample_size import SOURCES
from evdisc.diagnose.stored_model import to_bytes
from evdisc.diagnose.verdict import sentences
from evdisc.errors import FolderError
from evdisc.evidence.library import load
from evdisc.report import words
from evdisc.report.diagnose_figures import figures
from evdisc.report.diagnose_text import (
    accuracy_rows,
    confounder_words,
    needed_words,
    spread,
)
from evdisc.report.figures import table_csv
from evdisc.report.render import csv_link
from evdisc.study.folder import write_bytes, write_json

PAGE_FORMAT = "evdisc-diagnosis-page/1"
#: every file a diagnosis writes; --fresh removes these and nothing else
OWN = ("result.json", "report.html", "model.evdisc", "MODEL_CARD.md", "out_of_fold.csv")


def claim_folder(folder: Path, fresh: bool) -> None:
    """Check that a diagnosis may be written there; with ``fresh`` an older one is dropped.

    Raises:
        FolderError: it holds something else, or a diagnosis and ``fresh`` is not given.
    """
    if folder.exists() and not folder.is_dir():
        raise FolderError("is a file", file=folder, expected="a folder")
    held = [p for p in folder.iterdir() if p.name not in OWN] if folder.exists() else []
    stored = folder / "result.json"
    if held or (stored.exists() and not _ours(stored)):
        raise FolderError(
            "holds files that are not of a diagnosis", file=folder, expected="a new or empty folder"
        )
    if stored.exists() and not fresh:
        raise FolderError("holds a diagnosis", file=folder, advice="another --out, or --fresh")


def _ours(path: Path) -> bool:
    try:
        told = json.loads(path.read_text("utf-8"))
    except (ValueError, OSError):
        return False
    return isinstance(told, dict) and told.get("format") == FORMAT


def write_diagnosis(folder: Path, found: Diagnosis, cohort: Cohort, command: str) -> None:
    """Write every file of a diagnosis; a refused one leaves no model."""
    page = render(found.result, command)
    for name in OWN:
        (folder / name).unlink(missing_ok=True)
    if found.model is not None:
        write_bytes(folder / "model.evdisc", to_bytes(found.model))
        text = card_text(found.result, sentences(found.result))
        write_bytes(folder / "MODEL_CARD.md", text.encode())
        write_bytes(folder / "out_of_fold.csv", out_of_fold(cohort, found.told).encode())
    write_bytes(folder / "report.html", page.encode())
    write_json(folder / "result.json", found.result)


def out_of_fold(cohort: Cohort, told: OutOfFold) -> str:
    """Probability of every sample by models that had not seen its donor, averaged over repeats."""
    above = told.above.mean(axis=0)
    levels = cohort.outcome.levels
    header = ["id", "simulated", cohort.outcome.column, *(f"p above {x}" for x in levels[:-1])]
    simulated = "yes" if cohort.simulated else "no"
    return table_csv(header, [
        (sample, simulated, levels[cohort.outcome.codes[i]], *(f"{p:.6g}" for p in above[i]))
        for i, sample in enumerate(cohort.ids)
    ])  # fmt: skip


def render(result: Mapping[str, Any], command: str) -> str:
    """The page as text: the same bytes for the same result."""
    import jinja2
    from markupsafe import Markup
    from plotly.offline import get_plotlyjs

    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("evdisc.report", "."), autoescape=True,
        undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    environment.filters.update(
        number=words.number, csv_link=csv_link, spread=spread, confounder=confounder_words
    )
    sources = load().sources
    title = {"title": f"{result['outcome']['column']} from vesicle profiles"}
    return environment.get_template("diagnose_page.html").render(
        format=PAGE_FORMAT, result={**result, **title}, plotly=Markup(get_plotlyjs()),
        markup=Markup, sentences=sentences(result), command=command,
        rows=accuracy_rows(result) if result["auc"] else [],
        needed=needed_words(result) if result["needed"] else [],
        figures={f.name: f for f in figures(result)},
        citations=[sources[s] for s in SOURCES],
    )  # fmt: skip
