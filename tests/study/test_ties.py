import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from evdisc.study import ties

GAINS = arrays(np.float64, (6, 4), elements=st.floats(-5, 5))


def test_a_product_beside_itself_shares_rank_and_chance():
    gain = np.array([[1.0, 1.0, 0.0], [2.0, 2.0, 0.5], [3.0, 3.0, -1.0]])
    assert ties.ranks(ties.told_apart(gain, 0.1)) == [1, 1, 3]
    assert ties.chance_of_best(gain, 0.1) == pytest.approx([0.5, 0.5, 0.0])


def test_better_by_less_than_the_band_is_a_tie_and_by_more_is_not():
    gain = np.array([[0.0, 0.05]] * 5)
    assert ties.ranks(ties.told_apart(gain, 0.1)) == [1, 1]
    assert ties.ranks(ties.told_apart(gain, 0.01)) == [2, 1]


def test_what_straddles_zero_is_a_tie_however_far_the_medians_are_apart():
    gain = np.array([[0.0, 5.0], [0.0, 5.0], [0.0, 5.0], [0.0, -5.0]])
    assert ties.ranks(ties.told_apart(gain, 0.1)) == [1, 1]


def test_nobody_helps_where_all_gains_are_inside_the_band():
    gain = np.array([[0.05, -1.0], [0.3, 0.0]])
    assert ties.chance_none_helps(gain, 0.1) == 0.5
    assert ties.widest(np.array([[1.0, 1.0], [2.0, 2.0]])) == 0.0


@given(GAINS, st.floats(0.01, 1.0))
def test_chances_add_up_and_being_better_is_one_sided(gain, band):
    assert ties.chance_of_best(gain, band).sum() == pytest.approx(1.0)
    apart = ties.told_apart(gain, band)
    assert (apart == -apart.T).all()
    assert min(ties.ranks(apart)) == 1
