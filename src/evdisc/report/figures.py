"""Figures of a report: each is a Plotly figure and its data as CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from evdisc.report.words import headline
from evdisc.study.chance import WORDS, by_chance

COLOURS = {
    "treated": "#1f8a8a", "untreated": "#c2553f", "vehicle": "#c79a2b", "healthy": "#6b7fb3",
    "carrier": "#8a5fa8", "knock-out": "#5c8a3a", "empty vesicle": "#a3806a",
}  # fmt: skip
OTHER = "#7a7a7a"
#: arms that lack the vesicles or part of them: drawn last, so that a line they cover shows through
DASHES = {
    "vehicle": "9px,7px", "carrier": "12px,8px", "knock-out": "4px,4px", "empty vesicle": "3px,5px",
}  # fmt: skip
FIELD_WORDS = {
    "free_vesicles": ("free vesicles", "vesicles/mm³", 1e-9, "Viridis"),
    "vesicles_entered": ("vesicles taken up so far", "vesicles/mm³", 1e-9, "Viridis"),
    "glucose": ("glucose", "mM", 1.0, "Cividis"),
    "living_cells": ("living cells", "cells/mm³", 1e-9, "Tealgrn"),
    "gag": ("GAG", "of the start", 1.0, "Magma"),
}


@dataclass(frozen=True)
class Figure:
    """A Plotly figure (as JSON) with its name, its caption and its data."""

    name: str
    title: str
    caption: str
    json: str
    csv: str
    height: int


def table_csv(header: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    """Rows as CSV text."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    return buffer.getvalue()


def course(result: Mapping[str, Any], name: str, height: int = 260) -> Figure:
    """Time course of a read-out: median and 90 % band of every arm."""
    import plotly.graph_objects as go

    about = result["readouts"][name]
    figure, rows = go.Figure(), []
    for arm in reversed(result["arms"]):
        bands, times = about["hypotheses"]["stoichiometric"]["arms"][arm], about["times_d"]
        figure.add_trace(go.Scatter(
            x=times + times[::-1], y=bands["q95"] + bands["q05"][::-1], fill="toself",
            fillcolor=tint(COLOURS.get(arm, OTHER)), line={"width": 0}, hoverinfo="skip",
            showlegend=False,
        ))  # fmt: skip
    for hypothesis, arm in _curves(result):
        bands = about["hypotheses"][hypothesis]["arms"][arm]
        dotted = hypothesis == "potency"
        # what is drawn over the treated line must let it show
        wide = arm == "treated" and not dotted
        label = f"{arm}, by vesicles per cell" if dotted else arm
        times = about["times_d"]
        figure.add_trace(go.Scatter(
            x=times, y=bands["median"], name=label,
            line={"color": COLOURS.get(arm, OTHER), "width": 3.4 if wide else 2.2,
                  "dash": "dot" if dotted else DASHES.get(arm, "solid")},
            hovertemplate="%{y:.4g} on day %{x:.3g}<extra>" + label + "</extra>",
        ))  # fmt: skip
        rows += [
            (hypothesis, arm, t, *v)
            for t, *v in zip(times, bands["median"], bands["q05"], bands["q95"], strict=True)
        ]
    style(figure, height)
    figure.update_layout(showlegend=height > 300)
    figure.update_xaxes(title="day")
    figure.update_yaxes(title=about["unit"], rangemode="normal")
    data = table_csv(("hypothesis", "arm", "time_d", "median", "q05", "q95"), rows)
    return Figure(name, name, about["meaning"], figure.to_json(), data, height)


def courses(result: Mapping[str, Any], names: Sequence[str]) -> list[Figure]:
    """Time courses of the named read-outs."""
    return [course(result, name) for name in names]


def opening(result: Mapping[str, Any]) -> Figure | None:
    """The figure a report opens with."""
    name = headline(result)
    return course(result, name, height=360) if name else None


