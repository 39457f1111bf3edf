"""A degenerate endplate conducts 44 % less.

Ren 2023, doi:10.1115/1.4056871; the glucose numbers are of a prototype.
"""

import pytest

from evdisc.evidence.library import load
from evdisc.validate.nutrition_cases import v07


def test_glucose_falls_by_about_a_quarter():
    healthy, poor = (c.computed for c in v07(load()).checks)
    assert poor / healthy == pytest.approx(1.00 / 1.37, rel=0.05)
