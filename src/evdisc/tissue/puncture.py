"""Puncture: what a needle does to annulus, nucleus, cells and cytokines.

    loss = L q^m / (q^m + Q^m),  q = d / h
    A_s -> A_s (1 - l_s),  l_s = min(f exp(F cos(2 pi (s - s0) / 8)), 1)
    X -> X + (1 - X) x loss
    c -> c + B loss for IL-1beta and for TNF-alpha
    n -> n (1 - t) for each pool of living cells,  t = min(pi min(d, h)^2 R / (4 V), 0.9)

d is the outer diameter of the needle, h the height and R the radius of the disc, m; V the volume of
nucleus and annulus, m3. A_s is the integrity of a sector and s0 the one the needle enters; f makes
the mean of l_s the loss. X is the nucleus lost so far, c a cytokine, kg/m3, n cells per m3. The
last two change in nucleus and annulus, smeared around the axis; t is a straight track of one
radius, and its cells are crushed.

The loss is a sigmoid, half at the ratio Q at which mechanics were seen to change (Elliott 2008,
recalled). Its steepness m and largest value L, its focus F on the sector, the share x of the
nucleus that is extruded and the burst B of cytokines are priors, and all forms are our choice.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numba import njit

from evdisc.mechanism.contract import SECTORS, Mechanism, Parameter
from evdisc.mechanism.setting import Setting


@njit(cache=True, nogil=True)
def integrity_loss(ratio: float, half: float, largest: float, steepness: float) -> float:
    """Share of the integrity lost by a needle of ``ratio`` diameter over height."""
    return largest * ratio**steepness / (ratio**steepness + half**steepness)


@njit(cache=True, nogil=True)
def spread(loss, sector, focus, share):
    """Write the loss of each sector: mean ``loss``, largest in ``sector``, none above 1."""
    n = share.shape[0]
    for s in range(n):
        share[s] = math.exp(focus * math.cos(2.0 * math.pi * (s - sector) / n))
    scale = loss * n / share.sum()
    for _ in range(8):  # what a sector cannot lose, the others lose
        total, free = 0.0, 0.0
        for s in range(n):
            total += min(scale * share[s], 1.0)
            if scale * share[s] < 1.0:
                free += scale * share[s]
        if free <= 0.0:
            break
        scale *= 1.0 + (loss * n - total) / free
    for s in range(n):
        share[s] = min(scale * share[s], 1.0)


@njit(cache=True, nogil=True)
def kernel(clock, p, region, height, radius, disc_volume, share, annulus_integrity,
           extruded_nucleus, il_1beta, tnf_alpha, healthy_cells, inflamed_cells,
           early_senescent_cells, late_senescent_cells, crushed_cells,
           living_cells):  # fmt: skip
    """Apply one puncture by a needle of outer diameter ``clock[2]``, m, in sector ``clock[3]``."""
    needle = clock[2]
    loss = integrity_loss(needle / height, p[0, 0], p[1, 0], p[4, 0])
    spread(loss, clock[3], p[5, 0], share)
    annulus_integrity *= 1.0 - share
    extruded_nucleus[0] += (1.0 - extruded_nucleus[0]) * loss * p[2, 0]
    track = min(0.25 * math.pi * min(needle, height) ** 2 * radius / disc_volume, 0.9)
    for i in range(region.shape[0]):
        for k in range(region.shape[1]):
            if region[i, k] > 1:
                continue
            il_1beta[i, k] += loss * p[3, 0]
            tnf_alpha[i, k] += loss * p[3, 0]
            crushed_cells[i, k] += track * living_cells[i, k]
            healthy_cells[i, k] *= 1.0 - track
            inflamed_cells[i, k] *= 1.0 - track
            early_senescent_cells[i, k] *= 1.0 - track
            late_senescent_cells[i, k] *= 1.0 - track
            living_cells[i, k] *= 1.0 - track


def prepare(setting: Setting) -> tuple[Any, ...]:
    """Region map and the size of the disc."""
    g = setting.objects["geometry"]
    volume = float(setting.volume[setting.region <= 1].sum())
    return setting.region, g.height, g.radius, volume, np.zeros(SECTORS)


MECHANISM = Mechanism(
    name="puncture",
    kernel=kernel,
    adds_to=(
        "annulus_integrity",
        "extruded_nucleus",
        "il_1beta",
        "tnf_alpha",
        "healthy_cells",
        "inflamed_cells",
        "early_senescent_cells",
        "late_senescent_cells",
        "crushed_cells",
        "living_cells",
    ),
    parameters=(
        Parameter("puncture_half_ratio", "1", "needle over height at half of the loss", 0.0),
        Parameter("puncture_largest_loss", "1", "integrity lost by the widest needle", 0.0, 1.0),
        Parameter("extrusion_share", "1", "nucleus lost with all integrity", 0.0, 1.0),
        Parameter("puncture_cytokine_burst", "kg/m3", "cytokine rise at full loss", 0.0),
        Parameter("puncture_steepness", "1", "steepness of the loss with the ratio", 0.0),
        Parameter(
            "puncture_focus", "1", "how much the loss is focused on the needle's sector", 0.0
        ),
    ),
    prepare=prepare,
    when="puncture",
    acts_on={
        "extrusion_share": ("extruded_nucleus",),
        "puncture_cytokine_burst": ("il_1beta", "tnf_alpha"),
        "puncture_focus": ("annulus_integrity",),
        "extruded_nucleus": ("extruded_nucleus",),
    },
    cites=("elliott2008",),
)
