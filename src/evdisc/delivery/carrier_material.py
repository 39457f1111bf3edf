"""A carrier as a material: it fills the nucleus, brings fixed charge, and goes.

The volume that stays, relative to the nucleus, decays with the carrier's degradation; it holds the
disc up and its charge counts beside that of the tissue (in swelling). Its own stiffness and any
matrix it supplies are not modelled. An arm with the carrier alone tells its effect from that of
the vesicles.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numba import njit

from evdisc.mechanism.contract import Mechanism
from evdisc.mechanism.setting import Setting


@njit(cache=True, nogil=True)
def kernel(clock, p, life, carrier_volume):
    """Degrade the carrier over one macro step."""
    carrier_volume[0] *= math.exp(-math.log(2.0) * clock[1] / life)


@njit(cache=True, nogil=True)
def dose(clock, p, share, nucleus, carrier_volume):
    """Add the part of ``clock[3]`` m3 that stays, relative to the volume of the nucleus."""
    carrier_volume[0] += share * clock[3] / nucleus


def prepare(setting: Setting) -> tuple[Any, ...]:
    """Half-life of the carrier, s."""
    return (float(setting.objects.get("carrier_life", 1.0)),)


def prepare_dose(setting: Setting) -> tuple[Any, ...]:
    """Share of the volume that stays in the nucleus, and the volume of the nucleus."""
    objects = setting.objects
    kept = 0.0 if objects.get("into_annulus") else float(objects.get("carrier_kept", 0.0))
    return kept, float(np.sum(setting.volume[setting.region == 0]))


MECHANISM = Mechanism(
    name="carrier_material", kernel=kernel, adds_to=("carrier_volume",), prepare=prepare
)
DOSE = Mechanism(
    name="carrier_material_dose", kernel=dose, adds_to=("carrier_volume",), prepare=prepare_dose,
    when="gel_dose",
)  # fmt: skip
