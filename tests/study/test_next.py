"""What to measure next: payoffs, measurements, and input that cannot be used."""

import json

import numpy as np
import pytest

from evdisc.errors import InputError, RunError
from evdisc.evidence.library import load
from evdisc.simulate.member import network_arrows
from evdisc.study.measurements import SIGN, disputed_signs, measurements
from evdisc.study.next_measurement import next_measurement, option_names
from studies import dish, rat

MANY = ("ensemble.members=40", "compare=[untreated]")


@pytest.fixture(scope="module")
def asked(tmp_path_factory):
    folder = tmp_path_factory.mktemp("next") / "a"
    return next_measurement([dish(*MANY)], folder, readout="NLRP3 at 48 h"), folder


def test_the_answer_has_the_decision_and_every_measurement_within_the_whole(asked):
    result = asked[0].result
    assert [o["name"] for o in result["options"]] == ["no therapy", "treated"]
    assert sum(o["best_in"] for o in result["options"]) == pytest.approx(1.0)
    worth = [m["evppi"] for m in result["measurements"]]
    assert worth == sorted(worth, reverse=True)
    assert all(0.0 <= w <= result["evpi"]["value"] + 1e-9 for w in worth)
    for m in result["measurements"]:
        assert set(m) >= {"name", "evppi", "se", "share_of_evpi", "effort", "settles", "why"}
        assert m["effort"]["tier"] == "assumed"
    assert next(m for m in result["measurements"] if m["name"] == "dose response")["settles"] == [
        "half_effect_copies", "half_effect_vesicles", "which delivery hypothesis holds",
    ]  # fmt: skip


def test_gains_are_those_of_the_run(asked):
    result, folder = asked[0].result, asked[1]
    inner = next((folder / "stages").iterdir()) / "result.json"
    ran = json.loads(inner.read_text("utf-8"))["readouts"]["NLRP3"]
    effect = ran["effect"]
    told = result["options"][1]["hypotheses"][effect["hypothesis"]]
    # less NLRP3 is better, so a gain is a fall
    assert told["median"] == pytest.approx(-effect["median"], abs=1e-8)
    assert result["decision"]["least"] == pytest.approx(effect["band"], rel=1e-6)


def test_it_resumes_and_repeats(asked, tmp_path):
    result, folder = asked[0].result, asked[1]
    again = next_measurement([dish(*MANY)], folder, readout="NLRP3 at 48 h")
    assert (again.computed, again.result) == (0, result)
    # another read-out of the same members needs no run
    assert next_measurement([dish(*MANY)], folder, readout="MMP13").computed == 0
    few = next_measurement([dish("ensemble.members=12", "compare=[untreated]")], tmp_path / "b")
    assert few.computed == 12
    assert any("few for this question" in w for w in few.result["warnings"])


def test_a_gain_that_must_be_huge_leaves_nothing_to_learn(asked):
    sure = next_measurement([dish(*MANY)], asked[1], readout="NLRP3", least=1e6).result
    assert sure["decision"]["choice"] == "no therapy"
    assert sure["evpi"]["value"] == 0.0
    assert all(m["evppi"] == 0.0 and not m["resolved"] for m in sure["measurements"])
    assert any("hardly changes this choice" in w for w in sure["warnings"])


def test_several_protocols_are_options_of_one_choice(tmp_path):
    one = dish("ensemble.members=12", "compare=[vehicle]")
    two = dish(
        "ensemble.members=12", "compare=[vehicle]", "therapy.concentration=1e11 particles/mL"
    )
    result = next_measurement([one, two], tmp_path / "a", readout="NLRP3").result
    names = [o["name"] for o in result["options"]]
    assert names == ["no therapy", "np-dish-il1b-mir-410", "np-dish-il1b-mir-410 (2)"]
    gain = [o["hypotheses"]["potency"]["mean"] for o in result["options"]]
    assert gain[2] > gain[1]
    assert option_names([one, two, two])[2].endswith("(3)")


def test_what_cannot_be_asked(tmp_path):
    out = tmp_path / "a"
    with pytest.raises(InputError, match="nothing to decide"):
        next_measurement([dish("therapy=none", "compare=[healthy]")], out)
    with pytest.raises(InputError, match="kind: differs from the first protocol"):
        next_measurement([dish(), rat()], out)
    with pytest.raises(InputError, match="ensemble: differs"):
        next_measurement([dish(), dish("ensemble.seed=2")], out)
    with pytest.raises(InputError, match="did you mean 'NLRP3'"):
        next_measurement([dish()], out, readout="NLPR3")
    with pytest.raises(InputError, match="after the end"):
        next_measurement([dish()], out, readout="NLRP3 at 3 weeks")
    assert not out.exists()
    with pytest.raises(RunError, match="3 members ran to the end, 10 are needed"):
        next_measurement([dish()], out)


def test_every_key_of_the_table_is_a_parameter_of_the_model():
    known = load().parameters
    for m in measurements():
        assert m.effort["tier"] == "assumed"
        assert m.effort["weeks"][0] <= m.effort["weeks"][1]
        assert not {k.partition("|")[0] for k in m.settles} - set(known), m.name
    assert len({m.name for m in measurements()}) == len(measurements())
    assert any(m.name == SIGN for m in measurements())


def test_keys_with_a_place_tell_that_place_alone():
    residence = next(m for m in measurements() if m.name == "residence time in the nucleus")
    names = ["vesicle_hindrance|region=NP", "vesicle_hindrance|region=CEP", "vesicle_half_life"]
    assert residence.columns(names) == [0, 2]
    copies = next(m for m in measurements() if m.name == "copies per vesicle")
    assert copies.tells("native_copies_per_vesicle|subject=protein#vasorin")


def test_disputed_signs_have_two_signs_and_members_on_both_sides():
    arrows = network_arrows(load())
    held = (np.random.default_rng(0).random((50, len(arrows))) < 0.5).astype(float)
    found = dict(disputed_signs(arrows, held))
    assert found
    for places in found.values():
        assert {arrows[i].sign for i in places} == {1, -1}
        assert len({(arrows[i].source, arrows[i].target) for i in places}) == 1
    # a sign that every member holds cannot be looked at
    assert not dict(disputed_signs(arrows, np.ones_like(held)))
