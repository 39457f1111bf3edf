"""Steady oxygen, glucose and lactate: Newton's method, each step by multigrid.

    0 = sum over faces of C (u_neighbour - u) + V R(u)
    u -> max(u + d, 0.05 u),  d the solution of the linearised equation

u is a solute in a cell of volume V, C the conductance of a face, R what cells make of it less what
they consume (:mod:`evdisc.tissue.nutrition`). A step never takes more than 95 % off a value, our
choice, which keeps the start of Newton's method inside the range of the rate laws; glucose under
the published law may turn negative and is let be.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from evdisc.solve.multigrid import cycle, factor
from evdisc.tissue.metabolism import lactate_rate, oxygen_rate

#: largest change of the last step; two cycles leave a hundredth of it as error
TOLERANCE = 1e-7
MOST_STEPS = 100
CYCLES = 2
#: steps after which a step that still moves gets more cycles: thin rings converge slowly
PLAIN, MORE = 20, 16


@njit(cache=True, nogil=True, error_model="numpy")
def linearise(m, u, rim, lid, volume, cells, porosity, guarded, p):
    """Write minus the residual into ``b`` and the derivative of the reactions into ``local``.

    A half disc has no conductance below its mid-plane, a whole one that of its lower endplate.
    """
    nr, nz = volume.shape
    radial, axial, b = m.radial, m.axial, m.b
    for i in range(nr):
        for k in range(nz):
            for s in range(3):
                here = u[i, k, s]
                outer = u[i + 1, k, s] if i + 1 < nr else rim[s]
                above = u[i, k + 1, s] if k + 1 < nz else lid[s]
                flux = radial[i, k, s] * (outer - here) + axial[i, k + 1, s] * (above - here)
                if i > 0:
                    flux += radial[i - 1, k, s] * (u[i - 1, k, s] - here)
                below = u[i, k - 1, s] if k > 0 else lid[s]
                flux += axial[i, k, s] * (below - here)
                b[i, k, s] = -flux
            outside = porosity[i, k] <= 0.0
            if outside:  # the value is held
                b[i, k] = 0.0
            alone = axial[i, k, 0] + axial[i, k + 1, 0] + radial[i, k, 0] == 0.0
            hold(m.local[i, k], outside or alone)
            amount = volume[i, k] * cells[i, k]
            if amount > 0.0 and not outside:
                react(b[i, k], m.local[i, k], u[i, k], amount, porosity[i, k], guarded, p)


@njit(cache=True, nogil=True, error_model="numpy")
def hold(local, held):
    """Clear the block of a cell; one without neighbours keeps its value by a weak identity."""
    for s in range(3):
        for q in range(3):
            local[s, q] = 0.0
        if held:
            local[s, s] = -1e-30


@njit(cache=True, nogil=True, error_model="numpy")
def react(b, local, u, amount, porosity, guarded, p):
    """Add the reactions of ``amount`` cells to the residual (3,) and the block (3, 3) of a cell."""
    o, g, a = u[0], u[1], u[2]
    breathed, do, da = oxygen_rate(o, a, p)
    # the published code scales the oxygen sink alone by porosity; kept, so results compare
    per_pressure = amount * porosity / p[11]
    b[0] += per_pressure * breathed
    local[0, 0] -= per_pressure * do
    local[0, 2] -= per_pressure * da
    made, by_o, by_g, by_a = lactate_rate(o, g, a, guarded, p)
    b[1] += amount * p[8] * made
    b[2] -= amount * made
    for q, slope in ((0, by_o), (1, by_g), (2, by_a)):
        local[1, q] -= amount * p[8] * slope
        local[2, q] += amount * slope


@njit(cache=True, nogil=True, error_model="numpy")
def update(m, u, guarded, tolerance):
    """Add the Newton step in ``x`` to ``u``; True: it is below ``tolerance`` of the largest."""
    small = True
    for s in range(3):
        change, largest = 0.0, 0.0
        for i in range(u.shape[0]):
            for k in range(u.shape[1]):
                old = u[i, k, s]
                new = old + m.x[i, k, s]
                if (guarded or s != 1) and new < 0.05 * old:
                    new = 0.05 * old
                u[i, k, s] = new
                change = max(change, abs(new - old))
                largest = max(largest, abs(new))
                small = small and new == new
        small = small and change <= tolerance * largest
    return small


@njit(cache=True, nogil=True, error_model="numpy")
def put(u, value, rows):
    """Set the first ``rows`` of ``u`` (at least rows, nz, 3)."""
    for i in range(rows):
        for k in range(u.shape[1]):
            for s in range(3):
                u[i, k, s] = value


@njit(cache=True, nogil=True, error_model="numpy")
def finite(u):
    """Whether no value is NaN."""
    for i in range(u.shape[0]):
        for k in range(u.shape[1]):
            for s in range(3):
                if u[i, k, s] != u[i, k, s]:
                    return False
    return True


@njit(cache=True, nogil=True, error_model="numpy")
def solve_nutrients(m, u, rim, lid, volume, cells, porosity, guarded, p, tolerance):
    """Solve in place for ``u`` (nr, nz, 3): oxygen Pa, glucose and lactate mol/m3.

    Args:
        m: multigrid levels with conductances.
        u: start, and solution on return; NaN if Newton's method does not converge.
        rim, lid: (3,) values at the outer annulus and above the endplate.
        volume, cells, porosity: (nr, nz); cells per m3.
        guarded: whether the glucose sink vanishes with glucose.
        p: (14,) parameters of :mod:`evdisc.tissue.metabolism`.
        tolerance: largest change of the last step, such as :data:`TOLERANCE`.

    Returns the Newton steps taken, -1 on failure.
    """
    nr = volume.shape[0]
    for step in range(MOST_STEPS):
        linearise(m, u, rim, lid, volume, cells, porosity, guarded, p)
        factor(m)
        put(m.x, 0.0, nr)
        for n in range(CYCLES if step < PLAIN else MORE):
            cycle(m, n == 0)
        if update(m, u, guarded, tolerance):
            return step + 1
        if not finite(u):
            break
    put(u, np.nan, nr)
    return -1
