"""Rates of Bibby 2005 at four pH values and two oxygen pressures."""

import numpy as np
import pytest

from evdisc.evidence.library import load
from evdisc.simulate.assemble import pack
from evdisc.simulate.values import Values
from evdisc.tissue.metabolism import FIT_UNIT, PARAMETERS, lactate_rate, oxygen_rate

#: pH, oxygen kPa, oxygen consumption, lactate production in nmol per million cells and hour
TABLE = [
    (7.4, 1, 1.446, 96.18), (7.4, 5, 5.460, 158.7), (7.1, 1, 1.407, 72.76),
    (7.1, 5, 5.174, 120.06), (6.8, 1, 1.358, 55.05), (6.8, 5, 4.839, 90.83),
    (6.5, 1, 1.296, 41.65), (6.5, 5, 4.440, 68.72),
]  # fmt: skip


@pytest.fixture(scope="module")
def law():
    return pack(PARAMETERS, Values(load(), {"species": "bovine", "grade": "1"}))[:, 0]


@pytest.mark.parametrize(("ph", "kilopascal", "breathed", "made"), TABLE)
def test_the_rate_table(law, ph, kilopascal, breathed, made):
    lactate = (7.4 - ph) * 11.11
    oxygen = oxygen_rate(1e3 * kilopascal, lactate, law)[0] / FIT_UNIT
    produced = lactate_rate(1e3 * kilopascal, 3.0, lactate, False, law)[0] / FIT_UNIT
    assert oxygen == pytest.approx(breathed, rel=5e-4)
    assert produced == pytest.approx(made, rel=5e-4)


def test_glucose_is_half_of_lactate_and_ph_falls_by_one_in_eleven_millimolar(law):
    assert law[8] == 0.5
    assert law[10] == pytest.approx(-1 / 11.11, rel=1e-6)


@pytest.mark.parametrize("guarded", [True, False])
def test_derivatives_are_those_of_the_rates(law, guarded):
    rng = np.random.default_rng(3)
    for point in rng.uniform((300, 0.1, 0.5), (6000, 5, 9), (20, 3)):
        breathed = slopes(lambda o, g, a: oxygen_rate(o, a, law)[0], point)
        made = slopes(lambda o, g, a: lactate_rate(o, g, a, guarded, law)[0], point)
        o, g, a = point
        np.testing.assert_allclose(oxygen_rate(o, a, law)[1:], breathed[[0, 2]], rtol=1e-5)
        np.testing.assert_allclose(
            lactate_rate(o, g, a, guarded, law)[1:], made, rtol=1e-4, atol=1e-26
        )


def slopes(rate, point):
    """Central differences of ``rate`` along its three arguments."""
    out = []
    for i in range(3):
        step = np.zeros(3)
        step[i] = 1e-4 * point[i]
        out.append((rate(*(point + step)) - rate(*(point - step))) / (2 * step[i]))
    return np.array(out)


def test_the_guarded_law_vanishes_with_glucose_and_the_published_one_does_not(law):
    assert lactate_rate(3000.0, 0.0, 2.0, True, law)[0] == 0.0
    published = lactate_rate(3000.0, 0.0, 2.0, False, law)[0]
    assert published == lactate_rate(3000.0, 5.0, 2.0, False, law)[0] > 0
