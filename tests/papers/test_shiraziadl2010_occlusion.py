"""Cells begin to die when less than about 40 % of the endplate is open.

Shirazi-Adl 2010, doi:10.1016/j.jbiomech.2010.01.023.
"""

import pytest

from evdisc.evidence.library import load
from evdisc.validate.nutrition_cases import OCCLUSION, disc, v05


def test_glucose_reaches_the_deadly_level_near_the_published_share():
    result = v05(load())
    assert result.verdict == "pass"
    assert result.checks[0].computed == pytest.approx(0.36, abs=0.02)


def test_less_open_endplate_means_less_glucose():
    least = [disc(load(), OCCLUSION, endplate_open=s).least("glucose") for s in (1.0, 0.7, 0.4)]
    assert least[0] > least[1] > least[2]
