"""Time above half of the effect: a straight way within a step, in each cell, for both cases."""

from functools import cache

import numpy as np
import pytest

import studies
from evdisc.delivery.exposure_time import kernel, share_over
from evdisc.evidence.library import load
from evdisc.simulate import disc
from evdisc.simulate.exposure import exposure
from evdisc.study.worker import draw

DAY = 86400.0


@pytest.mark.parametrize(
    ("start", "end", "share"),
    [(0, 2, 0.5), (2, 0, 0.5), (2, 3, 1), (0, 1, 0), (1, 1, 1), (0, 4, 0.75)],
)  # fmt: skip
def test_share_of_a_step_above(start, end, share):
    assert share_over(float(start), float(end), 1.0) == pytest.approx(share)


def test_time_is_counted_in_each_cell_and_by_the_most_plentiful_cargo():
    over = np.zeros((2, 2)), np.zeros((2, 2))
    last = np.array([[[5.0, 0.0], [0.0, 0.0]], np.zeros((2, 2))])
    half = np.array([[1.0] * 3, [10.0] * 3])
    vesicles = np.array([[5.0, 0.5], [0.0, 4.0]])
    copies = np.array([[[0.0, 1.0], [0.0, 0.0]], [[0.0, 20.0], [20.0, 0.0]]])
    kernel(np.array([0.0, 100.0, 0.0, 0.0]), half, last, vesicles, copies, *over)
    np.testing.assert_allclose(over[0], [[100.0, 0.0], [0.0, 75.0]])
    np.testing.assert_allclose(over[1], [[0.0, 50.0], [50.0, 0.0]])
    np.testing.assert_array_equal(last, [vesicles, [[0.0, 20.0], [20.0, 0.0]]])


@cache
def runs(dose):
    study = studies.rat(f"therapy.delivery.dose={dose} particles", "duration=12 d").spec
    member = draw(study, 0, load())
    return disc.run_arm(study, member, "treated", "stoichiometric"), exposure(study, member)


def test_no_vesicles_no_time_and_never_longer_than_since_the_dose():
    none, _ = runs(0)
    many, _ = runs("1e10")
    for what in ("vesicles", "copies"):
        assert none.series[f"time_over_{what}|NP"].max() == 0.0
        assert many.series[f"time_over_{what}|NP"].max() <= 10 * DAY * (1 + 1e-9)
    assert many.series["time_over_vesicles|NP"][-1] > DAY
    assert (np.diff(many.series["time_over_vesicles|NP"]) >= 0.0).all()


def test_coarse_steps_find_the_same_time():
    full, short = runs("1e10")
    assert short.series["time_over_vesicles|NP"][-1] == pytest.approx(
        full.series["time_over_vesicles|NP"][-1], rel=0.1
    )
