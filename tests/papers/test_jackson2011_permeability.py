"""An open discrepancy: permeability of the endplate less by 79 %.

Jackson 2011, doi:10.1080/10255842.2010.535815.
"""

from evdisc.evidence.library import load
from evdisc.validate.nutrition_cases import v08


def test_reading_permeability_as_diffusivity_stays_a_visible_failure():
    result = v08(load())
    assert result.verdict == "fail"
    assert "definition" in result.cause
