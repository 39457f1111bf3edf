import numpy as np
import pytest

from evdisc.outcome.delivery_table import verdict
from evdisc.outcome.effects import direction, effect


@pytest.mark.parametrize(
    ("low", "high", "word"),
    [(0.1, 2, "up"), (-2, -0.1, "down"), (-0.5, 0.5, "none"), (0.1, 0.9, "none"),
     (-0.1, 5, "unresolved"), (-5, 5, "unresolved"), (1.5, 3, "up")],
)  # fmt: skip
def test_direction_of_an_interval_in_a_band_of_one(low, high, word):
    assert direction(low, high, 1.0 if word == "none" else 0.05) == word


def test_an_effect_is_paired_and_its_band_relative():
    rng = np.random.default_rng(1)
    base = rng.normal(100, 20, 400)
    found = effect(base + 3, base, 0.02, 1)
    assert found.median == pytest.approx(3)
    assert found.q95 - found.q05 < 1e-9
    assert found.band == pytest.approx(0.02 * np.median(base))
    assert (found.direction, found.probability_of_benefit) == ("up", 1.0)
    assert effect(base + 1, base, 0.02, 1).direction == "none"
    assert effect(base + 3, base, 0.02, -1).probability_of_benefit == 0.0


def test_a_band_of_full_scale_does_not_shrink_with_a_small_level():
    none, level = np.full(50, 1e-3), np.full(50, 2e-3)
    assert effect(level, none, 0.01, -1, full=100.0).direction == "none"
    assert effect(level, none, 0.01, -1).direction == "up"


def test_failed_members_are_left_out():
    arm = np.array([2.0, np.nan, 4.0])
    found = effect(arm, np.ones(3), 0.05, 1)
    assert found.median == 2.0


def test_rounding_noise_is_no_effect():
    found = effect(np.array([1.0 + 1e-13, 1.0]), np.ones(2), 0.05, 1)
    assert (found.q05, found.q95, found.probability_of_benefit) == (0.0, 0.0, 0.0)


def test_a_gain_within_the_band_is_no_benefit():
    base = np.full(20, 100.0)
    gain = np.repeat([0.5, 3.0], [15, 5])
    found = effect(base + gain, base, 0.02, 1)
    assert (found.band, found.probability_of_benefit) == (2.0, 0.25)
    assert effect(base - gain, base, 0.02, -1).probability_of_benefit == 0.25
    assert effect(base + 0.5, base, 0.02, 1).probability_of_benefit == 0.0


@pytest.mark.parametrize(
    ("copies", "low", "high", "words"),
    [(0.3, 1e-4, 4, "far too few"), (0.3, 1e-4, 400, "most likely too few"),
     (100, 1, 400, "partial effect"), (1000, 500, 5000, "enough")],
)  # fmt: skip
def test_the_verdict_follows_copies_against_half_effect(copies, low, high, words):
    assert words in verdict(copies, low, high, 300.0, 0.1)
