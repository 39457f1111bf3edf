"""Figures of measured cargo: what reaches a cell against what it needs, shares, samples."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from evdisc.report.figures import Figure, style, table_csv

DISC, DISH, NEEDED, QUIET = "#1f8a8a", "#c79a2b", "#c2553f", "#8a969a"
LINE, TOP = 22, 96
SHOWN, MOST_SHARES = 24, 25
QUANTILES = ("median", "q05", "q95")
GROUPS = ("#1f8a8a", "#c2553f", "#c79a2b", "#6b7fb3", "#8a5fa8", "#5c8a3a", "#a3806a", "#7a7a7a")
Rows = Sequence[Mapping[str, Any]]


def reach(disc: Rows, dish: Rows, half_effect: float | None) -> Figure:
    """Copies per cell of every acting molecule in disc and dish, and what half an effect takes."""
    import plotly.graph_objects as go

    rows = [r for r in disc if r["acts_through"]][:SHOWN]
    beside = {r["name"]: r for r in dish}
    figure = go.Figure()
    for label, colour, offset, own in (
        ("in the disc", DISC, -0.16, rows),
        ("in the dish", DISH, 0.16, [beside[r["name"]] for r in rows]),
    ):
        copies = [r["copies_per_cell"] for r in own]
        x = [c["median"] for c in copies]
        figure.add_trace(go.Scatter(
            x=x, y=[i + offset for i in range(len(own))], mode="markers", name=label,
            marker={"color": colour, "size": 7}, text=[r["name"] for r in own],
            error_x={"type": "data", "thickness": 1.3, "width": 0,
                     "array": [c["q95"] - c["median"] for c in copies],
                     "arrayminus": [c["median"] - c["q05"] for c in copies]},
            hovertemplate="%{text}: %{x:.3g} copies<extra>" + label + "</extra>",
        ))  # fmt: skip
    height = TOP + LINE * max(len(rows), 3)
    style(figure, height)
    if half_effect:
        figure.add_vline(x=half_effect, line={"color": NEEDED, "dash": "dash", "width": 1.4})
    figure.update_xaxes(type="log", title="copies in the cytosol of one cell, at the peak",
                        exponentformat="power", dtick=2)  # fmt: skip
    _labels(figure, [r["name"] for r in rows])
    data = table_csv(
        ("molecule", "where", "share", "copies_per_cell", "q05", "q95"),
        [(r["name"], where, r["share"], *(r["copies_per_cell"][k] for k in QUANTILES))
         for where, own in (("disc", disc), ("dish", dish)) for r in own],
    )  # fmt: skip
    dashed = f" Dashed: {half_effect:g} copies, for half of an effect." if half_effect else ""
    caption = f"Median and 90 % of the members, for the molecules the evidence knows.{dashed}"
    return Figure("copies per cell", "What reaches a cell, and what it takes", caption,
                  figure.to_json(), data, height)  # fmt: skip


def profile_plot(share: Sequence[tuple[str, float]], acts: Mapping[str, str]) -> Figure:
    """The most plentiful molecules and their shares; those the evidence knows in colour."""
    import plotly.graph_objects as go

    top = list(share)[:MOST_SHARES]
    figure = go.Figure(go.Scatter(
        x=[100 * s for _, s in top], y=list(range(len(top))), mode="markers",
        marker={"color": [DISC if n in acts else QUIET for n, _ in top], "size": 9},
        text=[n for n, _ in top], hovertemplate="%{text}: %{x:.3g} %<extra></extra>",
    ))  # fmt: skip
    height = TOP + 17 * len(top)
    style(figure, height)
    figure.update_xaxes(type="log", title="share of all measured molecules, %", dtick=1)
    _labels(figure, [n for n, _ in top])
    data = table_csv(
        ("molecule", "share", "acts_through"), [(n, s, acts.get(n, "")) for n, s in share]
    )
    caption = "The evidence knows the coloured ones as cargo. The file lists every molecule."
    return Figure("profile", "Most plentiful molecules", caption, figure.to_json(), data, height)


def samples_plot(
    scores: Rows, share: Mapping[int, float], groups: Mapping[str, str], batch: Mapping[str, str]
) -> Figure | None:
    """Samples on their first two principal components, coloured by group."""
    import plotly.graph_objects as go

    if not scores or "PC2" not in scores[0]:
        return None
    figure = go.Figure()
    for i, group in enumerate(dict.fromkeys(groups.values())):
        own = [r for r in scores if groups[r["sample"]] == group]
        figure.add_trace(go.Scatter(
            x=[r["PC1"] for r in own], y=[r["PC2"] for r in own], mode="markers", name=group,
            marker={"color": GROUPS[i % len(GROUPS)], "size": 9},
            text=[r["sample"] + (f", batch {batch[r['sample']]}" if batch[r["sample"]] else "")
                  for r in own], hovertemplate="%{text}<extra></extra>",
        ))  # fmt: skip
    style(figure, 330)
    for axis, k in (("xaxis", 1), ("yaxis", 2)):
        title = f"component {k} ({100 * share.get(k, 0.0):.0f} % of the variance)"
        figure.update_layout({axis: {"title": title}})
    data = table_csv(("sample", "group", "batch", "PC1", "PC2"),
                     [(r["sample"], groups[r["sample"]], batch[r["sample"]], r["PC1"], r["PC2"])
                      for r in scores])  # fmt: skip
    return Figure("samples", "Samples", "Principal components of log2 values.", figure.to_json(),
                  data, 330)  # fmt: skip


def distribution(bins: Rows, size: Mapping[str, float | None]) -> Figure:
    """Size distribution of a particle import: mean of the runs and their range."""
    import plotly.graph_objects as go

    shown = [b for b in bins if b["diameter_nm"] <= 3.0 * (size.get("d90_nm") or 1e9)]
    x, total = [b["diameter_nm"] for b in shown], sum(b["per_ml"] for b in bins) or 1.0
    part = {k: [100 * b[k] / total for b in shown] for k in ("per_ml", "low", "high")}
    figure = go.Figure()
    figure.add_trace(go.Scatter(
        x=x + x[::-1], y=part["high"] + part["low"][::-1], fill="toself", line={"width": 0},
        fillcolor="rgba(31,138,138,0.2)", hoverinfo="skip", name="range of the runs",
    ))  # fmt: skip
    figure.add_trace(go.Scatter(x=x, y=part["per_ml"], line={"color": DISC, "width": 2},
                                name="mean of the runs"))  # fmt: skip
    style(figure, 340)
    for key, side in (("d10_nm", "top left"), ("d50_nm", "bottom right"), ("d90_nm", "top right")):
        if size.get(key):
            figure.add_vline(x=size[key], line={"color": QUIET, "dash": "dot"},
                             annotation_text=key[:3].upper(), annotation_position=side)  # fmt: skip
    figure.update_xaxes(title="diameter, nm")
    figure.update_yaxes(title="% of the particles in a bin", rangemode="tozero")
    data = table_csv(
        ("diameter_nm", "per_ml", "low", "high"),
        [(b["diameter_nm"], b["per_ml"], b["low"], b["high"]) for b in bins],
    )
    return Figure("size distribution", "Size distribution", "Of the undiluted preparation.",
                  figure.to_json(), data, 340)  # fmt: skip


def _labels(figure: Any, labels: Sequence[str]) -> None:
    figure.update_yaxes(
        tickvals=list(range(len(labels))), ticktext=list(labels), automargin=True,
        range=[max(len(labels), 1) - 0.4, -0.6], showgrid=False,
    )  # fmt: skip
