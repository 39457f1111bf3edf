"""Implicit transport of three fields: diffusion, local exchange, decay and release.

du/dt = div(D grad u) + R u + q(t) with q linear over the step and a 3 x 3 block R a cell. TR-BDF2
(Bank 1985, doi:10.1109/TCAD.1985.1270142): second order, damps stiff parts, one factorisation a
step. The new state is written from the fluxes of the stages, so what left each cell is known to
rounding.
Where TR-BDF2 would turn a value negative the step is done again by backward Euler, which cannot.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from evdisc.solve.multigrid import Levels, factor, new_levels, solve

Floats = NDArray[np.float64]

ROOT = math.sqrt(2.0)
OUTER = 1.0 / (2.0 * ROOT)  # weight of the first two stages
IMPLICIT = 1.0 - 1.0 / ROOT  # weight of the last, and the implicit share of a step
TOLERANCE = 1e-11
MOST_CYCLES = 60
#: negative values up to this share of the largest are rounding and are cut
ROUNDING = 1e-10
#: amounts and sources below this are nothing at all, in any unit
NOTHING = 1e-200


class Transport(NamedTuple):
    """Grid, system and work space of one transport problem.

    ``source`` holds in the middle of a step and changes by ``trend`` per s. ``integral``
    (nr, nz, 3) and ``outflow`` (3,) hold, after a step, the time integral of each cell's value
    and the amount that left through the open boundary.
    """

    levels: Levels
    volume: Floats
    local: Floats
    source: Floats
    trend: Floats
    stage: Floats
    first: Floats
    second: Floats
    integral: Floats
    outflow: Floats


def new_transport(radial: Floats, axial: Floats, volume: Floats) -> Transport:
    """Transport on conductances (nr, nz, 3), (nr, nz + 1, 3) and volumes (nr, nz)."""
    nr, nz = volume.shape
    shape = (nr, nz, 3)
    return Transport(
        new_levels(radial, axial), np.ascontiguousarray(volume), np.zeros((*shape, 3)),
        np.zeros(shape), np.zeros(shape), np.zeros(shape), np.zeros(shape), np.zeros(shape),
        np.zeros(shape), np.zeros(3),
    )  # fmt: skip


@njit(cache=True, nogil=True)
def advance(t, u, dt):
    """Advance ``u`` (nr, nz, 3) by ``dt`` s with ``t.local``, ``t.source`` and ``t.trend`` held.

    Returns the order used (2 or 1); on failure ``u`` becomes NaN and the result is 0.
    """
    t.integral[:] = 0.0
    t.outflow[:] = 0.0
    if np.abs(u).max() < NOTHING and np.abs(t.source).max() < NOTHING:
        u[:] = 0.0  # what decayed for years ends below what floating point resolves
        return 2
    if tr_bdf2(t, u, dt):
        return 2
    t.integral[:] = 0.0
    t.outflow[:] = 0.0
    if backward_euler(t, u, dt):
        return 1
    u[:] = np.nan
    return 0


@njit(cache=True, nogil=True)
def tr_bdf2(t, u, dt):
    """One TR-BDF2 step; False, with ``u`` untouched, if it fails or turns a value negative."""
    a = IMPLICIT * dt
    middle = 2.0 * a  # time of the first stage, from the start of the step
    set_matrix(t, a)
    slope(t, u, -0.5 * dt, t.first)
    t.stage[:] = u + a * t.first
    if not implicit(t, t.stage, a, middle - 0.5 * dt):
        return False
    slope(t, t.stage, middle - 0.5 * dt, t.second)
    account(t, u, OUTER * dt)
    account(t, t.stage, OUTER * dt)
    t.first[:] = u + OUTER * dt * (t.first + t.second)
    t.stage[:] = t.first
    if not implicit(t, t.stage, a, 0.5 * dt):
        return False
    slope(t, t.stage, 0.5 * dt, t.second)
    account(t, t.stage, a)
    t.first[:] = t.first + a * t.second
    return accept(t, u, t.first)


@njit(cache=True, nogil=True)
def backward_euler(t, u, dt):
    """One backward Euler step; False, with ``u`` untouched, if the solve fails."""
    set_matrix(t, dt)
    t.stage[:] = u
    if not implicit(t, t.stage, dt, 0.0):
        return False
    slope(t, t.stage, 0.0, t.second)
    account(t, t.stage, dt)
    t.first[:] = u + dt * t.second
    return accept(t, u, t.first)


@njit(cache=True, nogil=True)
def set_matrix(t, a):
    """Factor L + V (R - 1 / a)."""
    for i in range(t.volume.shape[0]):
        for k in range(t.volume.shape[1]):
            for p in range(3):
                for q in range(3):
                    t.levels.local[i, k, p, q] = t.volume[i, k] * t.local[i, k, p, q]
                t.levels.local[i, k, p, p] -= t.volume[i, k] / a
    factor(t.levels)


@njit(cache=True, nogil=True)
def implicit(t, x, a, when):
    """Solve x - a (L x / V + R x + q) = ``x`` on entry, in place; False if it does not converge.

    ``when`` is the time of q from the middle of the step, s.
    """
    nr, nz = t.volume.shape
    for i in range(nr):
        for k in range(nz):
            for s in range(3):
                released = t.source[i, k, s] + when * t.trend[i, k, s]
                t.levels.b[i, k, s] = -t.volume[i, k] * (x[i, k, s] / a + released)
                t.levels.x[i, k, s] = x[i, k, s]
    if solve(t.levels, TOLERANCE, MOST_CYCLES) < 0:
        return False
    for i in range(nr):
        x[i] = t.levels.x[i]
    return True


@njit(cache=True, nogil=True)
def slope(t, u, when, out):
    """Write du/dt at ``when`` s from the middle of the step."""
    nr, nz = t.volume.shape
    radial, axial = t.levels.radial, t.levels.axial
    for i in range(nr):
        for k in range(nz):
            for s in range(3):
                here = u[i, k, s]
                flux = -radial[i, k, s] * here
                if i + 1 < nr:
                    flux += radial[i, k, s] * u[i + 1, k, s]
                if i > 0:
                    flux += radial[i - 1, k, s] * (u[i - 1, k, s] - here)
                flux -= (axial[i, k, s] + axial[i, k + 1, s]) * here
                if k > 0:
                    flux += axial[i, k, s] * u[i, k - 1, s]
                if k + 1 < nz:
                    flux += axial[i, k + 1, s] * u[i, k + 1, s]
                value = flux / t.volume[i, k] + t.source[i, k, s] + when * t.trend[i, k, s]
                for q in range(3):
                    value += t.local[i, k, s, q] * u[i, k, q]
                out[i, k, s] = value


@njit(cache=True, nogil=True)
def account(t, u, weight):
    """Add ``weight`` s of state ``u`` to the integrals and the outflow."""
    nr, nz = t.volume.shape
    for i in range(nr):
        for k in range(nz):
            for s in range(3):
                t.integral[i, k, s] += weight * u[i, k, s]
                edge = 0.0
                if i == nr - 1:
                    edge += t.levels.radial[i, k, s]
                if k == 0:
                    edge += t.levels.axial[i, 0, s]
                if k == nz - 1:
                    edge += t.levels.axial[i, nz, s]
                t.outflow[s] += weight * edge * u[i, k, s]


@njit(cache=True, nogil=True)
def accept(t, u, new):
    """Take ``new`` as ``u`` unless a value is negative beyond rounding, or not a number."""
    for s in range(3):
        least, largest = 0.0, 0.0
        for i in range(u.shape[0]):
            for k in range(u.shape[1]):
                if new[i, k, s] != new[i, k, s]:
                    return False
                least = min(least, new[i, k, s])
                largest = max(largest, abs(new[i, k, s]))
        if least < -ROUNDING * largest:
            return False
    for i in range(u.shape[0]):
        for k in range(u.shape[1]):
            for s in range(3):
                u[i, k, s] = max(new[i, k, s], 0.0)
    return True
