"""Batches: what differs between them, carried into the effect under both hypotheses."""

from functools import cache
from pathlib import Path

import numpy as np
import pytest

import studies
from evdisc.errors import InputError
from evdisc.evidence.library import load
from evdisc.manufacture.draws import Draws
from evdisc.manufacture.frame import Asked, frame
from evdisc.outcome.readouts import describe
from evdisc.protocol.yaml_io import load_protocol
from evdisc.study import batches
from evdisc.study.batches import Batches, acting_dose, compare, least
from evdisc.study.dose_ladder import LADDER, Response, response, without_vesicles

EXAMPLE = Path(__file__).parents[2] / "examples" / "manufacture" / "np-dish-batches.yaml"
COUNT = 4000


@cache
def protocol(*overrides):
    return load_protocol(EXAMPLE, overrides)


@cache
def compared(dose=None, *overrides):
    loaded = protocol(*overrides)
    asked = Asked(loaded.spec, dose=dose, draws=400)
    return compare(loaded, asked, load(), 1000, 3)


def made_up(slope, band=1.0):
    """A response to the square of the acting dose, ``slope`` at that of the middle batch."""
    effect = slope * LADDER[:, None] ** 2 * np.ones((1, 4))
    about = describe("viability", "dish")
    return Response(
        about, "vehicle", LADDER, {h: effect for h in ("stoichiometric", "potency")}, band
    )


def drawn():
    draws = Draws(load(), 1, COUNT)
    return Batches(
        draws.value("batch_cargo", "BMSC", "batch"), draws.value("batch_uptake"),
        draws.value("batch_purity"), draws,
    )  # fmt: skip


def frame_of(dose=None):
    return frame(Asked(protocol().spec, dose=dose, draws=200), load())


def test_cargo_acts_where_copies_decide_and_purity_where_protein_is_weighed():
    own, seen = drawn(), made_up(3.0)
    copies = acting_dose("stoichiometric", seen, own, by_protein=False)
    vesicles = acting_dose("potency", seen, own, by_protein=False)
    weighed = acting_dose("potency", seen, own, by_protein=True)
    assert np.allclose(copies, own.cargo * own.uptake)
    assert np.allclose(vesicles, own.uptake)
    assert np.allclose(weighed, own.uptake * own.purity)  # uptake is in proportion here
    assert np.std(np.log(copies)) > np.std(np.log(vesicles))


def test_a_criterion_on_what_decides_helps_and_one_on_what_does_not_cannot():
    told = batches._hypothesis("stoichiometric", made_up(3.0), drawn(), frame_of())
    criteria = {c["criterion"].split(" ")[0]: c for c in told["criteria"]}
    assert told["works"]
    assert 0.6 < told["effective"] < 0.88
    assert criteria["copies"]["effective"] >= 0.9
    assert criteria["potency"]["passing"] > 0.2
    assert criteria["particles"]["at_least"] is None  # dosed by count, purity tells nothing


def test_an_effect_inside_the_band_is_said_to_be_too_little():
    told = batches._hypothesis("potency", made_up(0.5, band=1.0), drawn(), frame_of())
    assert not told["works"]
    assert told["effective"] is not None
    assert "a share of too little is too little" in told["words"]
    assert 1.0 < told["dose_beyond_band"] < 10.0**0.5  # slope x^2 = band at 1.41


def test_no_effect_has_no_criterion():
    told = batches._hypothesis("potency", made_up(0.0), drawn(), frame_of())
    assert told["effective"] is None
    assert all(c["at_least"] is None for c in told["criteria"])
    assert "not there" in told["words"]


def test_harm_is_no_benefit():
    told = batches._hypothesis("potency", made_up(-3.0), drawn(), frame_of())
    assert not told["works"]
    assert told["effective"] is None


def test_least_is_the_least_value_that_keeps_nine_in_ten():
    measured = np.arange(100.0)
    found = least(measured, measured >= 50)
    kept = measured >= found["at_least"]
    assert np.mean((measured >= 50)[kept]) >= 0.9
    assert np.mean((measured >= 50)[measured >= found["at_least"] - 1]) < 0.9
    assert least(measured, measured >= 0)["at_least"] == 0.0
    assert least(measured, measured < 0)["at_least"] is None


def test_the_ladder_is_the_protocols_own_response():
    study = protocol().spec
    seen = response(study, 1e10, load(), range(2))
    assert seen.about.name == "NLRP3"
    assert seen.multiplier[len(LADDER) // 2] == 1.0
    assert np.all(np.diff(seen.multiplier) > 0.0)
    assert seen.effect["potency"].shape == (len(LADDER), 2)
    # more vesicles never do less by their own kind
    middle = np.median(seen.effect["potency"], axis=1)
    assert np.all(np.diff(np.abs(middle)) > -1e-9)


def test_what_a_gel_does_is_not_credited_to_the_vesicles_in_it():
    gel = studies.rat("therapy.delivery.carrier=ECM gel", "compare=[vehicle, carrier]").spec
    seen = response(gel, 1e5, load(), range(1))
    assert seen.versus == "carrier"
    # so few vesicles do nothing, while this gel raises the disc against the vehicle
    assert np.abs(seen.effect["stoichiometric"]).max() < 0.1 * seen.band
    assert without_vesicles(protocol().spec) == "vehicle"


def test_both_hypotheses_are_told_with_their_name():
    told = compared()
    assert set(told["hypotheses"]) == {"stoichiometric", "potency"}
    for about in told["hypotheses"].values():
        assert about["words"].startswith("If ")
        assert [c["criterion"].split()[0] for c in about["criteria"]] == [
            "copies", "particles", "potency",
        ]  # fmt: skip
    assert "purity does not move" in told["note"]


def test_a_dose_by_weight_lets_purity_act():
    counted, weighed = compared(), compared("2 ug")
    assert weighed["protein"]
    assert "purity moves what is given" in weighed["note"]

    def width(told):
        row = told["hypotheses"]["potency"]["acting_dose"]
        return row["q95"] / row["q05"]

    assert width(weighed) > 1.3 * width(counted)


def test_the_same_batches_each_time():
    loaded = protocol()
    asked = Asked(loaded.spec, draws=400)
    assert compare(loaded, asked, load(), 1000, 3) == compared()


def test_the_more_is_to_be_kept_the_fewer_batches_pass():
    made, own, seen = frame_of(), drawn(), made_up(3.0)
    kept = [
        batches._hypothesis("stoichiometric", seen, own, made, k)["criteria"][2]["passing"]
        for k in (0.5, 0.8, 0.95)
    ]
    assert kept == sorted(kept, reverse=True)
    assert kept[0] > kept[-1]


@pytest.mark.parametrize("keeps", [0.0, 1.5, float("nan")])
def test_a_share_to_keep_that_is_none(keeps):
    loaded = protocol()
    with pytest.raises(InputError, match="--keep"):
        compare(loaded, Asked(loaded.spec, draws=100), load(), 100, 1, keeps=keeps)


@pytest.mark.parametrize(("count", "members", "key"), [(1, 3, "--batches"), (100, 0, "--members")])
def test_too_few_batches_or_members(count, members, key):
    loaded = protocol()
    with pytest.raises(InputError, match=key):
        compare(loaded, Asked(loaded.spec, draws=100), load(), count, members)


def test_no_dose_compares_nothing():
    loaded = protocol("therapy.concentration=0 particles/mL")
    with pytest.raises(InputError, match="compares nothing"):
        compare(loaded, Asked(loaded.spec, draws=100), load(), 100, 1)
