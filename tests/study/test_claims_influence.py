"""Which claims drive the effect: found where one does, called chance where none does."""

from types import SimpleNamespace

import numpy as np
import pytest
from scipy.stats import ttest_ind

from evdisc.study.chance import WORDS
from evdisc.study.claims_influence import (
    FEWEST,
    compared,
    influence_of_claims,
    packed,
    unpacked,
)

MEMBERS, ARROWS = 60, 300


def plan(arrows=ARROWS):
    return [
        SimpleNamespace(identity=f"a{i}", claims=(SimpleNamespace(claim=f"study.a{i}"),))
        for i in range(arrows)
    ]


@pytest.fixture
def held():
    return np.random.default_rng(5).random((MEMBERS, ARROWS)) < 0.5


def test_bits_keep_the_flags(held):
    bits = np.stack([packed(row) for row in held])
    assert np.array_equal(unpacked(bits, ARROWS), held)


def test_the_arrow_that_drives_the_effect_stands_out_with_its_twin(held):
    held[:, 8] = held[:, 7]
    effect = 3.0 * held[:, 7] + np.random.default_rng(1).normal(size=MEMBERS)
    found = influence_of_claims(held, effect, plan())
    first = found["claims"][0]
    assert (first["arrows"], first["claims"]) == (["a7", "a8"], ["study.a7", "study.a8"])
    assert first["word"] == "stands out"
    assert first["difference"] == pytest.approx(3.0, abs=4 * first["standard_error"])
    assert first["held_by"] == held[:, 7].sum()
    assert found["tested"] == ARROWS - 1


def test_pure_chance_never_stands_out_though_some_pass_two_errors(held):
    effect = np.random.default_rng(2).normal(size=MEMBERS)
    found = influence_of_claims(held, effect, plan())
    words = {c["word"] for c in found["claims"]}
    assert "stands out" not in words
    assert WORDS[1] in words
    assert found["by_chance"] == pytest.approx(0.0455 * ARROWS, abs=0.1)


def test_difference_and_error_are_those_of_welch(held):
    effect = np.random.default_rng(3).normal(size=MEMBERS)
    difference, error, chance = compared(held[:, :3], effect)
    for i in range(3):
        ours, theirs = effect[held[:, i]], effect[~held[:, i]]
        assert difference[i] == pytest.approx(ours.mean() - theirs.mean())
        assert chance[i] == pytest.approx(ttest_ind(ours, theirs, equal_var=False).pvalue)
        assert error[i] == pytest.approx(
            np.sqrt(ours.var(ddof=1) / ours.size + theirs.var(ddof=1) / theirs.size)
        )


def test_failed_members_are_left_out_and_too_few_are_not_compared(held):
    effect = np.full(MEMBERS, np.nan)
    effect[: 2 * FEWEST - 1] = 1.0
    assert influence_of_claims(held, effect, plan())["tested"] == 0
    assert influence_of_claims(held[:40], np.zeros(40), plan())["claims"][0]["word"] == WORDS[0]
