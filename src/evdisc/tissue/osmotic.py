"""Osmotic pressure of the disc by the ideal Donnan law (Donnan 1911; Urban & Maroudas 1981)."""

from __future__ import annotations

import math

from numba import njit


@njit(cache=True, nogil=True)
def donnan_pressure(charge: float, salt: float, gas_constant: float, temperature: float) -> float:
    """Pressure in Pa: RT (sqrt(cF^2 + 4 c^2) - 2 c), charges and salt in mol per m3 of water."""
    return gas_constant * temperature * (math.sqrt(charge**2 + 4.0 * salt**2) - 2.0 * salt)


@njit(cache=True, nogil=True)
def charge_density(healthy: float, gag: float, porosity: float, ratio: float) -> float:
    """Fixed charge per tissue water, mol/m3.

    ``healthy`` holds at full GAG and volume ratio 1; ``gag`` is relative to that, ``ratio`` is the
    volume relative to the healthy tissue, whose water share is ``porosity``. Solid is kept.
    """
    return healthy * gag * porosity / (porosity - 1.0 + ratio)


@njit(cache=True, nogil=True)
def activity(concentration: float, c) -> float:
    """Activity coefficient of a salt at mol per L, by the fit of open disc codes (c[0:4])."""
    return c[0] * math.exp(-c[2] * concentration ** c[1]) + c[3]


@njit(cache=True, nogil=True)
def fibrillar_pressure(charge, porosity, collagen, ratio, salt, gas_constant, temperature, c):
    """Pressure in Pa with water inside collagen fibrils and non-ideal ions.

    Part of the water lies inside fibrils, out of reach of the fixed charge, and less of it as the
    pressure rises (Wilson 2005, Schroeder 2007, as open disc codes state it). The concentration at
    which the outer activity is taken is not stated; both ions together reproduce the published
    nucleus and its swelling curve.

    Args:
        charge: fixed charge of the tissue at ratio 1, mol per m3 of water.
        porosity, ratio: water share of the healthy tissue, and its volume relative to it.
        collagen: collagen per dry mass.
        salt: salt outside, mol/m3.
        c: (11,) activity fit x1, x2, x3, x4; outer osmotic coefficient; Manning constant; solid
           density g/mL; floor of the outer water; fibril water law a, b per MPa, d.
    """
    water = (porosity - 1.0 + ratio) / ratio
    solid = (1.0 - porosity) / ratio
    fixed = 1e-3 * charge * porosity / (porosity - 1.0 + ratio)  # mol per L of water
    outer = 1e-3 * salt
    pressure = 0.15
    for _ in range(60):
        inside = c[8] * math.exp(-c[9] * pressure) + c[10]
        free = max(water - inside * collagen * c[6] * solid, c[7])
        effective = fixed * water / free
        ions = math.sqrt(effective**2 + 4.0 * outer**2)
        share = effective / (effective + ions)
        for _ in range(40):
            share = effective / (effective + ions)
            inner = math.exp(-0.5 * c[5] * share) * activity(0.5 * ions, c)
            gain = activity(2.0 * outer, c) / inner
            ions = 0.5 * ions + 0.5 * math.sqrt(effective**2 + 4.0 * (gain * outer) ** 2)
        coefficient = c[4] * (1.0 - 0.5 * c[5] * share)
        now = 1e-3 * gas_constant * temperature * (coefficient * ions - 2.0 * c[4] * outer)
        pressure = 0.5 * pressure + 0.5 * now
    return 1e6 * pressure
