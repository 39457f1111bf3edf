"""Conjugate gradients with multigrid cycles: (mass - L) x = b of :mod:`evdisc.solve.diffusion`.

A cycle leaves a tenth of the error; as the preconditioner of conjugate gradients (Hestenes and
Stiefel 1952, doi:10.6028/jres.049.044) it leaves a fortieth. A cycle is symmetric, as these need.

Two thin rings side by side hold together so strongly that this converges slowly; lines along r are
then solved in turn with plain cycles.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from evdisc.solve.diffusion import cycle, left_at, relax_across

#: cycles after which lines along r are solved as well
PLAIN = 12


@njit(cache=True, nogil=True, error_model="numpy")
def solve(m, tolerance, most):
    """Cycle from what ``x`` holds until the residual is small; -1 if ``most`` cycles do not do.

    Small is, seen as a change of the unknown, below ``tolerance`` of the largest.
    """
    cycle(m)
    if settled(m, tolerance):
        return 1
    taken = conjugate(m, tolerance, PLAIN - 1)
    if taken > 0:
        return 1 + taken
    for n in range(PLAIN, most):
        relax_across(m)
        cycle(m)
        if settled(m, tolerance):
            return n + 1
    return -1


@njit(cache=True, nogil=True, error_model="numpy")
def conjugate(m, tolerance, most):
    """Go on from what ``x`` holds by conjugate gradients; the cycles taken, 0 if they do not do."""
    lines, nz = m.found.shape
    for i in range(lines):
        left_at(m, i, i > 0, i + 1 < lines, m.rise[i])
    for i in range(lines):
        for k in range(nz):
            m.right[i, k], m.found[i, k] = m.b[i, k], m.x[i, k]
            m.b[i, k] = m.rise[i, k]
    taken, before = 0, 1.0
    for n in range(most):
        cycle(m, True)
        now = product(m, m.b, m.x)
        turn(m, now / before if n > 0 else 0.0)
        climb(m)
        step = now / product(m, m.way, m.rise)
        if not 0.0 < step < np.inf:  # too small to be told from nothing, or no number
            break
        if go(m, step, tolerance):
            taken = n + 1
            break
        before = now
    for i in range(lines):
        for k in range(nz):
            m.b[i, k], m.x[i, k] = m.right[i, k], m.found[i, k]
    return taken


@njit(cache=True, nogil=True, error_model="numpy")
def product(m, a, b):
    """Sum of ``a`` times ``b`` over the finest level."""
    lines, nz = m.found.shape
    sums, total = m.line[0], 0.0
    for k in range(nz):
        sums[k] = 0.0
    for i in range(lines):
        for k in range(nz):
            sums[k] += a[i, k] * b[i, k]
    for k in range(nz):
        total += sums[k]
    return total


@njit(cache=True, nogil=True, error_model="numpy")
def turn(m, share):
    """Turn the way to go: ``x``, and a ``share`` of the way before."""
    for i in range(m.way.shape[0]):
        for k in range(m.way.shape[1]):
            m.way[i, k] = m.x[i, k] + share * m.way[i, k]


@njit(cache=True, nogil=True, error_model="numpy")
def climb(m):
    """Write (mass - L) times the way to go into ``rise``."""
    lines, nz = m.way.shape
    for i in range(lines):
        out = m.rise[i]
        inner, outer = i > 0, i + 1 < lines
        for k in range(nz):
            total = m.whole[i, k] * m.way[i, k]
            if inner:
                total -= m.radial[i - 1, k] * m.way[i - 1, k]
            if outer:
                total -= m.radial[i, k] * m.way[i + 1, k]
            out[k] = total
        for k in range(1, nz):
            out[k] -= m.axial[i, k] * m.way[i, k - 1]
        for k in range(nz - 1):
            out[k] -= m.axial[i, k + 1] * m.way[i, k + 1]


@njit(cache=True, nogil=True, error_model="numpy")
def go(m, step, tolerance):
    """Take a step of the way; True when no residual is above ``tolerance`` then."""
    lines, nz = m.way.shape
    largest, change = m.line[0], m.line[1]
    for k in range(nz):
        largest[k] = change[k] = 0.0
    for i in range(lines):
        for k in range(nz):
            m.found[i, k] += step * m.way[i, k]
            m.b[i, k] -= step * m.rise[i, k]
            largest[k] = max(largest[k], abs(m.found[i, k]))
            change[k] = max(change[k], abs(m.b[i, k]) / m.whole[i, k])
    return small(largest, change, tolerance)


@njit(cache=True, nogil=True, error_model="numpy")
def small(largest, change, tolerance):
    """Whether no ``change`` is above ``tolerance`` of the ``largest``."""
    most, moved = 0.0, 0.0
    for k in range(largest.shape[0]):
        most, moved = max(most, largest[k]), max(moved, change[k])
    return moved <= tolerance * most


@njit(cache=True, nogil=True, error_model="numpy")
def settled(m, tolerance):
    """True when no residual is above ``tolerance``; one that is not a number never settles.

    Only the odd lines have one after a cycle.
    """
    nz = m.x.shape[1]
    left, largest, change = m.line[0], m.line[1], m.line[2]
    for k in range(nz):
        largest[k] = change[k] = 0.0
    wrong = 0
    for i in range(m.size[0]):
        for k in range(nz):
            size = abs(m.x[i, k])
            wrong += not size < np.inf
            largest[k] = max(largest[k], size)
    for j in range(1, m.size[0], 2):
        left_at(m, j, True, j + 1 < m.size[0], left)
        for k in range(nz):
            change[k] = max(change[k], abs(left[k]) / m.whole[j, k])
    return wrong == 0 and small(largest, change, tolerance)
