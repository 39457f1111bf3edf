import contextlib
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evdisc.errors import UnitError
from evdisc.evidence.units_si import SI
from evdisc.units import KINDS, PLAIN, SHIFTED, _registry, celsius, parse_quantity

GOOD = [
    ("10 ng/mL", "mass_concentration", 1e-5), ("2 uL", "volume", 2e-9), ("2µL", "volume", 2e-9),
    ("1e8 particles", "particle_count", 1e8), ("21 %", "fraction", 0.21), ("0.3", "fraction", 0.3),
    ("14 d", "time", 14 * 86400), ("8 weeks", "time", 56 * 86400),
    (0.01, "copies_per_vesicle", 0.01),
    ("500 copies/cell", "copies_per_cell", 500), ("5 mM", "molar_concentration", 5),
    ("400 mOsm", "osmolarity", 400), ("400 mOsm/L", "osmolarity", 400), ("7.1", "ph", 7.1),
    ("0.2 mEq/mL", "charge_density", 200), ("37 degC", "temperature", 310.15),
    ("4000 cells/mm^3", "cell_density", 4e12), ("2e5 cells/mL", "cell_density", 2e11),
    ("1e9 vesicles/mL", "particle_concentration", 1e15), ("5.1 kPa", "pressure", 5100),
    ("1 Hz", "frequency", 1), ("0 particles", "particle_count", 0), ("0", "time", 0),
    ("-0 d", "time", 0), ("1.5e1 mm", "length", 0.015),
]  # fmt: skip

BAD = [
    ("3", "time", "has no unit"), ("3 foo", "time", "unknown unit"), ("5 dayz", "time", "'day'"),
    ("3 ng/mL", "time", "wrong dimension"), ("2 mg", "volume", "wrong dimension"),
    ("-3 d", "time", "negative"), ("nan d", "time", "finite"), ("inf d", "time", "finite"),
    ("1e400 d", "time", "finite"), ("INF0", "time", "quantity"),
    ("120 %", "fraction", "out of range"), ("15", "ph", "range"),
    ("", "time", "not a quantity"), ([1], "time", "not a quantity"), (True, "time", "quantity"),
    (None, "time", "not a quantity"), ("2 uL uL", "volume", "wrong dimension"),
    ("1 mM", "mass_concentration", "wrong dimension"), ("5 " + "m" * 100, "length", "quantity"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "kind", "value"), GOOD)
def test_a_quantity_becomes_si(text, kind, value):
    assert parse_quantity(text, kind) == pytest.approx(value, rel=1e-12, abs=0)


@pytest.mark.parametrize(("text", "kind", "words"), BAD)
def test_a_wrong_quantity_is_refused_with_an_example(text, kind, words):
    with pytest.raises(UnitError, match=words) as caught:
        parse_quantity(text, kind, key="a.b", file="x.yaml")
    message = str(caught.value)
    assert message.startswith("x.yaml: a.b: ")
    assert KINDS[kind].example in message
    assert "\n" not in message


@given(st.floats(0, 1e12))
def test_any_number_of_microlitres(x):
    assert math.isclose(parse_quantity(f"{x!r} uL", "volume"), x * 1e-9, rel_tol=1e-12)


@given(st.text(max_size=60), st.sampled_from(sorted(KINDS)))
def test_no_text_raises_anything_but_a_unit_error(text, kind):
    with contextlib.suppress(UnitError):
        assert math.isfinite(parse_quantity(text, kind))


def test_examples_of_all_kinds_are_of_their_kind():
    for kind, about in KINDS.items():
        assert parse_quantity(about.example, kind) > 0


WRITTEN = {"1e6 cells": "cell * 1e6", "m3": "m**3", "m2": "m**2", "Pa2": "Pa**2", "mm3": "mm**3",
           "kPa2": "kPa**2"}  # fmt: skip


@pytest.mark.parametrize(
    "unit", sorted(u for u in SI if u not in ("1", "%", "pH") and "pH" not in u)
)
def test_the_evidence_units_agree_with_pint(unit):
    target, size = SI[unit]

    def spelled(text):
        for short, long in WRITTEN.items():
            text = text.replace(short, long)
        return (
            text.replace(" h)", " * hour)")
            .replace(" K)", " * K)")
            .replace("/d", "/day")
            .replace("/y", "/year")
            .replace("Pa s", "Pa * s")
            .replace("vesicles/cell/day", "particles/cell/day")
        )

    quantity = _registry().parse_expression(spelled(unit))
    assert quantity.to(spelled(target)).magnitude == pytest.approx(size, rel=1e-9)


@pytest.mark.parametrize("unit", SHIFTED)
def test_units_with_a_zero_of_their_own_are_pints(unit):
    kelvin = _registry().Quantity(-80.0, unit).to("K").magnitude
    assert parse_quantity(f"-80 {unit}", "temperature") == pytest.approx(kelvin)
    assert celsius(kelvin) == "-80 degC"


@pytest.mark.parametrize("unit", PLAIN)
def test_plain_units_are_those_of_pint(unit):
    target, factor = PLAIN[unit]
    written = unit.replace("^", "**").replace("%", "percent").replace("mOsm", "mOsm/L")
    assert _registry().Quantity(1.0, written).to(target).magnitude == pytest.approx(
        factor, rel=1e-12
    )
