"""A plan from a protocol: what it runs, what it refuses, and what stands in it."""

import json
from dataclasses import replace

import pytest

from evdisc.errors import FolderError, InputError, RunError
from evdisc.evidence.library import load
from evdisc.study.execute import run
from evdisc.study.falsify import falsifiers, lacking
from evdisc.study.groups import groups, included
from evdisc.study.plan import Question, plan, prepare, simulated
from evdisc.study.predicted import outcomes, read_run
from studies import EXAMPLES, dish, rat

PILOT = EXAMPLES / "pilot-template.csv"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    out = tmp_path_factory.mktemp("plan") / "run"
    return run(simulated(rat(), 3), out).folder


def asked(folder, unit="animal", **more):
    return Question(rat(), unit, run=folder, **more)


def test_the_short_run_holds_the_arms_a_plan_compares():
    assert simulated(rat(), 3).spec.compare == ("untreated", "vehicle", "knock-out")
    assert simulated(rat("therapy.delivery.carrier=GelMA"), 3).spec.compare[2] == "carrier"
    assert simulated(dish(), 4).spec.ensemble.members == 4


def test_a_plan_without_a_run_makes_one(tmp_path):
    question = Question(dish(), "donor", members=2, outcomes=("viability",))
    done = plan(prepare(question), tmp_path)
    assert (tmp_path / "run" / "result.json").is_file()
    assert done.result["members"] == 2
    assert done.result["unit"]["holder"] == "donor"
    assert len(done.result["unit"]["levels"]) == len(included(groups(dish().spec)))


def test_what_stands_in_a_plan(folder, tmp_path):
    result = plan(prepare(asked(folder)), tmp_path).result
    json.dumps(result, allow_nan=False)
    assert {"groups", "unit", "outcomes", "sample_size", "detectable", "time_points"} <= set(result)
    assert {"falsify", "allocation", "assumed", "warnings", "questions"} <= set(result)
    assert result["outcomes"][0]["name"] == "disc height index"
    assert {c["hypothesis"] for c in result["sample_size"]["contrasts"]} == {
        "stoichiometric",
        "potency",
    }
    first = result["sample_size"]["contrasts"][0]
    assert (first["versus"], first["primary"]) == ("vehicle", True)
    # six days do nothing that matters, and the plan says so and gives no number
    assert first["outcomes"]["disc height index"]["status"] in ("none predicted", "unresolved")
    assert result["sample_size"]["per_group"] is None
    assert result["allocation"]["why"].startswith("a placeholder")
    assert len(result["detectable"]) == 3 * len(result["outcomes"])
    assert any("effects rest on 3 members" in w for w in result["warnings"])
    assert {a["what"] for a in result["assumed"]} >= {"share of animals lost"}


def test_the_same_question_gives_the_same_plan(folder, tmp_path):
    one, two = (plan(prepare(asked(folder, pilot=PILOT)), tmp_path) for _ in range(2))
    assert one.result == two.result
    assert one.allocation == two.allocation
    other = plan(prepare(asked(folder, pilot=PILOT, seed=7)), tmp_path)
    assert other.allocation != one.allocation


def test_a_pilot_names_levels_and_gives_spreads(folder, tmp_path):
    result = plan(prepare(asked(folder, "level", pilot=PILOT)), tmp_path).result
    assert result["unit"]["levels"] == ["Co6/7", "Co7/8", "Co8/9"]
    told = {o["name"]: o["spread"] for o in result["outcomes"]}
    assert (told["disc height index"], told["GAG"]) == ("pilot", "unknown")
    assert any("levels of one animal" in w for w in result["warnings"])


@pytest.mark.parametrize(("more", "words"), [
    ({"power": 1.0}, "--power: is not between 0 and 1"),
    ({"power": 0.0}, "--power"), ({"power": float("nan")}, "--power"),
    ({"attrition": 1.0}, "--attrition"), ({"per_group": 1}, "--per-group"),
    ({"members": 1}, "--members"), ({"outcomes": ("disc hight",)}, "'disc height index'"),
    ({"levels": ("a", "a")}, "names a level twice"),
])  # fmt: skip
def test_bad_questions_are_refused_before_anything_runs(folder, more, words):
    with pytest.raises(InputError) as caught:
        prepare(asked(folder, **more))
    assert words in str(caught.value)


def test_no_unit_no_therapy_no_plan(folder):
    with pytest.raises(InputError, match="experimental unit is not stated"):
        prepare(asked(folder, None))
    with pytest.raises(InputError, match="nothing to compare"):
        prepare(Question(rat("therapy=none"), "animal"))


