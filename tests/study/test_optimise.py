"""Search over ways of giving: fronts, limits, resuming, and input that cannot be used."""

import json
import subprocess
import sys
import time

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from comparisons import TINY
from evdisc.errors import InputError, RunError
from evdisc.study.front import front
from evdisc.study.optimise import Search, optimise
from evdisc.study.search_space import limits, over
from studies import RAT, dish, rat

ASK = Search("dose,volume,carrier,schedule", limits=("punctures <= 2",), trials=4)


def tiny(*more):
    return rat(*TINY, "duration=6 d", "ensemble.members=1", *more)


@given(st.lists(st.tuples(*[st.integers(0, 4)] * 3), min_size=1, max_size=20))
def test_a_front_is_what_no_other_beats(values):
    points = np.array(values, dtype=float)
    on = front(points)
    for i, p in enumerate(points):
        beaten = any((q <= p).all() and (q < p).any() for q in points)
        assert on[i] == (not beaten)
    assert on.any()


def test_a_search_keeps_its_limits_counts_what_it_left_out_and_repeats(tmp_path):
    done = optimise(tiny(), ASK, tmp_path / "a").result
    assert len(done["rows"]) == 4
    assert all(r["punctures"] <= 2 and len(r["schedule_d"]) <= 2 for r in done["rows"])
    assert all(r["schedule_d"][-1] < 6.0 for r in done["rows"])
    first = done["rows"][0]
    assert (first["protocol"], first["dose"], first["carrier"]) == (True, 1e8, "none")
    assert done["left_out"]["count"] == sum(done["left_out"]["reasons"].values())
    assert done["left_out"]["reasons"].get("limit punctures <= 2", 0) > 0
    for h, best in done["best"].items():
        medians = [r["hypotheses"][h]["median"] for r in done["rows"]]
        assert medians[best["median"]] == max(medians)
        assert any(r["front"][h] for r in done["rows"])
        assert done["rows"][best["median"]]["front"][h]
    assert optimise(tiny(), ASK, tmp_path / "b").result == done


def test_a_search_that_goes_on_ends_with_the_same_front(tmp_path):
    whole = optimise(tiny(), ASK, tmp_path / "whole").result
    some = Search(ASK.over, limits=ASK.limits, trials=2)
    assert optimise(tiny(), some, tmp_path / "parts").computed == 2
    rest = optimise(tiny(), ASK, tmp_path / "parts")
    assert rest.computed == 2
    assert rest.result == whole
    again = optimise(tiny(), ASK, tmp_path / "parts")
    assert (again.computed, again.result) == (0, whole)
    # fewer trials than are stored are the first ones
    assert optimise(tiny(), some, tmp_path / "parts").result["rows"] == optimise(
        tiny(), some, tmp_path / "fewer"
    ).result["rows"]  # fmt: skip


@pytest.mark.slow
def test_a_killed_search_goes_on_and_ends_with_the_same_front(tmp_path):
    whole = optimise(tiny(), ASK, tmp_path / "whole").result
    words = [w for one in (*TINY, "duration=6 d", "numerics.axial_cells=6") for w in ("--set", one)]
    code = "from evdisc.cli import main; main()"
    command = [
        sys.executable, "-c", code, "study", "optimise", str(RAT), *words, "--members", "1",
        "--limit", "punctures <= 2", "--trials", "4", "--out", str(tmp_path / "killed"), "--json",
    ]  # fmt: skip
    killed = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    store, deadline = tmp_path / "killed" / "stages" / "trials.db", time.monotonic() + 120
    while not store.exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    time.sleep(1.5)
    killed.kill()
    killed.wait()
    done = subprocess.run(command, capture_output=True, check=True, text=True)
    found = json.loads(done.stdout)
    assert [r["settings"] for r in found["rows"]] == [r["settings"] for r in whole["rows"]]
    assert [r["hypotheses"] for r in found["rows"]] == [r["hypotheses"] for r in whole["rows"]]


