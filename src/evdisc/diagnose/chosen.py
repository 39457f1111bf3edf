"""A whole procedure on training samples: prepare, rank molecules, choose a model, fit it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from evdisc.diagnose import candidates as tried
from evdisc.diagnose.candidates import Candidate, Cascade
from evdisc.diagnose.folds import deal, possible
from evdisc.diagnose.preparation import Preparation, learn

Array = NDArray[np.float64]
Codes = NDArray[np.int64]


@dataclass(frozen=True)
class Chosen:
    """A fitted procedure.

    Attributes:
        preparation: how raw values are made ready.
        picked: (k,) prepared columns the model holds.
        candidate, cascade: the model.
    """

    preparation: Preparation
    picked: Codes
    candidate: Candidate
    cascade: Cascade

    @property
    def panel(self) -> Codes:
        """(k,) columns of the raw table the model holds."""
        return np.asarray(self.preparation.kept[self.picked])

    def prepared(self, values: Array) -> Array:
        """(n, k) prepared values of the panel."""
        return np.asarray(self.preparation.apply(values)[:, self.picked])

    def above(self, values: Array) -> Array:
        """(n, levels - 1) probability of lying above each threshold."""
        return self.cascade.above(self.prepared(values))


def choose(
    kind: str, values: Array, codes: Codes, unit: Codes, levels: int, options: list[Candidate],
    inner: int, random: np.random.Generator,
) -> Chosen:  # fmt: skip
    """Choose among ``options`` by inner folds, then fit the best to all samples given.

    Nothing outside (n, p) ``values`` is looked at. Raises nothing: a fold in which all samples
    lie on one side of a threshold gives a constant there.
    """
    best = options[0]
    if len(options) > 1:
        fold = deal(unit, codes, possible(unit, codes, inner), random)
        best = options[tried.best(_losses(kind, values, codes, fold, levels, options))]
    preparation = learn(kind, values)
    prepared = preparation.apply(values)
    picked = np.sort(tried.ranked(prepared, codes)[: best.panel])
    return Chosen(preparation, picked, best, tried.fit(best, prepared[:, picked], codes, levels))


def _losses(
    kind: str, values: Array, codes: Codes, fold: Codes, levels: int, options: list[Candidate]
) -> list[float]:
    """Logarithmic loss of each option, over the inner folds."""
    above = np.empty((len(options), len(codes), levels - 1))
    for number in np.unique(fold):
        out = fold == number
        preparation = learn(kind, values[~out])
        train, test = preparation.apply(values[~out]), preparation.apply(values[out])
        order = tried.ranked(train, codes[~out])
        for i, option in enumerate(options):
            picked = order[: option.panel]
            model = tried.fit(option, train[:, picked], codes[~out], levels)
            above[i, out] = model.above(test[:, picked])
    return [tried.log_loss(a, codes) for a in above]
