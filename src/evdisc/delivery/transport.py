"""Vesicles in tissue: free ones diffuse, bind to the matrix, decay, and enter cells.

de/dt = div(D grad e) - (k_on + k_up + k_d) e + k_off b and db/dt = k_on e - (k_off + k_d) b, with
D the Stokes-Einstein diffusivity times a hindrance nobody has measured in the disc. Vesicles
leave through the outer annulus and, hardly, through the endplate. A carrier is a source; a depot
beside the disc and the blood around it let vesicles in where they touch.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numba import njit

from evdisc.delivery.stokes_einstein import free_diffusivity
from evdisc.mechanism.contract import Mechanism, Parameter
from evdisc.mechanism.setting import Setting
from evdisc.solve.conductance import faces_of, fill
from evdisc.solve.multigrid import coarsen
from evdisc.solve.transport import advance, new_transport


@njit(cache=True, nogil=True)
def kernel(clock, p, faces, transport, diffusivity, u, outside, uptake_rate, living_cells,
           vesicle_release, bound_vesicles, vesicle_influx, free_vesicles, leaked_vesicles,
           decayed_vesicles, taken_up_vesicles, depot_vesicles, blood_vesicles):  # fmt: skip
    """Advance free and bound vesicles and write the vesicles entering one cell per s.

    ``outside`` turns depot and blood into concentrations at annulus and endplate, 1/m3 each.
    """
    vesicle_influx[:] = 0.0
    beside = depot_vesicles[0] > 0.0 or (blood_vesicles[0] > 0.0 and outside[1].max() > 0.0)
    inside = max(free_vesicles.max(), bound_vesicles.max(), vesicle_release.max())
    if inside <= 0.0 and not beside:
        return
    fill_rates(p, faces, transport, diffusivity, uptake_rate)
    transport.source[:] = 0.0
    transport.source[:, :, 0] = vesicle_release
    if beside:
        let_in(transport, outside[0], depot_vesicles, clock[1])
        let_in(transport, outside[1], blood_vesicles, clock[1])
    u[:, :, 0], u[:, :, 1] = free_vesicles, bound_vesicles
    advance(transport, u, clock[1])
    leaked_vesicles[0] += transport.outflow[0]
    decay = math.log(2.0) / p[4, 0]
    for i in range(u.shape[0]):
        for k in range(u.shape[1]):
            free_vesicles[i, k], bound_vesicles[i, k] = u[i, k, 0], u[i, k, 1]
            if faces.region[i, k] > 2:
                continue
            free, bound = transport.integral[i, k, 0], transport.integral[i, k, 1]
            volume = transport.volume[i, k]
            decayed_vesicles[0] += decay * (free + bound) * volume
            taken_up_vesicles[0] += uptake_rate[i, k] * free * volume
            if living_cells[i, k] > 0.0:
                vesicle_influx[i, k] = uptake_rate[i, k] * free / clock[1] / living_cells[i, k]


@njit(cache=True, nogil=True)
def let_in(transport, share, pool, dt):
    """Add what enters from ``pool`` at the rim and the lids to the source, and take it from there.

    ``share`` is the concentration at annulus and endplate per vesicle of the pool, 1/m3.
    """
    radial, axial, volume = transport.levels.radial, transport.levels.axial, transport.volume
    nr, nz = volume.shape
    speed = 0.0
    for k in range(nz):
        speed += share[0] * radial[nr - 1, k, 0]
    for i in range(nr):
        speed += share[1] * (axial[i, 0, 0] + axial[i, nz, 0])
    if speed <= 0.0 or pool[0] <= 0.0:
        return
    entered = pool[0] * (1.0 - math.exp(-speed * dt))
    for k in range(nz):
        part = share[0] * radial[nr - 1, k, 0] / speed
        transport.source[nr - 1, k, 0] += entered * part / dt / volume[nr - 1, k]
    for i in range(nr):
        for face, k in ((0, 0), (nz, nz - 1)):
            part = share[1] * axial[i, face, 0] / speed
            if part > 0.0:
                transport.source[i, k, 0] += entered * part / dt / volume[i, k]
    pool[0] -= entered


@njit(cache=True, nogil=True)
def fill_rates(p, faces, transport, diffusivity, uptake_rate):
    """Write conductances and the exchange between free and bound vesicles."""
    decay = math.log(2.0) / p[4, 0]
    off = p[6, 0]
    on = off * p[5, 0] / (1.0 - p[5, 0])
    free = free_diffusivity(p[0, 0], p[1, 0], p[2, 0])
    transport.local[:] = 0.0
    for i in range(diffusivity.shape[0]):
        for k in range(diffusivity.shape[1]):
            c = faces.region[i, k]
            if c <= 2:
                diffusivity[i, k] = free * p[3, c]
                transport.local[i, k, 0, 0] = -(on + decay + uptake_rate[i, k])
                transport.local[i, k, 0, 1] = off
                transport.local[i, k, 1, 0] = on
                transport.local[i, k, 1, 1] = -(off + decay)
    fill(faces, diffusivity, 0, True, 1.0, transport.levels.radial, transport.levels.axial)
    coarsen(transport.levels)


def prepare(setting: Setting) -> tuple[Any, ...]:
    """Faces, transport and work space."""
    nr, nz = setting.shape
    transport = new_transport(np.zeros((nr, nz, 3)), np.zeros((nr, nz + 1, 3)), setting.volume)
    faces = faces_of(setting.objects["grid"])
    outside = np.asarray(setting.objects.get("outside", np.zeros((2, 2))), dtype=np.float64)
    return faces, transport, np.zeros((nr, nz)), np.zeros((nr, nz, 3)), outside


MECHANISM = Mechanism(
    name="transport",
    kernel=kernel,
    reads=("uptake_rate", "living_cells", "vesicle_release"),
    owns=("bound_vesicles", "vesicle_influx"),
    adds_to=(
        "free_vesicles",
        "leaked_vesicles",
        "decayed_vesicles",
        "taken_up_vesicles",
        "depot_vesicles",
        "blood_vesicles",
    ),
    parameters=(
        Parameter("vesicle_diameter", "m", "vesicle diameter", 0.0),
        Parameter("body_temperature", "K", "temperature", 0.0),
        Parameter("water_viscosity", "Pa s", "viscosity of water", 0.0),
        Parameter("vesicle_hindrance", "1", "tissue over free diffusivity", 0.0, 1.0),
        Parameter("vesicle_half_life", "s", "intact vesicles in tissue", 0.0),
        Parameter("vesicle_bound_share", "1", "share held by the matrix", 0.0, 1.0),
        Parameter("vesicle_unbinding_rate", "1/s", "release by the matrix", 0.0),
    ),
    prepare=prepare,
)
