"""What it is worth to know: expected value of perfect and of partial information.

    EVPI = mean over members and hypotheses of (best payoff there - payoff of today's choice)
    EVPPI = mean over members of (payoff of the choice that the known unknowns suggest - the same)
    choice suggested = option with the largest regression of its gain over today's choice
    standard error = spread of the worth over random halves of the members

Single loop: the gain of each option over the present choice is regressed on the unknowns that one
measurement settles (Strong, Oakley & Brennan 2014, doi:10.1177/0272989X13505910). The plain
estimate is biased upward, since the regression follows the noise of the very members it is judged
by. Here the choice in a member follows a regression that has not seen it (cross-fitting), so an
unknown on which nothing depends scores zero within its error. What one would choose today is
chosen the same way, so the worth of a part never passes that of the whole. Cross-fitting is our
choice.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
#: parts the members are cut into, and how often
FOLDS, REPEATS = 10, 5
#: random halves that give the error
HALVES = 40
#: columns up to which products of two are tried
PAIRED = 6
#: seed of the cuts; no draw of the model depends on it
SEED = 2014
PENALTIES = np.logspace(-2, 6, 25)


@dataclass(frozen=True)
class Worth:
    """Worth of knowing something, in the unit of the payoff.

    Attributes:
        value: expected gain of the decision; may be below zero by chance.
        error: Monte Carlo standard error of it.
        uncorrected: the same judged by the members the regression was fitted to.
        changed: share of the members in which the choice becomes another.
    """

    value: float
    error: float
    uncorrected: float
    changed: float

    @property
    def resolved(self) -> bool:
        """Whether the worth is above zero by two standard errors."""
        return self.value > 2.0 * self.error


@dataclass(frozen=True)
class Decision:
    """Payoffs of the options, more is better.

    Attributes:
        payoff: hypothesis -> (members, options).
        chances: hypothesis -> its probability.
    """

    payoff: dict[str, Floats]
    chances: dict[str, float]

    @property
    def expected(self) -> Floats:
        """(options,) expected payoff by what is known."""
        return np.asarray(self.mixed.mean(axis=0))

    @property
    def mixed(self) -> Floats:
        """(members, options) payoff, the hypotheses averaged."""
        return np.asarray(sum(self.chances[h] * p for h, p in self.payoff.items()))

    @property
    def choice(self) -> int:
        """The option that is best by what is known."""
        return int(np.argmax(self.expected))


def perfect(decision: Decision) -> Worth:
    """Worth of knowing everything: the best option of each member under each hypothesis."""
    return _worth(decision, decision.payoff, decision.chances, None)


def partial(decision: Decision, known: Floats, tells_hypothesis: bool = False) -> Worth:
    """Worth of knowing some of the unknowns.

    Args:
        decision: the payoffs.
        known: (members, unknowns) what a measurement would tell; may have no column.
        tells_hypothesis: whether it also tells which hypothesis holds.
    """
    if tells_hypothesis:
        return _worth(decision, decision.payoff, decision.chances, basis(known))
    return _worth(decision, {"": decision.mixed}, {"": 1.0}, basis(known))


def _worth(
    decision: Decision, payoff: Mapping[str, Floats], chances: Mapping[str, float],
    columns: Floats | None,
) -> Worth:  # fmt: skip
    """Worth by the choice made from ``columns`` under each hypothesis told; None tells all.

    The error is the spread over random halves of the members (a delete-half jackknife, Shao & Wu
    1989, Ann Statist 17:1176), which holds where two options nearly tie, too.
    """
    mixed = decision.mixed
    every = np.arange(len(mixed))
    value, changed = _gain(mixed, payoff, chances, columns, every, REPEATS)
    halves = [
        _gain(mixed, payoff, chances, columns, shuffled(every, HALVES + k)[: len(every) // 2], 1)[0]
        for k in range(HALVES)
    ]
    plain = 0.0
    for h, paid in payoff.items():
        own = paid - paid[:, [decision.choice]]
        guess = own if columns is None else predicted(columns, own, columns)
        plain += chances[h] * float(guess.max(axis=1).mean())
    # knowing cannot be worth less than nothing: what is below zero is the regression's error
    return Worth(value, float(np.std(np.maximum(halves, 0.0), ddof=1)), plain, changed)


def _gain(
    mixed: Floats, payoff: Mapping[str, Floats], chances: Mapping[str, float],
    columns: Floats | None, members: Ints, repeats: int,
) -> tuple[float, float]:  # fmt: skip
    """Mean gain over today's choice among some members, and the share in which it changes."""
    gain = changed = 0.0
    for repeat in range(repeats):
        order = shuffled(members, repeat)
        for fold in np.array_split(order, min(FOLDS, len(order))):
            rest = np.setdiff1d(order, fold)
            # what one would choose today must not have seen the fold either
            today = int(np.argmax(mixed[rest].mean(axis=0)))
            for h, paid in payoff.items():
                own = paid - paid[:, [today]]
                best = (
                    own[fold].argmax(axis=1) if columns is None
                    else predicted(columns[rest], own[rest], columns[fold]).argmax(axis=1)
                )  # fmt: skip
                found = own[fold, best]
                gain += chances[h] * float(found.sum())
                changed += chances[h] * float((found != 0.0).sum())
    return gain / (repeats * len(members)), changed / (repeats * len(members))


