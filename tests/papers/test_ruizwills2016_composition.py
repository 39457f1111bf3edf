"""Composition alone starves no cell.

Ruiz Wills 2016, J Mech Phys Solids 90:108.
"""

from evdisc.evidence.library import load
from evdisc.validate.nutrition_cases import v10


def test_no_cell_starves_and_water_matters_most():
    assert v10(load()).verdict == "pass"