def influence(result: Mapping[str, Any], most: int = 12) -> Figure | None:
    """Assumed numbers by rank correlation with the effect, with its sampling error."""
    ranked = [r for r in result["assumed"] if r["influence"] is not None]
    if not ranked:
        return None
    words = chance_words(len(ranked), by_chance(len(ranked)))
    return bars("influence", "Which assumptions matter", ranked[:most], words, ranked)


def chance_words(tested: int, expected: float) -> str:
    """How many of the numbers looked at would look strong if none mattered."""
    return (
        f"Rank correlation over the members, with its sampling error. {tested} numbers can act on "
        f"it; if none did, some {expected:.2g} would still lie beyond two sampling errors. Grey: "
        "may be chance. Pale: may be chance among so many. Full: stands out."
    )


def bars(
    name: str, title: str, rows: Sequence[Mapping[str, Any]], caption: str,
    every: Sequence[Mapping[str, Any]],
) -> Figure:  # fmt: skip
    """Rank correlations as bars, told apart by what chance alone would give; ``every`` as data."""
    import plotly.graph_objects as go

    shown = rows[::-1]
    labels = [
        r["key"] if r["context"] == "general" else f"{r['key']} ({r['context']})" for r in shown
    ]
    colours = [
        OTHER if r["word"] == WORDS[0] else "#1f8a8a" if r["influence"] > 0 else "#c2553f"
        for r in shown
    ]
    figure = go.Figure(go.Bar(
        x=[r["influence"] for r in shown], y=labels, orientation="h",
        marker={"color": colours, "opacity": [0.3 + 0.35 * WORDS.index(r["word"]) for r in shown]},
        error_x={"type": "data", "array": [r["sampling_error"] for r in shown], "thickness": 1},
        customdata=[r["word"] for r in shown],
        hovertemplate="%{y}: %{x:.2f}, %{customdata}<extra></extra>",
    ))  # fmt: skip
    height = 110 + 22 * len(shown)
    style(figure, height)
    figure.update_xaxes(title="rank correlation", range=[-1.05, 1.05])
    figure.update_yaxes(automargin=True)
    keys = ("key", "context", "tier", "influence", "sampling_error", "word")
    data = table_csv(keys, [tuple(r[k] for k in keys) for r in every])
    return Figure(name, title, caption, figure.to_json(), data, height)


def maps(folder: Path, arms: Sequence[str]) -> list[Figure]:
    """Field maps of one representative member: each field, first two arms, two times."""
    import zarr

    store = folder / "fields.zarr"
    if not store.is_dir():
        return []
    group = zarr.open_group(str(store), mode="r")
    names: list[str] = list(group.attrs["variables"])  # type: ignore[arg-type]
    shown = [a for a in arms if f"{a}/representative" in group][:2]
    return [_map(group, name, i, shown) for i, name in enumerate(names) if name in FIELD_WORDS]


def _map(group: Any, name: str, index: int, arms: Sequence[str]) -> Figure:
    import plotly.graph_objects as go
    from plotly.subplots import make_subplots

    title, unit, scale, colours = FIELD_WORDS[name]
    r = 1e3 * np.asarray(group["grid/r_faces"][:])
    z = 1e3 * np.asarray(group["grid/z_faces"][:])
    outside = np.asarray(group["grid/region"][:]) > 2
    times = list(group.attrs["snapshot_times_d"])
    fields = {
        a: scale * np.asarray(group[f"{a}/representative"][:, index], dtype=float) for a in arms
    }
    data = {a: np.where(outside, np.nan, f) for a, f in fields.items()}
    high = max(float(np.nanmax(f)) for f in data.values())
    low = (
        0.0
        if name in ("free_vesicles", "vesicles_entered")
        else min(float(np.nanmin(f)) for f in data.values())
    )
    figure = make_subplots(
        len(arms),
        len(times),
        shared_xaxes=True,
        shared_yaxes=True,
        horizontal_spacing=0.05,
        vertical_spacing=0.16,
        subplot_titles=[f"{a}, day {t:g}" for a in arms for t in times],
    )
    rows = []
    for i, arm in enumerate(arms):
        for j, time in enumerate(times):
            quarter = data[arm][j]
            across, along, whole = mirrored(r, z, quarter)
            figure.add_trace(go.Heatmap(
                x=across, y=along, z=whole, zmin=low,
                zmax=max(high, low + 1e-9), colorscale=colours, showscale=(i == 0 and j == 0),
                colorbar={"title": {"text": unit, "side": "right"}, "thickness": 12},
                hovertemplate="%{z:.3g} " + unit + "<extra></extra>",
            ), row=i + 1, col=j + 1)  # fmt: skip
            rows += [(arm, time, *cell) for cell in cells(r, z, quarter)]
    tall = (z[-1] - z[0]) / r[-1]  # of the whole disc, over its width
    height = int(90 + (60 + 420 * min(tall, 0.8)) * len(arms))
    style(figure, height)
    # every panel in the true proportion of the disc
    figure.update_yaxes(scaleanchor="x", constrain="domain")
    figure.update_xaxes(constrain="domain")
    figure.update_xaxes(title="mm", row=len(arms))
    table = table_csv(("arm", "time_d", "r_mm", "z_mm", "value"), rows)
    member = group.attrs["representative_member"]
    caption = f"{title}, {unit}; member {member}, whose disc ends closest to the median."
    return Figure("map " + name, title, caption, figure.to_json(), table, height)


