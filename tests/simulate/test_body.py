"""The course through the body: exact, doses add up, nothing lost, equal to what a run steps."""

from functools import cache

import numpy as np
import pytest
from scipy.linalg import expm

import studies
from evdisc.delivery.systemic import POOLS, rates
from evdisc.evidence.library import load
from evdisc.simulate import disc
from evdisc.simulate.body import ORGANS, TOLD, body_course
from evdisc.simulate.values import Median
from evdisc.study.worker import draw

DAY = 86400.0


@cache
def library():
    return load()


def course(*overrides, member=0):
    study = studies.rat("therapy.delivery.route=intravenous", *overrides).spec
    own = draw(study, member, library()) if member is not None else disc.draw_member(
        study, library(), Median()
    )  # fmt: skip
    return body_course(study, own.values), own.values


@pytest.mark.parametrize("member", [None, 0, 3])
@pytest.mark.parametrize("route", ["intravenous", "intramuscular"])
def test_it_is_the_exponential_of_the_rates(route, member):
    # at the medians liver and kidney break vesicles down alike: eigenvalues come twice
    found, values = course(f"therapy.delivery.route={route}", member=member)
    matrix, start = rates(values.number, 0.3), np.zeros(len(POOLS))
    start[POOLS.index("blood" if route == "intravenous" else "muscle")] = 1.0
    for i in (0, 20, 50, -1):
        exact = expm(matrix * 3600.0 * found.hours[i]) @ start
        told = [found.shares[pool][i] for pool in TOLD]
        np.testing.assert_allclose(told, exact[: len(TOLD)], rtol=1e-7, atol=1e-12)


@pytest.mark.parametrize("route", ["intravenous", "intramuscular"])
def test_what_was_given_is_somewhere(route):
    found, values = course(f"therapy.delivery.route={route}", "duration=60 d")
    assert sum(found.went.values()) == pytest.approx(1.0, abs=1e-9)
    assert min(found.went.values()) >= -1e-12
    if route == "intramuscular":
        # all has left the muscle, and the share that reaches the blood is not broken down there
        assert 1.0 - found.went["muscle"] == pytest.approx(values.number("muscle_share"), rel=1e-3)
    else:
        shares = np.array([values.number("organ_share", o) for o in ORGANS])
        taken = np.array([found.went[o] for o in ORGANS])
        np.testing.assert_allclose(taken / taken.sum(), shares / shares.sum(), rtol=1e-9)


def test_doses_add_up():
    once, _ = course("therapy.delivery.schedule=[2 d]", "duration=6 d")
    twice, _ = course("therapy.delivery.schedule=[2 d, 4 d]", "duration=6 d")
    at = [np.interp(h, once.hours, once.shares["lung"]) for h in (24.0, 72.0)]
    assert np.interp(24.0, twice.hours, twice.shares["lung"]) == pytest.approx(
        0.5 * sum(at), rel=1e-2
    )
    assert twice.peak["lung"] > 0.5 * once.peak["lung"]


def test_a_peak_before_the_last_dose_is_seen():
    found, _ = course("therapy.delivery.schedule=[1 d, 143.99 h]", "duration=6 d")
    assert found.hours[-1] == pytest.approx(0.01)
    assert found.peak["kidney"] > 2.0 * found.shares["kidney"].max()
    assert 0.1 < found.peak_hours["kidney"] < 5.0


def test_a_run_steps_through_the_same_course():
    more = ("duration=3 d", "therapy.delivery.schedule=[2 d]", "numerics.output_every=1 h")
    study = studies.rat("therapy.delivery.route=intravenous", *more).spec
    own = draw(study, 0, library())
    seen = disc.run_arm(study, own, "treated", "stoichiometric")
    found = body_course(study, own.values)
    after = (seen.times - 2 * DAY) / 3600.0
    for pool in ("liver", "lung", "rest"):
        told = np.interp(after[after > 1.0], found.hours, found.shares[pool])
        np.testing.assert_allclose(
            seen.series[f"{pool}_vesicles"][after > 1.0], 1e8 * told, rtol=2e-2
        )


@pytest.mark.parametrize("route", ["intradiscal", "depot near annulus"])
def test_beside_the_body_there_is_no_course(route):
    assert course(f"therapy.delivery.route={route}")[0] is None
