"""GAG at constant viability has a closed form; a disc settles over decades.

Gu 2014, Spine.
"""

import pytest

from evdisc.evidence.library import load
from evdisc.validate.matrix_cases import closed_form, hunger, turnover


@pytest.mark.parametrize("case", [closed_form, hunger, turnover])
def test_turnover_and_death_laws(case):
    assert case(load()).verdict == "pass"
