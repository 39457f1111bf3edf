from functools import cache

import numpy as np
import pytest

import studies
from evdisc.errors import InputError
from evdisc.evidence.library import load
from evdisc.simulate import dish
from evdisc.study.execute import preflight
from evdisc.study.worker import draw


@cache
def library():
    return load()


def arm(protocol, name, member=0, hypothesis="stoichiometric", believe_all=True):
    study = protocol.spec
    return dish.run_arm(study, draw(study, member, library()), name, hypothesis, believe_all)


def test_il_1beta_drives_nf_kb_and_proteases_and_healthy_cells_rest():
    stimulated, healthy = (arm(studies.dish(), name) for name in ("untreated", "healthy"))
    for node in ("NF-kB", "MMP13", "ADAMTS4"):
        column = f"activity:{node}|NP"
        assert stimulated.series[column][-1] > healthy.series[column][-1]
        np.testing.assert_allclose(healthy.series[column], healthy.series[column][0], atol=1e-3)
    assert stimulated.series["activity:ACAN|NP"][-1] < healthy.series["activity:ACAN|NP"][-1]


def test_vehicle_in_a_dish_is_the_untreated_arm_exactly():
    a, b = (arm(studies.dish(), name) for name in ("untreated", "vehicle"))
    assert all(np.array_equal(a.series[k], b.series[k]) for k in a.series)


def test_vesicle_balance_closes_in_a_dish():
    run = arm(studies.dish(), "treated")
    assert run.balance["injected"] == pytest.approx(1e10)
    assert abs(run.balance["error"]) < 1e-8


def test_many_copies_of_miR_410_hold_nlrp3_down():
    few = studies.dish("therapy.vesicle.cargo.0.copies_per_vesicle=1e4")
    treated, untreated = (arm(few, name) for name in ("treated", "untreated"))
    column = "activity:NLRP3|NP"
    assert treated.series[column][-1] < untreated.series[column][-1]


def test_knock_down_starts_after_the_healthy_cells_have_settled():
    protocol = studies.document(
        "dish", cells=[{"type": "NP"}], stimuli=[{"name": "knock-down:PTEN"}], duration="48 h"
    )
    treated, untreated = (arm(protocol, name) for name in ("treated", "untreated"))
    for node, sign in (("PTEN", -1), ("PI3K/Akt", 1)):
        column = f"activity:{node}|NP"
        assert treated.series[column][0] == untreated.series[column][0]
        assert sign * (treated.series[column][-1] - untreated.series[column][-1]) > 0


def test_a_stimulus_that_ends_lets_the_cells_return():
    forever = arm(studies.dish("therapy=none", "compare=[untreated]"), "treated")
    short = arm(studies.dish("therapy=none", "compare=[untreated]", "stimuli.0.for=2 h"), "treated")
    column = "activity:NF-kB|NP"
    assert short.series[column][-1] < forever.series[column][-1]


def test_cell_types_share_one_medium():
    protocol = studies.dish("cells=[{type: NP}, {type: AF}]")
    run = arm(protocol, "treated")
    np.testing.assert_allclose(run.series["il_1beta|NP"], run.series["il_1beta|AF"], rtol=1e-12)
    assert run.series["vesicles_entered|AF"][-1] > 0
    assert abs(run.balance["error"]) < 1e-8


@pytest.mark.parametrize(
    ("overrides", "words"),
    [
        (["stimuli.0.name=moonlight", "stimuli.0.dose=100 ng/mL"], "no such stimulus"),
        (["stimuli=[{name: 'knock-down:PTNE'}]"], "did you mean 'PTEN'"),
        (["therapy.vesicle.cargo.0.molecule=miR-4100"], "did you mean 'miR-410'"),
        (["readouts=[gait]"], "not simulated in a dish"),
    ],
)
def test_what_the_network_does_not_know_is_refused_with_advice(overrides, words):
    with pytest.raises(InputError, match=words) as caught:
        preflight(studies.dish(*overrides), library())
    assert "np-dish-il1b-mir-410.yaml" in str(caught.value)
