"""Value of information against analytic cases and a two-level Monte Carlo."""

import numpy as np
import pytest
from scipy.stats import norm

from evdisc.study.information import Decision, partial, perfect


def two_options(gain, chances=None):
    """Doing nothing, or an option that gains `gain`."""
    payoff = {h: np.stack([np.zeros(len(g)), g], axis=1) for h, g in gain.items()}
    return Decision(payoff, chances or {"one": 1.0})


def linear_gaussian(members, mean, slope, noise, seed=0):
    rng = np.random.default_rng(seed)
    known = rng.normal(size=members)
    gain = mean + slope * known + noise * rng.normal(size=members)
    return known, two_options({"one": gain}), rng.normal(size=(members, 3))


def gaussian_worth(mean, spread):
    """E max(0, x) - max(0, E x) of a normal x."""
    z = mean / spread
    return mean * norm.cdf(z) + spread * norm.pdf(z) - max(0.0, mean)


def two_level(mean, slope, noise, outer=2000, inner=400):
    """The same by brute force: fix the known, average the rest, choose."""
    rng = np.random.default_rng(1)
    known = rng.normal(size=outer)
    rest = noise * rng.normal(size=(outer, inner))
    inside = (mean + slope * known[:, None] + rest).mean(axis=1)
    return np.maximum(inside, 0.0).mean() - max(0.0, mean)


@pytest.mark.parametrize(("mean", "slope", "noise"), [(0.2, 1.0, 1.0), (-0.3, 1.0, 0.5)])
def test_partial_worth_is_that_of_two_level_monte_carlo_and_of_the_formula(mean, slope, noise):
    known, decision, _ = linear_gaussian(400, mean, slope, noise)
    found = partial(decision, known[:, None])
    for expected in (gaussian_worth(mean, slope), two_level(mean, slope, noise)):
        assert abs(found.value - expected) < 2.5 * found.error
    assert found.error < 0.3 * gaussian_worth(mean, slope)
    assert found.resolved


def test_perfect_worth_is_that_of_the_formula_and_above_the_partial():
    known, decision, _ = linear_gaussian(400, 0.2, 1.0, 1.0)
    whole = perfect(decision)
    assert abs(whole.value - gaussian_worth(0.2, np.sqrt(2.0))) < 2.5 * whole.error
    for seed in range(5):
        known, decision, other = linear_gaussian(60, 0.1, 0.7, 1.0, seed)
        some = partial(decision, known[:, None])
        both = partial(decision, np.column_stack([known, other]))
        assert max(some.value, both.value) <= perfect(decision).value + 1e-12


def test_what_the_decision_does_not_depend_on_scores_zero_within_its_error():
    scores = []
    for seed in range(12):
        _, decision, other = linear_gaussian(120, 0.1, 1.0, 1.0, seed)
        found = partial(decision, other)
        scores.append(found.value)
        assert found.value < 3.0 * found.error + 1e-12
        assert not found.resolved
    # the plain estimate, judged by the members it was fitted to, cannot be below zero on average
    assert abs(np.mean(scores)) < 0.03


def test_a_relation_that_is_no_line_is_found():
    rng = np.random.default_rng(3)
    known = rng.normal(size=300)
    gain = np.where(np.abs(known) < 0.6, 1.0, -1.0) + 0.2 * rng.normal(size=300)
    found = partial(two_options({"one": gain}), known[:, None])
    assert found.value > 0.5 * perfect(two_options({"one": gain})).value


def test_which_hypothesis_holds_is_an_unknown_of_its_own():
    rng = np.random.default_rng(4)
    gain = {"one": 1.0 + 0.1 * rng.normal(size=200), "two": -1.5 + 0.1 * rng.normal(size=200)}
    decision = two_options(gain, {"one": 0.5, "two": 0.5})
    nothing = np.empty((200, 0))
    # by what is known nothing is done; told "one" holds, the option gains 1 in half the cases
    assert partial(decision, nothing, tells_hypothesis=True).value == pytest.approx(0.5, abs=0.03)
    assert partial(decision, nothing).value == 0.0
    sure = two_options(gain, {"one": 1.0, "two": 0.0})
    assert abs(partial(sure, nothing, tells_hypothesis=True).value) < 1e-12


def test_a_choice_that_is_plain_leaves_nothing_to_learn():
    known, _, other = linear_gaussian(50, 0.0, 1.0, 1.0)
    decision = two_options({"one": 10.0 + known})
    assert perfect(decision).value == 0.0
    assert partial(decision, other).value == 0.0


def test_numbers_repeat():
    known, decision, _ = linear_gaussian(80, 0.1, 1.0, 1.0)
    assert partial(decision, known[:, None]) == partial(decision, known[:, None])
