"""IL-1beta and TNF-alpha in the disc: release, an open annulus, diffusion, decay.

Macrophages that came through an open annulus keep a level of both cytokines up (an uncertain
prior), cells add what they secrete, and both are lost by decay and through annulus and endplate.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numba import njit

from evdisc.mechanism.contract import Mechanism, Parameter
from evdisc.mechanism.setting import Setting
from evdisc.solve.conductance import faces_of, fill
from evdisc.solve.multigrid import coarsen
from evdisc.solve.transport import advance, new_transport


@njit(cache=True, nogil=True)
def trend(now, before, span, dt):
    """Change of a source per s, by line through its last two values; it stays positive."""
    if span <= 0.0:
        return 0.0
    most = 2.0 * now / dt
    return min(max((now - before) / span, -most), most)


@njit(cache=True, nogil=True)
def kernel(clock, p, faces, transport, diffusivity, u, last, last_time, il_1beta_secretion,
           tnf_alpha_secretion, macrophages, il_1beta, tnf_alpha):  # fmt: skip
    """Advance both cytokines over one macro step."""
    decay = math.log(2.0) / p[1, 0]
    injury = decay * p[2, 0] * macrophages[0]
    busy = 0.0
    middle = clock[0] + 0.5 * clock[1]
    span = middle - last_time[0]
    last_time[0] = middle
    transport.local[:] = 0.0
    for i in range(il_1beta.shape[0]):
        for k in range(il_1beta.shape[1]):
            c = faces.region[i, k]
            if c > 2:
                continue
            diffusivity[i, k] = p[0, c]
            u[i, k, 0], u[i, k, 1] = il_1beta[i, k], tnf_alpha[i, k]
            wound = injury if c <= 1 else 0.0
            for s in range(2):
                made = il_1beta_secretion[i, k] if s == 0 else tnf_alpha_secretion[i, k]
                transport.source[i, k, s] = made + wound
                transport.trend[i, k, s] = trend(made, last[i, k, s], span, clock[1])
                last[i, k, s] = made
                transport.local[i, k, s, s] = -decay
                busy = max(busy, u[i, k, s], transport.source[i, k, s])
    if busy == 0.0:
        return
    for s in range(2):
        fill(faces, diffusivity, s, True, 1.0, transport.levels.radial, transport.levels.axial)
    coarsen(transport.levels)
    advance(transport, u, clock[1])
    il_1beta[:], tnf_alpha[:] = u[:, :, 0], u[:, :, 1]


def prepare(setting: Setting) -> tuple[Any, ...]:
    """Faces, transport and work space."""
    nr, nz = setting.shape
    transport = new_transport(np.zeros((nr, nz, 3)), np.zeros((nr, nz + 1, 3)), setting.volume)
    faces = faces_of(setting.objects["grid"])
    work = (np.zeros((nr, nz)), np.zeros((nr, nz, 3)), np.zeros((nr, nz, 2)), np.zeros(1))
    return faces, transport, *work


MECHANISM = Mechanism(
    name="cytokines",
    kernel=kernel,
    reads=("il_1beta_secretion", "tnf_alpha_secretion", "macrophages"),
    averaged=("macrophages",),
    adds_to=("il_1beta", "tnf_alpha"),
    parameters=(
        Parameter("cytokine_diffusivity", "m2/s", "cytokine in tissue", 0.0),
        Parameter("cytokine_half_life", "s", "cytokine in tissue", 0.0),
        Parameter(
            "injury_cytokine_level", "kg/m3", "level kept up by a full scar's macrophages", 0.0
        ),
    ),
    prepare=prepare,
)
