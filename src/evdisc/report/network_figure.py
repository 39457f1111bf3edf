"""Pictures of the cell network: time course, dose-response, and a map coloured by activity."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from evdisc.cell.blueprint import STIMULUS
from evdisc.cell.network import Network
from evdisc.report.pictures import require_picture, save

Floats = NDArray[np.float64]

#: nodes shown in a map
MOST = 45
#: columns of a map, from what is brought to what comes out
COLUMNS = ("brought", "signal", "gene", "phenotype")
LAST = ("process", "phenotype")
GENES = ("gene", "protein")


def time_course(
    path: Path, hours: Sequence[float] | Floats, activities: Mapping[str, Sequence[float]],
    cell: str,
) -> None:  # fmt: skip
    """Write activities against time.

    Raises:
        InputError: the file cannot be written.
    """
    require_picture(path)
    from matplotlib.figure import Figure

    figure = Figure(figsize=(7.5, 4.2), layout="constrained")
    axis = figure.subplots()
    for name, values in activities.items():
        axis.plot(hours, values, label=name)
    axis.set(xlabel="hours", ylabel="activity", ylim=(0, 1), title=f"{cell}: signalling alone")
    axis.legend(fontsize=8, ncols=2)
    save(figure, path)


def dose_response(
    path: Path, stimulus: str, unit: str, doses: Sequence[float] | Floats,
    bands: Mapping[str, Mapping[str, Sequence[float]]], cell: str,
) -> None:  # fmt: skip
    """Write median and 90 % band of activities against the dose of a stimulus.

    Raises:
        InputError: the file cannot be written.
    """
    require_picture(path)
    from matplotlib.figure import Figure

    figure = Figure(figsize=(7.5, 4.2), layout="constrained")
    axis = figure.subplots()
    for name, band in bands.items():
        line = axis.plot(doses, band["median"], marker="o", ms=3, label=name)[0]
        axis.fill_between(doses, band["q05"], band["q95"], color=line.get_color(), alpha=0.15)
    axis.set(
        xscale="log", xlabel=f"{stimulus}, {unit}", ylabel="activity", ylim=(0, 1),
        title=f"{cell}: median and 90 % of the members",
    )  # fmt: skip
    axis.legend(fontsize=8, ncols=2)
    save(figure, path)


def network_map(
    path: Path, network: Network, kinds: Sequence[str], activity: Floats, title: str
) -> None:
    """Write the part of a network that moved most, coloured by its change from healthy.

    Args:
        path: picture file.
        network: one member's network; its first cell type is drawn.
        kinds: type of each node.
        activity: (nodes,) activities under the condition.
        title: the condition in words.

    Raises:
        InputError: the file cannot be written.
    """
    require_picture(path)
    from matplotlib.figure import Figure

    change = activity - network.healthy
    shown = np.argsort(-np.abs(change), kind="stable")[:MOST]
    shown = shown[np.abs(change[shown]) > 1e-3]
    places = _places(network, kinds, shown)
    figure = Figure(figsize=(12, 9), layout="constrained")
    axis = figure.subplots()
    target = np.repeat(np.arange(len(network.nodes)), np.diff(network.first))
    for e in np.flatnonzero(network.strength[0]):
        ends = int(network.source[e]), int(target[e])
        if ends[0] in places and ends[1] in places and ends[0] != ends[1]:
            style = "-|>" if network.sign[e] > 0 else "|-|, widthA=0, widthB=0.25"
            axis.annotate(
                "", xy=places[ends[1]], xytext=places[ends[0]],
                arrowprops={
                    "arrowstyle": style, "alpha": 0.3, "lw": 0.8, "shrinkA": 26, "shrinkB": 26,
                    "color": "#1f6f6f" if network.sign[e] > 0 else "#b0452f",
                    "connectionstyle": "arc3,rad=0.12",
                },
            )  # fmt: skip
    where = np.array([places[i] for i in shown]).reshape(-1, 2)
    dots = axis.scatter(
        where[:, 0], where[:, 1], c=change[shown], cmap="RdBu_r", vmin=-0.6, vmax=0.6, s=420,
        edgecolors="#444", linewidths=0.6, zorder=3,
    )  # fmt: skip
    for i in shown:
        name = network.nodes[i].removeprefix(STIMULUS)
        box = {"boxstyle": "round,pad=0.15", "fc": "white", "ec": "none", "alpha": 0.75}
        axis.text(*places[i], name, ha="center", va="center", fontsize=7, zorder=4, bbox=box)
    figure.colorbar(dots, ax=axis, label="activity above healthy", shrink=0.5)
    axis.set_title(f"{title}: the {len(shown)} nodes that moved most", loc="left")
    axis.set_xlim(-0.5, len(COLUMNS) - 0.5)
    axis.set_axis_off()
    save(figure, path)


def _places(
    network: Network, kinds: Sequence[str], shown: NDArray[np.int64]
) -> dict[int, tuple[float, float]]:
    """Place of each node: a column by what it is, its height by its neighbours to the left."""
    columns: list[list[int]] = [[] for _ in COLUMNS]
    for i in shown:
        columns[_column(network, kinds, int(i))].append(int(i))
    height: dict[int, float] = {}
    for members in columns:
        pull = {i: _pull(network, i, height) for i in members}
        for rank, i in enumerate(sorted(members, key=lambda i: (pull[i], network.nodes[i]))):
            height[i] = 1.0 - (rank + 0.5) / len(members)
    sides = {i: (0.13 if n % 2 else -0.13) for c in columns
             for n, i in enumerate(sorted(c, key=lambda i: -height[i])) if len(c) > 9}  # fmt: skip
    return {i: (c + sides.get(i, 0.0), height[i]) for c, m in enumerate(columns) for i in m}


def _column(network: Network, kinds: Sequence[str], node: int) -> int:
    if network.healthy[node] == 0.0:
        return 0
    if kinds[node] in LAST:
        return 3
    return 2 if kinds[node] in GENES else 1


def _pull(network: Network, node: int, height: Mapping[int, float]) -> float:
    """Mean height of the regulators that have a place, upside down for sorting."""
    edges = range(network.first[node], network.first[node + 1])
    above = [height[int(network.source[e])] for e in edges if int(network.source[e]) in height]
    return -float(np.mean(above)) if above else -0.5
