"""Protein by BCA: absorbance of standards and samples -> ug/mL with its interval.

    absorbance = c0 + c1 x + c2 x^2
    protein = dilution x at the mean absorbance of the sample's wells
    error of x = sqrt(s^2 / wells + r' V r) / (c1 + 2 c2 x),  r = (1, x, x^2)
    90 % interval = x +- t_0.95 error, not below 0

The standard curve is fitted by least squares to x, ug/mL; a sample is read off it backwards. s^2 is
the residual variance and V the covariance of the curve: the interval adds the scatter of the
sample's own wells and the uncertainty of the curve by the delta method (Draper & Smith 1998,
Applied Regression Analysis, inverse regression).
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from evdisc.cargo.tabular import MISSING, as_number, read_table
from evdisc.errors import InputError

if TYPE_CHECKING:
    import pandas as pd

Floats = NDArray[np.float64]
DEGREE = 2
HEADINGS = {
    "sample": ("sample", "name", "content", "well content", "id"),
    "standard": ("standard_ug_per_ml", "concentration", "standard", "conc", "ug/ml",
                 "concentration (ug/ml)", "standard (ug/ml)", "standard ug/ml"),
    "absorbance": ("absorbance", "a562", "od562", "od", "abs", "absorbance 562", "562", "a 562"),
    "dilution": ("dilution", "dilution factor"),
}  # fmt: skip


@dataclass(frozen=True)
class Protein:
    """Protein of the undiluted preparation, ug/mL: estimate and 90 % interval.

    Attributes:
        curve: coefficients of absorbance = c0 + c1 x + c2 x^2, x in ug/mL.
        points: standards: standard_ug_per_ml, absorbance, fitted.
        warnings: what a reader must know.
    """

    sample: str
    ug_per_ml: float
    low: float
    high: float
    curve: tuple[float, ...]
    points: pd.DataFrame
    warnings: tuple[str, ...]


def read_protein(path: Path) -> Protein:
    """Protein of the one sample of a plate.

    Columns: sample, standard_ug_per_ml (of standards, empty for the sample), absorbance, and
    dilution (of the sample's wells; 1 where left out).

    Raises:
        InputError: a column is missing, too few standards, no or several samples, a curve that does
            not rise, or a sample outside of it.
    """
    import pandas as pd

    table = _columns(read_table(path), path)
    known = np.array([_cell(c, "standard", path, blank=True) for c in table["standard"]])
    seen = np.array([_cell(c, "absorbance", path) for c in table["absorbance"]])
    fold = np.array([_cell(c, "dilution", path) for c in table["dilution"]])
    standard = np.isfinite(known)
    if len(np.unique(known[standard])) < DEGREE + 2:
        raise InputError("too few standards", file=path, value=len(np.unique(known[standard])),
                         expected=f"{DEGREE + 2} concentrations or more")  # fmt: skip
    names = list(dict.fromkeys(table["sample"][~standard]))
    if len(names) != 1:
        what = "no sample" if not names else "several samples"
        raise InputError(f"holds {what}", file=path, value=", ".join(names) or None,
                         expected="one sample beside the standards")  # fmt: skip
    curve, spread, scatter, freedom = fit(known[standard], seen[standard])
    points = pd.DataFrame(
        {
            "standard_ug_per_ml": known[standard],
            "absorbance": seen[standard],
            "fitted": np.polynomial.polynomial.polyval(known[standard], curve),
        }
    )
    found, low, high, said = _sample(
        seen[~standard], fold[~standard], known[standard], (curve, spread, scatter, freedom), path
    )
    return Protein(names[0], found, low, high, tuple(float(c) for c in curve), points, tuple(said))


def fit(x: Floats, y: Floats) -> tuple[Floats, Floats, float, int]:
    """Quadratic through standards: coefficients, their covariance, residual variance, freedom."""
    design = np.vander(x, DEGREE + 1, increasing=True)
    curve, *_ = np.linalg.lstsq(design, y, rcond=None)
    freedom = len(x) - DEGREE - 1
    scatter = float(((y - design @ curve) ** 2).sum() / freedom)
    spread = np.asarray(scatter * np.linalg.inv(design.T @ design), dtype=np.float64)
    return np.asarray(curve, dtype=np.float64), spread, scatter, freedom


def _sample(
    seen: Floats, fold: Floats, known: Floats, fitted: tuple[Floats, Floats, float, int], path: Path
) -> tuple[float, float, float, list[str]]:
    from scipy.stats import t

    curve, spread, scatter, freedom = fitted
    if len(set(fold.tolist())) > 1:
        raise InputError("wells of one sample differ in dilution", file=path, key="dilution")
    middle, top = float(seen.mean()), float(known.max())
    x = invert(curve, middle, top)
    if x is None:
        raise InputError("the sample lies outside the standards", file=path, value=middle,
                         expected="a dilution that falls between them")  # fmt: skip
    slope = float(curve[1] + 2.0 * curve[2] * x)
    row = np.vander([x], DEGREE + 1, increasing=True)[0]
    error = np.sqrt(scatter / seen.size + row @ spread @ row) / slope
    reach = float(t.ppf(0.95, freedom)) * error
    said = [] if seen.size > 1 else ["one well of the sample: its scatter is that of the standards"]
    if x - reach <= 0:
        said.append("protein is not told from none")
    own = float(fold[0])
    return x * own, max(x - reach, 0.0) * own, (x + reach) * own, said


def invert(curve: Floats, y: float, top: float) -> float | None:
    """Concentration in [0, top] at which a rising curve reaches ``y``; None outside."""
    from scipy.optimize import brentq

    def beyond(x: float) -> float:
        return float(np.polynomial.polynomial.polyval(x, curve)) - y

    if curve[1] <= 0 or curve[1] + 2.0 * curve[2] * top <= 0:
        return None
    if beyond(0.0) > 0 or beyond(top) < 0:
        return None
    return float(brentq(beyond, 0.0, top))


def _columns(raw: pd.DataFrame, path: Path) -> pd.DataFrame:
    known = {other: name for name, others in HEADINGS.items() for other in others}
    names = {c: known[c.strip().casefold()] for c in raw.columns if c.strip().casefold() in known}
    table = raw.rename(columns=names)
    for needed in ("sample", "standard", "absorbance"):
        if needed not in table:
            raise InputError(
                f"has no column of the {needed}",
                file=path,
                value=", ".join(map(str, raw.columns)),
                expected="sample, standard_ug_per_ml, absorbance, dilution",
            )
    if "dilution" not in table:
        table["dilution"] = "1"
    return table


def _cell(cell: str, column: str, path: Path, blank: bool = False) -> float:
    text = str(cell).strip()
    if text.casefold() in MISSING:
        if blank:
            return float("nan")
        text = "1" if column == "dilution" else text
    value = as_number(text)
    if value is None or value < 0:
        raise InputError(f"column {column}", file=path, value=cell, expected="a number")
    return value
