"""Units allowed in evidence tables, with their SI factor.

The evidence room uses the standard library only, so that a question to it is answered at
once; this short table stands in for a unit library there. A test checks every row of it
against pint.
"""

from __future__ import annotations

from evdisc.errors import EvidenceError, nearest

YEAR = 365.25 * 86400.0

#: unit as written in a table -> (SI unit, factor)
SI: dict[str, tuple[str, float]] = {
    "1": ("1", 1.0),
    "%": ("1", 0.01),
    "m": ("m", 1.0),
    "mm": ("m", 1e-3),
    "um": ("m", 1e-6),
    "nm": ("m", 1e-9),
    "m3": ("m3", 1.0),
    "mm3": ("m3", 1e-9),
    "uL": ("m3", 1e-9),
    "mL": ("m3", 1e-6),
    "s": ("s", 1.0),
    "min": ("s", 60.0),
    "h": ("s", 3600.0),
    "d": ("s", 86400.0),
    "1/s": ("1/s", 1.0),
    "1/min": ("1/s", 1.0 / 60.0),
    "1/h": ("1/s", 1.0 / 3600.0),
    "1/d": ("1/s", 1.0 / 86400.0),
    "1/y": ("1/s", 1.0 / YEAR),
    "m2/s": ("m2/s", 1.0),
    "um2/s": ("m2/s", 1e-12),
    "Pa": ("Pa", 1.0),
    "kPa": ("Pa", 1e3),
    "MPa": ("Pa", 1e6),
    "1/Pa": ("1/Pa", 1.0),
    "1/kPa": ("1/Pa", 1e-3),
    "1/MPa": ("1/Pa", 1e-6),
    "1/kPa2": ("1/Pa2", 1e-6),
    "mol/m3": ("mol/m3", 1.0),
    "mM": ("mol/m3", 1.0),
    "uM": ("mol/m3", 1e-3),
    "nM": ("mol/m3", 1e-6),
    "mOsm/L": ("mol/m3", 1.0),
    "mEq/mL": ("mol/m3", 1e3),
    "m3/mol": ("m3/mol", 1.0),
    "mol/m3/Pa": ("mol/m3/Pa", 1.0),
    "mM/kPa": ("mol/m3/Pa", 1e-3),
    "nmol/(1e6 cells h)": ("mol/cell/s", 1e-9 / 1e6 / 3600.0),
    "kg/m3": ("kg/m3", 1.0),
    "kg": ("kg", 1.0),
    "mL/kg": ("m3/kg", 1e-6),
    "ug": ("kg", 1e-9),
    "fg": ("kg", 1e-18),
    "ug/mL": ("kg/m3", 1e-3),
    "ng/mL": ("kg/m3", 1e-6),
    "ug/mg": ("1", 1e-3),
    "mEq/g": ("mol/kg", 1.0),
    "mL/min": ("m3/s", 1e-6 / 60.0),
    "mL/h": ("m3/s", 1e-6 / 3600.0),
    "pg/(1e6 cells h)": ("kg/cell/s", 1e-15 / 1e6 / 3600.0),
    "cells": ("cells", 1.0),
    "cells/m3": ("cells/m3", 1.0),
    "cells/mm3": ("cells/m3", 1e9),
    "(1/h)/(1e6 cells/mL)": ("m3/cell/s", 1.0 / 3600.0 / 1e12),
    "vesicles/cell": ("vesicles/cell", 1.0),
    "vesicles/cell/d": ("vesicles/cell/s", 1.0 / 86400.0),
    "vesicles/m3": ("vesicles/m3", 1.0),
    "vesicles/mL": ("vesicles/m3", 1e6),
    "vesicles": ("vesicles", 1.0),
    "vesicles/kg": ("vesicles/kg", 1.0),
    "vesicles/ug": ("vesicles/kg", 1e9),
    "nt": ("nt", 1.0),
    "kcal/mol": ("J/mol", 4184.0),
    "copies/vesicle": ("copies/vesicle", 1.0),
    "copies/cell": ("copies/cell", 1.0),
    "K": ("K", 1.0),
    "J/(mol K)": ("J/mol/K", 1.0),
    "Pa s": ("Pa s", 1.0),
    "g/mL": ("kg/m3", 1e3),
    "pH": ("pH", 1.0),
    "1/pH": ("1/pH", 1.0),
    "kPa/pH": ("Pa/pH", 1e3),
    "pH m3/mol": ("pH m3/mol", 1.0),
    "1/mM": ("m3/mol", 1.0),
    "ms": ("s", 1e-3),
}


def to_si(value: float, unit: str, *, file: object = None, key: str | None = None) -> float:
    """Convert ``value`` in ``unit`` to SI.

    Raises:
        EvidenceError: the unit is not in the table.
    """
    return value * si_unit(unit, file=file, key=key)[1]


def si_unit(unit: str, *, file: object = None, key: str | None = None) -> tuple[str, float]:
    """Return ``(SI unit, factor)`` of a table unit.

    Raises:
        EvidenceError: the unit is not in the table.
    """
    if unit not in SI:
        raise EvidenceError(
            "unknown unit",
            file=file,
            key=key,
            value=unit,
            expected="a unit of the evidence tables",
            nearest=nearest(unit, SI),
        )
    return SI[unit]
