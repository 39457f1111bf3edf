"""The delivery table: how many vesicles and copies reach a cell, and what that means.

    vesicles per cell = vesicles taken up so far per m3 / living cells per m3 at the start
    copies per cell = largest copies in the cytosol of the mean cell over time
    delivered over endogenous = copies per cell / the cell's own copies
    fraction of dose in disc = (in the disc + decayed there + taken up) / given

Words follow from copies per cell and K, the copies at half of the effect: far too few where the 95
% quantile is below K / 10, likely too few where the median is, partial below K, else enough. Our
choice.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from evdisc.simulate.run import Run

Floats = NDArray[np.float64]

#: where the dose is at the end
WHERE = ("taken_up", "decayed", "in_disc", "leaked", "outside")
#: cells of a region, where they have another name
CELLS = {"CEP": "EPC"}
DAY = 86400.0


def delivery(run: Run, cargoes: tuple[str, ...], endogenous: Mapping[str, float],
             region: str = "NP") -> dict[str, float]:  # fmt: skip
    """Delivery numbers of one run.

    Returns vesicles_per_cell (taken up so far per cell that was there), fraction_of_dose_in_disc
    (of what was given: in the disc, decayed there, or taken up), and for each cargo
    ``copies:NAME`` (peak copies in the cytosol of the mean cell) and ``over:NAME`` (relative to
    the cell's own); ``where:NAME`` (share of the dose at the end); and what :func:`by_cell`
    returns.
    """
    s = run.series
    cells = float(s[f"living_cells|{region}"][0])
    given = run.balance["injected"]
    ever = sum(run.balance[k] for k in ("in_disc", "decayed", "taken_up"))
    out = {
        "vesicles_per_cell": float(s[f"vesicles_entered|{region}"][-1]) / max(cells, 1e-300),
        "fraction_of_dose_in_disc": (ever / given) if given else 0.0,
    }
    for where in WHERE:
        out[f"where:{where}"] = run.balance[where] / given if given else 0.0
    for name in cargoes:
        peak = float(np.max(s[f"cargo_copies:{name}|{region}"]))
        out[f"copies:{name}"] = peak
        out[f"over:{name}"] = peak / max(endogenous[name], 1e-300)
    return out | by_cell(s, cargoes)


def by_cell(series: Mapping[str, Floats], cargoes: tuple[str, ...]) -> dict[str, float]:
    """What reached the cells of each region or type.

    Returns ``at:CELL:vesicles_per_cell``, ``at:CELL:copies:NAME`` (peaks), and in a disc the mean
    ``at:CELL:days_over:vesicles`` and ``at:CELL:days_over:copies`` above half of the effect.
    """
    out: dict[str, float] = {}
    for label in (name for name in series if name.startswith("living_cells|")):
        region = label.partition("|")[2]
        at = f"at:{CELLS.get(region, region)}"
        cells = max(float(series[label][0]), 1e-300)
        out[f"{at}:vesicles_per_cell"] = float(series[f"vesicles_entered|{region}"][-1]) / cells
        for name in cargoes:
            out[f"{at}:copies:{name}"] = float(np.max(series[f"cargo_copies:{name}|{region}"]))
        for what in ("vesicles", "copies"):
            spent = series.get(f"time_over_{what}|{region}")
            if spent is not None:
                out[f"{at}:days_over:{what}"] = float(spent[-1]) / DAY
    return out


def verdicts(
    row: Mapping[str, Mapping[str, Mapping[str, float | None]]], half_effect: float
) -> dict[str, str]:
    """Plain words for each cargo of a delivery table's row (see :func:`verdict`)."""
    out = {}
    for name, copies in row["copies_per_cell"].items():
        middle, low, high = (copies[k] or 0.0 for k in ("median", "q05", "q95"))
        over = row["delivered_over_endogenous"][name]["median"] or 0.0
        out[name] = verdict(middle, low, high, half_effect, over)
    return out


def verdict(copies: float, low: float, high: float, half_effect: float, over: float) -> str:
    """Plain words on one cargo's stoichiometry: median and 90 % range of copies per cell."""
    count = f"{_plain(copies)} copies per cell (90 % range {_plain(low)} to {_plain(high)})"
    against = f"about {half_effect:.0f} copies are needed for half of the effect"
    if high < 0.1 * half_effect:
        word = "far too few to act by occupancy"
    elif copies < 0.1 * half_effect:
        word = "most likely too few to act by occupancy, though the range does not exclude it"
    elif copies < half_effect:
        word = "a partial effect is possible"
    else:
        word = "enough to act by occupancy"
    return f"{count}, {_plain(over)} times the cell's own; {against}: {word}."


def _plain(x: float) -> str:
    return "under 0.001" if 0.0 < x < 1e-3 else f"{float(f'{x:.2g}'):g}"
