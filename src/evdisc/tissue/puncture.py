"""Puncture: what a needle does to annulus, nucleus, cells and cytokines.

The loss of integrity is a sigmoid of needle diameter over disc height, half at the ratio at
which mechanics were seen to change (Elliott 2008, recalled). It is worst in the sector the needle
enters and fades around the axis. Part of the nucleus is extruded, the cells of the needle track
die, cytokines rise; these are smeared around the axis.
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
    cites=("elliott2008",),
)
