"""What injures a disc, and what the years do to it."""

from functools import cache

import numpy as np
import pytest

import studies
from evdisc.errors import ProtocolError
from evdisc.evidence.library import load
from evdisc.mechanism.contract import SECTORS
from evdisc.simulate import disc
from evdisc.study.worker import draw
from evdisc.tissue.puncture import spread
from evdisc.tissue.swelling import breathing


@cache
def library():
    return load()


def arm(*overrides, member=0):
    study = studies.rat("therapy=none", "compare=[untreated]", *overrides).spec
    return disc.run_arm(study, draw(study, member, library()), "untreated", "stoichiometric", True)


def insult(text, *more, member=0):
    return arm(f"disc.insult={text}", *more, member=member).series


def test_an_enzyme_takes_gag_and_leaves_the_cells():
    found = insult("{enzyme: {gag_lost: 50 %, at: 1 d}}")
    assert found["gag|NP"][2] == pytest.approx(0.5, abs=0.03)
    assert found["gag|AF"][2] > 0.99
    assert found["living_cells|NP"][-1] == pytest.approx(found["living_cells|NP"][0], rel=1e-3)
    assert found["height_ratio"][-1] < 1.0


def test_lost_cells_are_counted():
    found = insult("{cell_loss: {share: 30 %, at: 1 d}}")
    start = found["living_cells|NP"][0]
    assert found["living_cells|NP"][2] == pytest.approx(0.7 * start, rel=1e-3)
    assert found["lost_cells|NP"][-1] == pytest.approx(0.3 * start, rel=1e-3)


def test_the_living_fraction_is_a_loss_at_the_start():
    found = arm("disc.insult={}", "disc.living_fraction=0.6").series
    assert found["living_cells|NP"][1] == pytest.approx(0.6 * found["living_cells|NP"][0], rel=1e-3)
    assert found["gag|NP"][-1] < found["gag|NP"][0]


def test_an_occluded_endplate_starves_a_human_disc():
    open_, closed = (
        insult(text, "disc.preset=human-lumbar", "duration=30 d",
               "disc.endplate_diffusivity_factor=1")
        for text in ("{}", "{occlusion: {open_fraction: 12 %, at: 1 d}}")
    )  # fmt: skip
    assert closed["glucose|NP"][-1] < 0.85 * open_["glucose|NP"][-1]
    assert closed["living_cells|NP"][-1] < 0.95 * open_["living_cells|NP"][-1]


def test_injected_cytokines_rise_and_decay():
    found = insult("{cytokine: {tnf_alpha: 100 ng/mL, at: 1 d}}")
    assert found["tnf_alpha|NP"][1] < 1e-9
    # the injected cytokine is gone in days; what remains is what the cells make of it
    assert found["tnf_alpha|NP"][2] > 100 * found["tnf_alpha|NP"][1]


@pytest.mark.slow
def test_a_human_disc_ages_within_the_published_turnover():
    human = ("disc.preset=human-lumbar", "duration=10000 d", "disc.endplate_diffusivity_factor=1")
    calm = insult("{}", *human)
    assert calm["gag|NP"][-1] == pytest.approx(1.0, abs=0.02)
    aged = [insult("{ageing: {}}", *human, member=number) for number in range(3)]
    # 0.13 per year is the fastest published turnover, that of large aggrecan
    slowest = np.exp(-0.13 * 10000 / 365.25)
    left = sorted(old["gag|NP"][-1] for old in aged)
    assert slowest < left[0] < 0.99
    assert left[-1] <= 1.0
    for old in aged:
        assert old["height_ratio"][-1] < calm["height_ratio"][-1]
        assert old["endplate_open"][-1] < 0.95


def test_a_punctured_rat_disc_loses_height_over_weeks():
    found = insult("{puncture: {gauge: 21, at: 0 d}}", "duration=28 d", member=1)
    assert found["height_ratio"][-1] < found["height_ratio"][2] < 1.0


def test_a_load_squeezes_and_a_day_breathes():
    light, heavy = (
        arm("disc.insult={}", f"disc.load={{rest: 0.11 MPa, activity: {p} MPa}}").series
        for p in (0.54, 0.8)
    )
    assert heavy["height_ratio"][-1] < light["height_ratio"][-1]
    assert heavy["diurnal_height_loss"][-1] > light["diurnal_height_loss"][-1] > 0.0
    still = arm("disc.insult={}", "disc.load={rest: 0.4 MPa, activity: 0.4 MPa}").series
    assert still["diurnal_height_loss"][-1] == 0.0


def test_a_day_of_breathing_has_its_limits():
    assert breathing(0.1, 1e3, 1e3) == pytest.approx(0.1)  # fast creep follows the load
    assert breathing(0.1, 1e-6, 1e-6) == pytest.approx(0.0, abs=1e-6)  # slow creep does not move


def test_a_needle_wounds_its_sector_most_and_the_mean_is_what_was_asked():
    share = np.zeros(SECTORS)
    for loss in (0.05, 0.3, 0.8):
        spread(loss, 2, 1.5, share)
        assert share.mean() == pytest.approx(loss, abs=1e-6)
        assert share[2] == share.max()
        assert share.max() <= 1.0
        assert share[1] == pytest.approx(share[3])


def test_the_weakest_sector_lets_pressure_out_and_vessels_in():
    whole = arm("disc.insult={}").series
    hurt = insult("{puncture: {gauge: 21, at: 0 d}}", member=1)
    assert hurt["annulus_integrity:weakest"][1] < hurt["annulus_integrity"][1]
    assert hurt["nucleus_pressure"][-1] < whole["nucleus_pressure"][-1]
    assert hurt["annulus_load_share"][-1] > whole["annulus_load_share"][-1]
    assert hurt["vessels"][-1] > 0.0
    assert hurt["nerves"][-1] < hurt["vessels"][-1]
    assert whole["vessels"][-1] < 1e-6


def test_a_damaged_annulus_leaks_more_of_a_dose():
    study = studies.rat("disc.insult={puncture: {gauge: 18, sector: 4}}").spec
    whole = studies.rat("disc.insult={}").spec
    member = draw(study, 1, library())
    leaked = [
        disc.run_arm(s, member, "treated", "stoichiometric").balance["leaked"]
        for s in (whole, study)
    ]
    assert leaked[1] > leaked[0]


@pytest.mark.parametrize(
    ("override", "words"),
    [
        ("disc.insult={enzyme: {gag_lost: 120 %}}", "out of range"),
        ("disc.insult={occlusion: {open_fraction: 0.5, at: 400 d}}", "not before the end"),
        ("disc.insult={puncture: {gauge: 21, sector: 9}}", "less than or equal to 7"),
        ("disc.insult={punctur: {gauge: 21}}", "did you mean 'puncture'"),
        ("disc.load={rest: 0.1 MPa}", "activity"),
        ("disc.culture=vivo", "in vivo"),
        ("disc.porosity_nucleus=1.2", "out of range"),
    ],
)
def test_bad_insults_are_refused(override, words):
    with pytest.raises(ProtocolError, match=words):
        studies.rat(override)
