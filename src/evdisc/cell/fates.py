"""Fates: hazards between healthy, inflamed, early and late senescent, and dead cells.

With H healthy, F inflamed, E early and L late senescent cells per m3:

    dH/dt = -(k_on + k_sen + d) H + k_off F + k_rev E
    dF/dt = k_on H - (k_off + k_sen + d) F
    dE/dt = k_sen (H + F) - (k_lock + k_rev + d) E
    dL/dt = k_lock E - d L
    d = h_apo w_apo + h_pyr w_pyr + starvation_rate
    k_on = h_on w_inf,  k_off = h_off (1 - w_inf),  k_sen = h_sen w_sen
    w = a^2 (1 + b^2) / (a^2 + b^2),  a = max(x - x0, 0) / (1 - x0)

x is the activity of the node apoptosis, pyroptosis, inflammation or senescence in a network, x0
that of the healthy disc, b ``hazard_half``; a cell between two networks takes the mean of their
hazards and of their transfers. In 1/s are h_apo and h_pyr the hazards of death, h_on
and h_off onset and resolution of inflammation, h_sen the hazard of senescence, k_lock and k_rev its
locking and reversal. The dead count as apoptotic, pyroptotic or starved in proportion to the terms
of d. Activities are held over a step, and the step is exact.

Hazards follow the activities above their healthy level, so an undisturbed disc keeps its cells.
Early senescence may be reversed, late senescence is locked; here lives the memory that outlasts an
insult. The pools and the form of the hazards are our choice, their numbers priors of ours. Lack of
glucose and acid kill by the published laws of :mod:`evdisc.tissue.viability` (Zhu 2012, Malandrino
2015), handed in as ``starvation_rate``, 1/s.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numba import njit

from evdisc.mechanism.contract import Mechanism, Parameter
from evdisc.mechanism.setting import Setting
from evdisc.mechanism.sharing import mixed

#: pools of living cells
HEALTHY, INFLAMED, EARLY, LATE = range(4)
POOLS = 4
#: the series is summed over a span in which 2^-SHORT of a pool leaves, to an error of 1e-12
SHORT, TERMS = 4, 7
NODES = ("apoptosis", "pyroptosis", "senescence", "inflammation")


@njit(cache=True, nogil=True, error_model="numpy")
def excess(now: float, healthy: float) -> float:
    """Activity above the healthy level, as a share of what is left above it.

    (x - x0) / (1 - x0), never negative.
    """
    return max(now - healthy, 0.0) / (1.0 - healthy + 1e-12)


@njit(cache=True, nogil=True, error_model="numpy")
def pressing(now: float, healthy: float, half: float) -> float:
    """Share of a full hazard at an activity.

    It rises with the square of the excess at first: a cell endures slight activity for years, and
    hazards were read from days of strong activity.
    """
    above = excess(now, healthy)
    return above**2 * (1.0 + half**2) / (above**2 + half**2)


@njit(cache=True, nogil=True, error_model="numpy")
def transfer(onset, calming, senescing, locking, reversal, dt, move, work):
    """Write the shares that pass between the four living pools in ``dt`` s into ``move`` (4, 4).

    ``move[to, from]`` is the exponential of the rates, exact for rates that hold. It is summed as
    a series over a short span and squared; both keep the sum of the cells. ``work`` is (3, 4, 4).
    """
    term, spare, product = work[0], work[1], work[2]
    fastest = max(onset + senescing, calming + senescing, locking + reversal) * dt
    halvings = max(math.ceil(math.log2(max(fastest, 1e-300))) + SHORT, 0)
    span = dt / 2.0**halvings
    rates = (
        (HEALTHY, INFLAMED, onset),
        (INFLAMED, HEALTHY, calming),
        (HEALTHY, EARLY, senescing),
        (INFLAMED, EARLY, senescing),
        (EARLY, LATE, locking),
        (EARLY, HEALTHY, reversal),
    )
    for i in range(POOLS):
        for j in range(POOLS):
            spare[i, j] = 0.0
            move[i, j] = term[i, j] = 1.0 if i == j else 0.0
    for source, target, rate in rates:
        spare[target, source] += rate * span
        spare[source, source] -= rate * span
    for n in range(1, TERMS + 1):
        multiply(spare, term, float(n), product)
        for i in range(POOLS):
            for j in range(POOLS):
                term[i, j] = product[i, j]
                move[i, j] += product[i, j]
    for _ in range(halvings):
        multiply(move, move, 1.0, product)
        for i in range(POOLS):
            for j in range(POOLS):
                move[i, j] = product[i, j]


@njit(cache=True, nogil=True, error_model="numpy")
def multiply(a, b, by, out):
    """Write the product of two small square matrices over ``by``."""
    for i in range(POOLS):
        for j in range(POOLS):
            total = 0.0
            for k in range(POOLS):
                total += a[i, k] * b[k, j]
            out[i, j] = total / by


@njit(cache=True, nogil=True, error_model="numpy")
def pressures(p, node, activity, reference_activity, dt, hazard, moves):
    """Write the hazards (apoptosis, pyroptosis) and pool transfers of every network."""
    work = np.empty((3, POOLS, POOLS))
    drive = np.zeros(4)
    for q in range(activity.shape[1]):
        for n in range(4):
            i = node[n]
            drive[n] = pressing(activity[i, q], reference_activity[i, q], p[7, 0])
        hazard[0, q], hazard[1, q] = p[0, 0] * drive[0], p[1, 0] * drive[1]
        transfer(p[5, 0] * drive[3], p[6, 0] * (1.0 - drive[3]), p[2, 0] * drive[2], p[3, 0],
                 p[4, 0], dt, moves[q], work)  # fmt: skip


@njit(cache=True, nogil=True, error_model="numpy")
def kernel(clock, p, sharing, node, hazard, moves, starvation_rate, activity, reference_activity,
           living_cells, healthy_cells, inflamed_cells, early_senescent_cells,
           late_senescent_cells, apoptotic_cells, pyroptotic_cells, starved_cells):  # fmt: skip
    """Move cells between pools over one macro step; the sum of all pools is kept.

    Cells of all pools die alike, so death is a factor on the exact transfer between the pools. A
    cell between two networks takes the mean of their hazards and of their transfers.
    """
    dt = clock[1]
    pressures(p, node, activity, reference_activity, dt, hazard, moves)
    m = np.empty((POOLS, POOLS))
    for i in range(living_cells.shape[0]):
        for k in range(living_cells.shape[1]):
            a, b, w = sharing.first[i, k], sharing.second[i, k], sharing.share[i, k]
            if a < 0:
                continue
            h, f = healthy_cells[i, k], inflamed_cells[i, k]
            s, late = early_senescent_cells[i, k], late_senescent_cells[i, k]
            alive = h + f + s + late
            if alive <= 0.0:
                continue
            apoptosis, pyroptosis = mixed(hazard, 0, a, b, w), mixed(hazard, 1, a, b, w)
            starving = starvation_rate[i, k]
            death = apoptosis + pyroptosis + starving
            left = math.exp(-death * dt)
            for to in range(POOLS):
                for source in range(POOLS - 1):
                    one, other = moves[a, to, source], moves[b, to, source]
                    m[to, source] = (1.0 - w) * one + w * other
            healthy_cells[i, k] = left * (m[0, 0] * h + m[0, 1] * f + m[0, 2] * s)
            inflamed_cells[i, k] = left * (m[1, 0] * h + m[1, 1] * f + m[1, 2] * s)
            early_senescent_cells[i, k] = left * (m[2, 0] * h + m[2, 1] * f + m[2, 2] * s)
            late_senescent_cells[i, k] = left * (m[3, 0] * h + m[3, 1] * f + m[3, 2] * s + late)
            dead = (1.0 - left) * alive
            whole = death + 1e-300
            apoptotic_cells[i, k] += dead * apoptosis / whole
            pyroptotic_cells[i, k] += dead * pyroptosis / whole
            starved_cells[i, k] += dead * starving / whole
            living_cells[i, k] = left * alive


def prepare(setting: Setting) -> tuple[Any, ...]:
    """Networks of each cell, the numbers of the fate nodes, and work space."""
    network = setting.objects["network"]
    nodes = np.array([network.index(name) for name in NODES], dtype=np.int64)
    patches = setting.patches
    return setting.sharing, nodes, np.zeros((2, patches)), np.zeros((patches, POOLS, POOLS))


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
