"""Page of the validation: every case and every row, self-contained, the same bytes each time."""

from __future__ import annotations

import shlex
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from evdisc import __version__
from evdisc.evidence.library import Library
from evdisc.report.figures import Figure, style, table_csv
from evdisc.report.render import csv_link
from evdisc.report.templates import templates
from evdisc.report.validation_text import (
    WORDS,
    Table,
    experiment_columns,
    row_columns,
    therapy_columns,
)
from evdisc.report.words import interval, number
from evdisc.study.folder import write_bytes
from evdisc.validate.case import Result

FORMAT = "evdisc-validation-page/1"
TITLE = "Published cases against the model"
MODEL, RULE = "#1f8a8a", "#c79a2b"
GOOD = ("pass", "hit", "right", "yes")
BAD = ("fail", "FAIL", "miss", "wrong", "against")
Row = Mapping[str, Any]


@dataclass(frozen=True)
class Answer:
    """What the page shows; rows and scores are empty where single cases were asked for.

    Attributes:
        results: the cases.
        experiments, tables, therapies: rows as in ``evdisc validate --json``.
        scores: of the therapies, see :func:`evdisc.validate.therapy_cases.headline`.
        computed: day on which the stored therapies were computed.
    """

    results: Sequence[Result]
    experiments: Sequence[Row] = ()
    tables: Sequence[Row] = ()
    therapies: Sequence[Row] = ()
    scores: Sequence[Row] = field(default=())
    computed: str = ""


def write_validation_page(
    path: Path, answer: Answer, library: Library, typed: Sequence[str]
) -> None:
    """Write the page, whole or not at all.

    Raises:
        FolderError: it cannot be written.
    """
    write_bytes(path, page(answer, library, typed).encode())


def page(answer: Answer, library: Library, typed: Sequence[str]) -> str:
    """The page as text."""
    from markupsafe import Markup
    from plotly.offline import get_plotlyjs

    environment = templates()
    environment.filters.update(number=number, csv_link=csv_link, mark=mark, table_csv=as_csv)
    studies = [r.source for r in answer.results]
    studies += [r["study"] for r in (*answer.experiments, *answer.therapies)]
    return environment.get_template("validation_page.html").render(
        format=FORMAT, result={"evdisc": __version__, "title": TITLE}, answer=answer,
        words=WORDS, scored=counts(r.verdict for r in answer.results if not r.used),
        unscored=counts(r.verdict for r in answer.results if r.used),
        plotly=Markup(get_plotlyjs()), markup=Markup, command=shlex.join(["evdisc", *typed]),
        figure=scores_figure(answer.scores) if answer.scores else None,
        sections=sections(answer),
        citations=[library.sources[s] for s in dict.fromkeys(studies) if s in library.sources],
    )  # fmt: skip


def counts(verdicts: Iterable[str]) -> str:
    """Verdicts in words, the most frequent first."""
    return ", ".join(f"{n} {word}" for word, n in Counter(verdicts).most_common()) or "none"


def mark(word: str) -> str:
    """Class of a cell that holds a verdict."""
    return "up" if word in GOOD else "down" if word in BAD else ""


def as_csv(table: Table) -> str:
    """A table as CSV text."""
    return table_csv(*table)


def sections(answer: Answer) -> list[dict[str, Any]]:
    """Every row behind the cases, in three tables: title, words, count of verdicts, table."""
    made = (
        ("Published therapies", THERAPIES, answer.therapies, _therapies),
        ("Experiments with disc cells", EXPERIMENTS, answer.experiments, _experiments),
        ("Rows of the review's tables", TABLES, answer.tables, _tables),
    )
    return [
        {"title": title, "name": title.split()[-1], "words": words, "table": build(rows),
         "counts": counts(r["verdict"] for r in rows)}
        for title, words, rows, build in made if rows
    ]  # fmt: skip


