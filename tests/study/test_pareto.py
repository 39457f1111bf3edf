"""Pareto-smoothed weights: tails of known shape, even weights, hopeless ones."""

import numpy as np
import pytest
from scipy.stats import genpareto

from evdisc.study.pareto import effective, generalised_pareto, smoothed, weighted_quantiles


@pytest.mark.parametrize("shape", [-0.2, 0.2, 0.7])
def test_shape_of_a_known_tail(shape):
    excess = genpareto.rvs(shape, scale=2.0, size=4000, random_state=np.random.default_rng(0))
    found, scale = generalised_pareto(excess)
    assert found == pytest.approx(shape, abs=0.06)
    assert scale == pytest.approx(2.0, rel=0.08)


def test_even_weights_stay_even():
    weights, shape = smoothed(np.full(50, -3.0))
    assert (weights == 1.0 / 50).all()
    assert shape == -np.inf
    assert effective(weights) == pytest.approx(50.0)


def test_smoothing_keeps_the_sum_and_tells_a_heavy_tail():
    rng = np.random.default_rng(1)
    light, k = smoothed(0.3 * rng.normal(size=1000))
    assert (light.sum(), k < 0.5) == (pytest.approx(1.0), True)
    heavy, k = smoothed(6.0 * rng.normal(size=1000))
    assert (heavy.sum(), k > 0.7) == (pytest.approx(1.0), True)
    assert effective(heavy) < 0.1 * effective(light)


def test_the_mean_is_better_with_smoothed_weights():
    """Of a normal by a narrower one: plain weights miss the tail more often."""
    errors = {True: [], False: []}
    for seed in range(60):
        x = np.random.default_rng(seed).normal(size=200) * 0.6
        logs = 0.5 * x**2 / 0.36 - 0.5 * x**2
        plain = np.exp(logs - logs.max())
        for smooth, w in ((True, smoothed(logs)[0]), (False, plain / plain.sum())):
            errors[smooth].append(w @ x)
    assert np.std(errors[True]) < np.std(errors[False])


def test_weighted_quantiles_of_even_weights_and_of_one_member():
    x = np.random.default_rng(2).normal(size=301)
    even = np.full(301, 1.0 / 301)
    shares = np.array([0.05, 0.5, 0.95])
    assert weighted_quantiles(x, even, shares) == pytest.approx(np.quantile(x, shares), abs=0.03)
    one = np.zeros(301)
    one[7] = 1.0
    assert (weighted_quantiles(x, one, shares) == x[7]).all()
