from functools import cache

import numpy as np
import pytest

import studies
from evdisc.errors import InputError
from evdisc.evidence.library import load
from evdisc.simulate import dish
from evdisc.study.preflight import preflight
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


def test_conditioned_medium_brings_what_the_donor_released():
    def receiver(share, **donor):
        protocol = studies.document(
            "dish", cells=[{"type": "NP"}], duration="24 h",
            transfer=[{"donor": {"cells": [{"type": "macrophage", "density": "1e7 cells/mL"}],
                                 "duration": "24 h", **donor},
                       "at": "1 h", "share": share}],
        )  # fmt: skip
        return arm(protocol, "treated").series

    stressed = {"stimuli": [{"name": "LPS", "dose": "1 ug/mL"}]}
    half, whole = receiver("50 %", **stressed), receiver("100 %", **stressed)
    quiet = receiver("100 %")
    assert whole["il_1beta|NP"].max() > 1.5 * half["il_1beta|NP"].max() > 0.0
    assert quiet["il_1beta|NP"].max() == 0.0
    assert whole["activity:NF-kB|NP"][-1] > quiet["activity:NF-kB|NP"][-1]


def test_a_knocked_out_vesicle_lacks_its_cargo_and_nothing_else():
    protocol = studies.document(
        "dish", cells=[{"type": "NP"}], duration="24 h", compare=["untreated", "knock-out"],
        therapy={"vesicle": {"source": {"cell": "BMSC"}, "cargo": [{"molecule": "miR-31"}]},
                 "concentration": "1e9 particles/mL"},
    )  # fmt: skip
    for hypothesis in ("stoichiometric", "potency"):
        runs = {
            name: arm(protocol, name, hypothesis=hypothesis).series
            for name in ("treated", "knock-out", "empty vesicle", "untreated")
        }
        name = "cargo_strength:miR-31|NP"
        others = [k for k in runs["treated"] if k.startswith("cargo_strength:") and k != name]
        assert others
        assert runs["treated"][name].max() > 0.0
        assert runs["knock-out"][name].max() == 0.0
        for other in others:
            np.testing.assert_allclose(runs["treated"][other], runs["knock-out"][other], rtol=0.1)
            assert runs["empty vesicle"][other].max() == 0.0
        assert runs["empty vesicle"]["vesicles_entered|NP"][-1] > 0.0
        np.testing.assert_array_equal(
            runs["empty vesicle"]["activity:NLRP3|NP"], runs["untreated"]["activity:NLRP3|NP"]
        )


def senescent(*, lasting, cargo_at=None):
    therapy = {}
    if cargo_at is not None:
        cargo = [{"molecule": "miR-105-5p", "copies_per_cell": "100000 copies/cell"}]
        therapy = {"therapy": {"cargo": cargo, "at": cargo_at}}
    protocol = studies.document(
        "dish", cells=[{"type": "NP"}], duration="40 d",
        stimuli=[{"name": "TBHP", "dose": "20 uM", "for": lasting}],
        numerics={"largest_step": "6 h", "output_every": "12 h"}, **therapy,
    )  # fmt: skip
    return arm(protocol, "treated", member=2).series


def test_washing_out_the_insult_frees_no_late_senescent_cell():
    seen = senescent(lasting="10 d")
    late, early = seen["late_senescent_cells|NP"], seen["early_senescent_cells|NP"]
    lost = seen["apoptotic_cells|NP"] + seen["pyroptotic_cells|NP"] + seen["starved_cells|NP"]
    washed = 20  # half days
    assert late[washed] > 0.0
    assert early[washed:].max() > early[-1]  # those may still return or lock
    # late senescent cells leave by death alone
    assert np.all(np.diff(late[washed:]) >= -np.diff(lost[washed:]) - 1e-6 * late[washed])
    assert late[-1] >= late[washed] - (lost[-1] - lost[washed])


def test_prevention_and_reversal_of_senescence_are_told_apart():
    first, afterwards, never = (
        senescent(lasting="10 d", cargo_at=when) for when in ("0 d", "20 d", None)
    )
    name = "late_senescent_cells|NP"
    assert first[name][40] < 0.9 * never[name][40]
    assert afterwards[name][40] == pytest.approx(never[name][40], rel=1e-9)
    assert first[name][-1] < afterwards[name][-1]
