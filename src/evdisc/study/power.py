"""Power by simulation: experiments with losses, several outcomes and Holm's correction.

    power = P(F(1, freedom, size^2 / v) > F_crit) of one contrast without losses
    estimate = size + sqrt(v) z,  error = sqrt(v rest / freedom) of a simulated experiment
    found = |estimate| / error beyond Student's t, at Holm's level, in the direction predicted
    Holm: k-th smallest p <= level / (outcomes - k + 1), and all smaller ones too

size is the true difference in standard deviations of one unit, v the variance of the contrast over
that of a unit (:mod:`evdisc.study.layout`), z normal, rest a residual sum of squares, both with the
correlation of the outcomes. A simulated experiment draws which animals are lost, then, in every
outcome, the estimate and the residual sum of squares that least squares has on the layout that is
left; of normal errors these two are all that a test sees, and they are independent. Where a closed
form exists it is the reference: the squared t of a contrast has the noncentral F distribution.
Correction by Holm 1979.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from evdisc.study.layout import Contrast, Layout, contrast

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
#: patterns of loss in one estimate of power; experiments are shared out among them
PATTERNS = 25


@dataclass(frozen=True)
class Rules:
    """What an experiment is held to.

    Attributes:
        power: share of experiments that should find the effect.
        level: chance of a false finding over the family of outcomes.
        attrition: chance that an animal is lost before the end.
        experiments: simulated experiments in one estimate of power.
        seed: of all draws.
    """

    power: float = 0.8
    level: float = 0.05
    attrition: float = 0.0
    experiments: int = 4000
    seed: int = 1

    def generator(self, *place: int) -> np.random.Generator:
        """Random numbers of one place of the plan, the same each time."""
        sequence = np.random.SeedSequence([self.seed, *place])
        return np.random.Generator(np.random.Philox(sequence))


def holm(p: Floats, level: float, family: int | None = None) -> Bools:
    """Which of the hypotheses, (..., outcomes), are rejected by Holm's step-down rule.

    ``family`` counts outcomes of the family that are not in ``p`` too; they are taken as never
    rejected, which is the least favourable case.
    """
    count = p.shape[-1]
    total = count if family is None else family
    order = np.argsort(p, axis=-1)
    ranked = np.take_along_axis(p, order, axis=-1)
    passed = np.logical_and.accumulate(ranked <= level / (total - np.arange(count)), axis=-1)
    out = np.zeros(p.shape, dtype=np.bool_)
    np.put_along_axis(out, order, passed, axis=-1)
    return out


def experiments(
    layout: Layout, pair: tuple[int, int], sizes: Floats, root: Floats, rules: Rules
) -> tuple[Floats, Floats]:
    """Estimates and two-sided p values, (experiments, outcomes), of simulated experiments.

    Args:
        layout: units before any loss.
        pair: groups that are compared.
        sizes: (experiments, outcomes) true differences in standard deviations of a unit.
        root: (outcomes, outcomes) Cholesky factor of the correlation of outcomes in a unit.
        rules: losses and seed.
    """
    rng = rules.generator(layout.group.size, layout.groups)
    parts = PATTERNS if rules.attrition else 1
    found = [
        _pattern(_left(layout, rules.attrition, rng), pair, part, root, rng)
        for part in np.array_split(sizes, parts)
    ]
    return np.vstack([e for e, _ in found]), np.vstack([p for _, p in found])


def _left(layout: Layout, attrition: float, rng: np.random.Generator) -> Layout:
    return layout.kept(rng.random(layout.animals) >= attrition) if attrition else layout


def _pattern(
    layout: Layout, pair: tuple[int, int], sizes: Floats, root: Floats, rng: np.random.Generator
) -> tuple[Floats, Floats]:
    from scipy.stats import t

    model = contrast(layout, *pair)
    if model is None:  # the losses took the comparison away: nothing can be found
        return np.zeros(sizes.shape), np.ones(sizes.shape)
    spread = np.sqrt(model.variance)
    estimate = sizes + spread * rng.standard_normal(sizes.shape) @ root.T
    rest = scatter(model.freedom, root, len(sizes), rng)
    error = spread * np.sqrt(rest / model.freedom)
    return estimate, 2.0 * t.sf(np.abs(estimate) / error, model.freedom)


def scatter(freedom: int, root: Floats, count: int, rng: np.random.Generator) -> Floats:
    """(count, outcomes) residual sums of squares of outcomes with correlation ``root root'``.

    The diagonal of a Wishart matrix, by Bartlett's decomposition (Smith and Hocking 1972, Applied
    Statistics 21:341); with fewer degrees of freedom than outcomes, from the residuals themselves.
    """
    outcomes = root.shape[0]
    if freedom < outcomes:
        rest = rng.standard_normal((count, freedom, outcomes)) @ root.T
        return np.asarray(np.square(rest).sum(axis=1))
    lower = np.tril(rng.standard_normal((count, outcomes, outcomes)), -1)
    own = np.arange(outcomes)
    lower[:, own, own] = np.sqrt(rng.chisquare(freedom - own, (count, outcomes)))
    return np.asarray(np.square(root @ lower).sum(axis=2))


@dataclass(frozen=True)
class Found:
    """Shares of simulated experiments: each outcome, all of them, at least one."""

    each: tuple[float, ...]
    all: float
    any: float


def power(
    layout: Layout, pair: tuple[int, int], sizes: Floats, root: Floats, rules: Rules,
    family: int | None = None, signs: Floats | None = None,
) -> Found:  # fmt: skip
    """Share of experiments that find each outcome, in the direction predicted.

    ``sizes`` is (outcomes,), or (experiments, outcomes) where the truth itself is drawn
    (assurance); ``signs`` are the directions predicted, those of ``sizes`` if left out.
    """
    drawn = np.broadcast_to(sizes, (rules.experiments, sizes.shape[-1]))
    estimate, p = experiments(layout, pair, drawn, root, rules)
    way = np.sign(drawn if signs is None else signs)
    hits = holm(p, rules.level, family) & ((estimate * way > 0.0) | (way == 0.0))
    return Found(
        tuple(float(x) for x in hits.mean(axis=0)), float(hits.all(axis=1).mean()),
        float(hits.any(axis=1).mean()),
    )  # fmt: skip


def exact(size: float, model: Contrast, level: float) -> float:
    """Power of one two-sided t test of a contrast.

    By the noncentral F distribution of the squared t; SciPy's noncentral t gives NaN at times
    where the power is near one.
    """
    from scipy.stats import f, ncf

    border = f.ppf(1.0 - level, 1, model.freedom)
    if size == 0.0:
        return level
    return float(ncf.sf(border, 1, model.freedom, size**2 / model.variance))


def detectable(model: Contrast, rules: Rules, outcomes: int) -> float | None:
    """Smallest difference, in standard deviations, that is found with the power asked for.

    At the level of Holm's first step over ``outcomes``; None above 100 standard deviations.
    """
    from scipy.optimize import brentq

    def lacking(size: float) -> float:
        return exact(size, model, rules.level / outcomes) - rules.power

    top = 1.0
    while lacking(top) < 0.0:
        top *= 2.0
        if top > 100.0:
            return None
    return float(brentq(lacking, 0.0, top)) if lacking(0.0) < 0.0 else 0.0


def smallest(enough: Callable[[int], bool], most: int, least: int = 2) -> int | None:
    """Smallest number for which ``enough`` holds, up to ``most``; None where none does."""
    if not enough(most):
        return None
    low, high = least - 1, most
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if enough(middle) else (middle, high)
    return high