@pytest.mark.slow
def test_processes_do_not_change_a_number(tmp_path):
    ask, p = Search("dose,volume", trials=2), tiny("ensemble.members=3")
    one = optimise(p, ask, tmp_path / "one").result
    assert optimise(p, ask, tmp_path / "two", jobs=2).result == one


def test_what_is_not_searched_stays(tmp_path):
    done = optimise(tiny(), Search("dose", trials=3), tmp_path / "a").result
    assert {(r["volume_uL"], r["carrier"], tuple(r["schedule_d"])) for r in done["rows"]} == {
        (2.0, "none", (1.0,))
    }
    doses = [r["dose"] for r in done["rows"]]
    assert len(set(doses)) == 3
    # needle and liquid do not depend on the vesicles; each way is compared with them
    over_carrier = [r["hypotheses"]["stoichiometric"]["over_carrier"] for r in done["rows"]]
    level = [r["hypotheses"]["stoichiometric"]["median"] for r in done["rows"]]
    vehicle = [a - b["median"] for a, b in zip(level, over_carrier, strict=True)]
    assert vehicle == pytest.approx([vehicle[0]] * 3, abs=1e-5)


def test_a_gain_may_be_that_of_the_vesicles_alone(tmp_path):
    ask = Search("dose", trials=1, against="carrier")
    row = optimise(tiny(), ask, tmp_path / "a").result["rows"][0]["hypotheses"]["potency"]
    assert row["median"] == row["over_carrier"]["median"]


def test_no_way_at_all_is_said(tmp_path):
    ask = Search("dose", limits=("dose > 1e30 particles",), trials=1)
    with pytest.raises(RunError, match=r"no proposal can be given: limit dose > 1e30"):
        optimise(tiny(), ask, tmp_path / "a")


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"over": "dose,volum"}, "--over: .*did you mean 'volume'"),
        ({"over": " , "}, "--over: names nothing"),
        ({"limits": ("punctures at most 2",)}, "--limit: cannot be read"),
        ({"limits": ("puncture <= 2",)}, "did you mean 'punctures'"),
        ({"limits": ("dose <= 2 uL",)}, "--limit dose: wrong dimension"),
        ({"limits": ("dose <= 2",)}, "--limit dose: has no unit"),
        ({"readout": "disc hight index"}, "did you mean 'disc height index'"),
        ({"readout": "disc height index at 9 weeks"}, "after the end of the study"),
        ({"trials": 0}, "--trials"),
        ({"against": "vehicle"}, "--against"),
    ],
)
def test_questions_that_cannot_be_asked(tmp_path, more, said):
    ask = Search(**({"over": "dose"} | more))
    with pytest.raises(InputError, match=said):
        optimise(tiny(), ask, tmp_path / "a")
    assert not (tmp_path / "a").exists()


def test_a_dish_and_a_disc_without_therapy_are_refused(tmp_path):
    with pytest.raises(InputError, match="is no disc study"):
        optimise(dish(), Search("dose"), tmp_path / "a")
    with pytest.raises(InputError, match="has no therapy to search around"):
        optimise(tiny("therapy=none", "compare=[]"), Search("dose"), tmp_path / "a")


def test_another_question_does_not_touch_the_folder(tmp_path):
    optimise(tiny(), Search("dose", trials=1), tmp_path / "a")
    with pytest.raises(InputError, match="belongs to another"):
        optimise(tiny(), Search("volume", trials=1), tmp_path / "a")


def test_limits_and_names_are_read():
    found = limits(["punctures <= 2", " made<1e9 particles ", "volume >= 2 uL"])
    assert [(k.name, k.sign) for k in found] == [
        ("punctures", "<="), ("made", "<"), ("volume", ">="),
    ]  # fmt: skip
    numbers = {"punctures": 2.0, "made": 1e9, "volume": 2e-9}
    assert [k.kept(numbers) for k in found] == [True, False, True]
    assert over("schedule, dose") == ["dose", "schedule"]