def test_a_run_of_something_else_is_refused(folder, tmp_path):
    other = replace(asked(folder), protocol=rat("therapy.delivery.dose=1e7 particles"))
    with pytest.raises(InputError, match="another protocol: therapy differs"):
        prepare(other)
    with pytest.raises(InputError, match="is a run of a disc"):
        prepare(Question(dish(), "donor", run=folder))
    with pytest.raises(FolderError, match="holds no finished run"):
        read_run(tmp_path)
    (tmp_path / "result.json").write_text('{"ranking": []}', "utf-8")
    with pytest.raises(FolderError, match="holds no finished run"):
        read_run(tmp_path)
    dead = {"arms": ["treated"], "readouts": {}, "failed": {"0": "SolveError: too stiff"}}
    (tmp_path / "result.json").write_text(json.dumps(dead), "utf-8")
    with pytest.raises(RunError, match="the first failed with: SolveError: too stiff"):
        read_run(tmp_path)


def test_outcomes_of_one_cell_type_are_found_by_their_bare_name():
    assert outcomes(dish().spec, ["viability"], ["NLRP3 (NP)", "viability (NP)"]) == [
        "viability (NP)"
    ]


def test_a_dish_of_two_cell_types_is_planned_for_either(tmp_path):
    two = dish(
        "cells=[{type: NP}, {type: macrophage}]", "duration=6 h", "stimuli=[]", "compare=[vehicle]",
        "therapy={cargo: [{molecule: miR-410, copies_per_cell: 500 copies/cell}]}",
    )  # fmt: skip
    asked_for = ("viability (macrophage)", "viability")
    done = plan(prepare(Question(two, "donor", members=2, outcomes=asked_for)), tmp_path)
    assert [o["name"] for o in done.result["outcomes"]] == [
        "viability (macrophage)", "viability (NP)"
    ]  # fmt: skip


def named(study):
    return {g.name: g for g in groups(study)}


def test_groups_follow_the_claim():
    plain = named(rat().spec)
    assert {n for n, g in plain.items() if g.included} == {
        "sham", "injury only", "vehicle", "free cargo", "vesicle-depleted medium",
        "native vesicle", "knock-out vesicle",
    }  # fmt: skip
    assert "nothing is engineered" in plain["engineered vesicle"].reason
    assert all(g.reason.startswith("left out: ") is not g.included for g in plain.values())
    assert plain["native vesicle"].arm == "treated"


def test_groups_of_an_engineered_vesicle_in_a_gel():
    study = rat(
        "therapy.vesicle.engineering=[{method: electroporation, cargo: [miR-21-5p]}]",
        "therapy.delivery.carrier=GelMA",
    ).spec
    found = named(study)
    assert all(g.included for g in found.values())
    assert found["engineered vesicle"].arm == "treated"
    assert found["native vesicle"].arm == ""
    assert "electroporation" in found["sham-processed empty vesicle"].given
    assert found["carrier only"].given == "GelMA without vesicles"


def test_groups_of_a_vesicle_without_a_credited_cargo_and_of_bare_cargo():
    bare = named(rat("therapy.vesicle.cargo=[]").spec)
    assert not bare["knock-out vesicle"].included
    assert "no cargo is credited" in bare["knock-out vesicle"].reason
    free = named(dish("therapy={cargo: [{molecule: miR-410, copies_per_cell: 500 copies/cell}]}",
                      "compare=[untreated, vehicle]").spec)  # fmt: skip
    assert free["free cargo"].arm == "treated"
    assert not free["native vesicle"].included
    assert not free["vesicle-depleted medium"].included
    quiet = named(rat("disc.insult={}").spec)
    assert not quiet["sham"].included


def test_what_would_falsify_is_what_the_record_lacks():
    library = load()
    found = falsifiers(["miR-21-5p"], library)
    arms = " ".join(f.arm for f in found)
    assert "knock-out vesicle" in arms
    assert "PTEN expressed without the site" in arms
    assert "reporter" in arms
    assert all(f.claims for f in found)
    # lost when CAHM is knocked out: that arm is on record, its target is not
    shown = falsifiers(["CAHM"], library)
    assert not [f for f in shown if "knock-out" in f.arm]
    assert [f for f in shown if f.lacks == "the record leaves this link open"]
    unknown = falsifiers(["miR-none"], library)
    assert unknown[0].lacks.startswith("no study of the record")


def test_gaps_of_one_molecule_under_two_names_are_those_both_share():
    told = lacking(["miR-21-5p"], load())["miR-21-5p"]
    assert "no loss-of-function" in told
    assert "single study" not in told
    assert "never in vivo" not in told
