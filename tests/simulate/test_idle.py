"""Mechanisms left at rest in an arm change none of its numbers."""

import numpy as np
import pytest

import studies
from evdisc.evidence.library import load
from evdisc.simulate import disc
from evdisc.simulate.mechanisms import DISC
from evdisc.simulate.route import DOSES, SYSTEMIC, idle
from evdisc.study.worker import draw


def series(study, arm):
    member = draw(study, 0, load())
    return disc.run_arm(study, member, arm, "stoichiometric").series


@pytest.mark.parametrize("route", list(DOSES))
@pytest.mark.parametrize("carrier", ["none", "ECM gel"])
def test_arms_are_the_same_with_all_mechanisms_awake(route, carrier, monkeypatch):
    if route in SYSTEMIC and carrier != "none":
        pytest.skip("no carrier is given into the blood")
    compare = "untreated, vehicle" + (", carrier" if carrier != "none" else "")
    study = studies.rat(
        f"therapy.delivery.route={route}", f"therapy.delivery.carrier={carrier}",
        f"compare=[{compare}]", "duration=4 d",
    ).spec  # fmt: skip
    arms = disc.arms(study)
    resting = {arm: series(study, arm) for arm in arms}
    monkeypatch.setattr(disc, "idle", lambda delivery, arm: frozenset())
    for arm in arms:
        awake = series(study, arm)
        for name, column in awake.items():
            np.testing.assert_array_equal(column, resting[arm][name], err_msg=f"{arm} {name}")


def test_cells_keep_the_release_they_share_with_a_carrier():
    delivery = studies.rat("therapy.delivery.cells=1e4 cells").spec.therapy.delivery
    assert not {"carrier", "transplant", "transport"} & idle(delivery, "treated")
    assert {"depot", "systemic", "carrier_material"} <= idle(delivery, "treated")


def test_names_are_those_of_mechanisms():
    assert idle(None, "untreated") < {m.name for m in DISC}
