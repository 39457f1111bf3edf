"""Swelling: osmotic pressure against matrix stiffness and load -> volume, water, disc height.

    pi(J1, G) - pi(1, 1) = H_A (J1 - 1) + M v (J1 - J_set)
    dJ/dt = (b J1 - J) / T
    P_mean - P0 = sum over nucleus and annulus of a (pi(b, 1) - pi(1, 1) - H_A (b - 1))
    height = (a_N (J_N (1 - X) + v) + (1 - a_N) J_A) (1 - B (1 - A_mean))
    lost over a day = |b_rest - b_active| (1 - e^-t1) (1 - e^-t2) / (1 - e^-(t1 + t2))
    water = m / (m + (1 - phi) rho_s),  m = (phi - 1 + J_N) rho_w
    nucleus pressure = P_rest A_min (pi(J_N, G) + max(M v (J_set - J_N), 0)) / pi(1, 1)
    annulus load share = 1 - a_N nucleus pressure / P_rest

J is the volume ratio of a region (J_N nucleus, J_A annulus), J1 the one in equilibrium, G its mean
GAG and pi its osmotic pressure, Pa (:mod:`evdisc.tissue.osmotic`), H_A the aggregate modulus, Pa,
T the creep time, s. P is the axial stress, Pa, at rest, in activity, in the mean of the day, or
that of the healthy disc, P0; b the ratio under it, 1 without a change of load and always in the
endplate. a_N is the share of the nucleus in the area of the disc; v a gel in the nucleus relative
to its volume, M its modulus, J_set the ratio at which it set; its charge times v is added to G. X
is the nucleus extruded, A the integrity of the annulus, B the height lost without it; t1 and t2 are
active and resting hours over T. The pressure in the nucleus is kept between 0 and P_rest A_min.

The healthy disc is in equilibrium with the mean of its daily load at J = 1; H_A was measured in
bovine nucleus (Heneghan & Riches 2008). A changed load squeezes nucleus and annulus together, each
bearing its share of the area. The approach is first order with the creep time, and over a day of
rest and activity the height breathes about that mean in closed form. The nucleus carries height in
proportion to its share of the disc's area; an annulus without function bulges, and extruded nucleus
is missing. All that is our choice: a disc of two springs and one dashpot.

A gel in the nucleus bears its volume share times its modulus times how far the nucleus has given
way since it set (Voigt's bound, the most it can bear).

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
from evdisc.tissue.osmotic import PARAMETERS, osmotic_pressure

OSMOTIC = len(PARAMETERS)
#: step of the difference that stands for a derivative
NUDGE = 1e-6


@njit(cache=True, nogil=True, error_model="numpy")
def gained(gag, ratio, modulus, healthy, c):
    """Osmotic minus matrix stress above the healthy tissue's, Pa."""
    return osmotic_pressure(gag, ratio, c) - healthy - modulus * (ratio - 1.0)


@njit(cache=True, nogil=True, error_model="numpy")
def equilibrium_ratio(gag, modulus, start, c, gel=0.0, gel_set_at=1.0):
    """Volume ratio at which osmotic and matrix stress balance the healthy load.

    A gel of ``gel`` Pa that set at the ratio ``gel_set_at`` bears its part. Newton's method from
    ``start`` inside a bracket.
    """
    low, high = 1.0 - 0.95 * c[1], 3.0
    healthy = osmotic_pressure(1.0, 1.0, c)
    ratio = min(max(start, low), high)
    for _ in range(60):
        excess = gained(gag, ratio, modulus, healthy, c) - gel * (ratio - gel_set_at)
        if excess > 0.0:
            low = ratio
        else:
            high = ratio
        nudged = gained(gag, ratio + NUDGE, modulus, healthy, c)
        slope = (nudged - gel * (ratio + NUDGE - gel_set_at) - excess) / NUDGE
        following = ratio - excess / slope
        if not low < following < high:
            following = 0.5 * (low + high)
        if abs(following - ratio) < 1e-9:
            return following
        ratio = following
    return ratio


@njit(cache=True, nogil=True, error_model="numpy")
def squeezed(excess, nucleus_share, p):
    """Height ratio at which nucleus and annulus together bear ``excess`` Pa above healthy."""
    low, high = 0.2, 2.0
    healthy = osmotic_pressure(1.0, 1.0, p[:OSMOTIC, 0]), osmotic_pressure(1.0, 1.0, p[:OSMOTIC, 1])
    for _ in range(40):
        middle, borne = 0.5 * (low + high), 0.0
        for c in range(2):
            share = nucleus_share if c == 0 else 1.0 - nucleus_share
            ratio = max(middle, 1.0 - 0.95 * p[1, c])
            borne += share * gained(1.0, ratio, p[OSMOTIC, c], healthy[c], p[:OSMOTIC, c])
        if borne > excess:
            low = middle
        else:
            high = middle
    return 0.5 * (low + high)


@njit(cache=True, nogil=True, error_model="numpy")
def breathing(change: float, active: float, resting: float) -> float:
    """Height lost over the active part of a day, per ``change`` between the two equilibria.

    ``active`` and ``resting`` are the lengths of the two parts over the creep time; the day
    repeats, so the height returns.
    """
    lost, regained = 1.0 - math.exp(-active), 1.0 - math.exp(-resting)
    both = 1.0 - math.exp(-active - resting)
    return change * lost * regained / both if both > 0.0 else 0.0


