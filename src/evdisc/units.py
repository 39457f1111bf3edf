"""Quantities such as ``10 ng/mL`` are parsed once, at the door; inside, SI floats.

A kind says what is being asked (a time, a dose); it fixes dimension, SI unit and bounds. Plain
units are looked up; pint takes the rest, and is imported on first use only.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from evdisc.errors import UnitError, nearest


@dataclass(frozen=True)
class Kind:
    """What may be asked as a quantity: unit inside, examples, and bounds in that unit."""

    unit: str
    example: str
    lower: float = 0.0
    upper: float = math.inf


KINDS: dict[str, Kind] = {
    "time": Kind("s", "14 d"),
    "length": Kind("m", "1.2 mm"),
    "volume": Kind("m**3", "2 uL"),
    "mass_concentration": Kind("kg/m**3", "10 ng/mL"),
    "molar_concentration": Kind("mol/m**3", "5 mM"),
    "particle_count": Kind("particle", "1e8 particles"),
    "particle_concentration": Kind("particle/m**3", "1e9 particles/mL"),
    "copies_per_vesicle": Kind("copy/particle", "0.01 copies/vesicle"),
    "copies_per_cell": Kind("copy/cell", "500 copies/cell"),
    "cell_count": Kind("cell", "1e5 cells"),
    "cell_density": Kind("cell/m**3", "4000 cells/mm^3"),
    "fraction": Kind("dimensionless", "21 %", 0.0, 1.0),
    "pressure": Kind("Pa", "5.1 kPa"),
    "frequency": Kind("1/s", "1 Hz"),
    "osmolarity": Kind("mol/m**3", "400 mOsm"),
    "temperature": Kind("K", "-80 degC"),
    "diffusivity": Kind("m**2/s", "7e-12 m^2/s"),
    "charge_density": Kind("mol/m**3", "0.2 mEq/mL"),
    "ph": Kind("pH", "7.1", 0.0, 14.0),
    "number": Kind("dimensionless", "1.5"),
}

#: kinds whose bare number is unambiguous
BARE = ("copies_per_vesicle", "fraction", "ph", "number")

DEFINITIONS = (
    "particle = [particle] = _ = particles = vesicle = vesicles",
    "cell = [cell] = _ = cells",
    "copy = [copy] = _ = copies",
    "pH = [acidity]",
    "osmole = mole = Osm",
    "equivalent = mole = Eq",
)
PATTERN = re.compile(
    r"^\s*([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?|[+-]?(?:nan|infinity|inf)\b)(.*)$", re.I
)
#: units as laboratories write them most -> (SI unit, factor); a test checks each against pint
PLAIN: dict[str, tuple[str, float]] = {
    "s": ("s", 1.0), "min": ("s", 60.0), "h": ("s", 3600.0), "d": ("s", 86400.0),
    "day": ("s", 86400.0), "days": ("s", 86400.0), "week": ("s", 604800.0),
    "weeks": ("s", 604800.0), "nm": ("m", 1e-9), "um": ("m", 1e-6), "mm": ("m", 1e-3),
    "cm": ("m", 1e-2), "m": ("m", 1.0), "nL": ("m**3", 1e-12), "uL": ("m**3", 1e-9),
    "mL": ("m**3", 1e-6), "L": ("m**3", 1e-3), "mm^3": ("m**3", 1e-9),
    "pg/mL": ("kg/m**3", 1e-9), "ng/mL": ("kg/m**3", 1e-6), "ug/mL": ("kg/m**3", 1e-3),
    "mg/mL": ("kg/m**3", 1.0), "nM": ("mol/m**3", 1e-6), "uM": ("mol/m**3", 1e-3),
    "mM": ("mol/m**3", 1.0), "M": ("mol/m**3", 1e3), "particles": ("particle", 1.0),
    "vesicles": ("particle", 1.0), "particles/mL": ("particle/m**3", 1e6),
    "vesicles/mL": ("particle/m**3", 1e6), "copies/vesicle": ("copy/particle", 1.0),
    "copies/cell": ("copy/cell", 1.0), "cells": ("cell", 1.0), "cells/mm^3": ("cell/m**3", 1e9),
    "cells/mL": ("cell/m**3", 1e6), "%": ("dimensionless", 1e-2), "Pa": ("Pa", 1.0),
    "kPa": ("Pa", 1e3), "MPa": ("Pa", 1e6), "Hz": ("1/s", 1.0), "mOsm": ("mol/m**3", 1.0),
    "K": ("K", 1.0), "m^2/s": ("m**2/s", 1.0), "mEq/mL": ("mol/m**3", 1e3), "pH": ("pH", 1.0),
}  # fmt: skip
#: 0 degC in K; units with a zero of their own -> (SI unit, SI value of that zero)
ZERO_CELSIUS = 273.15
SHIFTED = {"degC": ("K", ZERO_CELSIUS), "°C": ("K", ZERO_CELSIUS)}
#: units offered where one is misspelt
COMMON = (*PLAIN, *SHIFTED, "month", "year", "mmHg")


def parse_quantity(
    text: object, kind: str, *, key: str | None = None, file: object = None
) -> float:
    """Parse ``text`` as a quantity of ``kind`` and return it in the SI unit of the kind.

    Args:
        text: such as ``"10 ng/mL"``; a bare number only where its meaning is plain.
        kind: a name of :data:`KINDS`.
        key, file: where the text stands, for the message.

    Raises:
        UnitError: no unit, an unknown one, another dimension, or a value out of bounds.
    """
    asked = KINDS[kind]

    def fault(message: str, nearest: str | None = None) -> UnitError:
        expected = f"{kind.replace('_', ' ')} such as '{asked.example}'"
        return UnitError(
            message, file=file, key=key, value=text, expected=expected, nearest=nearest
        )

    if isinstance(text, bool) or not isinstance(text, (str, int, float)):
        raise fault("not a quantity")
    found = PATTERN.match(str(text))
    if not found:
        raise fault("not a quantity")
    number, unit = float(found[1]), found[2].strip()
    if not math.isfinite(number):
        raise fault("not a finite number")
    if not unit and kind not in BARE and number != 0.0:
        raise fault("has no unit")
    if len(unit) > 40:
        raise fault("not a quantity")
    value = _convert(number, unit, asked.unit, fault) if unit else number
    if not math.isfinite(value):
        raise fault("not a finite number")
    if not asked.lower <= value <= asked.upper:
        limit = "is negative" if value < 0.0 <= asked.lower else "is out of range"
        raise fault(limit)
    return value


def format_quantity(value: float, unit: str, digits: int = 3) -> str:
    """Write an SI ``value`` of pint unit ``unit`` (the SI one of a kind) in ``unit``."""
    return f"{value:.{digits}g} {unit}".strip()


def celsius(temperature: float) -> str:
    """Write a temperature in K as a protocol states it: ``-80 degC``."""
    return f"{temperature - ZERO_CELSIUS:.4g} degC"


def _convert(number: float, unit: str, target: str, fault: Any) -> float:
    # loading pint takes half a second, which a protocol in plain units need not wait for
    plain, factor = PLAIN.get(unit, ("", 1.0))
    if plain == target:
        return number * factor
    plain, zero = SHIFTED.get(unit, ("", 0.0))
    if plain == target:
        return number + zero
    import pint

    registry = _registry()
    # a caret is a power, and per cent is a unit of its own
    written = unit.replace("^", "**").replace("µ", "u").replace("μ", "u").replace("%", "percent")
    written = written.replace("²", "**2").replace("³", "**3")
    if target == "mol/m**3" and written.endswith("Osm"):
        written += "/L"  # laboratories write mOsm and mean mOsm/L
    try:
        return float(registry.Quantity(number, written).to(target).magnitude)
    except pint.DimensionalityError:
        raise fault("wrong dimension") from None
    except pint.OffsetUnitCalculusError:
        raise fault("wrong dimension") from None
    except Exception:  # noqa: BLE001 - pint's parser raises many kinds for a malformed unit
        raise fault("unknown unit", nearest=nearest(unit, COMMON)) from None


@lru_cache(maxsize=1)
def _registry() -> Any:
    import pint

    registry: Any = pint.UnitRegistry(autoconvert_offset_to_baseunit=True, cache_folder=None)
    for line in DEFINITIONS:
        registry.define(line)
    return registry
