"""The page of a plan: its document with two figures, self-contained."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from evdisc.report import words
from evdisc.report.document import Block
from evdisc.report.figures import Figure, style, table_csv
from evdisc.report.plan_document import plan_blocks
from evdisc.report.render import csv_link

FORMAT = "evdisc-plan-page/1"
COLOURS = {"stoichiometric": "#1f8a8a", "potency": "#c79a2b"}


def page(plan: Mapping[str, Any], protocol: str, command: str) -> str:
    """The page of a plan as text."""
    import jinja2
    from markupsafe import Markup
    from plotly.offline import get_plotlyjs

    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("evdisc.report", "."), autoescape=True,
        undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    environment.filters.update(number=words.number, csv_link=csv_link, unit_of=words.unit_of)
    found = {"Time points": courses(plan), "Where the spread is unknown": curves(plan)}
    return environment.get_template("plan_page.html").render(
        format=FORMAT, result=plan, plotly=Markup(get_plotlyjs()), markup=Markup,
        protocol=protocol, command=command, blocks=_named(plan_blocks(plan)), citations=[],
        figures={k: v for k, v in found.items() if v is not None},
    )  # fmt: skip


def _named(blocks: Sequence[Block]) -> list[dict[str, Any]]:
    return [{"kind": type(b).__name__, "block": b} for b in blocks]


def courses(plan: Mapping[str, Any]) -> Figure | None:
    """Median difference over time of the primary outcome, under both hypotheses."""
    import plotly.graph_objects as go

    primary = next(o for o in plan["outcomes"] if o["primary"])
    shown = [t for t in plan["time_points"] if t["outcome"] == primary["name"]]
    figure, rows = go.Figure(), []
    for t in shown:
        label = words.HYPOTHESIS[t["hypothesis"]]
        figure.add_trace(go.Scatter(
            x=t["days"], y=t["course"], name=label, line={"color": COLOURS[t["hypothesis"]]},
            hovertemplate="%{y:.3g} on day %{x:.3g}<extra>" + label + "</extra>",
        ))  # fmt: skip
        rows += [(t["hypothesis"], d, y) for d, y in zip(t["days"], t["course"], strict=True)]
    style(figure, 280)
    band = shown[0]["band"]
    figure.add_hrect(y0=-band, y1=band, fillcolor="rgba(128,128,128,0.14)", line_width=0)
    figure.update_xaxes(title="day")
    figure.update_yaxes(title=words.unit_of(primary["unit"]))
    return Figure(
        "difference-over-time", f"{primary['name']}: treated less {shown[0]['versus']}",
        "Median over the members. Grey: the band inside which a difference counts as none.",
        figure.to_json(), table_csv(("hypothesis", "day", "difference"), rows), 280,
    )  # fmt: skip


def curves(plan: Mapping[str, Any]) -> Figure | None:
    """Units a group against the coefficient of variation, where the spread is unknown."""
    import plotly.graph_objects as go

    figure, rows = go.Figure(), []
    for c in plan["sample_size"]["contrasts"]:
        for name, row in c["outcomes"].items():
            if row["curve"]:
                label = f"{name} against {c['against']}, {words.HYPOTHESIS[c['hypothesis']]}"
                cv, n = [100 * p["cv"] for p in row["curve"]], [p["n"] for p in row["curve"]]
                figure.add_trace(go.Scatter(x=cv, y=n, name=label, mode="lines+markers"))
                rows += [(c["against"], c["hypothesis"], name, *p) for p in zip(cv, n, strict=True)]
    if all(sum(n is not None for n in line.y) < 2 for line in figure.data):
        return None
    height = 330 + 18 * len(figure.data)
    style(figure, height)
    figure.update_xaxes(title="coefficient of variation of what is compared, %")
    figure.update_yaxes(title="units in each group", rangemode="tozero")
    figure.update_layout(legend={"orientation": "v", "y": -0.32, "yanchor": "top"})
    data = table_csv(("against", "hypothesis", "outcome", "cv_percent", "n"), rows)
    return Figure("n-against-spread", "Units in each group", "Gaps: more than 100 in each group.",
                  figure.to_json(), data, height)  # fmt: skip
