"""Unit and bookkeeping traps of disc physics; each has bitten somebody."""

import math

import numpy as np
import pytest

from evdisc.evidence.library import load
from evdisc.simulate.assemble import pack
from evdisc.simulate.values import Values
from evdisc.tissue.metabolism import PARAMETERS, acidity, lactate_rate, oxygen_rate
from evdisc.tissue.nutrition import hindrance, swollen_porosity
from evdisc.tissue.osmotic import charge_density, donnan_pressure

HUMAN = {"preset": "human-lumbar", "species": "human", "grade": "1"}


@pytest.fixture(scope="module")
def values():
    return Values(load(), HUMAN)


@pytest.fixture(scope="module")
def law(values):
    return pack(PARAMETERS, values)[:, 0]


def test_oxygen_is_a_pressure_and_solubility_makes_it_a_concentration(law):
    # 5.1 kPa at 0.010268 mM/kPa are 0.0524 mM; a kPa read as mM would be a hundredfold
    assert 5.1e3 * law[11] == pytest.approx(0.0524, rel=1e-3)


@pytest.mark.parametrize(
    ("ph", "oxygen", "breath", "lactate"),
    [(7.4, 1, 1.446, 96.18), (7.4, 5, 5.460, 158.7), (7.1, 1, 1.407, 72.76),
     (7.1, 5, 5.174, 120.06), (6.8, 1, 1.358, 55.05), (6.8, 5, 4.839, 90.83),
     (6.5, 1, 1.296, 41.65), (6.5, 5, 4.440, 68.72)],
)  # fmt: skip
def test_rates_per_million_cells_and_hour(law, ph, oxygen, breath, lactate):
    per_cell = 1e-9 / 1e6 / 3600
    level = (ph - law[9]) / law[10]
    assert oxygen_rate(oxygen * 1e3, level, law)[0] / per_cell == pytest.approx(breath, rel=1e-3)
    made = lactate_rate(oxygen * 1e3, 5.0, level, False, law)[0]
    assert made / per_cell == pytest.approx(lactate, rel=1e-3)


def test_a_cubic_millimetre_holds_thousands_of_cells_not_millions(values):
    assert values.number("cell_density", region="NP") == pytest.approx(3600e9)


def test_ph_falls_by_nine_hundredths_per_millimole(law):
    assert acidity(1.0, law) - acidity(0.0, law) == pytest.approx(-0.09, abs=1e-4)


def test_glucose_is_consumed_at_half_the_lactate_rate(law):
    assert law[8] == 0.5


def test_the_guarded_sink_vanishes_with_glucose_and_the_published_does_not(law):
    assert lactate_rate(1e3, 0.0, 4.0, True, law)[0] == 0.0
    assert lactate_rate(1e3, 0.0, 4.0, False, law)[0] > 0.0
    assert lactate_rate(1e3, -1.0, 4.0, True, law)[0] == 0.0


def test_porosity_enters_the_diffusivity_once():
    assert hindrance(0.8) == pytest.approx((0.8 / 1.2) ** 2)
    assert hindrance(1.0) == 1.0
    # twice would be 0.198; the sink of oxygen alone carries porosity again, as published
    assert hindrance(0.8) == pytest.approx(0.444, abs=1e-3)


def test_shrinking_keeps_the_solid_and_the_charge():
    for ratio in (0.7, 1.0, 1.3):
        water = swollen_porosity(0.8, ratio) * ratio
        assert ratio - water == pytest.approx(0.2)
        assert charge_density(290.0, 1.0, 0.8, ratio) * water == pytest.approx(290.0 * 0.8)


def test_charge_is_per_water_not_per_tissue():
    assert charge_density(290.0, 1.0, 0.8, 1.0) == 290.0


def test_pressure_at_room_and_body_temperature(values):
    gas = values.number("gas_constant")
    assert values.number("body_temperature") == pytest.approx(310.15)
    cold, warm = (donnan_pressure(290.0, 150.0, gas, t) for t in (293.0, 310.15))
    assert cold == pytest.approx(0.286e6, rel=0.01)
    assert warm / cold == pytest.approx(310.15 / 293.0)


def test_diffusivities_have_the_right_power_of_ten(values):
    assert values.number("free_diffusivity", "glucose") == pytest.approx(9.167e-10)
    time = (6e-3) ** 2 / (values.number("free_diffusivity", "glucose") * hindrance(0.8))
    assert 10 < time / 3600 < 40  # hours: quasi-steady against weeks


def test_rates_are_per_second_inside(values):
    year = 365.25 * 86400
    assert values.number("gag_turnover", region="NP") * year == pytest.approx(0.059, rel=1e-6)
    assert math.log(2) / values.number("ph_death_rate") / 86400 == pytest.approx(2.1, abs=0.05)


def test_harmonic_means_keep_the_flux_across_a_jump():
    from evdisc.solve.conductance import in_series

    a, b = 2e-10, 5e-11
    flux = in_series(1e-4, a, 1e-4, b)
    assert flux == pytest.approx(1.0 / (0.5e-4 / a + 0.5e-4 / b))
    assert np.isclose(in_series(1e-4, a, 1e-4, 0.0), 0.0)
