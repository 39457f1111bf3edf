"""Raising synthesis or lowering loss saves a mild disc, not a severe one.

Zhu 2016, J Biomech 49.
"""

from evdisc.evidence.library import load
from evdisc.validate.matrix_cases import v17


def test_the_published_order_of_therapies():
    assert v17(load()).verdict == "pass"
