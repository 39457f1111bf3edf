"""Inside the cell: internalised vesicles fade, and release part of their cargo.

    dv/dt = influx - (ln2 / T_v) v
    dc/dt = influx r m - (ln2 / T_c) c
    r = p r_1 + (1 - p) r_0

v is vesicles and c copies of a cargo in the mean cell of a patch; influx vesicles per cell and s,
the mean over its living cells; m copies per vesicle; T_v and T_c half-lives, s; r the share
released to the cytosol, a mixture of members: hardly any where p is 0 (Albanese 2021) or 20-35 %
where it is 1 (Bonsergent 2021, doi:10.1038/s41467-021-22126-y). Both are solved exactly over a step
of constant influx. First order loss is our choice.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numba import njit

from evdisc.mechanism.contract import Mechanism, Parameter
from evdisc.mechanism.setting import Setting


@njit(cache=True, nogil=True)
def relaxed(start: float, source: float, half_life: float, dt: float) -> float:
    """Solution of dx/dt = source - x ln2 / half_life after ``dt`` s."""
    rate = math.log(2.0) / half_life
    return start * math.exp(-rate * dt) + source * (1.0 - math.exp(-rate * dt)) / rate


@njit(cache=True, nogil=True)
def kernel(clock, p, patch_of, copies_per_vesicle, cargo_half_life, weight, influx,
           vesicle_influx, living_cells, vesicles_per_cell, vesicles_entered,
           cargo_copies):  # fmt: skip
    """Advance vesicles and cargo copies of the mean cell of each patch."""
    weight[:] = 0.0
    influx[:] = 0.0
    for i in range(patch_of.shape[0]):
        for k in range(patch_of.shape[1]):
            q = patch_of[i, k]
            if q >= 0:
                weight[q] += living_cells[i, k]
                entering = living_cells[i, k] * vesicle_influx[i, k]
                influx[q] += entering
                vesicles_entered[i, k] += entering * clock[1]
    release = p[1, 0] * p[2, 0] + (1.0 - p[1, 0]) * p[3, 0]
    for q in range(weight.shape[0]):
        rate = influx[q] / weight[q] if weight[q] > 0.0 else 0.0
        vesicles_per_cell[q] = relaxed(vesicles_per_cell[q], rate, p[0, 0], clock[1])
        for c in range(copies_per_vesicle.shape[0]):
            cargo_copies[c, q] = relaxed(
                cargo_copies[c, q],
                rate * release * copies_per_vesicle[c],
                cargo_half_life[c],
                clock[1],
            )


def prepare(setting: Setting) -> tuple[Any, ...]:
    """Patch map, what each vesicle carries, and work space."""
    copies = np.asarray(setting.objects["copies_per_vesicle"], dtype=np.float64)
    life = np.asarray(setting.objects["cargo_half_life"], dtype=np.float64)
    return (setting.patch_of, copies, life, np.zeros(setting.patches), np.zeros(setting.patches))


MECHANISM = Mechanism(
    name="internalise",
    kernel=kernel,
    reads=("vesicle_influx", "living_cells"),
    owns=("vesicles_per_cell", "vesicles_entered"),
    adds_to=("cargo_copies",),
    parameters=(
        Parameter("internalised_half_life", "s", "time an internalised vesicle acts", 0.0),
        Parameter("release_is_productive", "1", "1 if vesicles open their cargo", 0.0, 1.0),
        Parameter("release_share_productive", "1", "cargo released if so", 0.0, 1.0),
        Parameter("release_share_unproductive", "1", "cargo released if not", 0.0, 1.0),
    ),
    prepare=prepare,
    cites=("albanese2021", "bonsergent2021"),
)
