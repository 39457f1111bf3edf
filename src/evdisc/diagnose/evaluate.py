"""Nested cross-validation, repeated: every sample is told by models that never saw its donor."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from evdisc.diagnose.candidates import candidates
from evdisc.diagnose.chosen import choose
from evdisc.diagnose.cohort import Cohort
from evdisc.diagnose.concordance import Concordance, concordance
from evdisc.diagnose.folds import deal, possible, units
from evdisc.diagnose.settings import Settings, generator

Array = NDArray[np.float64]
Codes = NDArray[np.int64]
Tick = Callable[[], None]


@dataclass(frozen=True)
class OutOfFold:
    """What models said of samples they had not seen.

    Attributes:
        above: (repeats, n, levels - 1) probability of lying above each threshold.
        fold: (repeats, n) fold of each sample.
        unit: (n,) what was kept together.
        whole_batches: whether that was the batch.
        chosen: (fits, p) which columns each model held.
        families: words of each model -> how many fits chose it.
    """

    above: Array
    fold: Codes
    unit: Codes
    whole_batches: bool
    chosen: NDArray[np.bool_]
    families: dict[str, int]

    @property
    def scores(self) -> Array:
        """(repeats, n) expected grade; for two classes the probability."""
        return np.asarray(self.above.sum(axis=2))


def cross_validate(
    cohort: Cohort, settings: Settings, name: str = "outer", tick: Tick = lambda: None
) -> OutOfFold:
    """Nested cross-validation of the whole procedure; ``name`` keys its random numbers."""
    codes, levels = cohort.outcome.codes, len(cohort.outcome.levels)
    unit, whole = units(cohort, settings.folds)
    folds = possible(unit, codes, settings.folds)
    options = candidates(settings.panel, settings.models)
    above = np.empty((settings.repeats, len(codes), levels - 1))
    fold = np.empty((settings.repeats, len(codes)), dtype=np.int64)
    chosen, families = [], Counter[str]()
    for repeat in range(settings.repeats):
        fold[repeat] = deal(unit, codes, folds, generator(settings.seed, f"{name} {repeat}"))
        for number in range(folds):
            out = fold[repeat] == number
            model = choose(
                cohort.kind, cohort.values[~out], codes[~out], unit[~out], levels, options,
                settings.inner, generator(settings.seed, f"{name} {repeat} {number}"),
            )  # fmt: skip
            above[repeat, out] = model.above(cohort.values[out])
            chosen.append(np.isin(np.arange(len(cohort.features)), model.panel))
            families[model.candidate.holding(len(model.panel))] += 1
            tick()
    return OutOfFold(above, fold, unit, whole, np.array(chosen), dict(families.most_common()))


def judged(cohort: Cohort, told: OutOfFold, within: Codes | None = None) -> Concordance:
    """Concordance within folds, and within the codes of ``within`` if given."""
    strata = told.fold
    if within is not None:
        strata = told.fold * (int(within.max()) + 1) + within
    return concordance(told.scores, cohort.outcome.codes, strata, told.unit)
