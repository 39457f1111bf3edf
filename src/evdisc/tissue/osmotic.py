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
