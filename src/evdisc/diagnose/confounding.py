"""Does a batch or study tell the outcome by itself? Then no accuracy may be believed.

Three questions for each batch or study column: how well the column alone tells the outcome, whether
that is more than chance (donors relabelled), and how much is left where only samples of one batch
are compared. Where nothing can be compared, there is no answer, and none is given.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from evdisc.diagnose.cohort import FEWEST, Cohort
from evdisc.diagnose.concordance import concordance
from evdisc.diagnose.evaluate import OutOfFold, cross_validate, judged
from evdisc.diagnose.permute import relabelled
from evdisc.diagnose.settings import Settings, generator

Codes = NDArray[np.int64]
RELABELLED = 999
#: chance below which a column and the outcome are held to go together
ALPHA = 0.05


@dataclass(frozen=True)
class Confounder:
    """One batch or study column beside the outcome.

    Attributes:
        alone: concordance of the outcome with what the column alone says.
        p: chance of as much under relabelled donors.
        within: concordance of the model among samples of one level of the column.
        pure: levels with samples of one class only, of all levels.
    """

    column: str
    alone: float
    p: float
    within: dict[str, float | int | None]
    pure: int
    levels: int
    why: str
    refuses: bool

    @property
    def goes_with(self) -> bool:
        """Whether column and outcome go together more than chance has it."""
        return self.p < ALPHA

    @property
    def row(self) -> dict[str, object]:
        """As JSON."""
        return {
            "column": self.column, "alone": self.alone, "p": self.p, "within": self.within,
            "levels": self.levels, "levels_of_one_class": self.pure,
            "goes_with_outcome": self.goes_with, "refuses": self.refuses, "why": self.why,
        }  # fmt: skip


def confounders(cohort: Cohort, told: OutOfFold, settings: Settings) -> list[Confounder]:
    """Every batch and study column, the worst first."""
    found = [_confounder(cohort, told, column, settings) for column in cohort.strata]
    return sorted(found, key=lambda c: (not c.refuses, c.p, -c.alone))


def _confounder(cohort: Cohort, told: OutOfFold, column: str, settings: Settings) -> Confounder:
    stratum, codes = cohort.strata[column], cohort.outcome.codes
    alone = by_column(stratum, codes, cohort.donors)
    random = generator(settings.seed, f"confounding {column}")
    free = Relabel(cohort, random)
    chance = sum(by_column(stratum, free(), cohort.donors) >= alone for _ in range(RELABELLED))
    p = (1 + chance) / (1 + RELABELLED)
    levels = len(cohort.stratum_names[column])
    pure = sum(len(np.unique(codes[stratum == i])) == 1 for i in range(levels))
    within = judged(cohort, told, stratum)
    # what all samples show and those of one level do not is the column's, or nobody's to say
    vanishes = (judged(cohort, told).low or 0.0) > 0.5 >= (within.low or 0.0)
    refuses = levels > 1 and (within.value is None or (p < ALPHA and vanishes))
    why = _why(cohort, column, pure, levels, alone, within.value)
    if refuses:
        why += told_apart(cohort, settings, column)
    return Confounder(column, alone, p, within.row, pure, levels, why, refuses)


@dataclass
class Relabel:
    """Relabelled outcomes one after the other, over donors of the whole cohort."""

    cohort: Cohort
    random: np.random.Generator

    def __call__(self) -> Codes:
        """The next one."""
        return relabelled(self.cohort, self.random, within_batch=False)


def by_column(stratum: Codes, codes: Codes, donors: Codes) -> float:
    """Concordance of the outcome with the mean outcome of the other donors of one's batch."""
    total, size = np.bincount(stratum, weights=codes), np.bincount(stratum)
    own = np.unique(np.stack([stratum, donors]), axis=1, return_inverse=True)[1]
    own_total, own_size = np.bincount(own, weights=codes), np.bincount(own)
    rest = size[stratum] - own_size[own]
    mean = np.where(rest > 0, (total[stratum] - own_total[own]) / np.maximum(rest, 1), codes.mean())
    # a batch of one donor says nothing: the mean of all
    one = np.zeros((1, len(codes)), dtype=np.int64)
    value = concordance(mean[None, :], codes, one, np.arange(len(codes))).value
    return max(0.5, value or 0.5)


def told_apart(cohort: Cohort, settings: Settings, column: str) -> str:
    """What the molecules say of two levels that hold the same class: there is no outcome in it."""
    stratum, codes = cohort.strata[column], cohort.outcome.codes
    for code in np.unique(codes):
        own = [s for s in np.unique(stratum) if (codes[stratum == s] == code).all()]
        sizes = {s: len(np.unique(cohort.donors[stratum == s])) for s in own}
        pair = sorted((s for s in own if sizes[s] >= FEWEST), key=lambda s: -sizes[s])[:2]
        if len(pair) < 2:
            continue
        part = cohort.of(np.flatnonzero(np.isin(stratum, pair)))
        part = replace(part.with_codes((part.strata[column] == pair[1]) * 1), roles={}, strata={})
        value = judged(
            part, cross_validate(part, settings.quick(1), name=f"told apart {column}")
        ).value
        names, level = cohort.stratum_names[column], cohort.outcome.levels[code]
        return (
            f"; the same procedure tells {names[pair[0]]} from {names[pair[1]]}, both {level}, "
            f"with an AUC of {value:.2f}"
        )
    return ""


def _why(
    cohort: Cohort, column: str, pure: int, levels: int, alone: float, within: float | None
) -> str:
    outcome = cohort.outcome.column
    if within is None:
        return (
            f"each of the {levels} levels of '{column}' holds samples of one {outcome} only, so a "
            f"difference between them may be {column} as well as {outcome}; no two samples of "
            f"different {outcome} can be compared within one {column}"
        )
    return (
        f"'{column}' alone tells {outcome} with a concordance of {alone:.2f} ({pure} of {levels} "
        f"levels hold one {outcome} only); within one {column} the molecules reach {within:.2f}"
    )
