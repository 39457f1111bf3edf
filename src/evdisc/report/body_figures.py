"""Where the dose went, and vesicles in blood and organs after it: figures and the panel's rows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from evdisc.report.figures import Figure, style, table_csv, tint
from evdisc.report.words import interval, number, percent

WHERE_WORDS = {
    "taken_up": "taken up by cells of the disc", "decayed": "fell apart in the disc",
    "in_disc": "still in the disc", "leaked": "flowed or drifted out",
    "outside": "depot and tissue around it",
}  # fmt: skip
#: place of the body -> how a band of the dose is called, and its colour
BODY = {
    "liver": ("liver", "#8a5fa8"), "lung": ("lung", "#1f8a8a"), "spleen": ("spleen", "#c2553f"),
    "kidney": ("kidney", "#c79a2b"), "muscle": ("muscle", "#a3806a"),
    "blood": ("still in the blood", "#6b7fb3"), "rest": ("still elsewhere in the body", "#7a7a7a"),
}  # fmt: skip
CURVES = {name: name for name in BODY} | {"rest": "elsewhere in the body"}
DISC = "#1f8a8a"
LEAST_SHARE, LEAST_PERCENT = 1e-4, 1e-3
#: cargoes the panel tells of
MOST = 2


def whereabouts(result: Mapping[str, Any]) -> Figure | None:
    """Where the dose of the treated arm is at the end, or was broken down."""
    import plotly.graph_objects as go

    row = result["delivery"].get("treated", {})
    went = row.get("body", {}).get("went", {})
    where = {k: v for k, v in row.get("where", {}).items() if not (went and k == "outside")}
    told = [(WHERE_WORDS[k], DISC, v) for k, v in where.items() if k in WHERE_WORDS]
    told += [(*BODY[k], v) for k, v in went.items()]
    shown = [(w, c, v["median"]) for w, c, v in told if (v["median"] or 0.0) > LEAST_SHARE]
    if not shown:
        return None
    figure = go.Figure(go.Sankey(
        node={"label": ["dose", *(f"{w}: {100 * x:.3g} %" for w, _, x in shown)],
              "color": ["#6b7fb3", *(c for _, c, _ in shown)], "pad": 18, "thickness": 14},
        link={"source": [0] * len(shown), "target": list(range(1, len(shown) + 1)),
              "value": [x for *_, x in shown], "color": "rgba(107,127,179,0.28)"},
    ))  # fmt: skip
    style(figure, 260)
    data = table_csv(("where", "median", "q05", "q95"), [
        (k, v["median"], v["q05"], v["q95"]) for k, v in (where | went).items()
    ])  # fmt: skip
    caption = "Shares of the dose at the end, medians of the members; they need not add up to one."
    if went:
        caption += " An organ's share is what it took up until then, broken down or not."
    return Figure("whereabouts", "Where the dose went", caption, figure.to_json(), data, 260)


def organ_course(result: Mapping[str, Any]) -> Figure | None:
    """Vesicles in blood and organs over the time after the last dose, one curve each."""
    import plotly.graph_objects as go

    body = result["delivery"].get("treated", {}).get("body", {})
    if not body:
        return None
    figure, rows = go.Figure(), []
    hours, given = body["hours"][1:], body["vesicles_given"]["median"] or 0.0
    for pool in sorted(body["course"], key=list(BODY).index):
        bands = {q: [100.0 * (x or 0.0) for x in v[1:]] for q, v in body["course"][pool].items()}
        if max(bands["median"]) < LEAST_PERCENT:
            continue
        low, high = ([max(x, 0.1 * LEAST_PERCENT) for x in bands[q]] for q in ("q05", "q95"))
        colour, label = BODY[pool][1], CURVES[pool]
        figure.add_trace(go.Scatter(
            x=hours + hours[::-1], y=high + low[::-1], fill="toself", fillcolor=tint(colour),
            line={"width": 0}, hoverinfo="skip", showlegend=False,
        ))  # fmt: skip
        figure.add_trace(go.Scatter(
            x=hours, y=bands["median"], name=label, line={"color": colour, "width": 2.2},
            customdata=[0.01 * x * given for x in bands["median"]],
            hovertemplate="%{y:.3g} %, %{customdata:.3g} vesicles after %{x:.3g} h<extra>"
                          + label + "</extra>",
        ))  # fmt: skip
        rows += [
            (pool, h, *v)
            for h, *v in zip(hours, bands["median"], bands["q05"], bands["q95"], strict=True)
        ]
    style(figure, 360)
    figure.update_xaxes(title="hours after the last dose", type="log", dtick=1)
    figure.update_yaxes(title="% of all that was given", type="log", dtick=1,
                        range=[np.log10(LEAST_PERCENT), 2.1])  # fmt: skip
    caption = (
        "Whole vesicles there at a time, from the exact course of the model of the body; lines are "
        f"medians, bands hold 90 % of the members. 1 % is {number(0.01 * given)} vesicles."
    )
    data = table_csv(("pool", "hours", "median_percent", "q05", "q95"), rows)
    return Figure("organs", "Vesicles in blood and organs", caption, figure.to_json(), data, 360)


def organ_table(result: Mapping[str, Any]) -> dict[str, Any]:
    """Rows of the safety panel by organ, what took up most first.

    Returns ``cargoes`` (the most plentiful) and ``rows`` of words; empty where nothing goes
    through the body.
    """
    row = result["delivery"].get("treated", {})
    body, peaks = row.get("body", {}), row.get("organs", {})
    if not body:
        return {}
    copies = body["peak_copies"]
    first = copies[next(iter(copies))]
    cargoes = sorted(first, key=lambda c: (-(first[c]["median"] or 0.0), c))[:MOST]
    went = body["went"]
    return {"cargoes": cargoes, "rows": [
        [organ, percent(went[organ]), percent(peaks[organ]), interval(body["peak_hours"][organ]),
         interval(body["peak_vesicles"][organ]), *(interval(copies[organ][c]) for c in cargoes)]
        for organ in sorted(peaks, key=lambda o: -(went[o]["median"] or 0.0))
    ]}  # fmt: skip
