"""Multigrid for three coupled unknowns a cell on an (r, z) grid.

The system is, in every cell, sum over faces of G (x_neighbour - x) + J x = b with one G a face
and unknown and a 3 x 3 block J a cell. Lines along z are solved exactly (block Thomas), all even
lines and then all odd ones. The grid is coarsened along r alone, as cells are flat and z is the
stiff direction: a coarse level keeps the even lines, and what an odd line holds is shared between
its neighbours by the conductance towards each. After the odd lines were solved only the even ones
have a residual, so nothing is interpolated. All levels are stacked along the first axis of the
same arrays.

No fast maths: with fused or reordered sums a kernel just compiled and the same kernel loaded from
the cache differ in the last bit, and the same study would not give the same numbers.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

Floats = NDArray[np.float64]


class Levels(NamedTuple):
    """Work space: the system on all levels; ``size`` lines a level, from row ``start`` on."""

    size: NDArray[np.int64]
    start: NDArray[np.int64]
    radial: Floats
    axial: Floats
    inward: Floats
    outward: Floats
    local: Floats
    pivot: Floats
    x: Floats
    b: Floats
    left: Floats
    line: Floats


def new_levels(radial: Floats, axial: Floats) -> Levels:
    """Levels for conductances (nr, nz, 3) and (nr, nz + 1, 3)."""
    nr, nz, _ = radial.shape
    size = [nr]
    while size[-1] > 1:
        size.append((size[-1] + 1) // 2)
    start = np.concatenate([[0], np.cumsum(size)]).astype(np.int64)
    rows = int(start[-1])
    inward, outward, x, b, left, faces = (np.zeros((rows, nz, 3)) for _ in range(6))
    local, pivot = (np.zeros((rows, nz, 3, 3)) for _ in range(2))
    levels = Levels(
        np.array(size, dtype=np.int64), start, faces, np.zeros((rows, nz + 1, 3)), inward, outward,
        local, pivot, x, b, left, np.zeros((nz, 3)),
    )  # fmt: skip
    levels.radial[:nr] = radial
    levels.axial[:nr] = axial
    coarsen(levels)
    return levels


@njit(cache=True, nogil=True, error_model="numpy")
def coarsen(m):
    """Fill the shares of the odd lines and the conductances of the coarse levels."""
    nz = m.radial.shape[1]
    for level in range(len(m.size) - 1):
        fine, coarse, lines = m.start[level], m.start[level + 1], m.size[level]
        share(m, level)
        for j in range(m.size[level + 1]):
            i = fine + 2 * j
            for k in range(nz + 1):
                below, above = max(k - 1, 0), min(k, nz - 1)
                for s in range(3):
                    own = m.axial[i, k, s]
                    if j > 0:
                        part = 0.5 * (m.outward[i - 1, below, s] + m.outward[i - 1, above, s])
                        own += part * m.axial[i - 1, k, s]
                    if 2 * j + 1 < lines:
                        part = 0.5 * (m.inward[i + 1, below, s] + m.inward[i + 1, above, s])
                        own += part * m.axial[i + 1, k, s]
                    m.axial[coarse + j, k, s] = own
            for k in range(nz):
                for s in range(3):
                    own = m.radial[i, k, s]
                    if 2 * j + 1 < lines:
                        own *= m.outward[i + 1, k, s]
                    m.radial[coarse + j, k, s] = own


@njit(cache=True, nogil=True, error_model="numpy")
def share(m, level):
    """Share each odd line of a level between its neighbours by the conductance towards each."""
    for j in range(1, m.size[level], 2):
        i = m.start[level] + j
        for k in range(m.radial.shape[1]):
            for s in range(3):
                a, b = m.radial[i - 1, k, s], m.radial[i, k, s]
                both = a + b
                m.inward[i, k, s] = a / both if both > 0.0 else 0.0
                m.outward[i, k, s] = b / both if both > 0.0 else 0.0


@njit(cache=True, nogil=True, error_model="numpy")
def factor(m):
    """Sum ``local`` onto the coarse levels and invert the pivots of every line."""
    nz = m.local.shape[1]
    for level in range(len(m.size)):
        for j in range(m.size[level]):
            i = m.start[level] + j
            if level > 0:
                gather(m, m.start[level - 1] + 2 * j, 2 * j + 1 < m.size[level - 1], j > 0, i)
        for j in range(0, m.size[level], 2):
            # each pivot waits for the one below: two lines side by side
            i = m.start[level] + j
            other = j + 1 < m.size[level]
            for k in range(nz):
                pivot_at(m, i, j, k)
                if other:
                    pivot_at(m, i + 1, j + 1, k)


@njit(cache=True, nogil=True, error_model="numpy")
def gather(m, fine, follows, leads, coarse):
    """Write ``local`` of a coarse line: that of its fine line and the shares of those beside it."""
    for k in range(m.local.shape[1]):
        for p in range(3):
            for q in range(3):
                own = m.local[fine, k, p, q]
                if leads:
                    own += m.outward[fine - 1, k, p] * m.local[fine - 1, k, p, q]
                if follows:
                    own += m.inward[fine + 1, k, p] * m.local[fine + 1, k, p, q]
                m.local[coarse, k, p, q] = own


@njit(cache=True, nogil=True, error_model="numpy")
def pivot_at(m, i, j, k):
    """Invert the pivot of line ``i`` (number ``j`` of its level) at height ``k``."""
    own = m.local[i, k]
    a00, a01, a02 = own[0, 0], own[0, 1], own[0, 2]
    a10, a11, a12 = own[1, 0], own[1, 1], own[1, 2]
    a20, a21, a22 = own[2, 0], own[2, 1], own[2, 2]
    g0, g1, g2 = m.axial[i, k, 0], m.axial[i, k, 1], m.axial[i, k, 2]
    if k > 0:
        below = m.pivot[i, k - 1]
        a00 -= g0 * below[0, 0] * g0
        a01 -= g0 * below[0, 1] * g1
        a02 -= g0 * below[0, 2] * g2
        a10 -= g1 * below[1, 0] * g0
        a11 -= g1 * below[1, 1] * g1
        a12 -= g1 * below[1, 2] * g2
        a20 -= g2 * below[2, 0] * g0
        a21 -= g2 * below[2, 1] * g1
        a22 -= g2 * below[2, 2] * g2
    a00 -= m.radial[i, k, 0] + g0 + m.axial[i, k + 1, 0]
    a11 -= m.radial[i, k, 1] + g1 + m.axial[i, k + 1, 1]
    a22 -= m.radial[i, k, 2] + g2 + m.axial[i, k + 1, 2]
    if j > 0:
        a00 -= m.radial[i - 1, k, 0]
        a11 -= m.radial[i - 1, k, 1]
        a22 -= m.radial[i - 1, k, 2]
    c0, c1, c2 = a11 * a22 - a12 * a21, a12 * a20 - a10 * a22, a10 * a21 - a11 * a20
    d = 1.0 / (a00 * c0 + a01 * c1 + a02 * c2)
    out = m.pivot[i, k]
    out[0, 0], out[1, 0], out[2, 0] = c0 * d, c1 * d, c2 * d
    out[0, 1] = (a02 * a21 - a01 * a22) * d
    out[1, 1] = (a00 * a22 - a02 * a20) * d
    out[2, 1] = (a01 * a20 - a00 * a21) * d
    out[0, 2] = (a01 * a12 - a02 * a11) * d
    out[1, 2] = (a02 * a10 - a00 * a12) * d
    out[2, 2] = (a00 * a11 - a01 * a10) * d


@njit(cache=True, nogil=True, error_model="numpy")
def relax(m, level, colour):
    """Solve every second line of a level exactly, its neighbours held."""
    nz = m.x.shape[1]
    x, y = m.x, m.line
    for j in range(colour, m.size[level], 2):
        i = m.start[level] + j
        inner, outer = j > 0, j + 1 < m.size[level]
        y0 = y1 = y2 = 0.0
        for k in range(nz):
            r0, r1, r2 = m.b[i, k, 0], m.b[i, k, 1], m.b[i, k, 2]
            if inner:
                r0 -= m.radial[i - 1, k, 0] * x[i - 1, k, 0]
                r1 -= m.radial[i - 1, k, 1] * x[i - 1, k, 1]
                r2 -= m.radial[i - 1, k, 2] * x[i - 1, k, 2]
            if outer:
                r0 -= m.radial[i, k, 0] * x[i + 1, k, 0]
                r1 -= m.radial[i, k, 1] * x[i + 1, k, 1]
                r2 -= m.radial[i, k, 2] * x[i + 1, k, 2]
            if k > 0:
                r0 -= m.axial[i, k, 0] * y0
                r1 -= m.axial[i, k, 1] * y1
                r2 -= m.axial[i, k, 2] * y2
            p = m.pivot[i, k]
            y0 = p[0, 0] * r0 + p[0, 1] * r1 + p[0, 2] * r2
            y1 = p[1, 0] * r0 + p[1, 1] * r1 + p[1, 2] * r2
            y2 = p[2, 0] * r0 + p[2, 1] * r1 + p[2, 2] * r2
            y[k, 0], y[k, 1], y[k, 2] = y0, y1, y2
        x0, x1, x2 = y[nz - 1, 0], y[nz - 1, 1], y[nz - 1, 2]
        x[i, nz - 1, 0], x[i, nz - 1, 1], x[i, nz - 1, 2] = x0, x1, x2
        for k in range(nz - 2, -1, -1):
            p = m.pivot[i, k]
            g0, g1, g2 = (
                m.axial[i, k + 1, 0] * x0,
                m.axial[i, k + 1, 1] * x1,
                m.axial[i, k + 1, 2] * x2,
            )
            x0 = y[k, 0] - (p[0, 0] * g0 + p[0, 1] * g1 + p[0, 2] * g2)
            x1 = y[k, 1] - (p[1, 0] * g0 + p[1, 1] * g1 + p[1, 2] * g2)
            x2 = y[k, 2] - (p[2, 0] * g0 + p[2, 1] * g1 + p[2, 2] * g2)
            x[i, k, 0], x[i, k, 1], x[i, k, 2] = x0, x1, x2


@njit(cache=True, nogil=True, error_model="numpy")
def residual(m, level, stride):
    """Write b - A x of a level into ``left``, for every ``stride``-th line."""
    nz = m.x.shape[1]
    for j in range(0, m.size[level], stride):
        i = m.start[level] + j
        for k in range(nz):
            for s in range(3):
                here = m.x[i, k, s]
                value = m.b[i, k, s]
                for q in range(3):
                    value -= m.local[i, k, s, q] * m.x[i, k, q]
                value += (m.radial[i, k, s] + m.axial[i, k, s] + m.axial[i, k + 1, s]) * here
                if j + 1 < m.size[level]:
                    value -= m.radial[i, k, s] * m.x[i + 1, k, s]
                if j > 0:
                    value += m.radial[i - 1, k, s] * (here - m.x[i - 1, k, s])
                if k > 0:
                    value -= m.axial[i, k, s] * m.x[i, k - 1, s]
                if k + 1 < nz:
                    value -= m.axial[i, k + 1, s] * m.x[i, k + 1, s]
                m.left[i, k, s] = value


@njit(cache=True, nogil=True, error_model="numpy")
def brought(m, level, j):
    """Write what is left of b - A x for line ``2 j`` of a level into line ``j`` of the coarser one.

    Where a line was solved while its neighbours held nothing, that is what they bring it now.
    """
    fine, coarse = m.start[level] + 2 * j, m.start[level + 1] + j
    for k in range(m.x.shape[1]):
        for s in range(3):
            total = 0.0
            if j > 0:
                total -= m.radial[fine - 1, k, s] * m.x[fine - 1, k, s]
            if 2 * j + 1 < m.size[level]:
                total -= m.radial[fine, k, s] * m.x[fine + 1, k, s]
            m.b[coarse, k, s] = total


@njit(cache=True, nogil=True, error_model="numpy")
def cycle(m, anew=False):
    """One V-cycle on the finest level: ``x`` moves towards the solution for ``b``.

    ``anew`` says that ``x`` holds nothing yet.
    """
    last = len(m.size) - 1
    for level in range(last):
        if level > 0:
            m.x[m.start[level] : m.start[level + 1]] = 0.0
        relax(m, level, 0)
        relax(m, level, 1)
        if anew or level > 0:
            for j in range(m.size[level + 1]):
                brought(m, level, j)
            continue
        residual(m, level, 2)
        for j in range(m.size[level + 1]):
            m.b[m.start[level + 1] + j] = m.left[m.start[level] + 2 * j]
    relax(m, last, 0)
    for level in range(last - 1, -1, -1):
        for j in range(m.size[level + 1]):
            m.x[m.start[level] + 2 * j] += m.x[m.start[level + 1] + j]
        relax(m, level, 1)
        relax(m, level, 0)


@njit(cache=True, nogil=True, error_model="numpy")
def solve(m, tolerance, most):
    """Cycle until every residual is below ``tolerance`` of its unknown; -1 if it is not reached.

    The start is what ``x`` holds; ``local`` and ``b`` of the finest level are set and factored.
    """
    for n in range(most + 1):
        if settled(m, tolerance):
            return n
        cycle(m)
    return -1


@njit(cache=True, nogil=True, error_model="numpy")
def settled(m, tolerance):
    """True when the residual, seen as a change of the unknown, is below ``tolerance``.

    A residual that is not a number is never settled.
    """
    residual(m, 0, 1)
    for s in range(3):
        largest, change = 0.0, 0.0
        for i in range(m.size[0]):
            for k in range(m.x.shape[1]):
                own = m.radial[i, k, s] + m.axial[i, k, s] + m.axial[i, k + 1, s]
                if i > 0:
                    own += m.radial[i - 1, k, s]
                own -= m.local[i, k, s, s]
                if m.left[i, k, s] != m.left[i, k, s]:
                    return False
                if own > 0.0:
                    largest = max(largest, abs(m.x[i, k, s]), abs(m.b[i, k, s]) / own)
                    change = max(change, abs(m.left[i, k, s]) / own)
        if change > tolerance * largest:
            return False
    return True
