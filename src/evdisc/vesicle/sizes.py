"""Size distributions: percentiles, mean and mode of bins; what the undiluted preparation holds.

    particles per mL = dilution max(counted in the cell - blank, 0)
    mean = sum of n d / sum of n,  sd^2 = sum of n (d - mean)^2 / sum of n
    mode = d of the bin with the largest n / width

n is the particles of a bin and d its middle, nm. Within a bin particles are spread evenly, our
choice, and percentiles follow from it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from evdisc.errors import InputError

if TYPE_CHECKING:
    import pandas as pd

Floats = NDArray[np.float64]


def percentiles(diameter: Floats, amount: Floats, shares: tuple[float, ...]) -> list[float]:
    """Diameters below which shares of the particles lie; a bin is spread evenly over its width.

    Args:
        diameter: (bins,) middles of the bins, rising.
        amount: (bins,) particles of each bin, not negative.
        shares: such as 0.1, 0.5, 0.9.
    """
    total = amount.sum()
    if total <= 0 or diameter.size < 2:
        return [float("nan")] * len(shares)
    edges = bin_edges(diameter)
    rising = np.concatenate(([0.0], np.cumsum(amount) / total))
    # flat parts hold no particles: the first edge that reaches a share counts
    keep = np.concatenate(([True], np.diff(rising) > 0))
    keep[:-1] |= np.diff(rising) > 0
    return [float(x) for x in np.interp(shares, rising[keep], edges[keep])]


def bin_edges(diameter: Floats) -> Floats:
    """Edges half way between the middles of bins; the first is not below 0."""
    half = np.diff(diameter) / 2.0
    inner = diameter[:-1] + half
    return np.concatenate(([max(diameter[0] - half[0], 0.0)], inner, [diameter[-1] + half[-1]]))


def moments(diameter: Floats, amount: Floats) -> tuple[float, float, float]:
    """Mean, standard deviation and mode (middle of the highest bin per width) of bins."""
    total = amount.sum()
    if total <= 0 or diameter.size < 2:
        return (float("nan"),) * 3
    mean = float((diameter * amount).sum() / total)
    spread = float(np.sqrt(((diameter - mean) ** 2 * amount).sum() / total))
    return mean, spread, float(diameter[np.argmax(amount / np.diff(bin_edges(diameter)))])


def undiluted(
    runs: pd.DataFrame, sizes: pd.DataFrame, dilution: float | None, blank: pd.DataFrame | None
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Runs and bins of the undiluted preparation, the blank taken off in the measuring cell.

    Args:
        runs, sizes: as in :class:`evdisc.vesicle.particles.ParticleFile`, of one file.
        dilution: fold, where the file does not record it.
        blank: mean blank by bin: diameter_nm, per_ml in the cell; None for none.

    Returns:
        runs with measured_per_ml (in the cell), blank_per_ml, dilution and per_ml (undiluted);
        sizes with per_ml (undiluted).

    Raises:
        InputError: the file records a dilution and another is given.
    """
    recorded = runs["dilution"].dropna().unique()
    if dilution is not None and any(abs(x / dilution - 1.0) > 1e-6 for x in recorded):
        raise InputError("another dilution is recorded in the file", key="--dilution",
                         value=dilution, expected=f"{recorded[0]:g}, or none")  # fmt: skip
    runs, sizes = runs.copy(), sizes.copy()
    runs["dilution"] = runs["dilution"].fillna(1.0 if dilution is None else dilution)
    runs["measured_per_ml"] = runs["per_ml"]
    runs["blank_per_ml"] = 0.0
    fold = sizes["run"].map(runs.set_index("run")["dilution"]).to_numpy(dtype=np.float64)
    if blank is not None:
        base = np.interp(
            sizes["diameter_nm"], blank["diameter_nm"], blank["per_ml"], left=0.0, right=0.0
        )
        sizes["per_ml"] = np.maximum(sizes["per_ml"].to_numpy() - base, 0.0)
        runs["blank_per_ml"] = float(blank["per_ml"].sum())
        runs["per_ml"] = np.maximum(runs["per_ml"] - runs["blank_per_ml"], 0.0)
    sizes["per_ml"] = sizes["per_ml"].to_numpy() * fold
    runs["per_ml"] = runs["per_ml"] * runs["dilution"]
    return runs, sizes


def mean_bins(sizes: pd.DataFrame) -> pd.DataFrame:
    """Bins averaged over runs: diameter_nm, per_ml, low and high (smallest and largest run).

    Runs of instruments with other bins are put on the bins of the first.
    """
    import pandas as pd

    runs = [(d["diameter_nm"].to_numpy(), d["per_ml"].to_numpy())
            for _, d in sizes.groupby("run", sort=False)]  # fmt: skip
    if not runs:
        return pd.DataFrame(columns=["diameter_nm", "per_ml", "low", "high"])
    grid = runs[0][0]
    every = np.stack([
        c if np.array_equal(d, grid) else _rebinned(d, c, grid) for d, c in runs
    ])  # fmt: skip
    return pd.DataFrame({"diameter_nm": grid, "per_ml": every.mean(axis=0),
                         "low": every.min(axis=0), "high": every.max(axis=0)})  # fmt: skip


def _rebinned(diameter: Floats, amount: Floats, grid: Floats) -> Floats:
    """Amounts in other bins; the number of particles inside the grid stays."""
    rising = np.concatenate(([0.0], np.cumsum(amount)))
    return np.diff(np.interp(bin_edges(grid), bin_edges(diameter), rising))
