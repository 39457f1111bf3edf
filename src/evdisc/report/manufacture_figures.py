"""Figures of a manufacturing plan: schedule, doses a batch, losses, cost, batches and effect."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from evdisc.report.figures import Figure, style, table_csv

KINDS = {
    "thaw": "#7a7a7a", "expansion": "#6b7fb3", "culture": "#1f8a8a", "isolation": "#c79a2b",
    "loading": "#8a5fa8", "tests": "#c2553f", "fill": "#5c8a3a",
}  # fmt: skip
WORDS = {
    "thaw": "thaw", "expansion": "expansion, passage by passage",
    "culture": "conditioning and harvests", "isolation": "isolation", "loading": "loading",
    "tests": "tests", "fill": "filling",
}  # fmt: skip
LINE, TOP, INK = 34, 100, "#1f8a8a"
ITEMS = (
    "#1f8a8a",
    "#c79a2b",
    "#6b7fb3",
    "#c2553f",
    "#8a5fa8",
    "#5c8a3a",
    "#a3806a",
    "#7a7a7a",
    "#35558f",
    "#d98f6c",
)
HYPOTHESES = {
    "stoichiometric": ("if delivered copies decide", "#1f8a8a"),
    "potency": ("if vesicles per cell decide", "#c79a2b"),
}


def schedule(result: Mapping[str, Any]) -> Figure | None:
    """Gantt of one batch: a line for each platform, or for each stage where there is one."""
    import plotly.graph_objects as go

    rows = result["platforms"]
    if not rows:
        return None
    single = len(rows) == 1
    bars = [(row["platform"], bar) for row in rows for bar in row["schedule"]]
    figure, shown = go.Figure(), set()
    for platform, bar in bars:
        kind = bar["kind"]
        figure.add_trace(go.Bar(
            y=[bar["stage"] if single else platform], x=[bar["end_d"] - bar["start_d"]],
            base=[bar["start_d"]], orientation="h", name=WORDS[kind], legendgroup=kind,
            showlegend=kind not in shown,
            marker={"color": KINDS[kind], "line": {"color": "rgba(255,255,255,0.85)", "width": 1}},
            hovertemplate=f"{bar['stage']}: day {bar['start_d']:.3g} to {bar['end_d']:.3g}"
            f"<extra>{platform}</extra>",
        ))  # fmt: skip
        shown.add(kind)
    names = [bar["stage"] for _, bar in bars] if single else [row["platform"] for row in rows]
    height = TOP + LINE * len(dict.fromkeys(names))
    style(figure, height)
    figure.update_layout(barmode="overlay", bargap=0.35)
    figure.update_xaxes(title="days from the thaw of the first vial", rangemode="tozero")
    order = list(dict.fromkeys(names))
    figure.update_yaxes(
        categoryorder="array", categoryarray=order[::-1], automargin=True, showgrid=False
    )
    data = table_csv(("platform", "stage", "kind", "start_d", "end_d"), [
        (platform, bar["stage"], bar["kind"], bar["start_d"], bar["end_d"])
        for platform, bar in bars
    ])  # fmt: skip
    caption = "One batch, medians. Batches of a campaign follow one another on one line."
    return Figure("schedule", "Schedule of one batch", caption, figure.to_json(), data, height)


def doses_per_batch(result: Mapping[str, Any]) -> Figure | None:
    """Doses a full batch holds, with 90 % of the draws, beside the line of one dose."""
    import plotly.graph_objects as go

    rows = [r for r in result["platforms"] if r["doses_per_batch"]["median"]]
    if not rows:
        return None
    figure = go.Figure()
    figure.add_vline(x=1.0, line={"color": "#c2553f", "dash": "dash", "width": 1.4})
    middle = [r["doses_per_batch"]["median"] for r in rows]
    figure.add_trace(go.Scatter(
        x=middle, y=[r["platform"] for r in rows], mode="markers", showlegend=False,
        marker={"color": INK, "size": 9},
        error_x={
            "type": "data", "thickness": 1.6, "width": 0, "color": INK,
            "array": [r["doses_per_batch"]["q95"] - m for r, m in zip(rows, middle, strict=True)],
            "arrayminus": [
                m - r["doses_per_batch"]["q05"] for r, m in zip(rows, middle, strict=True)
            ],
        },
        hovertemplate="%{y}: %{x:.3g} doses<extra></extra>",
    ))  # fmt: skip
    height = TOP - 20 + LINE * len(rows)
    style(figure, height)
    figure.update_xaxes(type="log", title="doses in one full batch", exponentformat="power",
                        dtick=1)  # fmt: skip
    figure.update_yaxes(autorange="reversed", automargin=True, showgrid=False)
    data = table_csv(("platform", "median", "q05", "q95", "p_batch_meets_dose"), [
        (r["platform"], *(r["doses_per_batch"][k] for k in ("median", "q05", "q95")),
         r["p_batch_meets_dose"]) for r in rows
    ])  # fmt: skip
    caption = "Median and 90 % of the draws. Dashed: one dose."
    return Figure("doses", "Doses in one batch", caption, figure.to_json(), data, height)


def losses(result: Mapping[str, Any]) -> Figure | None:
    """Share of the harvested vesicles that is left after each step."""
    import plotly.graph_objects as go

    steps = result["losses"]
    if not steps:
        return None
    left = [1.0, *(s["left"]["median"] for s in steps)]
    names = ["in the medium", *(f"after {s['step']}" for s in steps)]
    figure = go.Figure(go.Bar(
        y=names, x=[100.0 * x for x in left], orientation="h", marker={"color": INK},
        text=[f"{100.0 * x:.3g} %" for x in left], textposition="outside", cliponaxis=False,
        hovertemplate="%{y}: %{x:.3g} %<extra></extra>",
    ))  # fmt: skip
    height = TOP - 30 + 28 * len(names)
    style(figure, height)
    figure.update_xaxes(title="vesicles left, % of those in the medium", range=[0, 112])
    figure.update_yaxes(autorange="reversed", automargin=True, showgrid=False)
    data = table_csv(("step", "left_median", "left_q05", "left_q95"), [
        (s["step"], *(s["left"][k] for k in ("median", "q05", "q95"))) for s in steps
    ])  # fmt: skip
    caption = "Medians; the table has the share each step leaves, with its range."
    return Figure(
        "losses", "Vesicles left after each step", caption, figure.to_json(), data, height
    )


def cost(result: Mapping[str, Any]) -> Figure | None:
    """Cost of a dose, item by item, where the user gave prices."""
    import plotly.graph_objects as go

    rows = [r for r in result["platforms"] if r["cost"] and r["cost"]["items"]]
    if not rows:
        return None
    doses = result["doses"]["doses"]
    # one colour an item: names of platforms fold into one item
    most: dict[str, float] = {}
    for key, value in ((k, v) for r in rows for k, v in r["cost"]["items"].items()):
        most[_item(key)] = most.get(_item(key), 0.0) + (value["median"] or 0.0)
    items = sorted(most, key=lambda i: (-most[i], i))
    figure = go.Figure()
    for item, colour in zip(items, ITEMS * len(items), strict=False):
        parts = [
            sum(v["median"] or 0.0 for k, v in r["cost"]["items"].items() if _item(k) == item)
            / doses for r in rows
        ]  # fmt: skip
        figure.add_trace(go.Bar(y=[r["platform"] for r in rows], x=parts, orientation="h",
                                name=item, marker={"color": colour}))  # fmt: skip
    height = TOP + 20 + LINE * len(rows)
    style(figure, height)
    figure.update_layout(barmode="stack", bargap=0.35, legend_traceorder="normal")
    figure.update_xaxes(title=f"{rows[0]['cost']['currency']} a dose, medians")
    figure.update_yaxes(autorange="reversed", automargin=True, showgrid=False)
    data = table_csv(("platform", "item", "median", "q05", "q95"), [
        (r["platform"], name, v["median"], v["q05"], v["q95"])
        for r in rows for name, v in r["cost"]["items"].items()
    ])  # fmt: skip
    caption = "Cost of the whole plan over its doses, by the prices given."
    return Figure("cost", "Cost of a dose", caption, figure.to_json(), data, height)


def _item(key: str) -> str:
    return key.partition(":")[0].replace("_", " ")


def response(comparison: Mapping[str, Any]) -> Figure:
    """Effect over acting dose, with the batches on the curve, under both hypotheses."""
    import plotly.graph_objects as go

    figure, rows = go.Figure(), []
    for name, about in comparison["hypotheses"].items():
        label, colour = HYPOTHESES[name]
        curve = about["response"]
        figure.add_trace(go.Scatter(
            x=curve["multiplier"], y=curve["median"], name=label, mode="lines+markers",
            line={"color": colour},
            error_y={
                "type": "data", "symmetric": False, "thickness": 1, "width": 0, "color": colour,
                "array": _gaps(curve["q95"], curve["median"]),
                "arrayminus": _gaps(curve["median"], curve["q05"]),
            },
        ))  # fmt: skip
        rows += [
            (name, m, *v) for m, *v in zip(
                curve["multiplier"], curve["median"], curve["q05"], curve["q95"], strict=True
            )
        ]  # fmt: skip
    for level in (-comparison["band"], comparison["band"]):
        figure.add_hline(y=level, line={"color": "rgba(128,128,128,0.7)", "dash": "dot"})
    style(figure, 340)
    figure.update_xaxes(type="log", dtick=1, title="acting dose over that of the middle batch")
    figure.update_yaxes(title=f"{comparison['readout']}, {comparison['unit']}")
    data = table_csv(("hypothesis", "multiplier", "median", "q05", "q95"), rows)
    caption = (
        f"{comparison['arm']} against {comparison['versus']}; median and 90 % of "
        f"{comparison['members']} members. Dotted: the band inside which a difference counts as "
        "none."
    )
    title = "Effect over the acting dose"
    return Figure("response", title, caption, figure.to_json(), data, 340)


def _gaps(high: Sequence[float], low: Sequence[float]) -> list[float]:
    return [h - x for h, x in zip(high, low, strict=True)]
