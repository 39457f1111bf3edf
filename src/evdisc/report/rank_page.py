"""Pages of a ranking and of a comparison of species: self-contained, the same bytes each time."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from evdisc.evidence.library import load
from evdisc.report import rank_figures, words
from evdisc.report.rank_words import command, controls, effect_words, sentences
from evdisc.report.render import citations, csv_link
from evdisc.report.run_folder import stored
from evdisc.report.templates import templates
from evdisc.study.folder import write_bytes
from evdisc.study.species import READOUTS
from evdisc.study.usual import control_words

FORMAT = "evdisc-comparison/1"


def write_rank_page(folder: Path) -> Path:
    """Write ``report.html`` of a finished ranking and return its path.

    Raises:
        FolderError: the folder holds no result.
    """
    result = stored(folder)
    half_effect = _library(folder).resolve("half_effect_copies").median
    text = _page(
        folder, "rank_page.html", result, sentences=sentences(result), command=command(result),
        forest=rank_figures.forest(result), copies=rank_figures.copies(result, half_effect),
        half_effect=half_effect, attributed=attributed(result), unshared=unshared(result),
        conflicts=conflicts(result), over=controls(result),
    )  # fmt: skip
    return _written(folder, text)


def write_species_page(folder: Path) -> Path:
    """Write ``report.html`` of a finished comparison of species and return its path.

    Raises:
        FolderError: the folder holds no result.
    """
    result = stored(folder)
    drawn = [rank_figures.over_species(result, name) for name in READOUTS]
    text = _page(
        folder, "species_page.html", result, lead=species_lead(result),
        figures=[f for f in drawn if f is not None], readouts=READOUTS,
        command=f"evdisc species protocol.yaml --members {result['members']} "
        f"--seed {result['seed']}",
    )  # fmt: skip
    return _written(folder, text)


def species_lead(result: Mapping[str, Any]) -> str:
    """What carries over, in one sentence or two."""
    groups: dict[Any, list[str]] = {True: [], False: [], None: []}
    for said in result["says"]:
        groups[said["carries"]].append(said["about"])
    out = []
    for carries, start in (
        (True, "Carries over"), (False, "Does not carry over"), (None, "Open"),
    ):  # fmt: skip
        if groups[carries]:
            out.append(f"{start}: {', '.join(groups[carries])}.")
    return " ".join(out)


def fact_words(fact: Mapping[str, Any]) -> str:
    """A fact of a disc: its number with the 90 % range, yes or no, or unknown."""
    if fact["value"] is None:
        return "unknown"
    if fact["unit"] == "yes or no":
        return "yes" if fact["value"] else "no"
    if fact["low"] == fact["high"]:
        return words.number(fact["value"])
    return words.interval({"median": fact["value"], "q05": fact["low"], "q95": fact["high"]}, 2)


def attributed(result: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Attribution entries that were computed, with product and hypothesis."""
    out = []
    for row in result["ranking"]:
        for hypothesis, own in (("copies", row), ("vesicles per cell", row["potency"])):
            entries = [e for e in own["attribution"] if e["share"] is not None]
            out += [{"product": row["therapy"], "hypothesis": hypothesis, **e} for e in entries]
    return out


def unshared(result: Mapping[str, Any]) -> dict[str, int]:
    """Hypothesis -> products whose vesicles add too little to their control to share out."""
    sides = {
        "copies": result["ranking"], "vesicles per cell": [r["potency"] for r in result["ranking"]]
    }  # fmt: skip
    return {
        name: sum(
            e["status"].startswith("not resolved") for r in rows for e in r["attribution"][:1]
        )
        for name, rows in sides.items()
    }


def conflicts(result: Mapping[str, Any]) -> list[tuple[str, list[str]]]:
    """Conflicts of the record and the products they touch."""
    found: dict[str, list[str]] = {}
    for row in result["ranking"]:
        for conflict in row["conflicts"]:
            found.setdefault(conflict, []).append(row["therapy"])
    return sorted(found.items())


def _library(folder: Path) -> Any:
    return load(sorted((folder / "overlays").glob("*")))


def _page(folder: Path, template: str, result: Mapping[str, Any], **parts: Any) -> str:
    from markupsafe import Markup
    from plotly.offline import get_plotlyjs

    environment = templates()
    environment.filters.update(
        number=words.number, interval=words.interval, csv_link=csv_link, effect=effect_words,
        unit_of=words.unit_of, fact=fact_words, control=control_words,
    )  # fmt: skip
    return environment.get_template(template).render(
        format=FORMAT, result=result, plotly=Markup(get_plotlyjs()), markup=Markup,
        protocol=(folder / "protocol.yaml").read_text("utf-8"),
        citations=citations(result, _library(folder)), **parts,
    )  # fmt: skip


def _written(folder: Path, text: str) -> Path:
    path = folder / "report.html"
    write_bytes(path, text.encode())
    return path
