"""Macro steps: they meet what is due, grow, and stay small for a while after an injury."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from evdisc.simulate.timeline import CALM, GROWTH, HELD, output_times, steps

DAY = 86400.0
FIRST = 180.0


def taken(restarts, days, largest, injuries=()):
    outputs = output_times(days * DAY, DAY)
    return steps(restarts, outputs, FIRST, largest, injuries)


@given(
    st.lists(st.floats(0.0, 40.0 * DAY), max_size=4), st.integers(1, 60),
    st.floats(0.02 * DAY, 3.0 * DAY), st.booleans(),
)  # fmt: skip
def test_every_output_and_restart_is_met_and_no_step_is_too_long(restarts, days, largest, hurt):
    injuries = restarts[:1] if hurt else []
    times = taken(restarts, days, largest, injuries)
    sizes = np.diff(times)
    assert np.all(sizes > 0.0)
    assert sizes.max() <= largest + 2e-6
    due = [*output_times(days * DAY, DAY), *(t for t in restarts if t < days * DAY)]
    for t in due:
        assert np.abs(times - t).min() < 1e-5
    if injuries and injuries[0] < days * DAY:
        since = times[:-1] - injuries[0]
        after = since >= 0.0
        longest = np.maximum(HELD * largest, since[after] / CALM)
        assert np.all(sizes[after] <= longest + 2e-6)


def test_steps_grow_from_the_first_and_start_again():
    times = taken([2.0 * DAY], 4, 0.2 * DAY)
    again = times[times >= 2.0 * DAY - 1.0]
    for run in (times, again):
        sizes = np.diff(run)
        assert sizes[0] == FIRST
        np.testing.assert_allclose(sizes[1:10] / sizes[:9], GROWTH)


def test_an_injury_halves_the_steps_of_its_first_days_and_no_others():
    calm, hurt = taken([0.0, 30 * DAY], 60, DAY), taken([0.0, 30 * DAY], 60, DAY, [0.0])

    def a_day(times, day):
        return int(((times > day * DAY) & (times <= (day + 1) * DAY + 1.0)).sum())

    assert (a_day(calm, 9), a_day(hurt, 9)) == (1, 2)
    for day in (15, 40, 59):
        assert a_day(calm, day) == a_day(hurt, day) == 1
    assert len(calm) < len(hurt) < 1.1 * len(calm)
