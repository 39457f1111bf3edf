"""Sample sizes: numbers where they mean something, curves and detectable effects where not."""

import numpy as np
import pytest

from evdisc.study.layout import apart, contrast
from evdisc.study.power import Rules, exact
from evdisc.study.predicted import Predicted, time_points
from evdisc.study.sample_size import MOST, Design, detectables, sized
from evdisc.study.spread import Spread
from evdisc.study.unit import unit_of

RNG = np.random.default_rng(1)


def predicted(name="T2", effect=10.0, sd=1.0, level=100.0, band=2.0, members=40, **more):
    course = np.linspace(0.0, 1.0, 5) * (effect + sd * RNG.normal(size=(members, 1)))
    about = {"unit": "ms", "arm": "treated", "versus": "vehicle", "better": 1,
             "hypothesis": "stoichiometric"} | more  # fmt: skip
    return Predicted(outcome=name, times_d=np.arange(5.0), course=course, level=level, band=band,
                     **about)  # fmt: skip


def design(groups=2, unit="animal", levels=("a",), **rules):
    return Design(
        unit_of(unit, levels, groups), tuple("abcdefg"[:groups]),
        Rules(experiments=2000, **rules), lambda names: np.eye(len(names)),
    )  # fmt: skip


def known(cv=0.1, freedom=30):
    return Spread(cv, "pilot", "a pilot", freedom=freedom)


def test_the_number_is_that_of_the_t_test():
    smp = pytest.importorskip("statsmodels.stats.power", reason="statsmodels is not installed")
    found = sized(design(), (0, 1), [predicted(sd=0.01)], {"T2": known()})
    row = found["outcomes"]["T2"]
    wanted = int(np.ceil(smp.TTestIndPower().solve_power(1.0, alpha=0.05, power=0.8)))
    assert row["status"] == "sized"
    assert abs(row["n"] - wanted) <= 1
    assert (found["n_primary"], found["animals_primary"]) == (row["n"], 2 * row["n"])
    assert row["power"] >= 0.8


def test_assurance_is_below_power_where_the_effect_is_not_sure():
    sure = sized(design(), (0, 1), [predicted(sd=0.1)], {"T2": known(freedom=100_000)})
    unsure = sized(design(), (0, 1), [predicted(sd=5.0)], {"T2": known(freedom=100_000)})
    small = sized(design(), (0, 1), [predicted(sd=0.1)], {"T2": known(freedom=4)})
    power, assurance = (sure["outcomes"]["T2"][k] for k in ("power", "assurance"))
    assert assurance == pytest.approx(power, abs=0.05)
    assert unsure["outcomes"]["T2"]["assurance"] < power - 0.05
    assert small["outcomes"]["T2"]["assurance"] < power - 0.02


@pytest.mark.parametrize(("effect", "sd", "status"), [
    (0.01, 0.01, "none predicted"), (3.0, 6.0, "unresolved"), (2.5, 0.01, "beyond reach"),
])  # fmt: skip
def test_no_number_where_it_would_mean_nothing(effect, sd, status):
    found = sized(design(), (0, 1), [predicted(effect=effect, sd=sd)], {"T2": known(cv=0.3)})
    row = found["outcomes"]["T2"]
    assert (row["status"], row["n"], found["n_primary"]) == (status, None, None)
    assert row["words"]
    # the chance that an experiment of a stated size finds a benefit is told all the same
    chances = [p["assurance"] for p in row["assurance_at"]]
    assert [p["n"] for p in row["assurance_at"]] == [6, 8, 10]
    assert 0.0 < max(chances) < 0.8


def test_an_unknown_spread_gives_a_curve_that_rises_and_never_a_number():
    found = sized(design(), (0, 1), [predicted("disc height index")], {"disc height index": None})
    row = found["outcomes"]["disc height index"]
    assert (row["status"], row["n"]) == ("spread unknown", None)
    sizes = [p["n"] or MOST + 1 for p in row["curve"]]
    assert sizes == sorted(sizes)
    assert len(set(sizes)) > 3
    at = next(p for p in row["curve"] if p["cv"] == 0.1)
    size = row["effect"]["median"] / 10.0
    assert exact(size, contrast(apart(at["n"], 2), 0, 1), 0.05) >= 0.8
    assert exact(size, contrast(apart(at["n"] - 1, 2), 0, 1), 0.05) < 0.8


def test_more_outcomes_and_more_losses_take_more_animals():
    def n(count, **rules):
        told = [predicted(f"o{i}", sd=0.01) for i in range(count)]
        found = sized(design(**rules), (0, 1), told, {p.outcome: known() for p in told})
        return found["n_primary"], found["n_all"]

    (one, _), (three, every), (lost, _) = n(1), n(3), n(1, attrition=0.25)
    assert one < three < every
    assert lost > one + 2


def test_an_outcome_of_unknown_spread_still_counts_in_the_family():
    told = [predicted("T2", sd=0.01), predicted("GAG", sd=0.01)]
    alone = sized(design(), (0, 1), told[:1], {"T2": known()})
    beside = sized(design(), (0, 1), told, {"T2": known(), "GAG": None})
    assert beside["n_primary"] > alone["n_primary"]
    assert beside["n_all"] is None


def test_levels_inside_animals_need_fewer_animals():
    told, spreads = [predicted(sd=0.01)], {"T2": known()}
    apart_ = sized(design(3, "animal", ("a", "b", "c")), (0, 1), told, spreads)
    within = sized(design(3, "level", ("a", "b", "c")), (0, 1), told, spreads)
    assert within["animals_primary"] < 0.5 * apart_["animals_primary"]


def test_what_would_be_found_shrinks_with_size_and_is_in_the_outcomes_own_unit():
    told = [predicted("T2"), predicted("GAG", unit="%")]
    rows = detectables(design(attrition=0.1), (0, 1), told, {"T2": known(0.2), "GAG": None})
    t2 = [r for r in rows if r["outcome"] == "T2"]
    assert [r["n"] for r in t2] == [6, 8, 10]
    sizes = [r["standard_deviations"] for r in t2]
    assert sizes == sorted(sizes, reverse=True)
    for r in t2:
        assert r["difference"] == pytest.approx(r["standard_deviations"] * 0.2 * 100.0, rel=1e-6)
    gag = [r for r in rows if r["outcome"] == "GAG"]
    assert all(r["difference"] is None and len(r["by_cv"]) == 6 for r in gag)


def test_units_of_their_own_carry_over_as_they_are():
    told = [predicted("T2", effect=5.0, sd=0.01, level=10.0)]
    share = sized(design(), (0, 1), told, {"T2": known(0.1)})["n_primary"]
    absolute = Spread(0.1, "pilot", "a pilot", freedom=30, mean=50.0)
    own = sized(design(), (0, 1), told, {"T2": absolute})["n_primary"]
    assert share < own


def test_time_points_are_those_of_the_largest_difference():
    p = predicted(effect=10.0, sd=0.1)
    humped = p.course.copy()
    humped[:, 2], humped[:, 4] = 20.0, 4.0
    told = time_points(predicted().__class__(**{**vars(p), "course": humped}))
    assert (told["most_d"], told["half_d"], told["difference"]) == (2.0, 2.0, 20.0)
    flat = time_points(predicted(effect=0.1, sd=0.01))
    assert (flat["most_d"], flat["beyond_band"]) == (None, False)
