"""Human discs lose 6 to 8 % of their height over a day.

Martin 2022, doi:10.1007/s00586-021-07097-4.
"""

import pytest

from evdisc.evidence.library import load
from evdisc.validate.height_cases import diurnal


def test_the_size_is_reported_against_the_measured_one():
    result = diurnal(load())
    assert result.checks[0].computed == pytest.approx(13.6, abs=0.5)
    assert result.verdict == "fail"
    assert result.cause
