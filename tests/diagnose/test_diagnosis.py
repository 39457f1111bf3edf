import dataclasses
import json

import numpy as np
import pytest

from cohorts import made, normal, simulated, two_studies
from evdisc.diagnose.cohort import Columns, cohort
from evdisc.diagnose.diagnosis import diagnose
from evdisc.diagnose.evaluate import cross_validate, judged
from evdisc.diagnose.settings import Settings
from evdisc.diagnose.table import read_table
from evdisc.diagnose.verdict import CONFOUNDED, NO_SIGNAL, NOT_BETTER, SIGNAL, sentences

SMALL = Settings(models="quick", inner=2, repeats=1, permutations=19)


def batches(codes, mix, seed=0):
    """Two batches; ``mix`` is the share of samples whose batch is not that of their class."""
    swap = np.random.default_rng(seed).random(len(codes)) < mix
    return np.where(swap, 1 - codes, codes)


def test_two_studies_of_one_class_each_are_refused_and_said_why(tmp_path):
    found = cohort(read_table(two_studies(tmp_path)), Columns("class", study="study"))
    settings = dataclasses.replace(SMALL, permutations=0)
    assert judged(found, cross_validate(found, settings)).value > 0.99  # what a naked AUC would be
    result = diagnose(found, settings).result
    assert result["auc"] is None
    assert result["verdict"] == CONFOUNDED
    assert result["with"] == "study"
    assert "holds samples of one class only" in result["why"]
    assert "both cancer, with an AUC of 1.00" in result["why"]
    assert result["panel"] is result["calibration"] is result["model"] is None
    assert sentences(result)[0].startswith("No accuracy is given")
    json.dumps(result, allow_nan=False)


def test_archive_numbers_betray_studies_that_nobody_named(tmp_path):
    found = cohort(read_table(two_studies(tmp_path)), Columns("class", ignore=("study",)))
    result = diagnose(found, dataclasses.replace(SMALL, permutations=0)).result
    assert any("look like separate studies" in w for w in result["warnings"])


def test_a_batch_effect_alone_is_refused_where_batch_follows_class():
    plain = normal(60, 20)
    codes = plain.outcome.codes
    batch = batches(codes, 0.1)
    values = plain.values + 3.0 * batch[:, None] * (np.arange(20) < 10)
    found = made(values, codes, strata={"batch": batch}, roles={"batch": "batch"})
    assert judged(found, cross_validate(found, SMALL)).value > 0.7
    result = diagnose(found, SMALL).result
    assert result["verdict"] == CONFOUNDED
    assert result["auc"] is None
    assert "within one batch the molecules reach" in result["why"]


def test_a_signal_within_batches_is_told_within_batches():
    plain = normal(120, 20, shift=1.5)
    batch = batches(plain.outcome.codes, 0.3)
    values = plain.values + 3.0 * batch[:, None] * (np.arange(20) >= 10)
    found = made(values, plain.outcome.codes, strata={"batch": batch}, roles={"batch": "batch"})
    result = diagnose(found, SMALL).result
    assert result["auc"]["within"] == "batch"
    assert result["auc"]["low"] > 0.6
    assert result["verdict"] == SIGNAL


def test_a_batch_that_does_not_follow_the_class_is_left_alone():
    plain = normal(60, 20, shift=1.5)
    batch = np.arange(60) // 2 % 3
    found = made(plain.values, plain.outcome.codes, strata={"batch": batch})
    result = diagnose(found, SMALL).result
    assert not result["confounding"][0]["goes_with_outcome"]
    assert result["auc"]["within"] is None
    assert result["verdict"] == SIGNAL


def test_noise_has_no_signal_and_what_age_tells_is_not_credited_to_molecules():
    assert diagnose(normal(40, 20, seed=5), SMALL).result["verdict"] == NO_SIGNAL
    plain = normal(60, 20, shift=1.0, markers=1)
    age = plain.outcome.codes + 0.1 * np.random.default_rng(1).normal(size=60)
    known = dataclasses.replace(plain, covariates={"age": age})
    result = diagnose(known, SMALL).result
    assert result["baseline"]["auc"]["value"] == 1.0
    assert result["verdict"] in (NOT_BETTER, NO_SIGNAL)


def test_grades_are_told_beside_the_median_grade():
    found = normal(60, 20, shift=1.0, levels=4)
    result = diagnose(found, SMALL).result
    assert result["auc"]["kind"] == "C-index"
    grades = result["grades"]
    assert grades["mean_absolute_error"]["value"] < grades["naive"]["mean_absolute_error"]
    assert grades["kappa"]["low"] > 0.3
    assert np.sum(grades["table"]) == pytest.approx(60)
    assert result["outcome"]["event"] == "3 or more"


