"""Osmotic pressure: six published tissues and one swelling curve, beside the ideal Donnan law."""

from __future__ import annotations

from evdisc.evidence.library import Library
from evdisc.mechanism.contract import REGIONS
from evdisc.simulate.assemble import pack
from evdisc.simulate.values import Values
from evdisc.tissue.osmotic import PARAMETERS, donnan_pressure, osmotic_pressure
from evdisc.validate.case import Check, Result, near

#: temperature of the published table, K
COLD = 293.0
TISSUES = (
    ("NP", "1", 0.180, 0.286), ("AF", "1", 0.168, 0.122), ("CEP", "1", 0.113, 0.104),
    ("NP", "3", 0.136, 0.177), ("AF", "3", 0.228, 0.109), ("CEP", "3", 0.097, 0.061),
)  # fmt: skip
CURVE = ((1.4, 0.073), (1.2, 0.113), (1.1, 0.142), (1.0, 0.180), (0.9, 0.233), (0.8, 0.308),
         (0.7, 0.421))  # fmt: skip


def pressure(
    library: Library, region: str, grade: str, ratio: float = 1.0, kelvin: float = COLD
) -> float:
    """Osmotic pressure of a tissue, MPa."""
    values = Values(library, {"preset": "human-lumbar", "species": "human", "grade": grade},
                    overrides={("body_temperature", ""): kelvin})  # fmt: skip
    column = pack(PARAMETERS, values)[:, REGIONS.index(region)].copy()
    return 1e-6 * float(osmotic_pressure(1.0, ratio, column))


def ideal(library: Library) -> Result:
    """The ideal Donnan law of six tissues."""
    gas = library.resolve("gas_constant").median
    salt = library.resolve("salt_concentration").median
    checks = []
    for region, grade, _, expected in TISSUES:
        charge = library.resolve(
            "fixed_charge_density", region=region, grade=grade, species="human"
        ).median
        found = 1e-6 * donnan_pressure(charge, salt, gas, COLD)
        checks.append(near(f"{region}, grade {grade}", expected, found, "MPa", 0.02))
    return Result("ideal Donnan", "ideal osmotic pressure of six tissues", "upf2025",
                  tuple(checks), "a check of the code", used=True)  # fmt: skip


def fibrillar(library: Library) -> Result:
    """The law with water inside fibrils, six tissues."""
    checks: list[Check] = [
        near(f"{region}, grade {grade}", expected, pressure(library, region, grade), "MPa", 0.03)
        for region, grade, expected, _ in TISSUES
    ]
    return Result(
        "osmotic table", "osmotic pressure of six tissues", "upf2025", tuple(checks),
        "healthy nucleus and annulus and the whole swelling curve of the nucleus agree, so the law "
        "is read right; the endplate and grade III rows do not follow from the composition "
        "recorded for them, whichever reading of the law is taken", used=True,
    )  # fmt: skip


def swelling(library: Library) -> Result:
    """The swelling curve of the healthy nucleus."""
    checks = [
        near(f"volume ratio {ratio:g}", expected, pressure(library, "NP", "1", ratio), "MPa", 0.035)
        for ratio, expected in CURVE
    ]
    warm = pressure(library, "NP", "1", kelvin=310.0)
    checks.append(near("at 310 K", 0.190, warm, "MPa", 0.02))
    return Result("swelling curve", "osmotic pressure of the nucleus against volume", "upf2025",
                  tuple(checks), "", used=True)  # fmt: skip


CASES = (ideal, fibrillar, swelling)
