import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evdisc.cell.cargo_effect import MECHANISM as CARGO
from evdisc.cell.fates import excess, kernel, pressing, transfer
from evdisc.mechanism.sharing import alone

POOLS = 4
RATE = st.floats(0, 1e-4)


@given(st.lists(RATE, min_size=7, max_size=7), st.lists(st.floats(0, 1), min_size=4, max_size=4),
       RATE, st.floats(1, 1e7), st.lists(st.floats(0, 1e13), min_size=4, max_size=4))  # fmt: skip
def test_cells_move_between_pools_and_none_appears_or_vanishes(rates, active, hunger, dt, cells):
    p = np.repeat(np.array([*rates, 0.3])[:, None], 3, axis=1)
    one = np.zeros((1, 1), dtype=np.int64)
    activity, reference = np.array(active)[:, None], np.full((4, 1), 0.1)
    pools = [np.array([[c]]) for c in cells]
    dead = [np.zeros((1, 1)) for _ in range(3)]
    living = np.zeros((1, 1))
    kernel(np.array([0.0, dt, 0, 0]), p, alone(one), np.arange(4), np.zeros((2, 1)),
           np.zeros((1, 4, 4)), np.array([[hunger]]), activity, reference, living, *pools,
           *dead)  # fmt: skip
    assert min(x.min() for x in (*pools, *dead)) >= -1e-3
    total = sum(x.sum() for x in (*pools, *dead))
    assert total == pytest.approx(sum(cells), rel=1e-9, abs=1e-6)
    assert living[0, 0] == pytest.approx(sum(x.sum() for x in pools), rel=1e-12)


def test_pools_move_as_the_exponential_of_their_rates():
    from scipy.linalg import expm

    onset, calming, senescing, locking, reversal = rates = (3e-5, 2e-5, 1e-6, 4e-6, 2e-7)
    matrix = np.zeros((POOLS, POOLS))
    for target, source, rate in ((1, 0, onset), (0, 1, calming), (2, 0, senescing),
                                 (2, 1, senescing), (3, 2, locking), (0, 2, reversal)):  # fmt: skip
        matrix[target, source] += rate
        matrix[source, source] -= rate
    move, work = np.zeros((POOLS, POOLS)), np.zeros((3, POOLS, POOLS))
    for dt in (1e-3, 60.0, 86400.0, 30 * 86400.0):
        transfer(*rates, dt, move, work)
        np.testing.assert_allclose(move, expm(matrix * dt), rtol=1e-9, atol=1e-13)
        np.testing.assert_allclose(move.sum(axis=0), 1.0, rtol=1e-13)


def test_activity_at_or_below_the_healthy_level_does_nothing():
    assert excess(0.1, 0.1) == 0.0
    assert excess(0.05, 0.1) == 0.0
    assert excess(1.0, 0.1) == pytest.approx(1.0)


def test_slight_activity_hardly_presses_and_full_activity_does_fully():
    assert pressing(0.1, 0.1, 0.3) == 0.0
    assert pressing(1.0, 0.1, 0.3) == pytest.approx(1.0)
    assert pressing(0.12, 0.1, 0.3) < 0.01
    assert pressing(0.1 + 0.9 * 0.3, 0.1, 0.3) == pytest.approx(0.545)


def strength(hypothesis, copies, vesicles):
    """Strength of one cargo under a hypothesis, at the medians of its parameters."""
    from evdisc.evidence.library import load
    from evdisc.mechanism.setting import Setting
    from evdisc.simulate.assemble import assemble
    from evdisc.simulate.values import Values

    objects = {
        "hypothesis": hypothesis, "endogenous_copies": [1000.0], "cargo_present": [1.0],
        "sponged_copies": [0.0], "expression_delay": [0.0],
    }  # fmt: skip
    one = np.zeros((1, 1), dtype=np.int64)
    setting = Setting(
        "dish", np.ones((1, 1)), one.astype(np.int8), one, one[0], (), ("miR-21",), objects
    )
    values = Values(load(), {"species": "human", "grade": "1"})
    assembly = assemble([_holder(), CARGO], setting, values)
    assembly.state["cargo_copies"][:] = copies
    assembly.state["vesicles_per_cell"][:] = vesicles
    assembly.halves[0](np.zeros(4))
    return float(assembly.state["cargo_strength"][0, 0])


HELD = ("cargo_copies", "expressed_copies", "vesicles_per_cell")


def _holder():
    from evdisc.mechanism.contract import Mechanism

    return Mechanism("holder", lambda *_: None, owns=HELD)


def test_copies_decide_under_one_hypothesis_and_vesicles_under_the_other():
    # d / (d + e + K) with e = 1000 own copies and K = 300
    assert strength("stoichiometric", 1300.0, 0.0) == pytest.approx(0.5, rel=1e-6)
    assert strength("stoichiometric", 0.0, 1e6) == 0.0
    assert strength("potency", 1e6, 0.0) == 0.0
    halves = [strength("potency", 0.0, v) for v in (10, 1e3, 1e5)]
    assert 0 < halves[0] < halves[1] < halves[2] < 1
