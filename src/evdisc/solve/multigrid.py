"""Multigrid for three coupled unknowns a cell on an (r, z) grid.

The system is, in every cell, sum over faces of G (x_neighbour - x) + J x = b with one G a face
and unknown and a 3 x 3 block J a cell. Lines along z are solved exactly (block Thomas), all even
lines and then all odd ones, and the grid is coarsened along r alone: cells are flat, so z is the
stiff direction. All levels are stacked along the first axis of the same arrays.

No fast maths: with fused or reordered sums a kernel just compiled and the same kernel loaded from
the cache differ in the last bit, and the same study would not give the same numbers.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

Floats = NDArray[np.float64]

COARSEST = 4


class Levels(NamedTuple):
    """Work space: the system on all levels; ``size`` lines a level, from row ``start`` on."""

    size: NDArray[np.int64]
    start: NDArray[np.int64]
    radial: Floats
    axial: Floats
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
    while size[-1] > COARSEST:
        size.append((size[-1] + 1) // 2)
    start = np.concatenate([[0], np.cumsum(size)]).astype(np.int64)
    rows = int(start[-1])
    levels = Levels(
        np.array(size, dtype=np.int64), start,
        np.zeros((rows, nz, 3)), np.zeros((rows, nz + 1, 3)), np.zeros((rows, nz, 3, 3)),
        np.zeros((rows, nz, 3, 3)), np.zeros((rows, nz, 3)), np.zeros((rows, nz, 3)),
        np.zeros((rows, nz, 3)), np.zeros((nz, 3)),
    )  # fmt: skip
    levels.radial[:nr] = radial
    levels.axial[:nr] = axial
    coarsen(levels)
    return levels


@njit(cache=True, nogil=True)
def coarsen(m):
    """Fill the conductances of the coarse levels: resistances in series, faces in parallel."""
    nz = m.radial.shape[1]
    for level in range(len(m.size) - 1):
        fine, coarse, lines = m.start[level], m.start[level + 1], m.size[level]
        for j in range(m.size[level + 1]):
            first = fine + 2 * j
            paired = 2 * j + 1 < lines
            for k in range(nz + 1):
                for s in range(3):
                    m.axial[coarse + j, k, s] = m.axial[first, k, s]
                    if paired:
                        m.axial[coarse + j, k, s] += m.axial[first + 1, k, s]
            last = first + 1 if paired else first
            follows = 2 * j + 3 < lines
            for k in range(nz):
                for s in range(3):
                    face = m.radial[last, k, s]
                    resistance = 0.0
                    if face > 0.0:
                        resistance = 1.0 / face
                        if paired and m.radial[first, k, s] > 0.0:
                            resistance += 0.5 / m.radial[first, k, s]
                        if follows and m.radial[first + 2, k, s] > 0.0:
                            resistance += 0.5 / m.radial[first + 2, k, s]
                    m.radial[coarse + j, k, s] = 1.0 / resistance if face > 0.0 else 0.0


@njit(cache=True, nogil=True)
def factor(m):
    """Sum ``local`` onto the coarse levels and invert the pivots of every line."""
    nz = m.local.shape[1]
    for level in range(len(m.size)):
        if level > 0:
            fine, coarse = m.start[level - 1], m.start[level]
            for j in range(m.size[level]):
                for k in range(nz):
                    m.local[coarse + j, k] = m.local[fine + 2 * j, k]
                    if 2 * j + 1 < m.size[level - 1]:
                        m.local[coarse + j, k] += m.local[fine + 2 * j + 1, k]
        for j in range(m.size[level]):
            i = m.start[level] + j
            for k in range(nz):
                pivot_at(m, i, j, k)


@njit(cache=True, nogil=True)
def pivot_at(m, i, j, k):
    """Invert the pivot of line ``i`` (number ``j`` of its level) at height ``k``."""
    a = np.empty((3, 3))
    for p in range(3):
        for q in range(3):
            a[p, q] = m.local[i, k, p, q]
            if k > 0:
                a[p, q] -= m.axial[i, k, p] * m.pivot[i, k - 1, p, q] * m.axial[i, k, q]
        a[p, p] -= m.radial[i, k, p] + m.axial[i, k, p] + m.axial[i, k + 1, p]
        if j > 0:
            a[p, p] -= m.radial[i - 1, k, p]
    c0 = a[1, 1] * a[2, 2] - a[1, 2] * a[2, 1]
    c1 = a[1, 2] * a[2, 0] - a[1, 0] * a[2, 2]
    c2 = a[1, 0] * a[2, 1] - a[1, 1] * a[2, 0]
    d = 1.0 / (a[0, 0] * c0 + a[0, 1] * c1 + a[0, 2] * c2)
    out = m.pivot[i, k]
    out[0, 0], out[1, 0], out[2, 0] = c0 * d, c1 * d, c2 * d
    out[0, 1] = (a[0, 2] * a[2, 1] - a[0, 1] * a[2, 2]) * d
    out[1, 1] = (a[0, 0] * a[2, 2] - a[0, 2] * a[2, 0]) * d
    out[2, 1] = (a[0, 1] * a[2, 0] - a[0, 0] * a[2, 1]) * d
    out[0, 2] = (a[0, 1] * a[1, 2] - a[0, 2] * a[1, 1]) * d
    out[1, 2] = (a[0, 2] * a[1, 0] - a[0, 0] * a[1, 2]) * d
    out[2, 2] = (a[0, 0] * a[1, 1] - a[0, 1] * a[1, 0]) * d


@njit(cache=True, nogil=True)
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


@njit(cache=True, nogil=True)
def residual(m, level):
    """Write b - A x of a level into ``left``."""
    nz = m.x.shape[1]
    for j in range(m.size[level]):
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


@njit(cache=True, nogil=True)
def cycle(m):
    """One V-cycle on the finest level: ``x`` moves towards the solution for ``b``."""
    nz, last = m.x.shape[1], len(m.size) - 1
    for level in range(last):
        if level > 0:
            m.x[m.start[level] : m.start[level + 1]] = 0.0
        relax(m, level, 0)
        relax(m, level, 1)
        residual(m, level)
        fine, coarse = m.start[level], m.start[level + 1]
        for j in range(m.size[level + 1]):
            for k in range(nz):
                for s in range(3):
                    m.b[coarse + j, k, s] = m.left[fine + 2 * j, k, s]
                    if 2 * j + 1 < m.size[level]:
                        m.b[coarse + j, k, s] += m.left[fine + 2 * j + 1, k, s]
    if last > 0:
        m.x[m.start[last] : m.start[last + 1]] = 0.0
    for _ in range(4):
        relax(m, last, 0)
        relax(m, last, 1)
    for level in range(last - 1, -1, -1):
        prolong(m, level)
        relax(m, level, 1)
        relax(m, level, 0)


@njit(cache=True, nogil=True)
def prolong(m, level):
    """Add the correction of the next coarser level, linear along r."""
    fine, coarse, lines = m.start[level], m.start[level + 1], m.size[level + 1]
    for i in range(m.size[level]):
        j = i // 2
        beside = j - 1 if i % 2 == 0 else j + 1
        for k in range(m.x.shape[1]):
            for s in range(3):
                own = m.x[coarse + j, k, s]
                other = own
                if 0 <= beside < lines:
                    other = m.x[coarse + beside, k, s]
                elif beside >= lines and m.radial[coarse + j, k, s] > 0.0:
                    other = -own  # the outer boundary holds its value
                m.x[fine + i, k, s] += 0.75 * own + 0.25 * other


@njit(cache=True, nogil=True)
def solve(m, tolerance, most):
    """Cycle until every residual is below ``tolerance`` of its unknown; -1 if it is not reached.

    The start is what ``x`` holds; ``local`` and ``b`` of the finest level are set and factored.
    """
    for n in range(most + 1):
        if settled(m, tolerance):
            return n
        cycle(m)
    return -1


@njit(cache=True, nogil=True)
def settled(m, tolerance):
    """True when the residual, seen as a change of the unknown, is below ``tolerance``.

    A residual that is not a number is never settled.
    """
    residual(m, 0)
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
