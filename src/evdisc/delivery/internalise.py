"""Inside the cell: internalised vesicles fade, and release part of their cargo.

    dv/dt = influx - (ln2 / T_v) v
    dc/dt = influx r m - (ln2 / T_c) c
    r = p r_1 + (1 - p) r_0

v is vesicles and c copies of a cargo in a cell of each grid cell; influx vesicles per cell and s;
m copies per vesicle; T_v and T_c half-lives, s; r the share
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
def fading(half_life: float, dt: float) -> tuple[float, float]:
    """How much is kept over ``dt`` s of dx/dt = source - x ln2 / half_life, and gained a source."""
    rate = math.log(2.0) / half_life
    return math.exp(-rate * dt), -math.expm1(-rate * dt) / rate


@njit(cache=True, nogil=True)
def kernel(clock, p, copies_per_vesicle, cargo_half_life, vesicle_influx, living_cells,
           vesicles_per_cell, vesicles_entered, cargo_copies):  # fmt: skip
    """Advance vesicles and cargo copies of the mean cell of each grid cell."""
    dt = clock[1]
    rows, columns = vesicle_influx.shape
    keep, gain = fading(p[0, 0], dt)
    for i in range(rows):
        for k in range(columns):
            vesicles_entered[i, k] += living_cells[i, k] * vesicle_influx[i, k] * dt
            vesicles_per_cell[i, k] = keep * vesicles_per_cell[i, k] + gain * vesicle_influx[i, k]
    release = p[1, 0] * p[2, 0] + (1.0 - p[1, 0]) * p[3, 0]
    for c in range(copies_per_vesicle.shape[0]):
        keep, gain = fading(cargo_half_life[c], dt)
        gain *= release * copies_per_vesicle[c]
        for i in range(rows):
            for k in range(columns):
                cargo_copies[c, i, k] = keep * cargo_copies[c, i, k] + gain * vesicle_influx[i, k]


def prepare(setting: Setting) -> tuple[Any, ...]:
    """What each vesicle carries, and how long that lasts."""
    copies = np.asarray(setting.objects["copies_per_vesicle"], dtype=np.float64)
    life = np.asarray(setting.objects["cargo_half_life"], dtype=np.float64)
    return copies, life


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
