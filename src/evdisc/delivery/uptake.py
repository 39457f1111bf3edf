"""Uptake: living cells take up free vesicles, saturably, less so under TNF-alpha.

    taken up by one cell = k e / (1 + k e / J)
    k = k0 f (1 - (1 - u) t / (t + K))
    uptake_rate = k n,  uptake_crowding = k / J

e is free vesicles per m3 and n living cells per m3; k0 the uptake coefficient, m3/cell/s, from the
share of offered vesicles taken up per hour, J the largest number a cell takes up, 1/s (Bonsergent
2021, doi:10.1038/s41467-021-22126-y; Ragni 2019). t is TNF-alpha and K its half dose, kg/m3; u the
uptake left under full TNF-alpha, which impairs uptake by disc cells (Liao 2021). How k0 of another
cell compares with that of a nucleus cell is the factor f of its type, unknown over a decade or
more. The saturating forms are our choice.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit

from evdisc.mechanism.contract import Mechanism, Parameter
from evdisc.mechanism.setting import Setting


@njit(cache=True, nogil=True)
def kernel(clock, p, region, recipient, living_cells, tnf_alpha, uptake_rate, uptake_crowding):
    """Write the uptake rate of few free vesicles, 1/s, and how it falls with their number, m3."""
    for i in range(region.shape[0]):
        for k in range(region.shape[1]):
            c = region[i, k]
            if c > 2:
                continue
            tnf = tnf_alpha[i, k] / (tnf_alpha[i, k] + p[3, c])
            one_cell = p[0, c] * recipient[i, k] * (1.0 - (1.0 - p[2, c]) * tnf)
            uptake_rate[i, k] = one_cell * living_cells[i, k]
            uptake_crowding[i, k] = one_cell / p[1, c]


def prepare(setting: Setting) -> tuple[Any, ...]:
    """Region map, and the uptake of the cells of each grid cell over that of nucleus cells."""
    # a disc holds one type a region, a dish one a patch; what is outside is never read
    place = setting.region if setting.kind == "disc" else setting.patch_of
    factor = np.asarray(setting.objects.get("uptake_of_recipient", (1.0,)), dtype=np.float64)
    return setting.region, factor[np.minimum(place, len(factor) - 1)]


MECHANISM = Mechanism(
    name="uptake",
    kernel=kernel,
    reads=("living_cells", "tnf_alpha"),
    averaged=("living_cells", "tnf_alpha"),
    owns=("uptake_rate", "uptake_crowding"),
    parameters=(
        Parameter("uptake_coefficient", "m3/cell/s", "uptake by one cell", 0.0),
        Parameter("uptake_ceiling", "vesicles/cell/s", "largest uptake by one cell", 0.0),
        Parameter("uptake_left_under_tnf", "1", "uptake left under full TNF-alpha", 0.0, 1.0),
        Parameter("tnf_half_for_uptake", "kg/m3", "TNF-alpha at half impairment", 0.0),
    ),
    prepare=prepare,
    cites=("bonsergent2021", "ragni2019", "liao2021"),
)