@njit(cache=True, nogil=True, error_model="numpy")
def loaded(nucleus_share, load, held, p):
    """Write the share of height under the mean load and the height lost over a day, once a run."""
    rest, activity, active = p[OSMOTIC + 3 : OSMOTIC + 6, 0]
    healthy_load = active * activity + (1.0 - active) * rest
    if load.shape[0] == 3:
        rest, activity = load[0], load[1]
        active = load[2] if load[2] == load[2] else active
    mean_load = active * activity + (1.0 - active) * rest
    held[0], held[1], held[2] = 1.0, 0.0, rest
    if mean_load != healthy_load:
        held[0] = squeezed(mean_load - healthy_load, nucleus_share, p)
    if activity != rest:
        change = squeezed(rest - healthy_load, nucleus_share, p) - squeezed(
            activity - healthy_load, nucleus_share, p
        )
        days = 86400.0 / p[OSMOTIC + 1, 0]
        # where draws of the two loads overlap, the height goes at rest and comes back in activity
        held[1] = abs(breathing(change, active * days, (1.0 - active) * days))


@njit(cache=True, nogil=True, error_model="numpy")
def kernel(clock, p, region, volume, nucleus_share, load, held, target, mean_gag, gel_charge,
           gel_modulus, gag, annulus_integrity, extruded_nucleus, carrier_volume, carrier_set_at,
           volume_ratio, height_ratio, water_content, nucleus_pressure, annulus_load_share,
           diurnal_height_loss):  # fmt: skip
    """Advance volume ratios; write height, water of the nucleus and who carries the load."""
    mean_gag[:] = 0.0
    for i in range(region.shape[0]):
        for k in range(region.shape[1]):
            if region[i, k] <= 2:
                mean_gag[0, region[i, k]] += gag[i, k] * volume[i, k]
                mean_gag[1, region[i, k]] += volume[i, k]
    # a gel in the nucleus brings its own charge and its own volume
    mean_gag[0, 0] += gel_charge * carrier_volume[0] * mean_gag[1, 0]
    if held[0] == 0.0:
        loaded(nucleus_share, load, held, p)
    keep = math.exp(-clock[1] / p[OSMOTIC + 1, 0])
    stiffness = gel_modulus * carrier_volume[0]
    for c in range(3):
        target[c] = equilibrium_ratio(
            mean_gag[0, c] / mean_gag[1, c], p[OSMOTIC, c], target[c], p[:OSMOTIC, c],
            stiffness if c == 0 else 0.0, carrier_set_at[0],
        )  # fmt: skip
        # the endplate is held by bone: load does not squeeze it
        under_load = target[c] * (held[0] if c < 2 else 1.0)
        volume_ratio[c] = under_load + keep * (volume_ratio[c] - under_load)
    nucleus = volume_ratio[0] * (1.0 - extruded_nucleus[0]) + carrier_volume[0]
    swollen = nucleus_share * nucleus + (1.0 - nucleus_share) * volume_ratio[1]
    height_ratio[0] = swollen * (1.0 - p[OSMOTIC + 2, 0] * (1.0 - annulus_integrity.mean()))
    diurnal_height_loss[0] = held[1]
    tissue = p[:OSMOTIC, 0]
    water = (tissue[1] - 1.0 + volume_ratio[0]) * tissue[17]
    water_content[0] = water / (water + (1.0 - tissue[1]) * tissue[6])
    now = osmotic_pressure(mean_gag[0, 0] / mean_gag[1, 0], volume_ratio[0], tissue)
    now += max(stiffness * (carrier_set_at[0] - volume_ratio[0]), 0.0)
    pressed = now / osmotic_pressure(1.0, 1.0, tissue)
    carried = min(max(pressed, 0.0), 1.0) * annulus_integrity.min()
    nucleus_pressure[0] = held[2] * carried
    annulus_load_share[0] = 1.0 - nucleus_share * carried


def prepare(setting: Setting) -> tuple[Any, ...]:
    """Region map, volumes, area share of the nucleus, the study's own load, and work space.

    ``load`` is [rest Pa, activity Pa, active share of the day or NaN], or empty; what it leaves out
    is that of the evidence.
    """
    geometry = setting.objects["geometry"]
    share = (geometry.nucleus_radius / geometry.radius) ** 2
    load = np.asarray(setting.objects.get("load", ()), dtype=np.float64)
    held, target = np.zeros(3), np.ones(3)
    gel = (float(setting.objects.get(f"carrier_{what}", 0.0)) for what in ("charge", "modulus"))
    return setting.region, setting.volume, share, load, held, target, np.zeros((2, 3)), *gel


MECHANISM = Mechanism(
    name="swelling",
    kernel=kernel,
    reads=("gag", "annulus_integrity", "extruded_nucleus", "carrier_volume", "carrier_set_at"),
    owns=(
        "volume_ratio",
        "height_ratio",
        "water_content",
        "nucleus_pressure",
        "annulus_load_share",
        "diurnal_height_loss",
    ),
    parameters=(
        *PARAMETERS,
        Parameter("matrix_modulus", "Pa", "aggregate modulus of the matrix", 0.0),
        Parameter("creep_time", "s", "time to swelling equilibrium", 0.0),
        Parameter("bulge_height_loss", "1", "height lost by bulging", 0.0, 1.0),
        Parameter("load", "Pa", "axial stress of the healthy disc at rest", 0.0, subject="rest"),
        Parameter("load", "Pa", "and in activity", 0.0, subject="activity"),
        Parameter("active_share_of_day", "1", "share of the day in activity", 0.0, 1.0),
    ),
    prepare=prepare,
    when="halves",
    acts_on={
        "extruded_nucleus": ("height_ratio",),
        "annulus_integrity": ("height_ratio", "nucleus_pressure", "annulus_load_share"),
        "bulge_height_loss": ("height_ratio",),
    },
    cites=("heneghan2008", "upf2025"),
)