def cells(r: Any, z: Any, field: Any) -> Iterable[tuple[str, str, str]]:
    """Middle of each cell of the tissue, mm, and its value."""
    for i in range(field.shape[0]):
        for k in range(field.shape[1]):
            if np.isfinite(field[i, k]):
                yield (
                    f"{(r[i] + r[i + 1]) / 2:.4g}",
                    f"{(z[k] + z[k + 1]) / 2:.4g}",
                    f"{field[i, k]:.5g}",
                )


def mirrored(r: Any, z: Any, quarter: Any) -> tuple[list[Any], list[Any], list[Any]]:
    """Faces along r and z, and rows of values, of the whole disc from its upper right quarter."""
    whole = np.concatenate([quarter[::-1], quarter], axis=0)
    whole = np.concatenate([whole[:, ::-1], whole], axis=1)
    across, along = (np.concatenate([-faces[::-1], faces[1:]]) for faces in (r, z))
    return digits(across), digits(along), digits(whole.T)


def digits(values: Any) -> list[Any]:
    """Five digits are what a picture shows; NaN becomes a hole."""
    array = np.asarray(values, dtype=float)
    if array.ndim > 1:
        return [digits(row) for row in array]
    return [None if not np.isfinite(x) else float(f"{x:.5g}") for x in array]


def _curves(result: Mapping[str, Any]) -> list[tuple[str, str]]:
    """(hypothesis, arm) of every curve, the last on top: controls once, the therapy twice."""
    arms = result["arms"][::-1]
    curves = [("stoichiometric", arm) for arm in arms if arm not in DASHES]
    dosed = result["delivery"].get("treated", {}).get("vesicles_per_cell", {}).get("median")
    if "treated" in arms and dosed:
        curves.append(("potency", "treated"))
    curves += [("stoichiometric", arm) for arm in arms if arm in DASHES]
    return curves


def tint(colour: str) -> str:
    """A colour as that of a band."""
    red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return f"rgba({red},{green},{blue},0.16)"


def style(figure: Any, height: int) -> None:
    """Give a figure the look of the report."""
    figure.update_layout(
        template="none", height=height, margin={"l": 60, "r": 16, "t": 28, "b": 44},
        paper_bgcolor="rgba(0,0,0,0)", plot_bgcolor="rgba(0,0,0,0)",
        font={"family": "system-ui, sans-serif", "size": 12},
        legend={"orientation": "h", "y": 1.0, "yanchor": "bottom", "x": 0},
        hovermode="closest",
    )  # fmt: skip
    figure.update_xaxes(showgrid=True, gridcolor="rgba(128,128,128,0.18)", zeroline=False)
    figure.update_yaxes(showgrid=True, gridcolor="rgba(128,128,128,0.18)", zeroline=False)