THERAPIES = (
    "Seen: as published. Rule: every vesicle helps. Predicted: median and 90 % over the members of "
    "both delivery hypotheses. Single-study claims are discounted; where the study is also behind "
    "claims of the model, it is left out before it is scored."
)
EXPERIMENTS = (
    "Predicted by members weighed without the study, the arrows that rest on it alone deleted. "
    "Sure: weight of the members that go as predicted. By interval: what the 90 % interval of the "
    "log fold settles."
)
TABLES = (
    "Not scored: these claims are what the model is built of, so the rows check that it says what "
    "it was told. Mechanism: the cargo alone at a saturating level, all claims believed, as change "
    "of activity. Copies, potency: whole vesicles under either delivery hypothesis. Knock-out: the "
    "cargo taken out of the vesicle, the rest there."
)


def _therapies(rows: Sequence[Row]) -> Table:
    return _wider(therapy_columns(rows), counts=[r["use"] for r in rows],
                  cause=[r["cause"] for r in rows])  # fmt: skip


def _experiments(rows: Sequence[Row]) -> Table:
    causes = [
        "" if r["verdict"] == "right" else
        f"{100 * r['probability'][r['direction']]:.0f} % of the weight goes as seen"
        for r in rows
    ]  # fmt: skip
    ranges = [_range(r["log_fold"]) for r in rows]
    return _wider(experiment_columns(rows), **{"log fold (90 %)": ranges}, cause=causes)


def _tables(rows: Sequence[Row]) -> Table:
    ranges = [_range(r["mechanism"]) for r in rows]
    counts_as = ["not scored"] * len(rows)
    causes = [f"the record leaves open {'; '.join(r['missing'])}" if r["missing"] else ""
              for r in rows]  # fmt: skip
    return _wider(row_columns(rows), **{"change (90 %)": ranges}, counts=counts_as, cause=causes)


def _range(row: Row) -> str:
    """Median and 90 % range; a zero has no sign."""
    return interval({k: row[k] + 0.0 for k in ("median", "q05", "q95")}, 2)


def _wider(table: Table, **columns: Sequence[str]) -> Table:
    """A table of the terminal with columns it has no room for."""
    titles, lines = table
    more = zip(*columns.values(), strict=True)
    return [*titles, *columns], [[*line, *extra] for line, extra in zip(lines, more, strict=True)]


def scores_figure(scores: Sequence[Row]) -> Figure:
    """Percent right of the model, with its interval over studies, beside the rule."""
    import plotly.graph_objects as go

    labels = [f"{s['about']} ({s['rows']})" for s in scores]
    ours = [s["model"] for s in scores]
    figure = go.Figure()
    figure.add_trace(go.Scatter(
        x=ours, y=labels, mode="markers", name="model", marker={"color": MODEL, "size": 9},
        error_x={"type": "data", "array": [s["q95"] - s["model"] for s in scores],
                 "arrayminus": [s["model"] - s["q05"] for s in scores], "width": 0,
                 "thickness": 2, "color": MODEL},
        hovertemplate="%{x:.0f} %<extra>model</extra>",
    ))  # fmt: skip
    figure.add_trace(go.Scatter(
        x=[s["rule"] for s in scores], y=labels, mode="markers", name="every vesicle helps",
        marker={"color": RULE, "size": 10, "symbol": "diamond-open"},
        hovertemplate="%{x:.0f} %<extra>rule</extra>",
    ))  # fmt: skip
    style(figure, HEIGHT)
    figure.update_xaxes(title="right, %", range=[-3, 103])
    figure.update_yaxes(autorange="reversed", automargin=True)
    columns = ("about", "rows", "model", "q05", "q95", "rule")
    data = table_csv(columns, [[s[c] for c in columns] for s in scores])
    caption = "Shares of the rows that are right; bars: 90 % over studies resampled whole."
    return Figure("scores", "Therapies", caption, figure.to_json(), data, HEIGHT)


HEIGHT = 260
