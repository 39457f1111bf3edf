"""pH at the centre of healthy and degenerate discs.

Kitano, known through doi:10.1186/s12891-019-2937-x.
"""

from evdisc.evidence.library import load
from evdisc.validate.nutrition_cases import v16


def test_the_order_holds_and_the_gap_to_the_electrode_is_told():
    result = v16(load())
    assert result.verdict == "pass"
    assert any("7.14" in c.expected and c.passed is None for c in result.checks)