def shuffled(members: Ints, repeat: int) -> Ints:
    """The members in an order that is the same for every unknown."""
    return np.random.Generator(np.random.Philox(key=SEED + repeat)).permutation(members)


def predicted(columns: Floats, target: Floats, at: Floats) -> Floats:
    """(places, options) ridge regression with its penalty by generalised cross-validation.

    The heaviest penalty is the mean alone (Golub, Heath & Wahba 1979,
    doi:10.1080/00401706.1979.10489751).
    """
    mean, middle = target.mean(axis=0), columns.mean(axis=0)
    out = np.tile(mean, (len(at), 1))
    if not columns.shape[1]:
        return out
    left, size, right = np.linalg.svd(columns - middle, full_matrices=False)
    keep = size > 1e-9 * max(size.max(initial=0.0), 1e-300)
    left, size, right = left[:, keep], size[keep], right[keep]
    for k in range(target.shape[1]):
        y = target[:, k] - mean[k]
        if not y.any():
            continue
        shrink = size**2 / (size**2 + PENALTIES[:, None])
        inside = left.T @ y
        rest = y @ y - ((2.0 * shrink - shrink**2) * inside**2).sum(axis=1)
        free = len(y) - 1.0 - shrink.sum(axis=1)
        score = np.where(free > 0.5, rest / np.maximum(free, 0.5) ** 2, np.inf)
        best = shrink[int(np.argmin(score))]
        if score.min() >= (y @ y) / (len(y) - 1.0) ** 2:
            continue  # the mean alone does as well
        out[:, k] += (at - middle) @ (right.T @ (best * inside / size))
    return out


def basis(known: Floats) -> Floats:
    """(members, columns) smooth functions of each unknown, and products of two of a few.

    An unknown enters by its normal score, so that decades and outliers do not matter: Hermite
    polynomials up to the third. What takes two values is one column.
    """
    scores = [score(column) for column in known.T if np.ptp(column) > 0.0]
    out: list[Floats] = []
    for z in scores:
        two = len(np.unique(z)) == 2
        out += [z] if two else [z, z**2 - 1.0, z**3 - 3.0 * z]
    if 1 < len(scores) <= PAIRED:
        out += products(scores)
    spread = [c / c.std() for c in out if c.std() > 0.0]
    return np.stack(spread, axis=1) if spread else np.empty((len(known), 0))


def products(scores: Sequence[Floats]) -> list[Floats]:
    """Products of two columns."""
    return [a * b for i, a in enumerate(scores) for b in scores[i + 1 :]]


def score(column: Floats) -> Floats:
    """Normal scores of the ranks (ties share one)."""
    from scipy.special import ndtri
    from scipy.stats import rankdata

    return np.asarray(ndtri((rankdata(column) - 0.5) / len(column)))
