"""Half-lives of cells without glucose (Zhu 2012) and in acid (Malandrino 2015), as published."""

import math

import pytest

from evdisc.evidence.library import load
from evdisc.tissue.viability import glucose_death_rate, ph_death_rate

LIBRARY = load()
THRESHOLD, HALF, RATE = (
    LIBRARY.resolve("glucose_death_" + name).median for name in ("threshold", "half", "rate")
)


@pytest.mark.parametrize(
    ("glucose", "hours"), [(0.4, 50.0), (0.3, 20.8), (0.2, 11.1), (0.1, 6.2), (0.0, 3.3)]
)
def test_half_life_at_low_glucose(glucose, hours):
    rate = glucose_death_rate(glucose, THRESHOLD, HALF, RATE)
    assert math.log(2) / rate / 3600 == pytest.approx(hours, rel=0.02)


@pytest.mark.parametrize("glucose", [0.5, 0.8, 5.0])
def test_no_death_with_enough_glucose(glucose):
    assert glucose_death_rate(glucose, THRESHOLD, HALF, RATE) == 0.0


def test_half_life_in_acid_is_two_days_and_none_above_the_threshold():
    threshold, rate = (LIBRARY.resolve("ph_death_" + name).median for name in ("threshold", "rate"))
    assert threshold == 6.78
    assert 2.1 <= math.log(2) / ph_death_rate(6.7, threshold, rate) / 86400 <= 2.3
    assert ph_death_rate(6.9, threshold, rate) == 0.0