@pytest.mark.parametrize("levels", [2, 4])
def test_every_kind_of_model_gives_falling_probabilities(levels):
    from evdisc.diagnose.candidates import candidates, fit

    found = normal(40, 8, shift=0.8, levels=levels)
    for option in candidates(0, "all"):
        above = fit(option, found.values, found.outcome.codes, levels).above(found.values)
        assert above.shape == (40, levels - 1)
        assert (np.diff(above, axis=1) <= 1e-12).all()
        assert ((above >= 0) & (above <= 1)).all()


def test_the_same_seed_gives_the_same_result_and_another_one_another(tmp_path):
    found = normal(40, 15, shift=0.8)
    one, two = diagnose(found, SMALL).result, diagnose(found, SMALL).result
    assert one == two
    other = diagnose(found, dataclasses.replace(SMALL, seed=2)).result
    assert other["auc"] != one["auc"]
    assert simulated(tmp_path, 30).simulated


def test_a_study_left_out_is_told_by_the_others():
    plain = normal(90, 20, shift=1.5)
    study = np.arange(90) // 2 % 3
    found = made(plain.values, plain.outcome.codes, strata={"study": study},
                 roles={"study": "study"})  # fmt: skip
    rows = diagnose(found, SMALL).result["left_out"]
    assert [r["left_out"] for r in rows] == ["study0", "study1", "study2"]
    assert all(r["value"] > 0.8 for r in rows)


def test_columns_that_are_the_outcome_in_another_form_are_suspected():
    plain = normal(40, 5)
    values = np.column_stack([plain.values, plain.outcome.codes * 7.0])
    result = diagnose(made(values, plain.outcome.codes), SMALL).result
    assert any("'f5' alone tells the outcome without a fault" in w for w in result["warnings"])


def test_a_table_that_is_told_worse_than_by_chance_still_gets_an_answer():
    for seed in range(3):
        result = diagnose(normal(16, 8, seed=seed), SMALL).result
        assert result["verdict"] == NO_SIGNAL
        json.dumps(result, allow_nan=False)


@pytest.mark.slow
def test_intervals_hold_one_half_under_permuted_labels(tmp_path):
    from evdisc.diagnose.null_study import null_study

    found = cohort(read_table(two_studies(tmp_path)), Columns("class", study="study"))
    told = null_study(found, Settings(models="penalised", repeats=1), 20)
    assert told["covered"] >= 18
    assert abs(told["mean"] - 0.5) < 0.08


@pytest.mark.slow
def test_calibration_is_right_on_simulated_cohorts(tmp_path):
    slopes = []
    for seed in range(4):
        found = simulated(tmp_path, 240, seed=seed, marker_response=1.0, molecules=100)
        settings = Settings(models="penalised", repeats=2, permutations=0, seed=seed)
        slopes.append(diagnose(found, settings).result["calibration"]["slope"])
    assert sum(s["low"] <= 1.0 <= s["high"] for s in slopes) >= 3
    assert abs(np.mean([s["value"] for s in slopes]) - 1.0) < 0.2


@pytest.mark.slow
def test_the_advice_on_sample_size_holds(tmp_path):
    """At the patients asked for, a panel named beforehand shrinks by no more than was asked."""
    from sklearn.linear_model import LogisticRegression

    from evdisc.diagnose.sample_size import cox_snell, riley

    random = np.random.default_rng(1)
    weight = np.r_[np.full(5, 0.4), np.zeros(15)]

    def drawn(n):
        x = random.normal(size=(n, weight.size))
        return x, random.random(n) < 1 / (1 + np.exp(-x @ weight))

    far_x, far_y = drawn(200_000)
    logit = far_x @ weight
    order = np.argsort(np.argsort(logit))
    cases = far_y.sum()
    auc = (order[far_y].sum() - cases * (cases - 1) / 2) / (cases * (far_y.size - cases))
    n = riley(cox_snell(auc, 0.5), 0.5, weight.size)["shrinkage"]

    def slope(size):
        found = []
        for _ in range(60):
            x, y = drawn(size)
            model = LogisticRegression(C=np.inf, solver="newton-cholesky").fit(x, y)
            score = model.decision_function(far_x)[:20_000, None]
            found.append(LogisticRegression(C=np.inf).fit(score, far_y[:20_000]).coef_[0, 0])
        return np.mean(found)

    assert slope(n) == pytest.approx(0.9, abs=0.03)
    assert slope(n // 3) < 0.82
