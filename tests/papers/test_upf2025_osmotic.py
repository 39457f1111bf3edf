"""Osmotic pressure of six tissues and the swelling curve of the nucleus.

Constants of the open finite-element disc (Wilson 2005, Schroeder 2007).
"""

import pytest

from evdisc.evidence.library import load
from evdisc.validate.osmotic_cases import fibrillar, ideal, pressure, swelling


def test_the_ideal_law_and_the_swelling_curve_hold():
    assert ideal(load()).verdict == "pass"
    assert swelling(load()).verdict == "pass"


def test_healthy_nucleus_and_annulus_hold_and_the_rest_stays_a_visible_failure():
    result = fibrillar(load())
    passed = {c.name for c in result.checks if c.passed}
    assert {"NP, grade 1", "AF, grade 1"} <= passed
    assert result.verdict == "fail"
    assert "composition" in result.cause


def test_room_and_body_temperature_are_not_the_same():
    cold, warm = (pressure(load(), "NP", "1", kelvin=t) for t in (293.0, 310.0))
    assert warm / cold == pytest.approx(310 / 293, rel=0.002)
