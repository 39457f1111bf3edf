"""Copies and strength of cargo: sponges copy for copy, expression with its delay."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evdisc.cell.cargo_effect import bound_share
from evdisc.cell.expression import kernel
from evdisc.evidence.library import load
from evdisc.vesicle.product import bare_cargo, sponged

positive = st.floats(1e-3, 1e6)


@given(s=positive, e=positive)
def test_a_tight_sponge_binds_copy_for_copy(s, e):
    assert bound_share(s, e, 1e-9) == pytest.approx(min(s / e, 1.0), rel=1e-3)


@given(s=positive, e=positive, b=st.floats(1e-2, 1e5))
def test_binding_obeys_the_law_of_mass_action(s, e, b):
    bound = e * bound_share(s, e, b)
    assert 0.0 <= bound <= min(s, e) * (1 + 1e-9)
    scale = (s + e + b) ** 2
    assert abs((s - bound) * (e - bound) - b * bound) < 1e-9 * scale


def test_expression_follows_its_delay_exactly():
    delay, share = np.array([0.0, 7200.0, 86400.0]), np.array([1.0, 1.0, 0.01])
    copies, made = np.full((3, 1, 1), 500.0), np.zeros((3, 1, 1))
    for _ in range(24):
        kernel(np.array([0.0, 3600.0]), np.zeros((0, 3)), delay, share, copies, made)
    exact = share * 500.0 * (1.0 - np.exp(-86400.0 / np.maximum(delay, 1e-9)))
    np.testing.assert_allclose(made[:, 0, 0], exact, rtol=1e-12)


def test_the_evidence_says_who_sponges_whom():
    names = ("circ_0050205", "antagomiR-4450", "miR-21-5p", "MALAT1")
    assert sponged(names, load()) == ("miR-665", "miR-4450", "", "miR-217")
    product = bare_cargo(["ATR plasmid", "FOXF1 mRNA"], load())
    assert product.kinds == ("plasmid", "mRNA")
