"""Read-outs that a picture of the disc would give."""

import numpy as np
import pytest

from evdisc.evidence.library import load
from evdisc.outcome.readouts import healthy_water, pfirrmann, t2_ratio
from evdisc.simulate.values import Values


def values(grade="1", species="human", preset="human-lumbar"):
    return Values(load(), {"preset": preset, "species": species, "grade": grade})


def test_grades_are_told_by_t2_and_the_last_by_height():
    t2 = np.array([210.0, 129.0, 84.0, 51.0]) / 210.14
    assert pfirrmann(values(), t2, np.ones(4)).tolist() == [1, 2, 3, 4]
    assert pfirrmann(values(), t2, np.full(4, 0.6)).tolist() == [5] * 4


def test_a_collapsed_disc_is_grade_five_from_the_start():
    assert pfirrmann(values("5"), np.array([0.24]), np.ones(1)).tolist() == [5]


def test_a_rat_tail_is_graded_by_t2_relative_to_its_own():
    rat = values(species="rat", preset="rat-caudal")
    assert pfirrmann(rat, np.array([1.0, 0.4]), np.ones(2)).tolist() == [1, 3]


def test_t2_of_grade_three_water_is_that_of_grade_three():
    v = values("3")
    water = 0.76 / (0.76 + 0.24 * 1.4338)
    assert 210.14 * t2_ratio(v, water) == pytest.approx(84, abs=10.3)  # published mean and SD


def test_a_dry_nucleus_has_the_t2_of_fibrous_tissue():
    v = values()
    assert t2_ratio(v, healthy_water(v)) == pytest.approx(1.0)
    dry = 210.14 * t2_ratio(v, np.linspace(0.05, 0.6, 12))
    assert (np.diff(dry) >= 0.0).all()
    assert dry.min() > 37.0  # annulus in grade IV, Pfirrmann by T2 of 479 discs
    assert dry.max() < 51.0 + 9.0  # nucleus in grade IV
