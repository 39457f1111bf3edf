"""The plain answer: resolved, none and unresolved, and each hypothesis where they differ."""

import pytest

from evdisc.report.answer import answer

COPIES, VESICLES = "stoichiometric", "potency"


def effects(versus, arm="treated", **words):
    return [
        {"arm": arm, "versus": versus, "hypothesis": h, "claims": claims, "direction": word,
         "median": -2.0 if word == "down" else 2.0, "time_d": 56.0}
        for h, word in words.items() for claims in ("discounted", "all believed")
    ]  # fmt: skip


def result(every, arms, kind="disc", name="disc height index", unit="%", better=1, dosed=True):
    first, *others = every
    return {
        "kind": kind, "arms": arms, "first": [name],
        "delivery": {"treated": {"vesicles_per_cell": {"median": 3.0 if dosed else 0.0}}},
        "readouts": {name: {"unit": unit, "better": better, "effect": first, "effects": others}},
    }  # fmt: skip


def against_vehicle(copies, vesicles, alone, better=1):
    every = [
        *effects("untreated", **{COPIES: "down", VESICLES: "down"}),
        *effects("vehicle", **{COPIES: copies, VESICLES: vesicles}),
        *effects("vehicle", "untreated", **{COPIES: alone, VESICLES: alone}),
    ]
    return answer(result(every, ["treated", "untreated", "vehicle"], better=better))


@pytest.mark.parametrize(
    ("copies", "vesicles", "alone", "words"),
    [
        ("none", "none", "up", "After 8 weeks the vesicles add nothing that matters to the disc "
         "height index; the injection itself costs 2 points."),
        ("up", "up", "none", "After 8 weeks the vesicles raise the disc height index by 2 points; "
         "the injection itself costs nothing that matters."),
        ("unresolved", "unresolved", "unresolved", "After 8 weeks what the vesicles do to the disc "
         "height index is not resolved by what is known; what the injection itself costs is not "
         "resolved."),
        ("none", "down", "down", "After 8 weeks, if delivered copies decide, the vesicles add "
         "nothing that matters to the disc height index; if vesicles per cell decide, the vesicles "
         "lower the disc height index by 2 points; either way the injection itself gains 2 "
         "points."),
    ],
)  # fmt: skip
def test_a_disc_in_one_sentence(copies, vesicles, alone, words):
    assert against_vehicle(copies, vesicles, alone) == words


@pytest.mark.parametrize(
    ("arms", "more", "subject"),
    [
        (["vehicle"], {}, "the vesicles"),
        (["vehicle"], {"carrier": "GelMA"}, "the vesicles and their carrier"),
        (["vehicle", "carrier"], {"carrier": "GelMA"}, "the vesicles"),
        (["untreated"], {"carrier": "GelMA"}, "the vesicles, their carrier and their injection"),
        (["untreated"], {}, "the vesicles and their injection"),
        (["vehicle"], {"cells": True}, "the cells and their vesicles"),
    ],
)
def test_nothing_is_credited_to_the_vesicles_that_came_with_them(arms, more, subject):
    every = [e for versus in arms for e in effects(versus, **{COPIES: "up", VESICLES: "up"})]
    told = result(every, ["treated", *arms]) | {"carrier": more.get("carrier", "none")}
    if more.get("cells"):
        told["delivery"]["treated"]["cells_given"] = {"given": {"median": 1e5}}
    assert answer(told).startswith(f"After 8 weeks {subject} raise the disc height index")


def test_of_a_read_out_that_should_be_low_a_rise_is_the_cost():
    assert "the injection itself gains 2 points" in against_vehicle("none", "none", "up", better=-1)


def test_a_dish_against_healthy_and_a_gene():
    every = effects("healthy", **{COPIES: "up"})
    told = answer(result(every, ["treated", "healthy"], "dish", "NLRP3", "fold of healthy",
                         dosed=False))  # fmt: skip
    assert told == "After 8 weeks the stimuli raise NLRP3 by 2 × healthy (against healthy)."


def test_where_nothing_is_compared_there_is_no_answer():
    about = {"unit": "%", "better": 1, "effect": None, "effects": []}
    assert answer({"kind": "disc", "arms": ["untreated"], "readouts": {"GAG": about}}) == ""
    assert answer({"kind": "disc", "arms": [], "readouts": {}}) == ""
