"""Normalisation against a case worked out by hand, and what must always hold."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from evdisc.cargo.normalise import METHODS, balanced, cpm, factors, log_cpm, tmm

COUNTS = arrays(np.float64, (30, 4), elements=st.integers(0, 5000).map(float)).filter(
    lambda x: (x.sum(axis=0) > 0).all() and ((x > 0).all(axis=1)).sum() > 2
)


def composition(high):
    """90 molecules alike in two samples, and 10 that one sample has ``high`` times as much of."""
    one = np.full(100, 100.0)
    other = one.copy()
    other[:10] *= high
    return np.stack([one, other], axis=1)


@pytest.mark.parametrize("high", [4.0, 50.0])
def test_tmm_is_blind_to_a_few_molecules_that_swamp_a_sample(high):
    counts = composition(high)
    size = counts.sum(axis=0)
    raw = tmm(counts)
    # every M left after trimming is log2((100/N2)/(100/N1)), so the ratio is exactly N1/N2
    assert raw[1] / raw[0] == pytest.approx(size[0] / size[1], rel=1e-12)
    found = factors(counts, "tmm")
    assert found == pytest.approx([np.sqrt(size[1] / size[0]), np.sqrt(size[0] / size[1])])
    # hence what is alike in both has the same value in both
    value = cpm(counts, found)
    assert value[50, 0] == pytest.approx(value[50, 1], rel=1e-12)
    assert cpm(counts)[50, 0] != pytest.approx(cpm(counts)[50, 1], rel=0.1)


def test_the_weights_are_the_inverse_variances_of_m():
    one = [100.0, 1000, 5000, 20, 1, 3000, 40, 800, 60, 7]
    other = [210.0, 1900, 10100, 60, 9, 6000, 80, 1500, 20, 7]
    counts = np.array([one, other]).T
    n = counts.sum(axis=0)
    m = np.log2(counts[:, 1] / n[1] / (counts[:, 0] / n[0]))
    a = 0.5 * np.log2(counts[:, 1] / n[1] * counts[:, 0] / n[0])
    by_m, by_a = m.argsort().argsort() + 1, a.argsort().argsort() + 1
    kept = (by_m >= 4) & (by_m <= 7) & (by_a >= 1) & (by_a <= 10)
    w = 1 / ((n - counts) / (n * counts)).sum(axis=1)
    expected = 2 ** ((w * m)[kept].sum() / w[kept].sum())
    raw = tmm(counts)
    against_first = raw[1] if raw[0] == 1.0 else 1.0 / raw[0]
    assert against_first == pytest.approx(expected, rel=1e-12)


@given(COUNTS, st.sampled_from(METHODS))
def test_factors_multiply_to_one(counts, method):
    assert np.prod(factors(counts, method)) == pytest.approx(1.0, rel=1e-9)


@given(COUNTS, st.integers(2, 50))
def test_sequencing_deeper_does_not_matter(counts, times):
    deeper = counts * np.array([1.0, float(times), 1.0, 1.0])
    # shares are the same; only the weights feel the depth, and balance is kept
    assert factors(deeper, "upper-quartile") == pytest.approx(factors(counts, "upper-quartile"))
    assert cpm(deeper) == pytest.approx(cpm(counts))


@given(COUNTS)
def test_order_of_the_molecules_does_not_matter(counts):
    assert factors(counts[::-1], "tmm") == pytest.approx(factors(counts, "tmm"), rel=1e-9)


def test_equal_samples_have_factor_one():
    counts = np.repeat(np.arange(1.0, 51.0)[:, None], 3, axis=1)
    assert factors(counts, "tmm") == pytest.approx([1.0, 1.0, 1.0])
    assert balanced(np.array([2.0, 8.0])) == pytest.approx([0.5, 2.0])


def test_cpm_sums_to_a_million_and_log_is_finite_at_zero():
    counts = np.array([[0.0, 3.0], [10.0, 7.0]])
    assert cpm(counts).sum(axis=0) == pytest.approx([1e6, 1e6])
    assert np.isfinite(log_cpm(counts)).all()
