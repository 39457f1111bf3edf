"""Power by simulation beside closed forms, statsmodels, and brute-force mixed models."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evdisc.study.layout import Layout, apart, contrast, inside
from evdisc.study.power import Rules, detectable, exact, experiments, holm, power, scatter, smallest

ONE = np.eye(1)
RULES = Rules(experiments=8000, seed=3)
#: four standard errors of a share of 8,000 experiments
ERROR = 4.0 * 0.5 / np.sqrt(8000)


@pytest.mark.parametrize(("n", "size"), [(5, 1.5), (8, 1.0), (20, 0.9), (12, 0.0)])
def test_two_groups_agree_with_the_t_test_of_statsmodels(n, size):
    smp = pytest.importorskip("statsmodels.stats.power", reason="statsmodels is not installed")
    known = smp.TTestIndPower().power(size, n, 0.05) if size else 0.05
    found = power(apart(n, 2), (0, 1), np.array([size]), ONE, RULES, signs=np.zeros(1)).each[0]
    assert found == pytest.approx(known, abs=ERROR)
    assert exact(size, contrast(apart(n, 2), 0, 1), 0.05) == pytest.approx(known, abs=1e-9)


def test_the_closed_form_holds_where_the_power_is_near_one():
    for n in (50, 70, 300):
        assert exact(2.0, contrast(apart(n, 2), 0, 1), 0.05) == pytest.approx(1.0)


def test_two_groups_agree_with_the_one_way_analysis_of_variance_of_statsmodels():
    smp = pytest.importorskip("statsmodels.stats.power", reason="statsmodels is not installed")
    # of two groups f is half of d, and F is t squared
    known = smp.FTestAnovaPower().power(0.5, nobs=24, alpha=0.05, k_groups=2)
    assert exact(1.0, contrast(apart(12, 2), 0, 1), 0.05) == pytest.approx(known, abs=1e-6)


def test_a_contrast_of_a_one_way_layout_is_that_of_ordinary_least_squares():
    sm = pytest.importorskip("statsmodels.api", reason="statsmodels is not installed")
    layout, rng = apart(6, 5), np.random.default_rng(4)
    y = rng.normal(size=30) + (layout.group == 1)
    fitted = sm.OLS(y, np.eye(5)[layout.group]).fit().t_test([0, 1, 0, -1, 0])
    model = contrast(layout, 1, 3)
    assert model.freedom == 25
    assert least_squares(y, layout, (1, 3)) == pytest.approx((fitted.effect[0], fitted.sd[0, 0]))
    # and its power is the noncentral F with the pooled degrees of freedom
    found = power(layout, (1, 3), np.array([1.6]), ONE, RULES).each[0]
    assert found == pytest.approx(exact(1.6, model, 0.05), abs=ERROR)


def test_the_number_is_that_of_statsmodels():
    smp = pytest.importorskip("statsmodels.stats.power", reason="statsmodels is not installed")
    for size in (0.8, 1.2, 2.0):
        known = int(np.ceil(smp.TTestIndPower().solve_power(size, alpha=0.05, power=0.8)))
        found = smallest(
            lambda n, d=size: power(apart(n, 2), (0, 1), np.array([d]), ONE, RULES).each[0] >= 0.8,
            100,
        )
        assert abs(found - known) <= 1
    assert smallest(lambda n: False, 10) is None
    assert smallest(lambda n: n >= 2, 10) == 2


@pytest.mark.parametrize("layout", [
    apart(4, 3), inside(6, 4, 4, np.random.default_rng(1)),
    inside(6, 5, 3, np.random.default_rng(1)),
])  # fmt: skip
def test_nothing_is_found_too_often_where_nothing_is(layout):
    rules = Rules(attrition=0.1, experiments=8000, seed=9)
    _, p = experiments(layout, (0, 2), np.zeros((8000, 1)), ONE, rules)
    assert np.mean(p < 0.05) == pytest.approx(0.05, abs=4.0 * np.sqrt(0.05 * 0.95 / 8000))


def design(layout):
    """Indicators of the groups and, inside, of the animals."""
    columns = np.eye(layout.groups)[layout.group]
    return np.hstack([columns, np.eye(layout.animals)[layout.animal]]) if layout.inside else columns


def least_squares(y, layout, pair):
    """Estimate and standard error of a contrast: data by least squares, the rest by the layout."""
    columns, model = design(layout), contrast(layout, *pair)
    found = np.linalg.pinv(columns) @ y
    rest = np.square(y - columns @ found).sum()
    return found[pair[0]] - found[pair[1]], np.sqrt(rest / model.freedom * model.variance)


def nested(rng, animals_each, levels, between, effect, runs):
    """(runs, animals, levels) of two groups of animals, all levels of an animal alike treated."""
    animal = rng.normal(size=(runs, 2 * animals_each, 1)) * between
    y = animal + rng.normal(size=(runs, 2 * animals_each, levels))
    y[:, :animals_each] += effect
    return y


def test_a_t_test_of_levels_finds_what_is_not_there_and_ours_does_not():
    from scipy.stats import ttest_ind

    y = nested(np.random.default_rng(2), 4, 3, 1.0, 0.0, 4000)
    naive = ttest_ind(y[:, :4].reshape(4000, -1), y[:, 4:].reshape(4000, -1), axis=1).pvalue
    means = y.mean(axis=2)
    ours = ttest_ind(means[:, :4], means[:, 4:], axis=1).pvalue
    assert np.mean(naive < 0.05) > 0.15
    assert np.mean(ours < 0.05) == pytest.approx(0.05, abs=0.014)


def mixed(y, group, animal):
    """t value of the group in a mixed model with a random animal, by REML."""
    import warnings

    from statsmodels.regression.mixed_linear_model import MixedLM

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a variance at its border is no fault of the test
        fit = MixedLM(y, np.column_stack([np.ones(y.size), group]), groups=animal).fit(reml=True)
    return fit.fe_params[1], fit.bse_fe[1], float(np.asarray(fit.cov_re).ravel()[0])


def test_the_means_of_animals_are_tested_as_the_mixed_model_tests_them():
    pytest.importorskip("statsmodels", reason="statsmodels is not installed")
    y = nested(np.random.default_rng(6), 5, 3, 1.5, 1.0, 1)[0]
    group = np.repeat([1.0, 0.0], 15)
    effect, error, _ = mixed(y.ravel(), group, np.repeat(np.arange(10), 3))
    assert least_squares(y.mean(axis=1), apart(5, 2), (0, 1)) == pytest.approx(
        (effect, error), rel=1e-3
    )


def test_levels_inside_animals_are_tested_as_the_mixed_model_tests_them():
    pytest.importorskip("statsmodels", reason="statsmodels is not installed")
    rng = np.random.default_rng(8)
    layout = inside(8, 2, 2, rng)
    y = rng.normal(size=8)[layout.animal] * 2.0 + rng.normal(size=16) + (layout.group == 0)
    effect, error, _ = mixed(y, (layout.group == 0).astype(float), layout.animal)
    assert least_squares(y, layout, (0, 1)) == pytest.approx((effect, error), rel=1e-3)


@given(st.integers(2, 8), st.integers(2, 6), st.integers(2, 6), st.integers(0, 99))
def test_a_contrast_has_the_variance_and_freedom_of_the_full_design(
    per_group, groups, levels, seed
):
    layout = inside(per_group, groups, levels, np.random.default_rng(seed))
    columns = design(layout)
    model, wanted = contrast(layout, 0, 1), np.zeros(columns.shape[1])
    wanted[:2] = 1.0, -1.0
    if model is not None:
        variance = wanted @ np.linalg.pinv(columns.T @ columns) @ wanted
        assert model.variance == pytest.approx(variance)
        assert model.freedom == len(columns) - np.linalg.matrix_rank(columns)


def test_residual_scatter_has_the_law_of_residuals():
    root, rng = np.linalg.cholesky([[1.0, 0.8], [0.8, 1.0]]), np.random.default_rng(3)
    for freedom in (1, 2, 9):
        found = scatter(freedom, root, 40_000, rng)
        raw = np.square(rng.standard_normal((40_000, freedom, 2)) @ root.T).sum(axis=1)
        assert found.mean(axis=0) == pytest.approx([freedom] * 2, rel=0.03)
        assert np.cov(found.T) == pytest.approx(np.cov(raw.T), rel=0.1)


@pytest.mark.slow
@pytest.mark.parametrize("effect", [0.0, 2.0])
def test_power_agrees_with_mixed_models_fitted_one_by_one(effect):
    from scipy.stats import t

    runs, between, levels, n = 400, 1.0, 3, 5
    y = nested(np.random.default_rng(5), n, levels, between, effect, runs)
    group, animal = np.repeat([1.0, 0.0], n * levels), np.repeat(np.arange(2 * n), levels)
    border = t.ppf(0.975, 2 * n - 2)
    fits = [mixed(one.ravel(), group, animal) for one in y]
    hits = np.mean([abs(e / s) > border for e, s, _ in fits])
    sd = np.sqrt(between**2 + 1.0 / levels)
    ours = power(apart(n, 2), (0, 1), np.array([effect / sd]), ONE, RULES, signs=np.zeros(1))
    # REML holds the variance at zero now and then, which costs a little either way
    assert hits == pytest.approx(ours.each[0], abs=4.0 * 0.5 / np.sqrt(runs))


@settings(max_examples=12)
@given(st.lists(st.floats(0.0, 1.0), min_size=1, max_size=6), st.floats(0.001, 0.2))
def test_holm_is_that_of_statsmodels(p, level):
    multipletests = pytest.importorskip(
        "statsmodels.stats.multitest", reason="statsmodels is not installed"
    ).multipletests
    assert holm(np.array([p]), level)[0].tolist() == multipletests(p, level, "holm")[0].tolist()


def test_outcomes_that_are_not_simulated_cost_power_all_the_same():
    p = np.array([[0.02, 0.03]])
    assert holm(p, 0.05).tolist() == [[True, True]]
    assert holm(p, 0.05, family=3).tolist() == [[False, False]]


def test_several_outcomes_all_and_any():
    sizes, rules = np.array([1.5, 1.5]), RULES
    alone = power(apart(10, 2), (0, 1), sizes, np.eye(2), rules)
    alike = power(apart(10, 2), (0, 1), sizes, np.linalg.cholesky([[1, 0.95], [0.95, 1]]), rules)
    assert alone.all < min(alone.each) <= max(alone.each) < alone.any
    assert alike.all > alone.all
    assert alike.any < alone.any
    # a family of false outcomes is wrong in one experiment of twenty
    null = power(apart(8, 2), (0, 1), np.zeros(3), np.eye(3), rules)
    assert null.any == pytest.approx(0.05, abs=0.01)


def test_losses_cost_power_and_losing_everything_finds_nothing():
    size = np.array([1.4])
    full = power(apart(10, 2), (0, 1), size, ONE, RULES).each[0]
    some = power(apart(10, 2), (0, 1), size, ONE, Rules(attrition=0.3, experiments=8000)).each[0]
    fewer = exact(1.4, contrast(apart(7, 2), 0, 1), 0.05)
    assert some < full - 0.1
    assert some == pytest.approx(fewer, abs=0.03)
    gone = power(apart(3, 2), (0, 1), size, ONE, Rules(attrition=0.999, experiments=500))
    assert gone.each[0] == 0.0


def test_a_wrong_sign_is_no_success():
    found = power(apart(10, 2), (0, 1), np.array([2.0]), ONE, RULES, signs=np.array([-1.0]))
    assert found.each[0] < 0.001


@given(st.integers(3, 30), st.floats(0.5, 0.95))
def test_the_detectable_difference_has_the_power_asked_for(n, wanted):
    model = contrast(apart(n, 2), 0, 1)
    size = detectable(model, Rules(power=wanted), 1)
    assert exact(size, model, 0.05) == pytest.approx(wanted, abs=1e-6)


def test_a_block_design_that_does_not_connect_two_groups_is_no_comparison():
    # groups 0 and 1 in one set of animals, 2 and 3 in another: their difference is the animals'
    group = np.array([0, 1, 0, 1, 2, 3, 2, 3])
    layout = Layout(group, np.repeat(np.arange(4), 2), 4, inside=True)
    assert contrast(layout, 0, 1) is not None
    assert contrast(layout, 0, 2) is None
    assert contrast(apart(1, 2), 0, 1) is None


@given(st.integers(2, 12), st.integers(2, 9), st.integers(2, 9), st.integers(0, 99))
def test_blocks_are_balanced_and_hold_no_group_twice(per_group, groups, levels, seed):
    layout = inside(per_group, groups, levels, np.random.default_rng(seed))
    counts = np.bincount(layout.group, minlength=groups)
    assert counts.min() >= per_group
    assert counts.max() - counts.min() <= 1
    for animal in range(layout.animals):
        own = layout.group[layout.animal == animal]
        assert len(set(own.tolist())) == own.size == min(levels, groups)


@pytest.mark.parametrize("groups", [2, 3, 5, 7])
def test_complete_blocks_of_any_size_have_the_textbook_variance_and_freedom(groups):
    # rounding in the information of many animals must not count as information
    for n in range(2, 130):
        rows = np.tile(np.arange(groups), n)
        layout = Layout(rows, np.repeat(np.arange(n), groups), groups, inside=True)
        model = contrast(layout, 0, groups - 1)
        assert model is not None, n
        assert model.variance == pytest.approx(2.0 / n)
        assert model.freedom == (n - 1) * (groups - 1)
