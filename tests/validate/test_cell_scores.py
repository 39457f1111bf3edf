"""The scores of the cell model: proper probabilities, honest deletion, an ensemble that resumes."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evdisc.cell.blueprint import blueprint
from evdisc.errors import FolderError
from evdisc.evidence.experiments import experiments
from evdisc.evidence.library import load
from evdisc.validate import cell_ensemble
from evdisc.validate.cell_panel import log_folds, panel, resting_on
from evdisc.validate.cell_scores import (
    bootstrap,
    effective,
    likelihood,
    predictions,
    study_scores,
    weigh,
    weighted_quantiles,
)


@given(st.lists(st.floats(-20, 20), min_size=1, max_size=20))
def test_probabilities_are_proper_and_follow_the_fold(folds):
    given_ = likelihood(np.array(folds))
    np.testing.assert_allclose(given_.sum(-1), 1.0)
    assert given_.min() > 0.0
    order = np.argsort(folds, kind="stable")
    assert np.all(np.diff(given_[order, 0]) >= -1e-12)


def test_weights_find_the_truth_among_members():
    rows = experiments()
    rng = np.random.default_rng(3)
    folds = rng.normal(0.0, 2.0, (300, len(rows)))
    truth = {"up": 2.0, "down": -2.0, "none": 0.0}
    folds[7] = [truth[r.direction] for r in rows]
    weight = weigh(study_scores(folds, rows)[1])
    assert np.argmax(weight) == 7
    assert 1.0 <= effective(weight) < 5.0


def test_quantiles_and_bootstrap():
    x = np.arange(1001.0)
    low, middle, high = weighted_quantiles(x, np.full(1001, 1 / 1001))
    assert (low, middle, high) == pytest.approx((50, 500, 950), abs=1.5)
    few = bootstrap(np.r_[np.ones(50), -np.ones(50)], ["a"] * 50 + ["b"] * 50)
    many = bootstrap(np.r_[np.ones(50), -np.ones(50)], [str(i) for i in range(100)])
    assert few[0] == -1.0
    assert many[1] - many[0] < 0.5  # whole studies are resampled, not rows


def test_an_arrow_of_one_study_alone_is_deleted_with_it():
    library = load()
    plan = blueprint(library)
    study = cell_ensemble.owners(library)[0]
    gone = resting_on(library, [study])
    assert gone.any()
    for arrow, deleted in zip(plan.arrows, gone, strict=True):
        assert deleted == ({c.study for c in arrow.claims} == {study})
    mine = panel([e for e in experiments() if e.study == study])
    whole, without = (
        np.array([log_folds(mine, library, m, left) for m in range(8)]) for left in ([], [study])
    )
    assert not np.allclose(whole, without)


def test_every_prediction_is_made_without_its_study():
    ensemble = cell_ensemble.stored()
    rows = predictions(ensemble)
    assert len(rows) == len(experiments()) == 162
    studies, scores = study_scores(ensemble.folds, experiments())
    j = studies.index(rows[0].experiment.study)
    weight = weigh(np.delete(scores, j, axis=1))
    assert effective(weight) > 100
    assert effective(weigh(scores)) > 150


@pytest.mark.slow
def test_the_ensemble_resumes_and_refuses_work_on_other_tables(tmp_path, monkeypatch):
    first = cell_ensemble.refit(tmp_path, 2, lambda done, total: None, members=2, controls=1)
    left = sorted(tmp_path.glob("*.npy"))
    gone = left[0]
    stamp = {p: p.stat().st_mtime_ns for p in left[1:]}
    gone.unlink()
    again = cell_ensemble.refit(tmp_path, 2, lambda done, total: None, members=2, controls=1)
    np.testing.assert_array_equal(first.folds, again.folds)
    assert all(p.stat().st_mtime_ns == t for p, t in stamp.items())
    monkeypatch.setattr(cell_ensemble, "edge_hash", lambda: "other")
    with pytest.raises(FolderError, match="other tables"):
        cell_ensemble.refit(tmp_path, 2, lambda done, total: None, members=2, controls=1)
