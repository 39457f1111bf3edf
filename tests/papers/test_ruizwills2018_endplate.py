"""Glucose at the edge of the nucleus with an endplate of grade III.

Ruiz Wills 2018, doi:10.3389/fphys.2018.01210.
"""

from evdisc.evidence.library import load
from evdisc.validate.nutrition_cases import v09


def test_glucose_falls_as_published():
    assert v09(load()).verdict == "pass"
