"""A carrier as a material: it fills the nucleus, brings fixed charge, bears load, and goes.

    dv/dt = -(ln2 / T) v
    matrix supply = -m dv/dt

v is the volume that stays, relative to the nucleus, T the half-life of the carrier, s, m its matrix
over that of the same volume of healthy nucleus; the supply is in 1/s. It holds the disc up and its
charge counts beside that of the tissue (in swelling). It sets in the nucleus as it finds it, and
from then on pushes back in proportion to its volume and modulus (in swelling). The matrix it is
made of stays behind as it degrades (in matrix). What sits in the annulus does none of this. First
order decay is our choice. An arm with the carrier alone tells its effect from that of the vesicles.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numba import njit

from evdisc.mechanism.contract import Mechanism
from evdisc.mechanism.setting import Setting


@njit(cache=True, nogil=True)
def kernel(clock, p, life, matrix, matrix_supply, carrier_volume):
    """Degrade the carrier over one macro step and write the matrix it leaves, 1/s."""
    left = carrier_volume[0] * math.exp(-math.log(2.0) * clock[1] / life)
    matrix_supply[0] = matrix * (carrier_volume[0] - left) / clock[1]
    carrier_volume[0] = left


@njit(cache=True, nogil=True)
def dose(clock, p, share, nucleus, volume_ratio, carrier_volume, carrier_set_at):
    """Add the part of ``clock[3]`` m3 that stays, relative to the volume of the nucleus.

        a = s V / V_N
        J_set -> (v J_set + a J) / (v + a)
        v -> v + a

    V is what is injected and V_N the nucleus, m3, s the share that stays (0 in the annulus), J the
    volume ratio of the nucleus now. What is there already and what is added set at their own volume
    ratios; the mean counts. Our choice.
    """
    added = share * clock[3] / nucleus
    if added > 0.0:
        before = carrier_volume[0] * carrier_set_at[0]
        carrier_set_at[0] = (before + added * volume_ratio[0]) / (carrier_volume[0] + added)
    carrier_volume[0] += added


def prepare(setting: Setting) -> tuple[Any, ...]:
    """Half-life of the carrier, s, and its matrix over that of the same volume of nucleus."""
    objects = setting.objects
    return float(objects.get("carrier_life", 1.0)), float(objects.get("carrier_matrix", 0.0))


def prepare_dose(setting: Setting) -> tuple[Any, ...]:
    """Share of the volume that stays in the nucleus, and the volume of the nucleus."""
    objects = setting.objects
    kept = 0.0 if objects.get("into_annulus") else float(objects.get("carrier_kept", 0.0))
    return kept, float(np.sum(setting.volume[setting.region == 0]))


MECHANISM = Mechanism(
    name="carrier_material", kernel=kernel, owns=("matrix_supply",), adds_to=("carrier_volume",),
    prepare=prepare,
)  # fmt: skip
DOSE = Mechanism(
    name="carrier_material_dose", kernel=dose, reads=("volume_ratio",),
    adds_to=("carrier_volume", "carrier_set_at"), prepare=prepare_dose, when="gel_dose",
)  # fmt: skip
