"""The short way to the delivery numbers: close to the full run, balance closed, tissue at rest."""

from functools import cache

import numpy as np
import pytest

import studies
from evdisc.evidence.library import load
from evdisc.outcome.delivery_table import delivery
from evdisc.simulate import disc
from evdisc.simulate.exposure import DISC_ALONE, Stride, exposure, marks
from evdisc.simulate.timeline import Event
from evdisc.study.worker import draw

DAY = 86400.0
LONGER = ("duration=20 d", "therapy.delivery.schedule=[3 d, 6 d]")


@cache
def library():
    return load()


def tables(*overrides, member=0):
    study = studies.rat(*LONGER, *overrides).spec
    drawn = draw(study, member, library())
    short = exposure(study, drawn)
    full = disc.run_arm(study, drawn, "treated", "stoichiometric")
    assert abs(short.balance["error"]) < 1e-8
    return delivery(short, (), {}), delivery(full, (), {}), short


@pytest.mark.parametrize("member", [0, 1, 2])
@pytest.mark.parametrize("carrier", ["none", "GelMA"])
def test_what_reaches_cells_is_that_of_the_full_run(carrier, member):
    short, full, _ = tables(f"therapy.delivery.carrier={carrier}", member=member)
    assert short["vesicles_per_cell"] == pytest.approx(full["vesicles_per_cell"], rel=0.1)
    assert short["fraction_of_dose_in_disc"] == pytest.approx(
        full["fraction_of_dose_in_disc"], rel=0.02
    )
    for where in ("taken_up", "decayed", "leaked"):
        assert short["where:" + where] == pytest.approx(full["where:" + where], rel=0.1)


def test_blood_is_followed_in_minutes():
    short, full, _ = tables("therapy.delivery.route=intravenous", "numerics.first_step=3 min")
    assert short["fraction_of_dose_in_disc"] == pytest.approx(
        full["fraction_of_dose_in_disc"], rel=0.15
    )


def test_cells_rest_once_hardly_a_vesicle_is_left():
    *_, run = tables("duration=60 d")
    cells = run.series["living_cells|NP"]
    assert cells[-1] == cells[-2]
    assert cells[1] != cells[0]


def test_steps_start_short_after_each_event_and_meet_all():
    events = [Event(0.0, "puncture", ()), Event(3 * DAY, "dose", ())]
    times = marks(events, 20 * DAY, DISC_ALONE)
    steps = np.diff(times)
    assert times[0] == 0.0
    assert times[-1] == 20 * DAY
    assert 3 * DAY in times
    after = steps[np.searchsorted(times, 3 * DAY)]
    assert after == steps[0] == DISC_ALONE.first
    assert steps.max() <= 1.5 * DISC_ALONE.longest
    assert (np.diff(marks([], 10.0, Stride(1.0, 1.0, 1.0))) == 1.0).all()
