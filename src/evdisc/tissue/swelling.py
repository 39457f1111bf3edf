"""Swelling: osmotic pressure against matrix stiffness -> volume, water, disc height.

The healthy disc is in equilibrium with its load at volume ratio J = 1. When GAG is lost the
osmotic pressure falls and the tissue gives way until pi(J, GAG) - pi(1, 1) = H_A (J - 1), with
H_A the aggregate modulus (bovine nucleus: Heneghan & Riches 2008). The approach is first order
with the creep time. The nucleus carries height in proportion to its share of the disc's area;
an annulus without function bulges, and extruded nucleus is missing.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numba import njit

from evdisc.mechanism.contract import Mechanism, Parameter
from evdisc.mechanism.setting import Setting
from evdisc.tissue.osmotic import charge_density, donnan_pressure


@njit(cache=True, nogil=True)
def equilibrium_ratio(gag: float, charge: float, porosity: float, modulus: float,
                      salt: float, gas: float, temperature: float) -> float:  # fmt: skip
    """Volume ratio J at which osmotic and matrix stress balance the healthy load (bisection)."""
    healthy = donnan_pressure(charge, salt, gas, temperature)
    low, high = 1.0 - 0.95 * porosity, 3.0
    for _ in range(60):
        middle = 0.5 * (low + high)
        now = donnan_pressure(charge_density(charge, gag, porosity, middle), salt, gas, temperature)
        if now - healthy > modulus * (middle - 1.0):
            low = middle
        else:
            high = middle
    return 0.5 * (low + high)


@njit(cache=True, nogil=True)
def kernel(clock, p, region, volume, nucleus_share, mean_gag, gag, annulus_integrity,
           extruded_nucleus, volume_ratio, height_ratio, water_content):  # fmt: skip
    """Advance volume ratios; write disc height and the water mass fraction of the nucleus."""
    mean_gag[:] = 0.0
    for i in range(region.shape[0]):
        for k in range(region.shape[1]):
            if region[i, k] <= 2:
                mean_gag[0, region[i, k]] += gag[i, k] * volume[i, k]
                mean_gag[1, region[i, k]] += volume[i, k]
    keep = math.exp(-clock[1] / p[6, 0])
    for c in range(3):
        target = equilibrium_ratio(mean_gag[0, c] / mean_gag[1, c], p[0, c], p[1, c], p[2, c],
                                   p[3, c], p[4, c], p[5, c])  # fmt: skip
        volume_ratio[c] = target + keep * (volume_ratio[c] - target)
    nucleus = volume_ratio[0] * (1.0 - extruded_nucleus[0])
    swollen = nucleus_share * nucleus + (1.0 - nucleus_share) * volume_ratio[1]
    height_ratio[0] = swollen * (1.0 - p[7, 0] * (1.0 - annulus_integrity[0]))
    water = (p[1, 0] - 1.0 + volume_ratio[0]) * p[9, 0]
    water_content[0] = water / (water + (1.0 - p[1, 0]) * p[8, 0])


def prepare(setting: Setting) -> tuple[Any, ...]:
    """Region map, volumes, area share of the nucleus, and work space."""
    geometry = setting.objects["geometry"]
    share = (geometry.nucleus_radius / geometry.radius) ** 2
    return setting.region, setting.volume, share, np.zeros((2, 3))


MECHANISM = Mechanism(
    name="swelling",
    kernel=kernel,
    reads=("gag", "annulus_integrity", "extruded_nucleus"),
    averaged=("gag",),
    owns=("volume_ratio", "height_ratio", "water_content"),
    parameters=(
        Parameter("fixed_charge_density", "mol/m3", "fixed charge of the healthy tissue", 0.0),
        Parameter("porosity", "1", "water volume share of the healthy tissue", 0.0, 1.0),
        Parameter("matrix_modulus", "Pa", "aggregate modulus of the matrix", 0.0),
        Parameter("salt_concentration", "mol/m3", "salt outside the disc", 0.0),
        Parameter("gas_constant", "J/mol/K", "molar gas constant", 0.0),
        Parameter("body_temperature", "K", "temperature", 0.0),
        Parameter("creep_time", "s", "time to swelling equilibrium", 0.0),
        Parameter("bulge_height_loss", "1", "height lost by bulging", 0.0, 1.0),
        Parameter("solid_density", "kg/m3", "density of the solid", 0.0),
        Parameter("water_density", "kg/m3", "density of water", 0.0),
    ),
    prepare=prepare,
    cites=("heneghan2008", "donnan1911", "urban1981"),
)
