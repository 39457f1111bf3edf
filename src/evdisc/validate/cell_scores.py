"""What the published cell experiments say of the model, and the model of them.

Every experiment is predicted by members weighed without its study, the arrows that rest on that
study alone deleted. Beside it stand a frozen rule of two lines, networks with permuted signs and
rewired arrows, the prior, and the network of arrows that have a source.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from evdisc.evidence.experiments import DIRECTIONS, Experiment, experiments
from evdisc.validate.cell_ensemble import Ensemble

Floats = NDArray[np.float64]

#: a change within 20 % counts as none (DESIGN: equivalence band of expression)
BAND = float(np.log(1.2))
#: spread of a reading about the model's log fold: the laboratory's, and what the network lacks. Of
#: 0.35, 0.5, 0.7 and 1, left-out studies were predicted worst with the first (-0.72 per row) and
#: nearly alike with the last two (-0.66); one number for all rows
READING = 0.7
#: 90 % interval below which no arrow reaches the read-out: nothing is known, not that it stays
UNREACHED = 0.01
#: share of rows that are told by chance, whatever the model says
LAPSE = 0.1
#: exponent of the likelihood: read-outs of one study are not independent, the model is not exact
TEMPER = 0.5
RESAMPLES = 1000
#: rule frozen before scoring: an insult lowers matrix and survival and raises all else
PROTECTIVE = (
    "rapamycin", "metformin", "TGF-beta1", "TGF-beta3", "dexamethasone", "ferrostatin-1", "DFO",
    "SB203580", "NAC", "BMP-7", "over-expression:HIF", "hypoxia",
)  # fmt: skip
WANTED = (
    "ACAN", "COL1A1", "COL2A1", "SOX6", "SOX9", "TIMP1", "TIMP3", "ECM synthesis",
    "proteoglycan content", "BCL2", "viability", "proliferation",
)  # fmt: skip
#: share of its signed rows the rule is right on, as measured when it was written
RULE_RIGHT = 0.86


@dataclass(frozen=True)
class Prediction:
    """One experiment and how it was predicted.

    Attributes:
        probability: of up, down and none, by the posterior without the study.
        median, low, high: log fold, median and 90 % interval, by the same members.
        rule: direction the frozen rule gives.
        baselines: name -> probability the baseline gives to what was seen.
        by_others: whether arrows of its study were deleted for it.
    """

    experiment: Experiment
    probability: tuple[float, float, float]
    median: float
    low: float
    high: float
    rule: str
    baselines: dict[str, float]
    by_others: bool

    @property
    def seen(self) -> float:
        """Probability given to what was seen."""
        return self.probability[DIRECTIONS.index(self.experiment.direction)]

    @property
    def best(self) -> str:
        """Direction with the largest probability."""
        return DIRECTIONS[int(np.argmax(self.probability))]

    @property
    def resolved(self) -> str:
        """Direction by the equivalence band and the 90 % interval, or ``unresolved``."""
        if max(abs(self.low), abs(self.high)) < UNREACHED:
            return "unresolved"
        if self.low > BAND:
            return "up"
        if self.high < -BAND:
            return "down"
        return "none" if self.low >= -BAND and self.high <= BAND else "unresolved"


def likelihood(folds: Floats) -> Floats:
    """Probability of up, down and none for log folds; (..., 3)."""
    from scipy.special import ndtr

    up, down = ndtr((folds - BAND) / READING), ndtr((-folds - BAND) / READING)
    sure = np.stack([up, down, 1.0 - up - down], axis=-1)
    out: Floats = (1.0 - LAPSE) * sure + LAPSE / 3.0
    return out


def study_scores(folds: Floats, rows: Sequence[Experiment]) -> tuple[list[str], Floats]:
    """Studies, and (members, studies) the log likelihood of each, tempered."""
    seen = np.array([DIRECTIONS.index(r.direction) for r in rows])
    given = np.log(likelihood(folds)[:, np.arange(len(rows)), seen])
    studies = list(dict.fromkeys(r.study for r in rows))
    owner = np.array([studies.index(r.study) for r in rows])
    scores = np.stack([
        given[:, owner == j].sum(1) / np.sqrt((owner == j).sum()) for j in range(len(studies))
    ], axis=1)  # fmt: skip
    return studies, TEMPER * scores


def weigh(scores: Floats) -> Floats:
    """Weights of members from the sum of their scores."""
    total = scores.sum(axis=1)
    weight: Floats = np.exp(total - total.max())
    return weight / weight.sum()


def effective(weight: Floats) -> float:
    """Effective number of members behind weights (Kish 1965)."""
    return float(1.0 / (weight**2).sum())


def predictions(ensemble: Ensemble) -> list[Prediction]:
    """Every experiment, predicted without its study."""
    rows = experiments()
    studies, scores = study_scores(ensemble.folds, rows)
    controls = {name: likelihood(f).mean(axis=0) for name, f in ensemble.controls.items()}
    prior = likelihood(ensemble.folds).mean(axis=0)
    out = []
    for j, study in enumerate(studies):
        mine = [i for i, r in enumerate(rows) if r.study == study]
        weight = weigh(np.delete(scores, j, axis=1))
        folds = ensemble.alone.get(study, ensemble.folds[:, mine])
        given = np.einsum("m,mrd->rd", weight, likelihood(folds))
        for place, i in enumerate(mine):
            low, median, high = weighted_quantiles(folds[:, place], weight)
            seen, rule = DIRECTIONS.index(rows[i].direction), naive(rows[i])
            out.append(
                Prediction(
                    rows[i], triple(given[place]), median, low, high, rule,
                    {"rule": RULE_RIGHT if rule == rows[i].direction else (1 - RULE_RIGHT) / 2,
                     "prior": float(prior[i, seen]), "chance": 1.0 / 3.0,
                     **{n: float(c[i, seen]) for n, c in controls.items()}},
                    study in ensemble.alone,
                )
            )  # fmt: skip
    return out


def triple(x: Floats) -> tuple[float, float, float]:
    """Three numbers as a tuple."""
    return float(x[0]), float(x[1]), float(x[2])


def weighted_quantiles(x: Floats, weight: Floats) -> tuple[float, float, float]:
    """5 %, 50 % and 95 % points."""
    order = np.argsort(x)
    low, median, high = np.interp((0.05, 0.5, 0.95), np.cumsum(weight[order]), x[order])
    return float(low), float(median), float(high)


def naive(row: Experiment) -> str:
    """The frozen rule: an insult lowers matrix and survival and raises all else; else flip."""
    wanted = all(n in WANTED for n in row.readout)
    protective = any(name in PROTECTIVE for name, _ in row.treatment)
    return "up" if wanted == protective else "down"


def bootstrap(difference: Floats, studies: Sequence[str], seed: int = 1) -> tuple[float, float]:
    """90 % interval of a mean difference over rows, studies resampled whole."""
    names = sorted(set(studies))
    groups = [difference[[s == n for s in studies]] for n in names]
    rng = np.random.default_rng(seed)
    means = []
    for _ in range(RESAMPLES):
        picked = rng.integers(len(groups), size=len(groups))
        means.append(np.concatenate([groups[k] for k in picked]).mean())
    low, high = np.quantile(means, (0.05, 0.95))
    return float(low), float(high)


def posterior_members(ensemble: Ensemble, count: int) -> list[int]:
    """Members drawn by weight, evenly (systematic resampling), for use in every study."""
    _, scores = study_scores(ensemble.folds, experiments())
    weight = weigh(scores)
    points = (np.arange(count) + 0.5) / count
    return [int(m) for m in np.searchsorted(np.cumsum(weight), points)]
