"""Swelling: osmotic pressure against matrix stiffness and load -> volume, water, disc height.

The healthy disc is in equilibrium with the mean of its daily load at volume ratio J = 1. When GAG
is lost the tissue gives way until pi(J, GAG) - pi(1, 1) = H_A (J - 1), with H_A the aggregate
modulus (bovine nucleus: Heneghan & Riches 2008). A changed load squeezes nucleus and annulus
together, each bearing its share of the area. The approach is first order with the creep time, and
over a day of rest and activity the height breathes about that mean in closed form. The nucleus
carries height in proportion to its share of the disc's area; an annulus without function bulges,
and extruded nucleus is missing.

The stress the nucleus carries falls with its osmotic pressure and with the weakest part of the
annulus, which holds that pressure; the annulus takes the rest of the load.
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
def equilibrium_ratio(gag: float, charge: float, porosity: float, modulus: float, salt: float,
                      gas: float, temperature: float) -> float:  # fmt: skip
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
def squeezed(excess, nucleus_share, p):
    """Height ratio at which nucleus and annulus together bear ``excess`` Pa above healthy."""
    low, high = 0.2, 2.0
    for _ in range(50):
        middle, borne = 0.5 * (low + high), 0.0
        for c in range(2):
            share = nucleus_share if c == 0 else 1.0 - nucleus_share
            ratio = max(middle, 1.0 - 0.95 * p[1, c])
            charge = charge_density(p[0, c], 1.0, p[1, c], ratio)
            gained = donnan_pressure(charge, p[3, c], p[4, c], p[5, c]) - donnan_pressure(
                p[0, c], p[3, c], p[4, c], p[5, c]
            )
            borne += share * (gained - p[2, c] * (middle - 1.0))
        if borne > excess:
            low = middle
        else:
            high = middle
    return 0.5 * (low + high)


@njit(cache=True, nogil=True)
def breathing(change: float, active: float, resting: float) -> float:
    """Height lost over the active part of a day, per ``change`` between the two equilibria.

    ``active`` and ``resting`` are the lengths of the two parts over the creep time; the day
    repeats, so the height returns.
    """
    lost, regained = 1.0 - math.exp(-active), 1.0 - math.exp(-resting)
    both = 1.0 - math.exp(-active - resting)
    return change * lost * regained / both if both > 0.0 else 0.0


@njit(cache=True, nogil=True)
def kernel(clock, p, region, volume, nucleus_share, load, mean_gag, gag, annulus_integrity,
           extruded_nucleus, volume_ratio, height_ratio, water_content, nucleus_pressure,
           annulus_load_share, diurnal_height_loss):  # fmt: skip
    """Advance volume ratios; write height, water of the nucleus and who carries the load."""
    mean_gag[:] = 0.0
    for i in range(region.shape[0]):
        for k in range(region.shape[1]):
            if region[i, k] <= 2:
                mean_gag[0, region[i, k]] += gag[i, k] * volume[i, k]
                mean_gag[1, region[i, k]] += volume[i, k]
    rest, activity, active = p[10, 0], p[11, 0], p[12, 0]
    healthy_load = active * activity + (1.0 - active) * rest
    if load.shape[0] == 3:
        rest, activity, active = load[0], load[1], load[2]
    mean_load = active * activity + (1.0 - active) * rest
    creep, days = p[6, 0], 86400.0 / p[6, 0]
    keep = math.exp(-clock[1] / creep)
    squeeze = 1.0
    if mean_load != healthy_load:
        squeeze = squeezed(mean_load - healthy_load, nucleus_share, p)
    for c in range(3):
        target = equilibrium_ratio(mean_gag[0, c] / mean_gag[1, c], p[0, c], p[1, c], p[2, c],
                                   p[3, c], p[4, c], p[5, c])  # fmt: skip
        # the endplate is held by bone: load does not squeeze it
        target *= squeeze if c < 2 else 1.0
        volume_ratio[c] = target + keep * (volume_ratio[c] - target)
    nucleus = volume_ratio[0] * (1.0 - extruded_nucleus[0])
    swollen = nucleus_share * nucleus + (1.0 - nucleus_share) * volume_ratio[1]
    height_ratio[0] = swollen * (1.0 - p[7, 0] * (1.0 - annulus_integrity.mean()))
    diurnal_height_loss[0] = 0.0
    if activity != rest:
        change = squeezed(rest - healthy_load, nucleus_share, p) - squeezed(
            activity - healthy_load, nucleus_share, p
        )
        diurnal_height_loss[0] = breathing(change, active * days, (1.0 - active) * days)
    water = (p[1, 0] - 1.0 + volume_ratio[0]) * p[9, 0]
    water_content[0] = water / (water + (1.0 - p[1, 0]) * p[8, 0])
    charge = charge_density(p[0, 0], mean_gag[0, 0] / mean_gag[1, 0], p[1, 0], volume_ratio[0])
    osmotic = donnan_pressure(charge, p[3, 0], p[4, 0], p[5, 0]) / donnan_pressure(
        p[0, 0], p[3, 0], p[4, 0], p[5, 0]
    )
    carried = min(osmotic, 1.0) * annulus_integrity.min()
    nucleus_pressure[0] = rest * carried
    annulus_load_share[0] = 1.0 - nucleus_share * carried


def prepare(setting: Setting) -> tuple[Any, ...]:
    """Region map, volumes, area share of the nucleus, the study's own load, and work space.

    ``load`` is [rest Pa, activity Pa, active share of the day], or empty for that of the evidence.
    """
    geometry = setting.objects["geometry"]
    share = (geometry.nucleus_radius / geometry.radius) ** 2
    load = np.asarray(setting.objects.get("load", ()), dtype=np.float64)
    return setting.region, setting.volume, share, load, np.zeros((2, 3))


MECHANISM = Mechanism(
    name="swelling",
    kernel=kernel,
    reads=("gag", "annulus_integrity", "extruded_nucleus"),
    owns=(
        "volume_ratio",
        "height_ratio",
        "water_content",
        "nucleus_pressure",
        "annulus_load_share",
        "diurnal_height_loss",
    ),
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
        Parameter("load", "Pa", "axial stress of the healthy disc at rest", 0.0, subject="rest"),
        Parameter("load", "Pa", "and in activity", 0.0, subject="activity"),
        Parameter("active_share_of_day", "1", "share of the day in activity", 0.0, 1.0),
    ),
    prepare=prepare,
    when="halves",
    cites=("heneghan2008", "donnan1911", "urban1981", "upf2025"),
)
