"""Fates: hazards between healthy, inflamed, early and late senescent, and dead cells.

Hazards per day follow the activities of the fate nodes above their healthy level, so an
undisturbed disc keeps its cells. Early senescence may be reversed, late senescence is locked;
here lives the memory that outlasts an insult. Lack of glucose and acid kill by the published
laws of :mod:`evdisc.tissue.viability`, handed in as a rate by the milieu (``starvation_rate``).
"""

from __future__ import annotations

import math
from typing import Any

from numba import njit

from evdisc.mechanism.contract import Mechanism, Parameter
from evdisc.mechanism.setting import Setting

NODES = ("apoptosis", "pyroptosis", "senescence", "inflammation")


@njit(cache=True, nogil=True)
def excess(now: float, healthy: float) -> float:
    """Activity above the healthy level, as a share of what is left above it."""
    return max(now - healthy, 0.0) / (1.0 - healthy + 1e-12)


@njit(cache=True, nogil=True)
def pressing(now: float, healthy: float, half: float) -> float:
    """Share of a full hazard at an activity.

    It rises with the square of the excess at first: a cell endures slight activity for years, and
    hazards were read from days of strong activity.
    """
    above = excess(now, healthy)
    return above**2 * (1.0 + half**2) / (above**2 + half**2)


@njit(cache=True, nogil=True)
def kernel(clock, p, patch_of, node, starvation_rate, activity, reference_activity,
           living_cells, healthy_cells, inflamed_cells, early_senescent_cells,
           late_senescent_cells, apoptotic_cells, pyroptotic_cells, starved_cells):  # fmt: skip
    """Move cells between pools over one macro step; the sum of all pools is kept."""
    dt = clock[1]
    drive = (0.0, 0.0, 0.0, 0.0)
    for i in range(patch_of.shape[0]):
        for k in range(patch_of.shape[1]):
            q = patch_of[i, k]
            if q < 0:
                continue
            drive = (
                pressing(activity[node[0], q], reference_activity[node[0], q], p[7, 0]),
                pressing(activity[node[1], q], reference_activity[node[1], q], p[7, 0]),
                pressing(activity[node[2], q], reference_activity[node[2], q], p[7, 0]),
                pressing(activity[node[3], q], reference_activity[node[3], q], p[7, 0]),
            )
            apoptosis, pyroptosis = p[0, 0] * drive[0], p[1, 0] * drive[1]
            starving = starvation_rate[i, k]
            death = apoptosis + pyroptosis + starving
            senescing = p[2, 0] * drive[2]
            onset, calming = p[5, 0] * drive[3], p[6, 0] * (1.0 - drive[3])
            h, f = healthy_cells[i, k], inflamed_cells[i, k]
            s, late = early_senescent_cells[i, k], late_senescent_cells[i, k]
            h_out, f_out = (
                leaving(h, death + senescing + onset, dt),
                leaving(f, death + senescing + calming, dt),
            )
            s_out, l_out = leaving(s, death + p[3, 0] + p[4, 0], dt), leaving(late, death, dt)
            rate_h = death + senescing + onset + 1e-300
            rate_f = death + senescing + calming + 1e-300
            rate_s = death + p[3, 0] + p[4, 0] + 1e-300
            dead = h_out * death / rate_h + f_out * death / rate_f + s_out * death / rate_s + l_out
            healthy_cells[i, k] = h - h_out + f_out * calming / rate_f + s_out * p[4, 0] / rate_s
            inflamed_cells[i, k] = f - f_out + h_out * onset / rate_h
            early_senescent_cells[i, k] = (
                s - s_out + h_out * senescing / rate_h + f_out * senescing / rate_f
            )
            late_senescent_cells[i, k] = late - l_out + s_out * p[3, 0] / rate_s
            whole = death + 1e-300
            apoptotic_cells[i, k] += dead * apoptosis / whole
            pyroptotic_cells[i, k] += dead * pyroptosis / whole
            starved_cells[i, k] += dead * starving / whole
            living_cells[i, k] = (
                healthy_cells[i, k]
                + inflamed_cells[i, k]
                + early_senescent_cells[i, k]
                + late_senescent_cells[i, k]
            )


@njit(cache=True, nogil=True)
def leaving(count: float, rate: float, dt: float) -> float:
    """How many of ``count`` leave a pool in ``dt`` s at ``rate`` per s."""
    return count * (1.0 - math.exp(-rate * dt))


def prepare(setting: Setting) -> tuple[Any, ...]:
    """Patch map and the numbers of the fate nodes."""
    network = setting.objects["network"]
    return setting.patch_of, tuple(network.index(name) for name in NODES)


MECHANISM = Mechanism(
    name="fates",
    kernel=kernel,
    reads=("starvation_rate", "activity", "reference_activity"),
    owns=("living_cells",),
    adds_to=(
        "healthy_cells",
        "inflamed_cells",
        "early_senescent_cells",
        "late_senescent_cells",
        "apoptotic_cells",
        "pyroptotic_cells",
        "starved_cells",
    ),
    parameters=(
        Parameter("apoptosis_hazard", "1/s", "death by apoptosis at full activity", 0.0),
        Parameter("pyroptosis_hazard", "1/s", "death by pyroptosis at full activity", 0.0),
        Parameter("senescence_hazard", "1/s", "onset of senescence at full activity", 0.0),
        Parameter("senescence_locking", "1/s", "early to late senescence", 0.0),
        Parameter("senescence_reversal", "1/s", "early senescent back to healthy", 0.0),
        Parameter("inflammation_onset", "1/s", "healthy to inflamed at full activity", 0.0),
        Parameter("inflammation_resolution", "1/s", "inflamed to healthy without activity", 0.0),
        Parameter("hazard_half", "1", "activity above healthy at half hazard", 0.0, 1.0),
    ),
    prepare=prepare,
)
