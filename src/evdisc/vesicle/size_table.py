"""Plain tables of sizes: bins with concentrations, or one row a particle (TRPS).

The header says what is what: a column of sizes with its unit, and columns of concentrations with
theirs, one a run. A table of single particles has the size of each and no concentration.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from evdisc.cargo.tabular import numbers
from evdisc.errors import InputError
from evdisc.vesicle.particles import ParticleFile, run_table

if TYPE_CHECKING:
    import pandas as pd

SIZE = re.compile(r"size|diameter|bin", re.IGNORECASE)
AMOUNT = re.compile(r"conc|count|number|particles|per.?ml|/ ?ml", re.IGNORECASE)
PULSE = re.compile(r"blockade|magnitude|fwhm|duration|base ?line|dh|na\b", re.IGNORECASE)
NM = ((re.compile(r"\bnm\b|\(nm\)|_nm\b"), 1.0), (re.compile(r"\b[uµμ]m\b|_um\b"), 1e3))
PER_ML = ((re.compile(r"/ ?ml|per ?ml|ml-1|ml\^-1|_per_ml|/ ?cm|cm-3", re.IGNORECASE), 1.0),
          (re.compile(r"/ ?[uµμ]l|_per_ul", re.IGNORECASE), 1e3),
          (re.compile(r"/ ?l\b|_per_l\b", re.IGNORECASE), 1e-3))  # fmt: skip
BINS_FORMAT, TRPS_FORMAT = "table of size and concentration", "TRPS table of single particles"


def size_column(columns: list[str]) -> str | None:
    """The column that holds sizes, or None."""
    return next((c for c in columns if SIZE.search(c) and not AMOUNT.search(c)), None)


def is_bins(columns: list[str]) -> bool:
    """Whether a table has sizes and amounts in bins."""
    own = size_column(columns)
    return own is not None and any(AMOUNT.search(c) for c in columns if c != own)


def is_single_particles(columns: list[str]) -> bool:
    """Whether a table has one row a particle, with its pulse."""
    return size_column(columns) is not None and any(PULSE.search(c) for c in columns)


def read_bins(raw: pd.DataFrame, path: Path) -> ParticleFile:
    """Bins of a plain table.

    Raises:
        InputError: a unit is missing, a number is negative, or sizes repeat.
    """
    import pandas as pd

    own = str(size_column(list(raw.columns)))
    amounts = [c for c in raw.columns if c != own and AMOUNT.search(c)]
    values = numbers(raw[[own, *amounts]], path, missing=False)
    diameter = values[own] * _unit(own, NM, "nm or um", path)
    if (values < 0).to_numpy().any():
        raise InputError("has a negative number", file=path)
    if diameter.duplicated().any():
        raise InputError(
            "has a size twice", file=path, value=float(diameter[diameter.duplicated()].iloc[0])
        )
    counted = all(re.search(r"conc|ml|/ ?l\b", c, re.IGNORECASE) for c in amounts)
    order = diameter.argsort(kind="stable")
    rows, parts = [], []
    for column in amounts:
        name = column if len(amounts) > 1 else path.stem
        scale = _unit(column, PER_ML, "particles/mL", path) if counted else 1.0
        own_bins = (values[column] * scale).iloc[order].to_numpy()
        parts.append(pd.DataFrame({"run": name, "diameter_nm": diameter.iloc[order].to_numpy(),
                                   "per_ml": own_bins}))  # fmt: skip
        rows.append({"run": name, "per_ml": float(own_bins.sum()) if counted else float("nan")})
    note = () if counted else ("counts without a concentration: the sizes are read alone",)
    sizes = pd.concat(parts, ignore_index=True)
    return ParticleFile(str(path), BINS_FORMAT, run_table(list(rows)), sizes, {}, note)


def read_single_particles(raw: pd.DataFrame, path: Path) -> ParticleFile:
    """Particles of a resistive-pulse table, counted into bins of 1 nm.

    Raises:
        InputError: a size is no number or not above 0.
    """
    import numpy as np
    import pandas as pd

    own = str(size_column(list(raw.columns)))
    found = numbers(raw[[own]], path, missing=False)[own].to_numpy()
    found = found * _unit(own, NM, "nm or um", path)
    if (found <= 0).any():
        raise InputError("has a size that is not above 0", file=path, key=own)
    middle, count = np.unique(np.floor(found) + 0.5, return_counts=True)
    sizes = pd.DataFrame({"run": path.stem, "diameter_nm": middle, "per_ml": count.astype(float)})
    low, mid, high = np.quantile(found, (0.1, 0.5, 0.9))
    row: dict[str, object] = {
        "run": path.stem, "mean_nm": found.mean(), "sd_nm": found.std(), "d10_nm": low,
        "d50_nm": mid, "d90_nm": high, "tracks": float(found.size),
    }  # fmt: skip
    notes = (
        "a table of single particles gives sizes; its concentration needs the calibration run",
        "TRPS reader: experimental, written without a real file; compare with the instrument",
    )
    return ParticleFile(str(path), TRPS_FORMAT, run_table([row]), sizes, {}, notes, True)


def _unit(column: str, units: tuple[tuple[re.Pattern[str], float], ...], expected: str,
          path: Path) -> float:  # fmt: skip
    for pattern, factor in units:
        if pattern.search(column):
            return factor
    raise InputError(
        "column has no unit", file=path, key=column, expected=f"{expected} in its name"
    )
