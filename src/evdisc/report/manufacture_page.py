"""Page of a manufacturing plan: self-contained, the same bytes each time."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from evdisc.errors import FolderError
from evdisc.evidence.library import Library
from evdisc.report import manufacture_figures, manufacture_words, words
from evdisc.report.render import citations, csv_link
from evdisc.report.templates import templates
from evdisc.study.folder import write_bytes

FORMAT = "evdisc-manufacture-page/1"


def write_page(
    path: Path, result: Mapping[str, Any], library: Library, protocol: str,
    words_typed: Sequence[str],
) -> None:  # fmt: skip
    """Write the page of a plan.

    Raises:
        FolderError: the file cannot be written.
    """
    try:
        write_bytes(path, page(result, library, protocol, words_typed).encode())
    except OSError as error:
        raise FolderError("cannot be written", file=path, advice=error.strerror) from None


def page(
    result: Mapping[str, Any], library: Library, protocol: str, words_typed: Sequence[str]
) -> str:
    """The page as text."""
    from markupsafe import Markup
    from plotly.offline import get_plotlyjs

    environment = templates()
    environment.filters.update(
        number=words.number, interval=words.interval, csv_link=csv_link,
        criterion=manufacture_words.criterion_words, percent=manufacture_words.percent,
    )  # fmt: skip
    compared = result.get("batch_comparison")
    figures = {
        "schedule": manufacture_figures.schedule(result),
        "doses": manufacture_figures.doses_per_batch(result),
        "losses": manufacture_figures.losses(result),
        "cost": manufacture_figures.cost(result),
        "response": manufacture_figures.response(compared) if compared else None,
    }
    return environment.get_template("manufacture_page.html").render(
        format=FORMAT, result={**result, "title": result["protocol"]}, figures=figures,
        compared=compared, sentences=manufacture_words.sentences(result),
        review=manufacture_words.review_sentence(result),
        beside=manufacture_words.beside_sentence(result), plotly=Markup(get_plotlyjs()),
        markup=Markup, protocol=protocol, command=shlex.join(["evdisc", *words_typed]),
        citations=citations(result, library), hypotheses=manufacture_words.HYPOTHESES,
    )  # fmt: skip
