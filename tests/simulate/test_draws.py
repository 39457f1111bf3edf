import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from evdisc.evidence.parameters import ParameterRow
from evdisc.simulate.draws import MemberDraws, Spread, uniform, word


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


@given(st.integers(0, 2**64 - 1), st.integers(0, 2**64 - 1), st.text(max_size=20))
def test_draws_are_those_of_the_philox_of_numpy(seed, member, name):
    key = np.array([seed, word(name)], dtype=np.uint64)
    counter = np.array([0, 0, 0, member], dtype=np.uint64)
    raw = int(np.random.Philox(key=key, counter=counter).random_raw())
    assert uniform(seed, member, name) == ((raw >> 11) + 0.5) * 2.0**-53


def test_many_draws_are_the_single_ones():
    draws = MemberDraws(3, 7)
    assert draws.many(["a", "b"]).tolist() == [draws("a"), draws("b")]


@given(st.sampled_from([
    ("fixed", 2.0, 2.0, 2.0), ("uniform", 2.0, 1.0, 3.0), ("loguniform", 2.0, 1.0, 9.0),
    ("normal", 2.0, 1.0, 4.0), ("lognormal", 2.0, 1.0, 9.0), ("logitnormal", 0.4, 0.1, 0.6),
    ("bernoulli", 0.3, 0.3, 0.3),
]), st.lists(st.floats(0.001, 0.999), min_size=1, max_size=5))  # fmt: skip
def test_many_Spread_are_the_single_ones(spread, u):
    name, value, low, high = spread
    row = ParameterRow("x", (), value, name, low, high, "h", "assumed", "", "evdisc", "model", "")
    found = Spread.of([row] * len(u)).at(np.array(u))
    np.testing.assert_allclose(found, [row.at(x) for x in u], rtol=1e-9)
