import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from evdisc.study.draws import uniform


@given(st.integers(0, 2**63 - 1), st.integers(0, 10**6), st.text(max_size=40))
def test_a_draw_is_a_function_of_its_three_names_and_lies_inside(seed, member, name):
    u = uniform(seed, member, name)
    assert 0.0 < u < 1.0
    assert u == uniform(seed, member, name)


def test_draws_are_uniform_and_independent_between_members_and_names():
    a = np.array([uniform(1, m, "a") for m in range(4000)])
    b = np.array([uniform(1, m, "b") for m in range(4000)])
    c = np.array([uniform(2, m, "a") for m in range(4000)])
    for x in (a, b, c):
        counts, _ = np.histogram(x, 20, (0, 1))
        assert ((counts - 200) ** 2 / 200).sum() < 45  # chi2 of 19 degrees at 1e-3 is 43.8
    for x, y in ((a, b), (a, c), (a[1:], a[:-1])):
        assert abs(np.corrcoef(x, y)[0, 1]) < 0.06
