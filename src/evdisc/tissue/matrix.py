"""Matrix: glycosaminoglycan (GAG) and collagen II, made by cells and cut by proteases.

    dG/dt = k s - k (1 + e q) G + M
    s = (x / x0) f_pH f_G f_osm (H + F + w (E + L)) / n0
    q = sum over MMP3, MMP13, ADAMTS4, ADAMTS5 of max(x - x0, 0) / 4
    f_pH = r(pH) / r(pH0),  r = r1 + (1 - r1) (pH - pH1) / (pH2 - pH1) between r1 and 1
    f_G = g (g0 + K) / ((g + K) g0)
    f_osm = 1 + m (sqrt(c^2 + 4 c_s^2) - sqrt(c0^2 + 4 c_s^2)) between two bounds
    c = c0 G phi / (phi - 1 + J)

G is GAG or collagen II relative to the healthy tissue, k its turnover, 1/s; x and x0 the activity
of ACAN or COL2A1, and in q that of a protease, now and healthy; e the loss added at full protease
activity. H healthy, F inflamed, E and L early and late senescent cells per m3, n0 healthy ones, w
the synthesis of a senescent cell. pH and glucose g, mol/m3, count relative to the undisturbed disc
(pH0, g0), r from r1 at pH1 to 1 at pH2. c is the fixed charge per tissue water, mol/m3, at the
volume ratio J and the healthy water share phi; c_s salt. In c the G is GAG for both. M is what a
carrier in the nucleus leaves behind, 1/s, put in the middle of a step. All but G is held over it.

So the healthy disc is steady (after Gu 2014, and Zhu 2016). Synthesis falls with acid (Razaq 2003),
without glucose (our choice: saturation), and with the osmolality of a tissue that lost its charge
(Ishihara 1997). With constant viability v and nothing else G = v + (1 - v) exp(-k t). The human k
is measured turnover (Sivan 2006, doi:10.1074/jbc.M600296200; collagen Sivan 2008); the k of small
animals is an injury constant and labelled so. That senescent cells make less and proteases act in
proportion to their excess is our choice.
"""

from __future__ import annotations

import math
from typing import Any

from numba import njit

from evdisc.mechanism.contract import Mechanism, Parameter
from evdisc.mechanism.setting import Setting
from evdisc.mechanism.sharing import mixed
from evdisc.tissue.osmotic import charge_density

PROTEASES = ("MMP3", "MMP13", "ADAMTS4", "ADAMTS5")


@njit(cache=True, nogil=True, error_model="numpy")
def ph_factor(ph: float, full: float, low: float, at_low: float) -> float:
    """Synthesis relative to neutral pH: 1 above ``full``, ``at_low`` at ``low`` (Razaq 2003)."""
    return min(max(at_low + (1.0 - at_low) * (ph - low) / (full - low), at_low), 1.0)


@njit(cache=True, nogil=True, error_model="numpy")
def glucose_factor(glucose: float, healthy: float, half: float) -> float:
    """Synthesis relative to the healthy tissue's glucose, by saturation."""
    return glucose * (healthy + half) / ((glucose + half) * max(healthy, 1e-12))


@njit(cache=True, nogil=True, error_model="numpy")
def osmolality_factor(charge: float, healthy: float, salt: float, slope: float, least: float,
                      most: float) -> float:  # fmt: skip
    """Synthesis relative to healthy osmolality; charges and salt in mol per m3 of water."""
    change = math.sqrt(charge**2 + 4.0 * salt**2) - math.sqrt(healthy**2 + 4.0 * salt**2)
    return min(max(1.0 + slope * change, least), most)


@njit(cache=True, nogil=True, error_model="numpy")
def relax(value: float, synthesis: float, loss: float, turnover: float, dt: float) -> float:
    """Solution of dx/dt = turnover (synthesis - loss x) after ``dt`` s."""
    level = synthesis / loss
    return level + (value - level) * math.exp(-turnover * loss * dt)


