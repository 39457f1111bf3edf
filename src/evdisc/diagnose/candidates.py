"""Models that are tried: penalised logistic, forest, boosting; each on a few molecules.

A grade is told by the probabilities of lying above each threshold (Frank and Hall 2001,
doi:10.1007/3-540-44795-4_13); two classes are the case of one threshold.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
LOGISTIC = "penalised logistic"
PANELS = (5, 15, 40)
PENALTIES = (0.003, 0.03, 0.3, 3.0)
#: the one penalty of the quick model, which stands in where a procedure is repeated many times
QUICK = 0.03
MODELS = ("all", "penalised", "quick")
TREES, LEAF, ROUNDS, RATE, LEAVES = 80, 3, 30, 0.1, 6


@dataclass(frozen=True)
class Candidate:
    """A kind of model, how many molecules it may hold, and its strength (logistic only)."""

    family: str
    panel: int
    strength: float = 0.0

    @property
    def words(self) -> str:
        """The candidate in a few words."""
        return self.holding(self.panel)

    def holding(self, molecules: int) -> str:
        """:attr:`words` where fewer molecules were there to be held."""
        more = f", C = {self.strength:g}" if self.strength else ""
        return f"{self.family}, {molecules} molecules{more}"


def candidates(panel: int, models: str) -> list[Candidate]:
    """Candidates, the simplest first; ``panel`` fixes the number of molecules."""
    panels: tuple[int, ...] = (panel,) if panel else PANELS
    penalties: tuple[float, ...] = PENALTIES
    if models == "quick":
        panels, penalties = tuple(dict.fromkeys((panels[0], panels[-1]))), (QUICK,)
    found = [Candidate(LOGISTIC, k, c) for k in panels for c in penalties]
    if models == "all":
        found += [Candidate("forest", panels[-1]), Candidate("boosting", panels[-1])]
    return found


@dataclass(frozen=True)
class Cascade:
    """One classifier a threshold, or one of all grades; a constant where one side is empty.

    Attributes:
        members: classifiers of two sides, or the one classifier of grades.
        thresholds: how many there are.
    """

    members: tuple[Any, ...]
    thresholds: int

    def above(self, prepared: Array) -> Array:
        """(n, thresholds) probability of lying above each threshold, falling from left to right."""
        if len(self.members) < self.thresholds:
            (model,) = self.members
            told = model.predict_proba(prepared)
            edges = range(self.thresholds)
            return np.column_stack([told[:, model.classes_ > e].sum(axis=1) for e in edges])
        columns = [
            np.full(len(prepared), m) if isinstance(m, float) else m.predict_proba(prepared)[:, 1]
            for m in self.members
        ]
        falling: Array = np.minimum.accumulate(np.column_stack(columns), axis=1)
        return falling


def fit(candidate: Candidate, prepared: Array, codes: NDArray[np.int64], levels: int) -> Cascade:
    """Fit a candidate to (n, k) prepared values; trees learn all grades at once."""
    import sklearn

    # the values were checked when the table was read
    with sklearn.config_context(assume_finite=True, skip_parameter_validation=True):
        if levels > 2 and candidate.family != LOGISTIC:
            return Cascade((_model(candidate).fit(prepared, codes),), levels - 1)
        members = tuple(_member(candidate, prepared, codes > e) for e in range(levels - 1))
    return Cascade(members, levels - 1)


def _member(candidate: Candidate, prepared: Array, over: NDArray[np.bool_]) -> Any:
    if over.all() or not over.any():
        # one sample more on either side: never quite certain
        return float((over.sum() + 0.5) / (len(over) + 1.0))
    model = _model(candidate)
    model.fit(prepared, over.astype(np.int64))
    return model


def _model(candidate: Candidate) -> Any:
    if candidate.family == LOGISTIC:
        from sklearn.linear_model import LogisticRegression

        return LogisticRegression(C=candidate.strength, solver="newton-cholesky", max_iter=200)
    if candidate.family == "forest":
        from sklearn.ensemble import RandomForestClassifier

        return RandomForestClassifier(TREES, min_samples_leaf=LEAF, random_state=0, n_jobs=1)
    from sklearn.ensemble import HistGradientBoostingClassifier

    return HistGradientBoostingClassifier(
        max_iter=ROUNDS, learning_rate=RATE, min_samples_leaf=LEAF, max_leaf_nodes=LEAVES,
        early_stopping=False, random_state=0,
    )  # fmt: skip


def ranked(prepared: Array, codes: NDArray[np.int64]) -> NDArray[np.int64]:
    """Columns by the strength of their correlation with the outcome, the strongest first."""
    centred = codes - codes.mean()
    norm = np.linalg.norm(prepared - prepared.mean(axis=0), axis=0)
    strength = np.abs(centred @ prepared) / np.where(norm > 0, norm, np.inf)
    return np.asarray(np.argsort(-strength, kind="stable"))


def log_loss(above: Array, codes: NDArray[np.int64]) -> float:
    """Mean logarithmic loss over samples and thresholds."""
    over = codes[:, None] > np.arange(above.shape[1])
    p = np.clip(above, 1e-6, 1.0 - 1e-6)
    return float(-np.mean(np.where(over, np.log(p), np.log1p(-p))))


def best(losses: Sequence[float]) -> int:
    """Index of the smallest loss, the simplest of equals."""
    return int(np.argmin(np.asarray(losses)))
