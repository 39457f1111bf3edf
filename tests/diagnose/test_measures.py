import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import cohen_kappa_score

from evdisc.diagnose.calibration import calibration, wilson
from evdisc.diagnose.decision import decision_curve
from evdisc.diagnose.grades import weighted_kappa
from evdisc.diagnose.sample_size import cox_snell, for_width, needed, riley
from evdisc.diagnose.stability import stability


def test_the_same_panel_each_time_is_stable_and_chance_is_not():
    same = np.tile(np.arange(50) < 5, (10, 1))
    assert stability(same)["value"] == pytest.approx(1.0)
    random = np.random.default_rng(0)
    chance = np.stack([np.isin(np.arange(200), random.permutation(200)[:20]) for _ in range(400)])
    assert stability(chance)["value"] == pytest.approx(0.0, abs=0.01)
    assert stability(np.ones((4, 3), dtype=bool))["value"] is None


def test_the_interval_of_the_stability_holds_the_truth_as_often_as_it_says():
    # each of 30 molecules is chosen by its own chance; the index of many fits is the truth
    chance = np.r_[np.full(5, 0.9), np.full(25, 0.1)]
    random = np.random.default_rng(1)
    truth = stability(random.random((20_000, 30)) < chance)["value"]
    rows = [stability(random.random((40, 30)) < chance) for _ in range(200)]
    held = sum(r["low"] <= truth <= r["high"] for r in rows)
    assert 0.9 * 200 <= held <= 200


def test_sample_size_by_the_published_example():
    # pmsampsize, its help: R2 0.288, 24 parameters, prevalence 0.174 needs 662 patients
    found = riley(0.288, 0.174, 24)
    assert (found["shrinkage"], found["optimism"], found["prevalence"]) == (623, 662, 221)
    assert found["patients"] == 662


def test_r2_from_a_concordance_is_that_of_a_drawn_population():
    random = np.random.default_rng(2)
    case = random.random(400_000) < 0.3
    apart = np.sqrt(2.0) * 0.8416212335729143  # C = 0.8
    score = random.normal(size=case.size) + apart * case
    logit = np.log(0.3 / 0.7) + apart * score - 0.5 * apart**2
    fitted = -np.logaddexp(0, np.where(case, -logit, logit)).mean()
    null = 0.3 * np.log(0.3) + 0.7 * np.log(0.7)
    assert cox_snell(0.8, 0.3) == pytest.approx(1 - np.exp(-2 * (fitted - null)), abs=0.005)
    assert cox_snell(0.5, 0.3) == pytest.approx(0.0, abs=1e-9)


def test_more_patients_are_needed_for_more_molecules_and_less_signal():
    rows = needed(0.8, 0.6, 0.5, 5, 500)["development"]
    by = {(r["taken"], r["parameters"]): r["patients"] for r in rows}
    assert by["as found", 5] <= by["as found", 500] < by["low end of its interval", 500]
    assert needed(0.5, 0.4, 0.5, 5, 500)["development"][0]["patients"] is None
    assert for_width(0.8, 0.5, 0.05) > for_width(0.8, 0.5, 0.1) > for_width(0.95, 0.5, 0.1)


@given(st.integers(0, 10_000), st.integers(2, 5))
def test_kappa_is_that_of_scikit_learn(seed, levels):
    random = np.random.default_rng(seed)
    codes = np.arange(5 * levels) % levels
    said = np.clip(codes + random.integers(-1, 2, codes.size), 0, levels - 1)
    expected = cohen_kappa_score(codes, said, weights="quadratic")
    assert weighted_kappa(said[None, :], codes, levels, np.ones(codes.size)) == (
        pytest.approx(expected)
    )


def test_calibration_finds_a_model_that_is_too_sure():
    random = np.random.default_rng(3)
    logit = random.normal(size=3000) * 1.5
    over = random.random(3000) < 1 / (1 + np.exp(-logit))
    unit = np.arange(3000)
    for factor in (1.0, 2.0):
        slope = calibration(1 / (1 + np.exp(-factor * logit))[None, :], over, unit)["slope"]
        assert slope["low"] <= 1 / factor <= slope["high"]
        assert slope["high"] - slope["low"] < 0.3
    shifted = calibration(1 / (1 + np.exp(-logit - 1.0))[None, :], over, unit)["intercept"]
    assert shifted["low"] <= -1.0 <= shifted["high"]


def test_classes_apart_have_no_slope():
    over = np.arange(20) < 10
    assert calibration(np.where(over, 0.9, 0.1)[None, :], over, np.arange(20))["slope"] is None


def test_wilson_as_published():
    # Newcombe 1998, 81 of 263: 0.2553 to 0.3662
    assert wilson(81, 263) == pytest.approx((0.2553, 0.3662), abs=1e-4)


def test_net_benefit_of_everybody_and_of_a_perfect_model():
    over = np.arange(100) < 30
    rows = decision_curve(over[None, :] * 1.0, over, np.arange(100), seed=1)
    for row in rows:
        odds = row["threshold"] / (1 - row["threshold"])
        assert row["everybody"] == pytest.approx(0.3 - 0.7 * odds)
        assert row["model"] == pytest.approx(0.3)
        assert row["low"] <= row["model"] <= row["high"]
