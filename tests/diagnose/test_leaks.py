"""Nothing of a sample reaches the model that tells it."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from cohorts import made, normal
from evdisc.diagnose.candidates import candidates
from evdisc.diagnose.chosen import choose
from evdisc.diagnose.evaluate import cross_validate, judged
from evdisc.diagnose.folds import deal, possible, units
from evdisc.diagnose.permute import permutation_test, relabelled
from evdisc.diagnose.preparation import learn
from evdisc.diagnose.settings import Settings, generator

QUICK = Settings(models="quick", inner=2, repeats=1)


@given(st.integers(0, 10_000), st.integers(2, 6))
def test_a_donor_is_never_torn_apart_and_classes_are_spread(seed, folds):
    random = np.random.default_rng(seed)
    donor = random.integers(0, 40, 90)
    codes = (donor % 3 == 0).astype(np.int64)
    fold = deal(donor, codes, folds, random)
    for name in np.unique(donor):
        assert len(np.unique(fold[donor == name])) == 1
    for code in (0, 1):
        sizes = [len(np.unique(donor[(fold == f) & (codes == code)])) for f in range(folds)]
        assert max(sizes) - min(sizes) <= 1


def test_donors_and_batches_that_share_samples_are_one_unit():
    donors = np.array([0, 0, 1, 2, 3, 3, 4, 5])
    batch = np.array([0, 1, 1, 2, 3, 4, 4, 5])
    cohort = made(np.zeros((8, 1)), np.arange(8) % 2, donors=donors, strata={"batch": batch},
                  roles={"batch": "batch"})  # fmt: skip
    unit, whole = units(cohort, 2)
    assert whole
    assert len({unit[0], unit[1], unit[2]}) == 1
    assert len({unit[4], unit[5], unit[6]}) == 1
    assert len(np.unique(unit)) == 4
    assert not units(cohort, 5)[1]


def test_copies_of_a_donor_gain_nothing():
    # noise alone, each donor four times: a nearest profile would know its copies
    once = normal(40, 60, seed=4)
    values = np.repeat(once.values, 4, axis=0)
    values += 0.01 * np.random.default_rng(5).normal(size=values.shape)
    codes = np.random.default_rng(6).permutation(once.outcome.codes)
    codes, donors = np.repeat(codes, 4), np.repeat(np.arange(40), 4)
    settings = Settings(models="all", repeats=1, inner=2, folds=3)
    torn = made(values, codes)
    kept = made(values, codes, donors=donors)
    leaked = judged(torn, cross_validate(torn, settings))
    honest = judged(kept, cross_validate(kept, settings))
    assert leaked.value > 0.9
    assert honest.low < 0.5 < honest.high


def test_what_is_learnt_does_not_depend_on_the_samples_left_out():
    cohort = normal(60, 30, shift=1.0)
    told = cross_validate(cohort, QUICK)
    out = told.fold[0] == 0
    changed = cohort.values.copy()
    changed[out] = changed[out][:, ::-1] * 100.0
    flipped = np.where(out, 1 - cohort.outcome.codes, cohort.outcome.codes)
    # a model of the rest is the same whatever the left-out samples are
    args = (2, candidates(0, "quick"), 2)
    one = choose("plain", cohort.values[~out], cohort.outcome.codes[~out], told.unit[~out], *args,
                 generator(1, "x"))  # fmt: skip
    two = choose("plain", changed[~out], flipped[~out], told.unit[~out], *args, generator(1, "x"))
    np.testing.assert_array_equal(one.above(cohort.values), two.above(cohort.values))
    assert one.panel.tolist() == two.panel.tolist()


def test_a_sample_is_prepared_alike_alone_and_in_company():
    counts = np.random.default_rng(7).poisson(30.0, size=(20, 40)).astype(float)
    for kind in ("counts", "positive", "plain"):
        ready = learn(kind, counts[:12])
        together = ready.apply(counts[12:])
        alone = np.vstack([ready.apply(counts[i : i + 1]) for i in range(12, 20)])
        np.testing.assert_allclose(together, alone)


@given(st.floats(0.1, 50.0))
def test_depth_of_sequencing_does_not_move_a_profile(factor):
    counts = np.random.default_rng(8).poisson(3000.0, size=(15, 40)).astype(float)
    ready = learn("counts", counts)
    np.testing.assert_allclose(ready.apply(counts * factor), ready.apply(counts), atol=0.2)


def test_missing_values_are_filled_from_training():
    cohort = normal(40, 20, shift=1.5)
    cohort.values[np.random.default_rng(9).random((40, 20)) < 0.2] = np.nan
    told = cross_validate(cohort, QUICK)
    assert np.isfinite(told.above).all()
    assert judged(cohort, told).value > 0.8


@given(st.integers(0, 1000))
def test_relabelling_keeps_donors_whole_and_batches_apart(seed):
    donors = np.repeat(np.arange(12), 2)
    codes = np.repeat(np.arange(12) % 2, 2)
    batch = np.repeat(np.arange(12) // 6, 2)
    cohort = made(np.zeros((24, 1)), codes, donors=donors, strata={"b": batch})
    dealt = relabelled(cohort, np.random.default_rng(seed))
    assert (dealt[::2] == dealt[1::2]).all()
    for b in (0, 1):
        assert dealt[batch == b].sum() == codes[batch == b].sum()
    # a donor with both outcomes keeps them
    mixed = made(np.zeros((24, 1)), np.tile([0, 1], 12), donors=donors)
    dealt = relabelled(mixed, np.random.default_rng(seed))
    assert (dealt.reshape(12, 2).sum(axis=1) == 1).all()


def test_the_p_value_of_noise_is_large_and_of_a_signal_small():
    settings = Settings(permutations=19)
    assert permutation_test(normal(40, 30, shift=1.5), settings, None)["p"] == 0.05
    assert permutation_test(normal(40, 30, seed=3), settings, None)["p"] > 0.05


def test_numbers_do_not_depend_on_the_number_of_processes():
    cohort = normal(24, 10, shift=0.5)
    one = permutation_test(cohort, Settings(permutations=4), None)
    assert one == permutation_test(cohort, Settings(permutations=4, jobs=2), None)


def test_folds_are_as_many_as_the_rarer_class_allows():
    codes = np.r_[np.zeros(30, dtype=int), np.ones(4, dtype=int)]
    assert possible(np.arange(34), codes, 5) == 4
