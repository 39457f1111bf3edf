"""IL-1beta and TNF-alpha in a dish: stirred medium, release by cells, slow decay.

    dc/dt = sum over cell types of S_i V_i / V - k c,  k = ln2 / T

c is the level of one cytokine in the medium, kg/m3; S_i the release of a cell type per m3 of its
share V_i of the medium V; T the half-life, s. Release is held over a step, and the step is exact.
One well stirred medium is our choice.
"""

from __future__ import annotations

import math
from typing import Any

from numba import njit

from evdisc.mechanism.contract import Mechanism, Parameter
from evdisc.mechanism.setting import Setting


@njit(cache=True, nogil=True)
def mix(field, secretion, volume, half_life, dt):
    """Mix a field over all compartments and advance it by ``dt`` s of release and decay."""
    rate = math.log(2.0) / half_life
    amount, release, medium = 0.0, 0.0, 0.0
    for i in range(volume.shape[0]):
        amount += field[i, 0] * volume[i, 0]
        release += secretion[i, 0] * volume[i, 0]
        medium += volume[i, 0]
    keep = math.exp(-rate * dt)
    field[:] = amount / medium * keep + release / medium * (1.0 - keep) / rate


@njit(cache=True, nogil=True)
def kernel(clock, p, volume, il_1beta_secretion, tnf_alpha_secretion, il_1beta, tnf_alpha):
    """Advance both cytokines over one macro step."""
    mix(il_1beta, il_1beta_secretion, volume, p[0, 0], clock[1])
    mix(tnf_alpha, tnf_alpha_secretion, volume, p[0, 0], clock[1])


def prepare(setting: Setting) -> tuple[Any, ...]:
    """Medium of each cell type."""
    return (setting.volume,)


MECHANISM = Mechanism(
    name="medium_cytokines",
    kernel=kernel,
    reads=("il_1beta_secretion", "tnf_alpha_secretion"),
    adds_to=("il_1beta", "tnf_alpha"),
    parameters=(Parameter("medium_cytokine_half_life", "s", "cytokine in medium", 0.0),),
    prepare=prepare,
)
