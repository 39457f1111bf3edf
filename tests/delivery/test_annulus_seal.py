"""A carrier in the annulus lends integrity and takes it back; one in the nucleus lends none."""

import numpy as np
import pytest

import studies
from evdisc.delivery import annulus_seal
from evdisc.evidence.library import load
from evdisc.simulate import disc
from evdisc.study.worker import draw

DAY = 86400.0
AT = ("disc.insult.puncture.sector=4", "therapy.delivery.sector=4")


def clock(span):
    return np.array([0.0, span, 0.0, 0.0])


def test_a_dose_closes_its_share_of_the_gap_and_no_other_sector():
    integrity, lent = np.full(8, 0.6), np.zeros(8)
    annulus_seal.dose(clock(0.0), None, 0.5, 3, lent, integrity)
    assert integrity[3] == pytest.approx(0.8)
    assert lent[3] == pytest.approx(0.2)
    assert (np.delete(integrity, 3) == 0.6).all()
    annulus_seal.dose(clock(0.0), None, 0.5, 3, lent, integrity)
    assert integrity[3] == pytest.approx(0.9)  # a second one closes half of what is left


@pytest.mark.parametrize("steps", [1, 7])
def test_what_is_lent_is_taken_back_with_the_half_life(steps):
    integrity, lent = np.full(8, 0.8), np.full(8, 0.2)
    for _ in range(steps):
        annulus_seal.kernel(clock(10 * DAY / steps), None, 5 * DAY, lent, integrity)
    assert lent == pytest.approx(np.full(8, 0.05))
    assert integrity == pytest.approx(np.full(8, 0.65))


def test_what_proteases_took_is_not_taken_twice():
    integrity, lent = np.full(8, 0.1), np.full(8, 0.2)
    annulus_seal.kernel(clock(500 * DAY), None, DAY, lent, integrity)
    assert integrity == pytest.approx(np.zeros(8), abs=1e-12)
    assert (integrity >= 0.0).all()


def weakest(arm, *overrides):
    study = studies.rat("duration=20 d", *AT, *overrides).spec
    member = draw(study, 0, load())
    return disc.run_arm(study, member, arm, "stoichiometric").series["annulus_integrity:weakest"]


def test_in_a_disc_the_weakest_sector_gains_and_the_tissue_alone_is_left():
    place = "therapy.delivery.route=annulus microneedle"
    gel, none = (weakest("treated", place, f"therapy.delivery.carrier={c}")
                 for c in ("GelMA", "PLGA microspheres"))  # fmt: skip
    gained = gel - none
    assert gained[3] > 0.01  # a day after the dose
    assert 0.0 < gained[-1] < gained[3]


def test_a_gel_in_the_nucleus_lends_the_annulus_nothing():
    study = studies.rat(*AT, "therapy.delivery.carrier=GelMA").spec
    ready = disc.prepared(study, draw(study, 0, load()), "treated", "stoichiometric")
    assert annulus_seal.prepare_dose(ready.setting)[0] == 0.0
    seen = disc.run_arm(study, draw(study, 0, load()), "treated", "stoichiometric")
    assert (seen.series["annulus_lent"] == 0.0).all()
