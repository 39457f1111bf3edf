"""Figures of exposure: where cells hold enough how long, who gets how much, what it hangs on."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from evdisc.report.figures import (
    Figure,
    bars,
    cells,
    chance_words,
    mirrored,
    style,
    table_csv,
)

DAY = 86400.0
#: field -> title of its panel
FIELDS = {"time_over_vesicles": "by vesicles", "time_over_copies": "by copies"}
CELLS = {"NP": "#1f8a8a", "AF": "#c79a2b", "EPC": "#6b7fb3"}
OTHER = "#7a7a7a"
#: cargoes shown, and the least number per cell that is
MOST, LEAST = 6, 1e-6


def exposure_figures(result: Mapping[str, Any], folder: Path) -> list[Figure]:
    """All figures of exposure that a result has the numbers for."""
    row = result["delivery"].get("treated", {})
    if not row.get("by_cell") or not (row["vesicles_per_cell"]["median"] or row["verdict"]):
        return []
    maps = [found] if (found := exposure_map(folder)) else []
    return [*maps, by_cell(row), *sensitivities(row.get("sensitivity", {}))]


def exposure_map(folder: Path) -> Figure | None:
    """Mean time over the members that each place spends above half of the effect."""
    import plotly.graph_objects as go
    import zarr
    from plotly.subplots import make_subplots

    store = folder / "fields.zarr"
    group: Any = zarr.open_group(str(store), mode="r") if store.is_dir() else None
    if group is None or "treated/mean" not in group:
        return None
    names: list[str] = list(group.attrs["variables"])
    r, z = (1e3 * np.asarray(group[f"grid/{axis}_faces"][:]) for axis in "rz")
    outside = np.asarray(group["grid/region"][:]) > 2
    figure = make_subplots(1, 2, shared_yaxes=True, horizontal_spacing=0.05,
                           subplot_titles=list(FIELDS.values()))  # fmt: skip
    mean = np.asarray(group["treated/mean"])[-1] / DAY
    fields = {name: np.where(outside, np.nan, mean[names.index(name)]) for name in FIELDS}
    high = max(float(np.nanmax(field)) for field in fields.values())
    rows: list[tuple[Any, ...]] = []
    for n, (name, field) in enumerate(fields.items()):
        across, along, whole = mirrored(r, z, field)
        figure.add_trace(go.Heatmap(
            x=across, y=along, z=whole, zmin=0.0, zmax=max(high, 1e-9), colorscale="Viridis",
            showscale=n == 0,
            colorbar={"title": {"text": "days", "side": "right"}, "thickness": 12},
            hovertemplate="%{z:.3g} days<extra></extra>",
        ), row=1, col=n + 1)  # fmt: skip
        rows += [(FIELDS[name], *cell) for cell in cells(r, z, field)]
    height = int(150 + 420 * min((z[-1] - z[0]) / r[-1], 0.8))
    style(figure, height)
    figure.update_yaxes(scaleanchor="x", constrain="domain")
    figure.update_xaxes(title="mm", constrain="domain")
    caption = (
        "Days above half of the effect until the end, mean of the members. Each member has its own "
        "idea of how many vesicles or copies that takes."
    )
    data = table_csv(("hypothesis", "r_mm", "z_mm", "days"), rows)
    return Figure("exposure map", "Time above half of the effect", caption, figure.to_json(), data,
                  height)  # fmt: skip


def by_cell(row: Mapping[str, Any]) -> Figure:
    """Vesicles taken up per cell and copies of the most plentiful cargoes, by kind of cell."""
    import plotly.graph_objects as go

    copies = row["copies_per_cell"]
    cargoes = sorted(copies, key=lambda c: (-(copies[c]["median"] or 0.0), c))[:MOST]
    kinds = [c for c in CELLS if c in row["by_cell"]]
    kinds += [c for c in row["by_cell"] if c not in CELLS]
    figure, rows = go.Figure(), []
    for cell in kinds:
        at = row["by_cell"][cell]
        shown = {"vesicles": at["vesicles_per_cell"]}
        shown |= {c: at["copies_per_cell"][c] for c in cargoes}
        middle, low, high = (
            np.array([v[q] or 0.0 for v in shown.values()]) for q in ("median", "q05", "q95")
        )
        figure.add_trace(go.Bar(
            x=list(shown), y=middle, name=cell, marker={"color": CELLS.get(cell, OTHER)},
            error_y={"type": "data", "symmetric": False, "array": high - middle,
                     "arrayminus": middle - low, "thickness": 1},
            hovertemplate="%{y:.3g}<extra>" + cell + "</extra>",
        ))  # fmt: skip
        rows += [(cell, n, v["median"], v["q05"], v["q95"]) for n, v in shown.items()]
    style(figure, 320)
    figure.update_layout(barmode="group")
    figure.update_xaxes(automargin=True)
    top = max([v for _, _, *numbers in rows for v in numbers if v] or [1.0])
    figure.update_yaxes(title="per cell", type="log", exponentformat="power",
                        range=[np.log10(LEAST), max(np.log10(2.0 * top), 0.0)])  # fmt: skip
    caption = (
        "Vesicles taken up per cell until the end, and copies in the cytosol at the peak; medians "
        "with the range that holds 90 % of the members."
    )
    data = table_csv(("cell", "what", "median", "q05", "q95"), rows)
    return Figure("by cell", "Who gets how much", caption, figure.to_json(), data, 320)


def sensitivities(found: Mapping[str, Any]) -> list[Figure]:
    """What vesicles per cell, and copies of the most plentiful cargo, depend on, where ranked."""
    titles = {"vesicles_per_cell": "vesicles per cell",
              "copies_per_cell": f"copies of {found.get('cargo', '')} per cell"}  # fmt: skip
    return [
        bars(f"sensitivity {key}", f"What {title} hang on", numbers,
             chance_words(found[key]["tested"], found[key]["by_chance"]), numbers)
        for key, title in titles.items() if (numbers := found.get(key, {}).get("numbers"))
    ]  # fmt: skip
