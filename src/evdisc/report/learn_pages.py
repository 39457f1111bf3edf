"""Pages of learning: what to measure next, a search, a fit; self-contained."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from evdisc.evidence.library import load
from evdisc.report import learn_figures, learn_text, words
from evdisc.report.rank_page import stored
from evdisc.report.render import citations, csv_link
from evdisc.study.folder import write_bytes

FORMAT = "evdisc-learning/1"


def write_next_page(folder: Path) -> Path:
    """Write ``report.html`` of a finished question and return its path.

    Raises:
        FolderError: the folder holds no result.
    """
    result = stored(folder)
    protocol = (folder / "protocol.yaml").read_text("utf-8")
    return _written(folder / "report.html", "next_page.html", result, protocol, {
        "sentences": learn_text.next_sentences(result), "command": next_command(result),
        "bars": learn_figures.worth_bars(result),
    })  # fmt: skip


def write_search_page(folder: Path) -> Path:
    """Write ``report.html`` of a finished search and return its path.

    Raises:
        FolderError: the folder holds no result.
    """
    result = stored(folder)
    protocol = (folder / "protocol.yaml").read_text("utf-8")
    return _written(folder / "report.html", "search_page.html", result, protocol, {
        "sentences": learn_text.search_sentences(result), "command": search_command(result),
        "figures": learn_figures.ways(result), "way": learn_text.way_words,
        "gain": lambda row: learn_text.gain_words(row, result),
        "over": learn_text.over_words(result),
    })  # fmt: skip


def write_fit_page(posterior: Path, protocol: str) -> Path:
    """Write the page of a posterior beside it and return its path."""
    result = json.loads(posterior.read_text("utf-8"))
    shown = {**result, "members": len(result["members"])}
    path = posterior.with_suffix(".html")
    return _written(path, "fit_page.html", shown, protocol, {
        "sentences": learn_text.fit_sentences(result),
        "command": f"evdisc fit protocol.yaml {result['data']} --members {shown['members']} "
                   f"--seed {result['seed_of_study']}"
                   + ("" if result["under"] == "both" else f" --under {result['under']}"),
        "moved": learn_figures.moved(result), "file": posterior.name,
        "rows": learn_figures.rows_before_and_after(result),
        "moved_words": learn_text.moved_words,
    })  # fmt: skip


def next_command(result: Mapping[str, Any]) -> str:
    """The command line that gives the question again."""
    files = " ".join(f"{n}.yaml" for n in result["protocols"])
    return (
        f"evdisc study next {files} --for '{_asked(result)}' --members {result['members']} "
        f"--seed {result['seed']} --least {result['decision']['least']:g}"
    )


def search_command(result: Mapping[str, Any]) -> str:
    """The command line that gives the search again."""
    limits = " ".join(f"--limit '{text}'" for text in result["limits"])
    return (
        f"evdisc study optimise protocol.yaml --over {','.join(result['over'])} "
        f"--for '{_asked(result)}' {limits} --against {result['against']} "
        f"--trials {result['trials']} --members {result['members']} --seed {result['seed']}"
    )


def _asked(result: Mapping[str, Any]) -> str:
    name, _, when = result["readout"]["at"].rpartition(" at ")
    return name if when == "the end" else f"{name} at {when.removeprefix('day ')} d"


def _written(
    path: Path, template: str, result: Mapping[str, Any], protocol: str, parts: Mapping[str, Any]
) -> Path:
    import jinja2
    from markupsafe import Markup
    from plotly.offline import get_plotlyjs

    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("evdisc.report", "."), autoescape=True,
        undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    environment.filters.update(
        number=words.number, interval=words.interval, csv_link=csv_link, unit_of=words.unit_of,
        effort=learn_text.effort_words, worth=learn_text.worth_words,
    )  # fmt: skip
    text = environment.get_template(template).render(
        format=FORMAT, result=result, plotly=Markup(get_plotlyjs()), markup=Markup,
        hypotheses=words.HYPOTHESIS, protocol=protocol, citations=citations(result, load()),
        **parts,
    )  # fmt: skip
    write_bytes(path, text.encode())
    return path
