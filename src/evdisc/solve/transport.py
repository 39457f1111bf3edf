"""Implicit transport: diffusion of what is mobile, exchange with what is held, loss and release.

    dm/dt = div(D grad m) - (loss + on) m + off h + q(t)
    dh/dt = on m - (off + held_loss) h

m is the mobile and h the held part, q the release, linear over the step; rates are in 1/s. TR-BDF2
(Bank 1985, doi:10.1109/TCAD.1985.1270142): second order, damps stiff parts, one factorisation a
step; the held part is eliminated cell by cell. Where ``exact``, the new state is written from the
fluxes of the stages, so what left each cell is known to rounding; this needs the stages solved more
tightly, so what nobody counts is spared it. Where TR-BDF2 would turn a value negative the step is
done again by backward Euler, which cannot.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from evdisc.solve.conjugate import solve
from evdisc.solve.diffusion import Diffusion, factor, new_diffusion

Floats = NDArray[np.float64]

ROOT = math.sqrt(2.0)
OUTER = 1.0 / (2.0 * ROOT)  # weight of the first two stages
IMPLICIT = 1.0 - 1.0 / ROOT  # weight of the last, and the implicit share of a step
#: largest residual of a stage, as a share of the largest value, and of one that need not be exact
TOLERANCE, LOOSE = 1e-10, 1e-6
MOST_CYCLES = 60
#: negative values up to this many residuals are rounding and are cut
ROUNDING = 10.0
#: amounts and sources below this are nothing at all, in any unit
NOTHING = 1e-200
#: places of the held and the mobile part
MOBILE, HELD = 0, 1


class Transport(NamedTuple):
    """Grid, rates and work space of one kind of solute; several fields may be advanced by it.

    Attributes:
        levels: multigrid; its first rows hold the conductances.
        volume: (nr, nz) m3.
        loss: (nr, nz) first-order loss of the mobile part, 1/s.
        exchange: (3,) on, off and loss of the held part, 1/s.
        source, trend: (nr, nz) release in the middle of a step, and its change per s.
        integral: (2, nr, nz) time integrals of both parts over the last step.
        outflow: (1,) what left through the open boundary in it.
        exact: whether amounts are counted.
        factored: (1,) implicit share of a step the levels are factored for; 0 for none.
    """

    levels: Diffusion
    volume: Floats
    loss: Floats
    exchange: Floats
    source: Floats
    trend: Floats
    stage: Floats
    first: Floats
    second: Floats
    integral: Floats
    outflow: Floats
    exact: bool
    factored: Floats


def new_transport(volume: Floats, exact: bool = True) -> Transport:
    """Transport on cells of ``volume`` (nr, nz), with nothing in it but zeros."""
    nr, nz = volume.shape
    loss, source, trend = (np.zeros((nr, nz)) for _ in range(3))
    stage, first, second, integral = (np.zeros((2, nr, nz)) for _ in range(4))
    return Transport(
        new_diffusion((nr, nz)), np.ascontiguousarray(volume), loss, np.zeros(3), source, trend,
        stage, first, second, integral, np.zeros(1), exact, np.zeros(1),
    )  # fmt: skip


@njit(cache=True, nogil=True, error_model="numpy")
def advance(t, mobile, held, dt):
    """Advance both parts (nr, nz) of a field by ``dt`` s, rates and release held.

    Whoever changes ``loss`` or ``exchange`` or a conductance sets ``t.factored`` to 0.

    Returns the order used (2 or 1); on failure both parts become NaN and the result is 0.
    """
    put(t.integral[MOBILE], 0.0)
    put(t.integral[HELD], 0.0)
    t.outflow[0] = 0.0
    if nothing(mobile) and nothing(held) and nothing(t.source):
        put(mobile, 0.0)  # what decayed for years ends below what floating point resolves
        put(held, 0.0)
        return 2
    if tr_bdf2(t, mobile, held, dt):
        return 2
    put(t.integral[MOBILE], 0.0)
    put(t.integral[HELD], 0.0)
    t.outflow[0] = 0.0
    if backward_euler(t, mobile, held, dt):
        return 1
    put(mobile, np.nan)
    put(held, np.nan)
    return 0


@njit(cache=True, nogil=True, error_model="numpy")
def nothing(u):
    """Whether every value is as good as zero; what is not a number is something."""
    for i in range(u.shape[0]):
        for k in range(u.shape[1]):
            if not abs(u[i, k]) < NOTHING:
                return False
    return True


@njit(cache=True, nogil=True, error_model="numpy")
def tr_bdf2(t, mobile, held, dt):
    """One TR-BDF2 step; False, with the state untouched, if it fails or turns a value negative."""
    a = IMPLICIT * dt
    early, late = 2.0 * a - 0.5 * dt, 0.5 * dt  # times of the stages from the middle of the step
    set_matrix(t, a)
    slope(t, mobile, held, -late, t.first)
    go(mobile, held, a, t.first, t.stage)
    start(t, mobile, mobile, 0.0)
    if not implicit(t, a, early):
        return False
    slope(t, t.stage[MOBILE], t.stage[HELD], early, t.second)
    account(t, mobile, held, OUTER * dt)
    account(t, t.stage[MOBILE], t.stage[HELD], OUTER * dt)
    start(t, mobile, t.stage[MOBILE], dt / (2.0 * a))
    push(t.first, 1.0, t.second)
    go(mobile, held, OUTER * dt, t.first, t.stage)
    copy(t.stage[MOBILE], t.first[MOBILE])
    copy(t.stage[HELD], t.first[HELD])
    if not implicit(t, a, late):
        return False
    account(t, t.stage[MOBILE], t.stage[HELD], a)
    if not t.exact:
        return accept(mobile, held, t.stage, ROUNDING * LOOSE)
    slope(t, t.stage[MOBILE], t.stage[HELD], late, t.second)
    push(t.first, a, t.second)
    return accept(mobile, held, t.first, ROUNDING * TOLERANCE)


@njit(cache=True, nogil=True, error_model="numpy")
def backward_euler(t, mobile, held, dt):
    """One backward Euler step; False, with the state untouched, if the solve fails."""
    set_matrix(t, dt)
    copy(mobile, t.stage[MOBILE])
    copy(held, t.stage[HELD])
    start(t, mobile, mobile, 0.0)
    if not implicit(t, dt, 0.0):
        return False
    account(t, t.stage[MOBILE], t.stage[HELD], dt)
    if not t.exact:
        return accept(mobile, held, t.stage, ROUNDING * LOOSE)
    slope(t, t.stage[MOBILE], t.stage[HELD], 0.0, t.second)
    go(mobile, held, dt, t.second, t.first)
    return accept(mobile, held, t.first, ROUNDING * TOLERANCE)


# Loops below and not array expressions: those make a kernel three times as large to load.


@njit(cache=True, nogil=True, error_model="numpy")
def put(out, value):
    """Set every number of ``out`` (nr, nz)."""
    for i in range(out.shape[0]):
        for k in range(out.shape[1]):
            out[i, k] = value


@njit(cache=True, nogil=True, error_model="numpy")
def copy(source, out):
    """Write ``source`` (nr, nz) into ``out``."""
    for i in range(out.shape[0]):
        for k in range(out.shape[1]):
            out[i, k] = source[i, k]


@njit(cache=True, nogil=True, error_model="numpy")
def go(mobile, held, span, slope, out):
    """Write where both parts are after ``span`` s at ``slope`` (2, nr, nz)."""
    for i in range(mobile.shape[0]):
        for k in range(mobile.shape[1]):
            out[MOBILE, i, k] = mobile[i, k] + span * slope[MOBILE, i, k]
            out[HELD, i, k] = held[i, k] + span * slope[HELD, i, k]


@njit(cache=True, nogil=True, error_model="numpy")
def push(out, weight, more):
    """Add ``weight`` times ``more`` (2, nr, nz)."""
    for part in range(2):
        for i in range(out.shape[1]):
            for k in range(out.shape[2]):
                out[part, i, k] += weight * more[part, i, k]


@njit(cache=True, nogil=True, error_model="numpy")
def set_matrix(t, a):
    """Factor V (1 / a + loss + on - what comes back from the held part) - L."""
    if t.factored[0] == a:
        return
    on, off, held_loss = t.exchange
    back = a * on * off / (1.0 + a * (off + held_loss))
    for i in range(t.volume.shape[0]):
        for k in range(t.volume.shape[1]):
            t.levels.mass[i, k] = t.volume[i, k] * (1.0 / a + t.loss[i, k] + on - back)
    factor(t.levels)
    t.factored[0] = a


@njit(cache=True, nogil=True, error_model="numpy")
def implicit(t, a, when):
    """Solve y - a y' = ``t.stage`` for y, in place; False if it does not converge.

    The solver starts from what its ``x`` holds; ``when`` is the time of the release from the middle
    of the step, s.
    """
    nr, nz = t.volume.shape
    on, off, held_loss = t.exchange
    kept = 1.0 / (1.0 + a * (off + held_loss))
    mobile, held = t.stage[MOBILE], t.stage[HELD]
    for i in range(nr):
        for k in range(nz):
            released = t.source[i, k] + when * t.trend[i, k] + off * kept * held[i, k]
            t.levels.b[i, k] = t.volume[i, k] * (mobile[i, k] / a + released)
    if solve(t.levels, TOLERANCE if t.exact else LOOSE, MOST_CYCLES) < 0:
        return False
    for i in range(nr):
        for k in range(nz):
            mobile[i, k] = t.levels.x[i, k]
            held[i, k] = kept * (held[i, k] + a * on * mobile[i, k])
    return True


@njit(cache=True, nogil=True, error_model="numpy")
def start(t, mobile, stage, further):
    """Let the solver start on the line from ``mobile`` to ``stage``, ``further`` times as far."""
    for i in range(mobile.shape[0]):
        for k in range(mobile.shape[1]):
            t.levels.x[i, k] = mobile[i, k] + further * (stage[i, k] - mobile[i, k])


@njit(cache=True, nogil=True, error_model="numpy")
def slope(t, mobile, held, when, out):
    """Write d/dt of both parts at ``when`` s from the middle of the step."""
    nr, nz = t.volume.shape
    radial, axial = t.levels.radial, t.levels.axial
    on, off, held_loss = t.exchange
    for i in range(nr):
        for k in range(nz):
            here = mobile[i, k]
            flux = -(radial[i, k] + axial[i, k] + axial[i, k + 1]) * here
            if i + 1 < nr:
                flux += radial[i, k] * mobile[i + 1, k]
            if i > 0:
                flux += radial[i - 1, k] * (mobile[i - 1, k] - here)
            if k > 0:
                flux += axial[i, k] * mobile[i, k - 1]
            if k + 1 < nz:
                flux += axial[i, k + 1] * mobile[i, k + 1]
            caught, freed = on * here, off * held[i, k]
            out[MOBILE, i, k] = (
                flux / t.volume[i, k] - t.loss[i, k] * here - caught + freed
                + t.source[i, k] + when * t.trend[i, k]
            )  # fmt: skip
            out[HELD, i, k] = caught - freed - held_loss * held[i, k]


@njit(cache=True, nogil=True, error_model="numpy")
def account(t, mobile, held, weight):
    """Add ``weight`` s of a state to the integrals and the outflow."""
    nr, nz = t.volume.shape
    radial, axial = t.levels.radial, t.levels.axial
    left = 0.0
    for i in range(nr):
        for k in range(nz):
            t.integral[MOBILE, i, k] += weight * mobile[i, k]
            t.integral[HELD, i, k] += weight * held[i, k]
        left += axial[i, 0] * mobile[i, 0] + axial[i, nz] * mobile[i, nz - 1]
    for k in range(nz):
        left += radial[nr - 1, k] * mobile[nr - 1, k]
    t.outflow[0] += weight * left


@njit(cache=True, nogil=True, error_model="numpy")
def accept(mobile, held, new, rounding):
    """Take ``new`` as the state unless a value is negative beyond rounding, or not a number.

    ``rounding`` is a share of the largest value.
    """
    least, largest = 0.0, 0.0
    for part in range(2):
        for i in range(mobile.shape[0]):
            for k in range(mobile.shape[1]):
                value = new[part, i, k]
                if not abs(value) < np.inf:
                    return False
                least, largest = min(least, value), max(largest, value)
    if least < -rounding * largest:
        return False
    for i in range(mobile.shape[0]):
        for k in range(mobile.shape[1]):
            mobile[i, k] = max(new[MOBILE, i, k], 0.0)
            held[i, k] = max(new[HELD, i, k], 0.0)
    return True
