"""Figures of learning: worth of measurements, ways on a front, prior against posterior."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from evdisc.report.figures import Figure, style, table_csv
from evdisc.report.learn_text import effort_words, over_words, way_words
from evdisc.report.rank_figures import COPIES, LABELS, LINE, NEEDLE, TOP, VESICLES
from evdisc.report.words import unit_of

COLOURS = {"stoichiometric": COPIES, "potency": VESICLES}
GREY = "rgba(128,128,128,0.55)"
#: parameters drawn
MOST = 14


def worth_bars(result: Mapping[str, Any]) -> Figure:
    """Worth of every measurement with two standard errors, beside that of perfect knowledge."""
    import plotly.graph_objects as go

    rows = result["measurements"]
    whole = result["evpi"]
    labels = [m["name"] for m in rows] + ["all unknowns together"]
    values = [m["evppi"] for m in rows] + [whole["value"]]
    errors = [2.0 * m["se"] for m in rows] + [2.0 * whole["se"]]
    colours = [COPIES if m["resolved"] else GREY for m in rows] + [NEEDLE]
    said = [f"{effort_words(m['effort'])}<br>{m['why']}" for m in rows] + ["perfect knowledge"]
    figure = go.Figure(go.Bar(
        x=values, y=labels, orientation="h", marker={"color": colours}, showlegend=False,
        error_x={"type": "data", "array": errors, "arrayminus": [min(e, v) for e, v in
                 zip(errors, values, strict=True)], "thickness": 1.3, "width": 3},
        customdata=said, hovertemplate="%{y}: %{x:.3g}<br>%{customdata}<extra></extra>",
    ))  # fmt: skip
    height = TOP + LINE * len(labels)
    style(figure, height)
    unit = unit_of(result["readout"]["unit"])
    figure.update_xaxes(title=f"expected gain of the choice, {unit} of {result['readout']['name']}")
    figure.update_yaxes(autorange="reversed", automargin=True, showgrid=False)
    data = table_csv(
        ("measurement", "worth", "standard_error", "share_of_all", "weeks_low", "weeks_high",
         "animals"),
        [(m["name"], m["evppi"], m["se"], m["share_of_evpi"], *m["effort"]["weeks"],
          m["effort"]["animals"]) for m in rows],
    )  # fmt: skip
    caption = (
        "Expected value of partial information with two Monte Carlo standard errors. Grey: not "
        "told from nothing with these members."
    )
    return Figure("worth", "What a measurement is worth", caption, figure.to_json(), data, height)


def ways(result: Mapping[str, Any]) -> list[Figure]:
    """Gain of every way against the vesicles that must be made, under each hypothesis."""
    return [_ways(result, h, words) for h, words in LABELS.items()]


def _ways(result: Mapping[str, Any], hypothesis: str, words: str) -> Figure:
    import plotly.graph_objects as go

    figure = go.Figure()
    figure.add_hline(y=0, line={"color": "rgba(128,128,128,0.7)", "width": 1})
    for on, label in ((False, "beaten by another way"), (True, "on the front")):
        rows = [r for r in result["rows"] if r["front"][hypothesis] == on]
        told = [r["hypotheses"][hypothesis] for r in rows]
        colour = COLOURS[hypothesis] if on else GREY
        middle = [t["median"] for t in told]
        figure.add_trace(go.Scatter(
            x=[r["made"] for r in rows], y=middle, mode="markers", name=label,
            marker={"color": colour, "size": [8 + 3 * r["punctures"] for r in rows],
                    "symbol": "circle" if on else "circle-open"},
            error_y={"type": "data", "array": [t["q95"] - t["median"] for t in told],
                     "arrayminus": [t["median"] - t["q05"] for t in told], "thickness": 1.1,
                     "width": 0, "color": colour},
            customdata=[f"way {r['number']}: {way_words(r)}" for r in rows],
            hovertemplate="%{customdata}<br>%{y:.3g} for %{x:.3g} vesicles<extra></extra>",
        ))  # fmt: skip
    style(figure, 360)
    unit = unit_of(result["readout"]["unit"])
    figure.update_xaxes(type="log", title="vesicles to make", exponentformat="power", dtick=1)
    figure.update_yaxes(title=f"gain over {over_words(result)}, {unit}", rangemode="normal")
    data = table_csv(
        ("way", "dose", "volume_uL", "carrier", "days", "punctures", "made", "median", "q05", "q95",
         "on_front"),
        [(r["number"], r["dose"], r["volume_uL"], r["carrier"],
          " ".join(f"{d:g}" for d in r["schedule_d"]), r["punctures"], r["made"],
          *(r["hypotheses"][hypothesis][k] for k in ("median", "q05", "q95")),
          r["front"][hypothesis]) for r in result["rows"]],
    )  # fmt: skip
    caption = "Median and 90 % of the members. A larger mark is more needles into the disc."
    return Figure(f"ways {hypothesis}", words.capitalize(), caption, figure.to_json(), data, 360)


def moved(result: Mapping[str, Any]) -> Figure | None:
    """Where the posterior of each number lies in its prior, those that moved most first."""
    import plotly.graph_objects as go

    rows = result["parameters"][:MOST]
    if not rows:
        return None
    figure = go.Figure()
    figure.add_vrect(x0=5, x1=95, fillcolor="rgba(128,128,128,0.14)", line_width=0)
    figure.add_vline(x=50, line={"color": "rgba(128,128,128,0.7)", "width": 1})
    middle = [100.0 * p["place"][0] for p in rows]
    figure.add_trace(go.Scatter(
        x=middle, y=list(range(len(rows))), mode="markers", showlegend=False,
        marker={"size": 8, "color": [COPIES if p["moved"] > p["chance"] else NEEDLE for p in rows]},
        error_x={"type": "data", "thickness": 1.5, "width": 0,
                 "array": [100.0 * p["place"][2] - m for p, m in zip(rows, middle, strict=True)],
                 "arrayminus": [m - 100.0 * p["place"][1]
                                for p, m in zip(rows, middle, strict=True)]},
        hovertemplate="%{x:.0f} % of the prior lies below<extra></extra>",
    ))  # fmt: skip
    height = TOP - 20 + LINE * len(rows)
    style(figure, height)
    figure.update_xaxes(title="place in the prior, %", range=[0, 100])
    labels = [p["key"] + ("" if p["context"] == "general" else f" ({p['context']})") for p in rows]
    figure.update_yaxes(tickvals=list(range(len(rows))), ticktext=labels, automargin=True,
                        range=[len(rows) - 0.4, -0.6], showgrid=False)  # fmt: skip
    data = table_csv(
        ("key", "context", "unit", *(f"{w}_{q}" for w in ("prior", "posterior")
                                     for q in ("median", "q05", "q95")), "moved", "by_chance"),
        [(p["key"], p["context"], p["unit"], *(p[w][q] for w in ("prior", "posterior")
          for q in ("median", "q05", "q95")), p["moved"], p["chance"])
         for p in result["parameters"]],
    )  # fmt: skip
    caption = (
        "Median and 90 % of the posterior. Grey band: 90 % of the prior. A number the table says "
        "nothing of stays at 5, 50 and 95 %."
    )
    return Figure("moved", "Numbers of the model", caption, figure.to_json(), data, height)


def rows_before_and_after(result: Mapping[str, Any]) -> list[Figure]:
    """Measured against prior and posterior, one figure for each unit."""
    units = dict.fromkeys(r["unit"] for r in result["rows"])
    return [_rows([r for r in result["rows"] if r["unit"] == u], u) for u in units]


def _rows(rows: Sequence[Mapping[str, Any]], unit: str) -> Figure:
    import plotly.graph_objects as go

    figure, table = go.Figure(), []
    measured = [{"median": r["measured"], "q05": r["measured_q05"], "q95": r["measured_q95"]}
                for r in rows]  # fmt: skip
    hypotheses = list(rows[0]["hypotheses"])
    series = [("measured", NEEDLE, "diamond", measured)]
    for h in hypotheses:
        for when in ("prior", "posterior"):
            told = [r["hypotheses"][h][when] for r in rows]
            name = f"{when}, {LABELS[h]}"
            series.append((name, COLOURS[h], "circle-open" if when == "prior" else "circle", told))
    for k, (name, colour, symbol, told) in enumerate(series):
        middle = [t["median"] for t in told]
        shift = (k - (len(series) - 1) / 2.0) * 0.14
        figure.add_trace(go.Scatter(
            x=middle, y=[i + shift for i in range(len(rows))], name=name, mode="markers",
            marker={"color": colour, "symbol": symbol, "size": 8},
            error_x={"type": "data", "array": [t["q95"] - t["median"] for t in told],
                     "arrayminus": [t["median"] - t["q05"] for t in told], "thickness": 1.4,
                     "width": 0, "color": colour},
            hovertemplate="%{x:.3g}<extra>" + name + "</extra>",
        ))  # fmt: skip
        table += [(r["line"], r["words"], name, t["median"], t["q05"], t["q95"])
                  for r, t in zip(rows, told, strict=True)]  # fmt: skip
    height = TOP + 30 + 4 * LINE * len(rows)
    style(figure, height)
    figure.update_xaxes(title=unit or "grade")
    if rows[0]["ratio"] and min(t["q05"] for *_, told in series for t in told) > 0.01:
        figure.update_xaxes(type="log")
    labels = [f"line {r['line']}: {r['words']}" for r in rows]
    figure.update_yaxes(tickvals=list(range(len(rows))), ticktext=labels, automargin=True,
                        range=[len(rows) - 0.4, -0.6], showgrid=False)  # fmt: skip
    data = table_csv(("line", "row", "what", "median", "q05", "q95"), table)
    return Figure(f"rows in {unit or 'grades'}", "Measured against the model",
                  "Median and 90 %; of a measurement its mean and error.", figure.to_json(), data,
                  height)  # fmt: skip
