"""Turnover of aggrecan and collagen (Sivan 2006, 2008): decades in man, an injury scale in rats."""

import math
from itertools import pairwise

import numpy as np
import pytest

from evdisc.evidence.library import load
from evdisc.tissue.matrix import ph_factor, relax

YEAR = 365.25 * 86400
LIBRARY = load()


@pytest.mark.parametrize(("region", "years"), [("NP", 12.0), ("AF", 11.2)])
def test_half_life_of_human_aggrecan(region, years):
    rate = LIBRARY.resolve("gag_turnover", species="human", region=region).median
    assert math.log(2) / rate / YEAR == pytest.approx(years, rel=0.03)


def test_half_life_of_human_collagen_is_a_century():
    rate = LIBRARY.resolve("collagen_turnover", species="human").median
    assert math.log(2) / rate / YEAR == pytest.approx(95, rel=0.01)


@pytest.mark.parametrize("viable", [0.0, 0.5, 0.8, 1.0])
def test_constant_viability_has_the_closed_form(viable):
    rate = LIBRARY.resolve("gag_turnover", species="human", region="NP").median
    for years in (1, 10, 51):
        found = relax(1.0, viable, 1.0, rate, years * YEAR)
        expected = viable + (1 - viable) * math.exp(-0.059 * years)
        assert found == pytest.approx(expected, rel=1e-9)


def test_many_small_steps_are_one_large_step():
    once, often = relax(1.0, 0.7, 1.4, 0.02, 30.0), 1.0
    for _ in range(300):
        often = relax(often, 0.7, 1.4, 0.02, 0.1)
    assert often == pytest.approx(once, rel=1e-12)


def test_synthesis_falls_with_acid_as_razaq_2003_found():
    assert ph_factor(7.2, 7.1, 6.4, 0.1) == 1.0
    assert ph_factor(6.4, 7.1, 6.4, 0.1) == pytest.approx(0.1)
    falling = [ph_factor(x, 7.1, 6.4, 0.1) for x in np.linspace(7.2, 6.0, 40)]
    assert all(a >= b for a, b in pairwise(falling))
