"""Differential abundance: limits in which the answer is known."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from evdisc.cargo.differential import adjusted, deseq, moderated, shrunk
from evdisc.errors import InputError

GROUPS = pd.Series({f"a{i}": "a" for i in range(4)} | {f"b{i}": "b" for i in range(4)})


def log2_table(rows=400, spread=None, seed=1):
    rng = np.random.default_rng(seed)
    scale = np.ones(rows) if spread is None else spread(rng, rows)
    data = 20 + rng.normal(0, 1, (rows, 8)) * scale[:, None]
    data[:20, :4] += 4.0
    return pd.DataFrame(data, [f"P{i}" for i in range(rows)], list(GROUPS.index))


def test_equal_variances_are_pooled_entirely():
    rng = np.random.default_rng(2)
    freedom = np.full(3000, 6.0)
    variance = rng.chisquare(6, 3000) / 6 * 2.5
    out, prior = shrunk(variance, freedom)
    assert prior > 60  # practically pooled
    assert out.std() < 0.15 * variance.std()
    assert out.mean() == pytest.approx(2.5, rel=0.1)


def test_a_known_prior_is_found():
    rng = np.random.default_rng(3)
    true_prior, scale, freedom = 8.0, 0.4, 6.0
    sigma = true_prior * scale / rng.chisquare(true_prior, 20_000)
    variance = sigma * rng.chisquare(freedom, 20_000) / freedom
    _, prior = shrunk(variance, np.full(20_000, freedom))
    assert prior == pytest.approx(true_prior, rel=0.12)


def test_moderated_t_finds_what_was_put_in_and_controls_the_rest():
    true = {f"P{i}" for i in range(20)}
    found, false = [], []
    for seed in range(30):
        table = moderated(log2_table(seed=seed), GROUPS, "a", "b")
        hits = set(table["feature"][table["p_adjusted"] < 0.05])
        found.append(len(hits & true) / 20)
        false.append(len(hits - true) / max(len(hits), 1))
    assert np.mean(found) > 0.95
    assert np.mean(false) < 0.08


def test_p_of_nothing_is_uniform():
    table = log2_table(2000, lambda r, n: r.gamma(2, 1, n), seed=5).iloc[20:]
    p = moderated(table, GROUPS, "a", "b")["p"]
    assert stats.kstest(p, "uniform").pvalue > 0.01


def test_swapping_groups_turns_the_sign_alone():
    one = moderated(log2_table(), GROUPS, "a", "b").set_index("feature")
    other = moderated(log2_table(), GROUPS, "b", "a").set_index("feature").loc[one.index]
    assert one["log2_fold"].to_numpy() == pytest.approx(-other["log2_fold"].to_numpy())
    assert one["p"].to_numpy() == pytest.approx(other["p"].to_numpy())


def test_gaps_leave_a_protein_out_only_where_a_group_has_too_few():
    table = log2_table()
    table.iloc[0, :3] = np.nan
    table.iloc[1, :2] = np.nan
    found = set(moderated(table, GROUPS, "a", "b")["feature"])
    assert "P0" not in found
    assert "P1" in found


def test_benjamini_hochberg_as_statsmodels_has_it():
    multitest = pytest.importorskip("statsmodels.stats.multitest")
    p = np.random.default_rng(1).uniform(size=50) ** 2
    assert adjusted(p) == pytest.approx(multitest.multipletests(p, method="fdr_bh")[1])
    with_gap = adjusted(np.array([0.01, np.nan, 0.04]))
    assert np.isnan(with_gap[1])
    assert with_gap[0] == pytest.approx(0.02)


def test_deseq_finds_a_fourfold_change():
    pytest.importorskip("pydeseq2")
    rng = np.random.default_rng(4)
    mean = rng.lognormal(5, 1, 60)
    counts = rng.negative_binomial(8, 8 / (8 + np.outer(mean, np.ones(8))))
    mean[:5] *= 4
    counts[:5, :4] = rng.negative_binomial(8, 8 / (8 + np.outer(mean[:5], np.ones(4))))
    table = pd.DataFrame(counts, [f"miR-{i + 1}-5p" for i in range(60)], list(GROUPS.index))
    found = deseq(table, GROUPS, "a", "b").set_index("feature")
    folds = found.loc[[f"miR-{i + 1}-5p" for i in range(5)], "log2_fold"]
    assert folds.median() == pytest.approx(2.0, abs=0.6)
    assert (found["p_adjusted"] < 0.05).sum() <= 12


def test_one_sample_is_no_group():
    with pytest.raises(InputError, match="two samples in each group, got 'c'"):
        moderated(log2_table(), GROUPS, "a", "c")
