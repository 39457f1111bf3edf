"""Diffusion gives the measured shape of oxygen and lactate.

Holm 1981, Connect Tissue Res.
"""

from evdisc.evidence.library import load
from evdisc.validate.nutrition_cases import v18


def test_oxygen_falls_and_lactate_rises_inwards():
    assert v18(load()).verdict == "pass"
