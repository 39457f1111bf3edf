"""Vesicles in tissue: free ones diffuse, bind to the matrix, decay, and enter cells.

    de/dt = div(D grad e) - (k_on + k_up + k_d) e + k_off b + q
    db/dt = k_on e - (k_off + k_d) b
    D = h k_B temperature / (3 pi viscosity diameter)
    k_on = k_off s / (1 - s),  k_d = ln2 / T
    k_up = u / (1 + w e)
    vesicle_influx = k_up e / n

e is free and b bound vesicles per m3, n living cells per m3. D is the Stokes-Einstein diffusivity
(Einstein 1905, doi:10.1002/andp.19053220806) times a hindrance h by region that nobody has measured
in the disc; s the share held by the matrix at rest, T the half-life of vesicles, s; u and w uptake
and its crowding (:mod:`evdisc.delivery.uptake`). Linear binding is our choice. Vesicles leave
through the outer annulus and, hardly, through the endplate, outside of which e is 0. q is the
release of a carrier or of transplanted cells, vesicles/m3/s, and what a depot beside the disc and
the blood around it let in where they touch. Of N vesicles there, with y their concentration at a
face per vesicle, 1/m3, and C the conductance of the face, m3/s, there enter

    N (1 - exp(-g dt)) in a step,  g = sum over faces of C y

Uptake falls with e where cells have their fill: a step is taken with the rate at its start, and
again with that at its mean e, which makes it second order in time.
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
from evdisc.solve.diffusion import conduct
from evdisc.solve.transport import advance, copy, new_transport, put

#: fewer vesicles than this in a whole disc are none
FEWEST = 1.0
#: crowding below which the rate at the start of a step will do
SLIGHT = 1e-3


@njit(cache=True, nogil=True, error_model="numpy")
def kernel(clock, p, faces, transport, conductance, filled, outside, before, uptake_rate,
           uptake_crowding, living_cells, vesicle_release, bound_vesicles, vesicle_influx,
           free_vesicles, leaked_vesicles, decayed_vesicles, taken_up_vesicles, depot_vesicles,
           blood_vesicles):  # fmt: skip
    """Advance free and bound vesicles and write the vesicles entering one cell per s.

    ``outside`` turns depot and blood into concentrations at annulus and endplate, 1/m3 each.
    """
    put(vesicle_influx, 0.0)
    touches = outside[1, 0] > 0.0 or outside[1, 1] > 0.0
    beside = depot_vesicles[0] > 0.0 or (blood_vesicles[0] > 0.0 and touches)
    held, released = 0.0, 0.0
    volume = transport.volume
    for i in range(volume.shape[0]):
        for k in range(volume.shape[1]):
            held += (free_vesicles[i, k] + bound_vesicles[i, k]) * volume[i, k]
            released = max(released, vesicle_release[i, k])
    if held < FEWEST and released <= 0.0 and not beside:
        decayed_vesicles[0] += held
        put(free_vesicles, 0.0)
        put(bound_vesicles, 0.0)
        return
    decay = math.log(2.0) / p[4, 0]
    if not filled[0]:
        fill_conductances(p, faces, transport, conductance)
        filled[0] = True
    crowded = fill_rates(
        p, faces, transport, uptake_rate, uptake_crowding, free_vesicles, 1.0, decay
    )
    copy(vesicle_release, transport.source)
    if beside:
        let_in(transport, outside[0], depot_vesicles, clock[1])
        let_in(transport, outside[1], blood_vesicles, clock[1])
    copy(free_vesicles, before[0])
    copy(bound_vesicles, before[1])
    advance(transport, free_vesicles, bound_vesicles, clock[1])
    if crowded > SLIGHT:
        passed = transport.integral[0]
        fill_rates(p, faces, transport, uptake_rate, uptake_crowding, passed, clock[1], decay)
        copy(before[0], free_vesicles)
        copy(before[1], bound_vesicles)
        advance(transport, free_vesicles, bound_vesicles, clock[1])
    leaked_vesicles[0] += transport.outflow[0]
    for i in range(volume.shape[0]):
        for k in range(volume.shape[1]):
            if faces.region[i, k] > 2:
                continue
            free, bound = transport.integral[0, i, k], transport.integral[1, i, k]
            decayed_vesicles[0] += decay * (free + bound) * volume[i, k]
            taken = (transport.loss[i, k] - decay) * free
            taken_up_vesicles[0] += taken * volume[i, k]
            if living_cells[i, k] > 0.0:
                vesicle_influx[i, k] = taken / clock[1] / living_cells[i, k]


@njit(cache=True, nogil=True, error_model="numpy")
def let_in(transport, share, pool, dt):
    """Add what enters from ``pool`` at the rim and the lids to the source, and take it from there.

    ``share`` is the concentration at annulus and endplate per vesicle of the pool, 1/m3.
    """
    radial, axial, volume = transport.levels.radial, transport.levels.axial, transport.volume
    nr, nz = volume.shape
    speed = 0.0
    for k in range(nz):
        speed += share[0] * radial[nr - 1, k]
    for i in range(nr):
        speed += share[1] * (axial[i, 0] + axial[i, nz])
    if speed <= 0.0 or pool[0] <= 0.0:
        return
    entered = pool[0] * (1.0 - math.exp(-speed * dt))
    for k in range(nz):
        part = share[0] * radial[nr - 1, k] / speed
        transport.source[nr - 1, k] += entered * part / dt / volume[nr - 1, k]
    for i in range(nr):
        for face, k in ((0, 0), (nz, nz - 1)):
            part = share[1] * axial[i, face] / speed
            if part > 0.0:
                transport.source[i, k] += entered * part / dt / volume[i, k]
    pool[0] -= entered


@njit(cache=True, nogil=True, error_model="numpy")
def fill_conductances(p, faces, transport, conductance):
    """Write the conductances of free vesicles; they hold for the whole run."""
    radial, axial, diffusivity = conductance
    free = free_diffusivity(p[0, 0], p[1, 0], p[2, 0])
    nr, nz = diffusivity.shape
    for i in range(nr):
        for k in range(nz):
            c = faces.region[i, k]
            diffusivity[i, k] = free * p[3, c] if c <= 2 else 0.0
    fill(faces, diffusivity, 0, True, 1.0, radial, axial)
    conduct(transport.levels, radial, axial)


@njit(cache=True, nogil=True, error_model="numpy")
def fill_rates(p, faces, transport, uptake_rate, uptake_crowding, free, span, decay):
    """Write uptake at ``free`` / ``span`` vesicles (nr, nz), decay, and exchange of free and bound.

    Returns by how much, at most, crowding slows the uptake.
    """
    crowded = 0.0
    off = p[6, 0]
    transport.exchange[0] = off * p[5, 0] / (1.0 - p[5, 0])
    transport.exchange[1], transport.exchange[2] = off, decay
    nr, nz = uptake_rate.shape
    for i in range(nr):
        for k in range(nz):
            inside = faces.region[i, k] <= 2
            slowed = uptake_crowding[i, k] * (free[i, k] / span)
            crowded = max(crowded, slowed)
            transport.loss[i, k] = decay + uptake_rate[i, k] / (1.0 + slowed) if inside else 0.0
    transport.factored[0] = 0.0
    return crowded


def prepare(setting: Setting) -> tuple[Any, ...]:
    """Faces, transport and work space."""
    nr, nz = setting.shape
    conductance = (np.zeros((nr, nz, 1)), np.zeros((nr, nz + 1, 1)), np.zeros((nr, nz)))
    faces = faces_of(setting.objects["grid"])
    outside = np.asarray(setting.objects.get("outside", np.zeros((2, 2))), dtype=np.float64)
    transport, filled = new_transport(setting.volume), np.zeros(1, dtype=np.bool_)
    return faces, transport, conductance, filled, outside, np.zeros((2, nr, nz))


MECHANISM = Mechanism(
    name="transport",
    kernel=kernel,
    reads=("uptake_rate", "uptake_crowding", "living_cells", "vesicle_release"),
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
