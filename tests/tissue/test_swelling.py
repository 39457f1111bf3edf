"""Swelling equilibrium: osmotic pressure against matrix and load."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import brentq

from evdisc.evidence.library import load
from evdisc.simulate.assemble import pack
from evdisc.simulate.values import Values
from evdisc.tissue.osmotic import PARAMETERS, donnan_pressure, osmotic_pressure
from evdisc.tissue.swelling import MECHANISM as SWELLING
from evdisc.tissue.swelling import equilibrium_ratio, squeezed

HUMAN = Values(load(), {"preset": "human-lumbar", "species": "human", "grade": "1"})
PACKED = pack(SWELLING.parameters, HUMAN)
TISSUE = PACKED[: len(PARAMETERS)]
MODULUS = PACKED[len(PARAMETERS)]


@given(st.floats(0.0, 2.0), st.floats(0.5, 2.5), st.integers(0, 2))
def test_equilibrium_is_the_root_whatever_the_start(gag, start, region):
    column, modulus = TISSUE[:, region].copy(), MODULUS[region]
    healthy = osmotic_pressure(1.0, 1.0, column)

    def left(j):
        return osmotic_pressure(gag, j, column) - healthy - modulus * (j - 1.0)

    floor = 1.0 - 0.95 * column[1]  # a twentieth of the water stays
    exact = brentq(left, floor, 4.0) if left(floor) > 0 else floor
    found = equilibrium_ratio(gag, modulus, start, column)
    assert found == pytest.approx(min(exact, 3.0), rel=1e-6)


def test_less_gag_gives_way_and_more_swells():
    for region in range(3):
        column = TISSUE[:, region].copy()
        ratios = [equilibrium_ratio(g, MODULUS[region], 1.0, column) for g in (0.3, 0.7, 1.0, 1.3)]
        assert np.diff(ratios).min() > 0
        assert ratios[2] == pytest.approx(1.0, abs=1e-6)


def test_a_heavier_load_squeezes_more():
    heights = [squeezed(excess, 0.44, PACKED) for excess in (-1e5, 0.0, 1e5, 4e5)]
    assert np.diff(heights).max() < 0
    assert heights[1] == pytest.approx(1.0, abs=1e-6)


def test_without_fibrils_binding_or_activity_the_law_is_the_ideal_one():
    plain = TISSUE[:, 0].copy()
    plain[2] = 0.0  # no collagen
    plain[11], plain[14] = 0.0, 1.0  # activity one
    plain[15], plain[16] = 1.0, 0.0  # osmotic coefficient one, no binding
    expected = donnan_pressure(plain[0], plain[3], plain[4], plain[5])
    assert osmotic_pressure(1.0, 1.0, plain) == pytest.approx(expected * 1.0, rel=1e-6)


def test_a_gel_holds_the_nucleus_nearer_to_where_it_set():
    column, modulus = TISSUE[:, 0].copy(), MODULUS[0]
    bare = equilibrium_ratio(0.5, modulus, 1.0, column)
    gels = [equilibrium_ratio(0.5, modulus, 1.0, column, s, 1.0) for s in (0.0, 1e4, 1e5, 1e9)]
    assert gels[0] == bare
    assert np.diff(gels).min() > 0
    assert gels[-1] == pytest.approx(1.0, abs=1e-3)
    # it set in a nucleus already given way: it bears nothing yet
    assert equilibrium_ratio(0.5, modulus, 1.0, column, 1e6, bare) == pytest.approx(bare, rel=1e-6)
