import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import mannwhitneyu
from sklearn.metrics import roc_auc_score

from evdisc.diagnose.concordance import MET_TWICE, Z95, concordance, difference, interval
from evdisc.diagnose.roc import roc


def one(scores, codes, unit=None, strata=None):
    n = len(codes)
    strata = np.zeros((1, n), dtype=int) if strata is None else strata
    return concordance(np.atleast_2d(scores), codes, strata, np.arange(n) if unit is None else unit)


def delong(scores, codes):
    """DeLong's variance from placements, written out."""
    x, y = scores[codes == 1], scores[codes == 0]
    wins = (x[:, None] > y) + 0.5 * (x[:, None] == y)
    v10, v01 = wins.mean(axis=1), wins.mean(axis=0)
    return v10.var() / len(x) + v01.var() / len(y)


@given(st.integers(0, 10_000), st.integers(6, 60))
def test_two_classes_give_the_auc_of_scikit_learn_and_the_variance_of_delong(seed, n):
    random = np.random.default_rng(seed)
    codes = np.arange(n) % 2
    scores = np.round(random.normal(size=n) + 0.7 * codes, 1)
    found = one(scores, codes)
    assert found.value == pytest.approx(roc_auc_score(codes, scores))
    u = mannwhitneyu(scores[codes == 1], scores[codes == 0]).statistic
    assert found.value * (codes == 1).sum() * (codes == 0).sum() == pytest.approx(u)
    assert (found.influence**2).sum() == pytest.approx(delong(scores, codes))
    assert found.influence.sum() == pytest.approx(0.0, abs=1e-12)


@given(st.integers(0, 10_000), st.integers(2, 5))
def test_the_interval_holds_the_value_and_stays_within_bounds(seed, levels):
    random = np.random.default_rng(seed)
    codes = np.arange(6 * levels) % levels
    found = one(np.round(random.normal(size=len(codes)) + codes * random.random(), 1), codes)
    assert 0.0 <= found.low <= found.value <= found.high <= 1.0
    turned = one(-np.round(found.influence * 0 + random.random(len(codes)), 1), codes)
    assert 0.0 <= turned.low <= turned.high <= 1.0


def test_a_perfect_score_is_no_certainty():
    codes = np.arange(20) % 2
    found = one(codes * 1.0, codes)
    assert found.value == found.high == 1.0
    assert 0.6 < found.low < 0.9
    worst = one(-codes * 1.0, codes)
    assert worst.value == worst.low == 0.0
    assert worst.high == pytest.approx(1.0 - found.low)


def test_the_limit_is_the_value_from_which_the_score_lies_its_errors_away():
    codes = np.arange(40) % 2
    low, _ = interval(0.8, codes, np.zeros(40))
    m = n = 20
    more = (1 - low) / (2 - low) + low / (1 + low)
    variance = low * (1 - low) / (m * n) * (1 + (m - 1) * more)
    assert 0.8 - low == pytest.approx(Z95 * np.sqrt(MET_TWICE * variance), rel=1e-6)


def test_samples_of_one_donor_count_as_one():
    random = np.random.default_rng(1)
    codes = np.arange(20) % 2
    scores = random.normal(size=20) + codes
    alone = one(scores, codes)
    many = one(np.tile(scores, 5), np.tile(codes, 5), unit=np.tile(np.arange(20), 5))
    blind = one(np.tile(scores, 5), np.tile(codes, 5))
    assert many.value == pytest.approx(alone.value)
    assert (np.bincount(np.tile(np.arange(20), 5), weights=many.influence) ** 2).sum() == (
        pytest.approx((alone.influence**2).sum())
    )
    assert many.high - many.low > 1.5 * (blind.high - blind.low)


def test_pairs_of_different_strata_are_not_compared():
    codes = np.array([0, 1, 0, 1])
    scores = np.array([0.1, 0.2, 0.8, 0.9])
    strata = np.array([[0, 0, 1, 1]])
    assert one(scores, codes, strata=strata).value == 1.0
    assert one(scores, codes).value == 0.75
    assert one(scores, codes, strata=np.array([[0, 1, 0, 1]])).value is None


def test_the_difference_of_a_model_to_itself_is_nothing():
    codes = np.arange(30) % 2
    found = one(np.random.default_rng(2).normal(size=30), codes)
    assert difference(found, found, np.arange(30)) == {"value": 0.0, "low": 0.0, "high": 0.0}


def test_the_area_under_the_curve_shown_is_the_concordance():
    random = np.random.default_rng(3)
    codes = np.arange(60) % 2
    scores = (random.normal(size=60) + codes)[None, :]
    strata = (np.arange(60) // 2 % 5)[None, :]
    value = concordance(scores, codes, strata, np.arange(60)).value
    curve = roc(scores, codes > 0, strata, np.arange(60), seed=1)
    area = np.trapezoid(curve["true_positive"], curve["false_positive"])
    assert area == pytest.approx(value, abs=0.01)
    assert all(a <= b <= c for a, b, c in zip(
        curve["low"], curve["true_positive"], curve["high"], strict=True))  # fmt: skip
