"""Figures of a diagnosis: ROC, calibration, decision curve, panel, learning curve."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from evdisc.report.figures import Figure, style, table_csv

MAIN, GREY, OTHER = "#1f8a8a", "rgba(128,128,128,0.8)", "#c2553f"
BAND = "rgba(31,138,138,0.18)"
HEIGHT = 330
MOST_BARS = 25


def figures(result: Mapping[str, Any]) -> list[Figure]:
    """Every figure of a result that gives an accuracy; none of one that refuses."""
    if result["auc"] is None:
        return []
    return [
        roc(result), calibration(result), decision(result), learning(result), panel(result),
    ]  # fmt: skip


def roc(result: Mapping[str, Any]) -> Figure:
    """Sensitivity against one minus specificity, with its band."""
    import plotly.graph_objects as go

    told = result["roc"]
    x = told["false_positive"]
    figure = go.Figure()
    _band(figure, x, told["low"], told["high"])
    figure.add_trace(go.Scatter(x=x, y=told["true_positive"], line={"color": MAIN, "width": 2.4},
                                name="molecules", showlegend=False))  # fmt: skip
    _line(figure, (0, 1), (0, 1), "chance")
    style(figure, HEIGHT)
    figure.update_xaxes(title="false positives", range=[0, 1])
    figure.update_yaxes(title="true positives", range=[0, 1.01])
    caption = (
        f"{result['outcome']['column']} {result['outcome']['event']}: curves within folds averaged "
        "by their pairs, band of 95 % over resampled donors. Grey: chance."
    )
    data = table_csv(("false_positive", "true_positive", "low", "high"), list(zip(
        x, told["true_positive"], told["low"], told["high"], strict=True)))  # fmt: skip
    return Figure("roc", "ROC curve", caption, figure.to_json(), data, HEIGHT)


def calibration(result: Mapping[str, Any]) -> Figure:
    """Events seen against events foretold."""
    import plotly.graph_objects as go

    rows = result["calibration"]["curve"]
    figure = go.Figure()
    _line(figure, (0, 1), (0, 1), "right")
    seen = [r["observed"] for r in rows]
    figure.add_trace(go.Scatter(
        x=[r["predicted"] for r in rows], y=seen, mode="markers", showlegend=False,
        marker={"color": MAIN, "size": 9},
        error_y={"type": "data", "array": [r["high"] - r["observed"] for r in rows],
                 "arrayminus": [r["observed"] - r["low"] for r in rows], "width": 0,
                 "thickness": 1.6},
    ))  # fmt: skip
    style(figure, HEIGHT)
    figure.update_xaxes(title="probability foretold", range=[0, 1])
    figure.update_yaxes(title="share that was", range=[0, 1.02])
    data = table_csv(("predicted", "observed", "low", "high", "samples"), [
        (r["predicted"], r["observed"], r["low"], r["high"], r["samples"]) for r in rows
    ])  # fmt: skip
    caption = "Groups of equal size with Wilson's 95 % interval. Grey: as it should be."
    return Figure("calibration", "Calibration", caption, figure.to_json(), data, HEIGHT)


def decision(result: Mapping[str, Any]) -> Figure:
    """Net benefit at each threshold probability."""
    import plotly.graph_objects as go

    rows = result["decision"]
    x = [r["threshold"] for r in rows]
    figure = go.Figure()
    _band(figure, x, [r["low"] for r in rows], [r["high"] for r in rows])
    figure.add_trace(go.Scatter(x=x, y=[r["model"] for r in rows], name="model",
                                line={"color": MAIN, "width": 2.4}))  # fmt: skip
    figure.add_trace(go.Scatter(x=x, y=[r["everybody"] for r in rows], name="everybody",
                                line={"color": OTHER, "dash": "dash"}))  # fmt: skip
    _line(figure, (0, 1), (0, 0), "nobody", legend=True)
    style(figure, HEIGHT)
    top = max(0.05, *(r["high"] for r in rows))
    figure.update_xaxes(title="probability above which one acts", range=[0, 1])
    figure.update_yaxes(title="net benefit", range=[-0.4 * top, 1.1 * top])
    data = table_csv(("threshold", "model", "low", "high", "everybody", "nobody"), [
        tuple(r[k] for k in ("threshold", "model", "low", "high", "everybody", "nobody"))
        for r in rows
    ])  # fmt: skip
    caption = "Acting on the model, on everybody, on nobody; band of 95 % over resampled donors."
    return Figure("decision", "Decision curve", caption, figure.to_json(), data, HEIGHT)


def learning(result: Mapping[str, Any]) -> Figure:
    """Concordance against donors trained on, and the law through it."""
    import plotly.graph_objects as go

    told = result["learning"]
    rows = [r for r in told["points"] if r["value"] is not None]
    figure = go.Figure()
    figure.add_trace(go.Scatter(
        x=[r["donors"] for r in rows], y=[r["value"] for r in rows], mode="markers",
        marker={"color": MAIN, "size": 9}, showlegend=False,
        error_y={"type": "data", "array": [r["high"] - r["value"] for r in rows],
                 "arrayminus": [r["value"] - r["low"] for r in rows], "width": 0,
                 "thickness": 1.6},
    ))  # fmt: skip
    if told["law"] and rows:
        law, last = told["law"], 2 * result["groups"]
        grid = [rows[0]["donors"] + i * (last - rows[0]["donors"]) / 40 for i in range(41)]
        figure.add_trace(go.Scatter(
            x=grid, y=[law["a"] - law["b"] * n ** -law["c"] for n in grid], showlegend=False,
            line={"color": MAIN, "dash": "dot"}, hoverinfo="skip",
        ))  # fmt: skip
    style(figure, HEIGHT)
    figure.add_hline(y=0.5, line={"color": GREY, "width": 1, "dash": "dot"})
    figure.update_xaxes(title="donors trained on")
    figure.update_yaxes(title=result["auc"]["kind"], range=[0.3, 1.01])
    data = table_csv(("donors", "value", "low", "high"), [
        (r["donors"], r["value"], r["low"], r["high"]) for r in rows
    ])  # fmt: skip
    caption = (
        "The quick model, 95 % intervals; dotted: inverse power law, a guess beyond the points."
    )
    return Figure("learning", "Learning curve", caption, figure.to_json(), data, HEIGHT)


def panel(result: Mapping[str, Any]) -> Figure:
    """How often folds chose each molecule of the final panel."""
    import plotly.graph_objects as go

    rows = sorted(result["panel"]["molecules"], key=lambda m: -m["frequency"])
    shown = rows[:MOST_BARS]
    figure = go.Figure()
    figure.add_trace(go.Bar(
        y=[m["name"] for m in shown], x=[m["frequency"] for m in shown], orientation="h",
        marker={"color": [MAIN if m["direction"] == "up" else OTHER for m in shown]},
    ))  # fmt: skip
    height = 100 + 21 * len(shown)
    style(figure, height)
    figure.update_xaxes(title="share of the folds that chose it", range=[0, 1])
    figure.update_yaxes(autorange="reversed", automargin=True, showgrid=False)
    event = result["outcome"]["event"]
    caption = f"Teal: more of it with {event}; red: less of it." + (
        f" First {MOST_BARS} of {len(rows)}." if len(rows) > MOST_BARS else ""
    )
    data = table_csv(("molecule", "frequency", "direction"), [
        (m["name"], m["frequency"], m["direction"]) for m in rows
    ])  # fmt: skip
    return Figure("panel", "Panel across folds", caption, figure.to_json(), data, height)


def _band(figure: Any, x: Sequence[float], low: Sequence[float], high: Sequence[float]) -> None:
    import plotly.graph_objects as go

    figure.add_trace(go.Scatter(
        x=[*x, *reversed(x)], y=[*high, *reversed(low)], fill="toself", fillcolor=BAND,
        line={"width": 0}, hoverinfo="skip", showlegend=False,
    ))  # fmt: skip


def _line(
    figure: Any, x: tuple[float, float], y: tuple[float, float], name: str, legend: bool = False
) -> None:
    import plotly.graph_objects as go

    figure.add_trace(go.Scatter(x=x, y=y, mode="lines", name=name, showlegend=legend,
                                line={"color": GREY, "width": 1.2}))  # fmt: skip
