"""How many animals would see an effect: against published values and the limits."""

import numpy as np
import pytest

from evdisc.outcome.animals import POWER, animals_per_arm, power


def group(spread, level=0.0):
    """Four members with this mean and standard deviation."""
    raw = np.array([-1.5, -0.5, 0.5, 1.5])
    return level + spread * raw / raw.std(ddof=1)


@pytest.mark.parametrize(("size", "count"), [(0.2, 394), (0.5, 64), (0.8, 26), (1.0, 17)])
def test_group_sizes_are_those_of_the_tables_of_cohen(size, count):
    assert animals_per_arm(size, group(1.0), group(1.0)) == count
    assert power(size, count) >= POWER > power(size, count - 1)


def test_power_nears_one_for_a_large_difference():
    found = [power(size, 40) for size in (1.0, 2.0, 3.0, 6.0, 12.0)]
    assert found == sorted(found)
    assert found[-1] == pytest.approx(1.0)


def test_spread_of_either_arm_counts_and_no_effect_needs_no_animals():
    wide = animals_per_arm(1.0, group(3.0), group(1.0))
    assert wide == animals_per_arm(-1.0, group(1.0), group(3.0))
    assert wide > animals_per_arm(1.0, group(1.0), group(1.0))
    assert animals_per_arm(0.0, group(1.0), group(1.0)) is None
    assert animals_per_arm(1e-6, group(1.0), group(1.0)) is None
    assert animals_per_arm(1.0, np.array([1.0, np.nan]), group(1.0)) is None


def test_without_spread_two_suffice():
    assert animals_per_arm(1.0, np.ones(5), np.zeros(5)) == 2