@njit(cache=True, nogil=True, error_model="numpy")
def kernel(clock, p, sharing, region, node, proteases, activity, reference_activity,
           healthy_cells, inflamed_cells, early_senescent_cells, late_senescent_cells,
           reference_living_cells, ph, reference_ph, glucose, reference_glucose, volume_ratio,
           matrix_supply, gag, collagen_2):  # fmt: skip
    """Advance GAG and collagen II, relative to the healthy tissue."""
    for i in range(region.shape[0]):
        for k in range(region.shape[1]):
            a, b, w = sharing.first[i, k], sharing.second[i, k], sharing.share[i, k]
            c = region[i, k]
            if a < 0 or reference_living_cells[i, k] <= 0.0:
                continue
            senescent = early_senescent_cells[i, k] + late_senescent_cells[i, k]
            able = healthy_cells[i, k] + inflamed_cells[i, k] + p[3, c] * senescent
            able *= ph_factor(ph[i, k], p[4, c], p[5, c], p[6, c]) / ph_factor(
                reference_ph[i, k], p[4, c], p[5, c], p[6, c]
            )
            able *= glucose_factor(glucose[i, k], reference_glucose[i, k], p[7, c])
            charge = charge_density(p[9, c], gag[i, k], p[10, c], volume_ratio[c])
            able *= osmolality_factor(charge, p[9, c], p[11, c], p[8, c], p[12, c], p[13, c])
            able /= reference_living_cells[i, k]
            cut = 0.0
            for m in proteases:
                cut += max(mixed(activity, m, a, b, w) - reference_activity[m, a], 0.0) / 4.0
            loss = 1.0 + p[2, c] * cut
            aggrecan = mixed(activity, node[0], a, b, w) / reference_activity[node[0], a]
            collagen = mixed(activity, node[1], a, b, w) / reference_activity[node[1], a]
            gag[i, k] = relax(gag[i, k], able * aggrecan, loss, p[0, c], clock[1])
            collagen_2[i, k] = relax(collagen_2[i, k], able * collagen, loss, p[1, c], clock[1])
            if c == 0:
                left = matrix_supply[0] * clock[1]
                gag[i, k] += left * math.exp(-0.5 * p[0, c] * loss * clock[1])
                collagen_2[i, k] += left * math.exp(-0.5 * p[1, c] * loss * clock[1])


def prepare(setting: Setting) -> tuple[Any, ...]:
    """Networks and region of each cell, and the numbers of the matrix and protease genes."""
    network = setting.objects["network"]
    return (
        setting.sharing,
        setting.region,
        (network.index("ACAN"), network.index("COL2A1")),
        tuple(network.index(name) for name in PROTEASES),
    )


MECHANISM = Mechanism(
    name="matrix",
    kernel=kernel,
    reads=(
        "activity",
        "reference_activity",
        "healthy_cells",
        "inflamed_cells",
        "early_senescent_cells",
        "late_senescent_cells",
        "reference_living_cells",
        "ph",
        "reference_ph",
        "glucose",
        "reference_glucose",
        "volume_ratio",
        "matrix_supply",
    ),
    averaged=(
        "healthy_cells",
        "inflamed_cells",
        "early_senescent_cells",
        "late_senescent_cells",
    ),
    owns=("gag", "collagen_2"),
    parameters=(
        Parameter("gag_turnover", "1/s", "GAG turnover or injury constant", 0.0),
        Parameter("collagen_turnover", "1/s", "collagen turnover or injury constant", 0.0),
        Parameter("protease_gain", "1", "added loss at full protease activity", 0.0),
        Parameter("senescent_synthesis", "1", "synthesis of a senescent cell", 0.0, 1.0),
        Parameter("ph_full_synthesis", "pH", "pH of full synthesis", 0.0, 14.0),
        Parameter("ph_low_synthesis", "pH", "pH of low synthesis", 0.0, 14.0),
        Parameter("low_synthesis", "1", "synthesis at that pH", 0.0, 1.0),
        Parameter("glucose_half_synthesis", "mol/m3", "glucose at half of the synthesis", 0.0),
        Parameter("osmolality_synthesis_slope", "m3/mol", "synthesis gained per ion", 0.0),
        Parameter("fixed_charge_density", "mol/m3", "fixed charge of the healthy tissue", 0.0),
        Parameter("porosity", "1", "water volume share of the healthy tissue", 0.0, 1.0),
        Parameter("salt_concentration", "mol/m3", "salt outside the disc", 0.0),
        Parameter("least_osmolality_synthesis", "1", "synthesis it leaves at least", 0.0, 1.0),
        Parameter("most_osmolality_synthesis", "1", "synthesis it allows at most", 1.0),
    ),
    prepare=prepare,
    acts_on={"gag_turnover": ("gag",), "collagen_turnover": ("collagen_2",)},
    cites=("sivan2006", "sivan2008", "razaq2003", "gu2014", "ishihara1997"),
)
