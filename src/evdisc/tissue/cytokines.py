"""IL-1beta and TNF-alpha in the disc: release, an open annulus, diffusion, decay.

    dc/dt = div(D grad c) - k c + S + k L M,  k = ln2 / T

c is the level of one cytokine, kg/m3; D its diffusivity by region, m2/s; T its half-life, s; S what
cells secrete, kg/m3/s; M the macrophages that came through an open annulus (1: a full scar), which
keep a level L of both cytokines up in nucleus and annulus (an uncertain prior). Around annulus and
endplate c is 0. Within a step S goes on along the line through its last two values. Diffusion is
Fick's law (1855); first order decay and the term of the macrophages are our choice. The endplate's
D is below that of a small dye in it (Ren 2023, doi:10.1115/1.4056871).
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numba import njit

from evdisc.mechanism.contract import Mechanism, Parameter
from evdisc.mechanism.setting import Setting
from evdisc.solve.conductance import faces_of, fill
from evdisc.solve.diffusion import conduct
from evdisc.solve.transport import advance, new_transport


@njit(cache=True, nogil=True, error_model="numpy")
def trend(now, before, span, dt):
    """Change of a source per s, by line through its last two values; it stays positive."""
    if span <= 0.0:
        return 0.0
    most = 2.0 * now / dt
    return min(max((now - before) / span, -most), most)


@njit(cache=True, nogil=True, error_model="numpy")
def fill_rates(p, faces, transport, conductance, decay):
    """Write the conductances and rates of both cytokines; they hold for the whole run."""
    radial, axial, diffusivity = conductance
    nr, nz = diffusivity.shape
    for i in range(nr):
        for k in range(nz):
            c = faces.region[i, k]
            diffusivity[i, k] = p[0, c] if c <= 2 else 0.0
            transport.loss[i, k] = decay if c <= 2 else 0.0
    fill(faces, diffusivity, 0, True, 1.0, radial, axial)
    conduct(transport.levels, radial, axial)
    transport.factored[0] = 0.0


@njit(cache=True, nogil=True, error_model="numpy")
def kernel(clock, p, faces, transport, conductance, filled, none, last, last_time,
           il_1beta_secretion, tnf_alpha_secretion, macrophages, il_1beta, tnf_alpha):  # fmt: skip
    """Advance both cytokines over one macro step."""
    decay = math.log(2.0) / p[1, 0]
    injury = decay * p[2, 0] * macrophages[0]
    if not filled[0]:
        fill_rates(p, faces, transport, conductance, decay)
        filled[0] = True
    middle = clock[0] + 0.5 * clock[1]
    span = middle - last_time[0]
    last_time[0] = middle
    for s in range(2):
        made, level = (il_1beta_secretion, il_1beta) if s == 0 else (tnf_alpha_secretion, tnf_alpha)
        busy = 0.0
        for i in range(level.shape[0]):
            for k in range(level.shape[1]):
                wound = injury if faces.region[i, k] <= 1 else 0.0
                transport.source[i, k] = made[i, k] + wound
                transport.trend[i, k] = trend(made[i, k], last[s, i, k], span, clock[1])
                last[s, i, k] = made[i, k]
                busy = max(busy, level[i, k], transport.source[i, k])
        if busy > 0.0:
            advance(transport, level, none, clock[1])


def prepare(setting: Setting) -> tuple[Any, ...]:
    """Faces, transport and work space."""
    nr, nz = setting.shape
    conductance = (np.zeros((nr, nz, 1)), np.zeros((nr, nz + 1, 1)), np.zeros((nr, nz)))
    faces = faces_of(setting.objects["grid"])
    transport, filled = new_transport(setting.volume, exact=False), np.zeros(1, dtype=np.bool_)
    last = (np.zeros((2, nr, nz)), np.zeros(1))
    return faces, transport, conductance, filled, np.zeros((nr, nz)), *last


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
