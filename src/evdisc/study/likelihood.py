"""How likely a table of measurements is in each member: study effect, model error, measurement.

    log L = -(g' C^-1 g + log det C + n log(2 pi)) / 2 for each read-out
    C = u u' + diag(m^2 + e^2)
    ratio:  g = log observed - log predicted, u = s_study, m = s_model, e^2 = log(1 + (se / mean)^2)
    level:  g = observed - predicted, u = s_study |level|, m = s_model |level|, e = se

g is the gaps of the n rows of one read-out, C their covariance, level the typical one in the model.
Rows of one read-out share the effect u of the laboratory that measured them, so that ten rows do
not count as ten laboratories. Ratios have log-normal errors, levels normal ones. What the model
cannot get right adds the error m to each row. Both widths are rows of the evidence, assumed, and
the form is our choice.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from evdisc.evidence.library import Library
from evdisc.study.fit_table import Measured
from evdisc.study.plan_rows import plan_row

Floats = NDArray[np.float64]
#: a row further than this many standard deviations from all members contradicts the model
REACH = 3.0


@dataclass(frozen=True)
class Widths:
    """Standard deviations of study effect and model error: of logs for ratios, shares of levels."""

    study: dict[bool, float]
    model: dict[bool, float]

    @classmethod
    def of(cls, library: Library) -> Widths:
        """The widths the evidence states."""
        names = {True: "ratio", False: "level"}
        return cls(
            {r: plan_row(library, "fit_study_effect", n).value for r, n in names.items()},
            {r: plan_row(library, "fit_model_error", n).value for r, n in names.items()},
        )


@dataclass(frozen=True)
class Block:
    """Rows of one read-out and one kind of error on the scale on which errors are normal.

    Attributes:
        rows: places of the rows in the table.
        observed: (rows,).
        covariance: (rows, rows) of study effect, model error and measurement.
        ratio: whether the scale is a log.
    """

    rows: list[int]
    observed: Floats
    covariance: Floats
    ratio: bool

    def log_likelihood(self, predicted: Floats) -> Floats:
        """(members,) of predictions (members, rows); -inf where one is missing."""
        from scipy.linalg import solve_triangular

        lower = np.linalg.cholesky(self.covariance)
        with np.errstate(divide="ignore", invalid="ignore"):
            scale = np.log(predicted) if self.ratio else predicted
        gap = self.observed - scale
        good = np.isfinite(gap).all(axis=1)
        out = np.full(len(predicted), -np.inf)
        if good.any():
            white = solve_triangular(lower, gap[good].T, lower=True)
            constant = len(self.rows) * np.log(2.0 * np.pi) + 2.0 * np.log(np.diag(lower)).sum()
            out[good] = -0.5 * ((white**2).sum(axis=0) + constant)
        return out


def blocks(table: Sequence[Measured], levels: Floats, widths: Widths) -> list[Block]:
    """Rows by read-out and kind of error.

    Args:
        table: the rows.
        levels: (rows,) typical level of each row's arm in the model, which widths of levels are
            shares of.
        widths: study effect and model error.
    """
    groups: dict[tuple[str, bool], list[int]] = {}
    for i, row in enumerate(table):
        groups.setdefault((row.readout, row.ratio), []).append(i)
    return [_block(places, table, levels, widths) for places in groups.values()]


def _block(places: list[int], table: Sequence[Measured], levels: Floats, widths: Widths) -> Block:
    ratio = table[places[0]].ratio
    size = np.ones(len(places)) if ratio else np.abs(levels[places])
    study = np.outer(widths.study[ratio] * size, widths.study[ratio] * size)
    own = (widths.model[ratio] * size) ** 2 + [measurement_error(table[i]) ** 2 for i in places]
    mean = np.array([table[i].mean for i in places])
    return Block(places, np.log(mean) if ratio else mean, study + np.diag(own), ratio)


def measurement_error(row: Measured) -> float:
    """Standard error on the scale on which errors are normal; of a log-normal mean for ratios."""
    return float(np.sqrt(np.log1p((row.se / row.mean) ** 2))) if row.ratio else row.se


def out_of_reach(block: Block, predicted: Floats) -> list[int]:
    """Rows that no member comes near: further from the nearest than :data:`REACH` deviations."""
    with np.errstate(divide="ignore", invalid="ignore"):
        scale = np.log(predicted) if block.ratio else predicted
    spread = np.sqrt(np.diag(block.covariance))
    gap = np.abs(block.observed - scale) / spread
    near = np.min(np.where(np.isfinite(gap), gap, np.inf), axis=0)
    return [row for row, far in zip(block.rows, near, strict=True) if far > REACH]
