"""Checklists: the table, how it is filled, the EV-METRIC, and what comes back from a person."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evdisc.errors import InputError
from evdisc.report.checklist_answers import bearing, known
from evdisc.report.checklists import (
    Answer,
    as_csv,
    as_json,
    checklist,
    ev_metric,
    filled,
    items,
    names,
    read_answers,
)
from studies import dish, rat

COUNTS = {"MISEV2023": 49, "EV-TRACK": 9, "ARRIVE 2.0": 38, "MIFlowCyt-EV": 23, "MIBlood-EV": 21,
          "TRIPOD+AI": 52}  # fmt: skip


def test_the_table_is_whole():
    assert {n: sum(i.checklist == n for i in items()) for n in names()} == COUNTS
    keys = [(i.checklist, i.item) for i in items()]
    assert len(set(keys)) == len(keys)
    for i in items():
        assert i.question.endswith("?") or "?" in i.question, i
        assert i.source, i
        assert i.checked or i.note, i  # what was not checked says why


def test_arrive_has_its_essential_ten_first_and_all_twenty_one():
    own = [i for i in items() if i.checklist == "ARRIVE 2.0"]
    numbers = [int(i.item.rstrip("abcd")) for i in own]
    assert numbers == sorted(numbers)
    assert set(numbers) == set(range(1, 22))
    assert {n for n, i in zip(numbers, own, strict=True) if i.level == "essential"} == set(
        range(1, 11)
    )


def test_tripod_has_twenty_seven_items_with_their_flags():
    own = [i for i in items() if i.checklist == "TRIPOD+AI"]
    assert {int(i.item.rstrip("abcdefg")) for i in own} == set(range(1, 28))
    assert {i.level for i in own} == {"development", "evaluation", "development; evaluation"}


def test_nothing_is_answered_that_nobody_said():
    for name in names():
        assert {f.status for f in filled(name, {})} == {"open"}
        assert {f.answer for f in filled(name, {})} == {""}


def test_one_fact_answers_the_items_of_several_lists_and_an_items_own_answer_wins():
    answers = {"objective": "does it help", "isolation": Answer("SEC", "column"), "C1": "mine"}
    misev = {f.item.item: f for f in filled("MISEV2023", answers)}
    assert (misev["C1"].status, misev["C1"].answer) == ("answered", "mine")
    arrive = {f.item.item: f for f in filled("ARRIVE 2.0", answers)}
    assert (arrive["13"].answer, arrive["1a"].status) == ("does it help", "open")
    partly = {f.item.item: f for f in filled("MISEV2023", {"isolation": Answer("SEC", "column")})}
    assert (partly["C1"].status, partly["C1"].missing) == ("partly", "column")


def test_a_prediction_model_is_not_answered_by_an_animal_study():
    assert {f.status for f in filled("TRIPOD+AI", known(rat().spec))} == {"open"}
    mine = filled("TRIPOD+AI", {"model_performance": "AUC 0.7 (0.6 to 0.8)"})
    assert [f.item.item for f in mine if f.status == "answered"] == ["23a"]


@given(
    st.lists(st.sampled_from(["yes", "no", ""]), min_size=6, max_size=6),
    st.lists(st.sampled_from(["yes", "no", "", "not applicable"]), min_size=3, max_size=3),
)
def test_ev_metric_is_fulfilled_over_applicable(always, may):
    given_ = dict(zip([str(i) for i in range(1, 10)], [*always, *may], strict=True))
    found = ev_metric(filled("EV-TRACK", given_))
    every = list(given_.values())
    applicable = 9 - every.count("not applicable")
    assert found["applicable"] == applicable
    assert found["score"] == pytest.approx(100 * every.count("yes") / applicable)
    assert found["highest"] == pytest.approx(
        100 * (every.count("yes") + every.count("")) / applicable
    )


def test_ev_metric_by_hand():
    given_ = dict.fromkeys("123456", "yes") | {"7": "not applicable", "8": "no", "9": "yes"}
    assert ev_metric(filled("EV-TRACK", given_))["score"] == 100 * 7 / 8


def test_components_take_their_own_answers_only():
    with pytest.raises(InputError, match="EV-TRACK 5: always applies"):
        filled("EV-TRACK", {"5": "not applicable"})
    with pytest.raises(InputError, match="did you mean 'yes'"):
        filled("EV-TRACK", {"5": "yess"})


@pytest.mark.parametrize(("typed", "name"), [
    ("arrive", "ARRIVE 2.0"), ("ARRIVE2.0", "ARRIVE 2.0"), ("misev 2023", "MISEV2023"),
    ("ev-metric", "EV-TRACK"), ("tripod+ai", "TRIPOD+AI"), ("MIFlowCyt", "MIFlowCyt-EV"),
])  # fmt: skip
def test_names_as_people_type_them(typed, name):
    assert checklist(typed) == name


def test_an_unknown_checklist_offers_the_nearest():
    with pytest.raises(InputError, match=r"did you mean 'ARRIVE 2\.0'"):
        checklist("arive")
    with pytest.raises(InputError, match=r"MISEV2023 \| EV-TRACK"):
        checklist("consort")


def test_a_protocol_fills_what_it_says_and_leaves_the_rest_open():
    answers = known(rat("therapy.vesicle.isolation=SEC").spec)
    misev = {f.item.item: f for f in filled("MISEV2023", answers)}
    assert misev["C1"].answer == "size-exclusion chromatography"
    assert "rotor" in misev["C1"].missing
    assert misev["B1"].answer == "BMSC of human"
    assert misev["B5"].status == "not applicable"  # nothing was engineered
    assert misev["D2"].status == misev["K2"].status == "open"
    track = {f.item.item: f.status for f in filled("EV-TRACK", answers)}
    assert track["7"] == "not applicable"
    assert set(track.values()) == {"open", "not applicable"}
    spun = filled("EV-TRACK", known(rat().spec))
    assert {f.status for f in spun} == {"open"}


def test_the_lists_that_bear_on_a_study():
    assert bearing(rat().spec) == ["ARRIVE 2.0", "MISEV2023", "EV-TRACK", "MIFlowCyt-EV"]
    assert "ARRIVE 2.0" not in bearing(dish().spec)
    assert "MIBlood-EV" in bearing(rat("therapy.vesicle.source.cell=PRP").spec)


def test_an_exported_list_comes_back_with_its_answers(tmp_path):
    done = filled("ARRIVE 2.0", known(rat().spec) | {"14": 'approved, with "quotes", 12/3'})
    path = tmp_path / "arrive.csv"
    path.write_text(as_csv(done), "utf-8")
    again = filled("ARRIVE 2.0", read_answers(path, "arrive"))
    assert [(f.status, f.answer, f.missing) for f in again] == [
        (f.status, f.answer, f.missing) for f in done
    ]
    rows = list(csv.DictReader(io.StringIO(as_csv(done))))
    assert len(rows) == 38
    assert as_json("ARRIVE 2.0", done)["answered"] == sum(f.status == "answered" for f in done)


def test_bad_answers_are_refused(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("item,reply\n1a,x\n", "utf-8")
    with pytest.raises(InputError, match="has no column 'answer'"):
        read_answers(path, "arrive")
    path.write_text("item,answer\n1z,x\n", "utf-8")
    with pytest.raises(InputError, match=r"a\.csv:2: is no item of ARRIVE 2.0"):
        read_answers(path, "arrive")
    with pytest.raises(InputError, match="cannot be read"):
        read_answers(tmp_path / "no.csv", "arrive")
