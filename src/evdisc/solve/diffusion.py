"""Multigrid for one unknown a cell on an (r, z) grid: (mass - L) x = b.

L x is the sum over faces of G (x_neighbour - x), zero beyond the open faces. It is the scheme of
:mod:`evdisc.solve.multigrid` for a single unknown: lines along z are solved exactly, all even lines
and then all odd ones; a coarse level keeps the even lines and shares out what the odd ones hold by
the conductance towards each neighbour. All levels are stacked along the first axis.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

Floats = NDArray[np.float64]

#: lines that are solved side by side
TOGETHER = 4


class Diffusion(NamedTuple):
    """The system on all levels; ``size`` lines a level, from row ``start`` on.

    The last four, of the finest level alone, are work space of :mod:`evdisc.solve.conjugate`.
    ``radial`` and ``axial`` are conductances, ``mass`` the rest of the diagonal, ``whole`` all of
    it, ``pivot`` the inverse pivots of the lines, ``above`` these times the conductance upwards.
    """

    size: NDArray[np.int64]
    start: NDArray[np.int64]
    radial: Floats
    axial: Floats
    inward: Floats
    outward: Floats
    mass: Floats
    whole: Floats
    pivot: Floats
    above: Floats
    x: Floats
    b: Floats
    line: Floats
    across: Floats
    right: Floats
    found: Floats
    way: Floats
    rise: Floats


def new_diffusion(shape: tuple[int, int]) -> Diffusion:
    """Levels for a grid of (nr, nz) cells, all conductances zero."""
    nr, nz = shape
    size = [nr]
    while size[-1] > 1:
        size.append((size[-1] + 1) // 2)
    start = np.concatenate([[0], np.cumsum(size)]).astype(np.int64)
    rows = int(start[-1])
    radial, inward, outward, mass, whole = (np.zeros((rows, nz)) for _ in range(5))
    pivot, above, x, b = (np.zeros((rows, nz)) for _ in range(4))
    right, found, way, rise = (np.zeros((nr, nz)) for _ in range(4))
    return Diffusion(
        np.array(size, dtype=np.int64), start, radial, np.zeros((rows, nz + 1)), inward, outward,
        mass, whole, pivot, above, x, b, np.zeros((TOGETHER, nz)), np.zeros((2, nr)),
        right, found, way, rise,
    )  # fmt: skip


@njit(cache=True, nogil=True, error_model="numpy")
def conduct(m, radial, axial):
    """Take the conductances of the finest level, (nr, nz, 1) and (nr, nz + 1, 1), for all levels.

    See :mod:`evdisc.solve.conductance`.
    """
    for i in range(radial.shape[0]):
        for k in range(radial.shape[1]):
            m.radial[i, k] = radial[i, k, 0]
        for k in range(axial.shape[1]):
            m.axial[i, k] = axial[i, k, 0]
    coarsen(m)


@njit(cache=True, nogil=True, error_model="numpy")
def coarsen(m):
    """Fill the shares of the odd lines and the conductances of the coarse levels."""
    nz = m.radial.shape[1]
    for level in range(len(m.size) - 1):
        fine, coarse, lines = m.start[level], m.start[level + 1], m.size[level]
        for j in range(1, lines, 2):
            i = fine + j
            for k in range(nz):
                both = m.radial[i - 1, k] + m.radial[i, k]
                m.inward[i, k] = m.radial[i - 1, k] / both if both > 0.0 else 0.0
                m.outward[i, k] = m.radial[i, k] / both if both > 0.0 else 0.0
        for j in range(m.size[level + 1]):
            i = fine + 2 * j
            for k in range(nz + 1):
                below, above = max(k - 1, 0), min(k, nz - 1)
                own = m.axial[i, k]
                if j > 0:
                    part = 0.5 * (m.outward[i - 1, below] + m.outward[i - 1, above])
                    own += part * m.axial[i - 1, k]
                if 2 * j + 1 < lines:
                    part = 0.5 * (m.inward[i + 1, below] + m.inward[i + 1, above])
                    own += part * m.axial[i + 1, k]
                m.axial[coarse + j, k] = own
            for k in range(nz):
                share = m.outward[i + 1, k] if 2 * j + 1 < lines else 1.0
                m.radial[coarse + j, k] = share * m.radial[i, k]


@njit(cache=True, nogil=True, error_model="numpy")
def factor(m):
    """Sum ``mass`` onto the coarse levels and invert the pivots of every line."""
    nz = m.mass.shape[1]
    for level in range(len(m.size)):
        for j in range(m.size[level]):
            i = m.start[level] + j
            if level > 0:
                gather(m, m.start[level - 1] + 2 * j, 2 * j + 1 < m.size[level - 1], j > 0, i)
            for k in range(nz):
                inner = m.radial[i - 1, k] if j > 0 else 0.0
                around = inner + m.radial[i, k] + m.axial[i, k] + m.axial[i, k + 1]
                m.whole[i, k] = m.mass[i, k] + around
    last = m.whole.shape[0] - 1
    for i in range(0, last + 1, TOGETHER):
        invert(m, i, min(i + 1, last), min(i + 2, last), min(i + 3, last))
    for i in range(last + 1):
        for k in range(nz - 1):
            m.above[i, k] = m.pivot[i, k] * m.axial[i, k + 1]


@njit(cache=True, nogil=True, error_model="numpy")
def invert(m, i, j, p, q):
    """Invert the pivots of four lines."""
    a = b = c = d = 0.0
    for k in range(m.whole.shape[1]):
        # the face at k = 0 is a boundary
        held = 1.0 if k > 0 else 0.0
        e, f, g, h = m.axial[i, k], m.axial[j, k], m.axial[p, k], m.axial[q, k]
        m.pivot[i, k] = a = 1.0 / (m.whole[i, k] - held * e * e * a)
        m.pivot[j, k] = b = 1.0 / (m.whole[j, k] - held * f * f * b)
        m.pivot[p, k] = c = 1.0 / (m.whole[p, k] - held * g * g * c)
        m.pivot[q, k] = d = 1.0 / (m.whole[q, k] - held * h * h * d)


@njit(cache=True, nogil=True, error_model="numpy")
def gather(m, fine, follows, leads, coarse):
    """Write ``mass`` of a coarse line: that of its fine line and the shares of those beside it."""
    for k in range(m.mass.shape[1]):
        own = m.mass[fine, k]
        if leads:
            own += m.outward[fine - 1, k] * m.mass[fine - 1, k]
        if follows:
            own += m.inward[fine + 1, k] * m.mass[fine + 1, k]
        m.mass[coarse, k] = own


@njit(cache=True, nogil=True, error_model="numpy")
def relax(m, level, colour):
    """Solve every second line of a level exactly, its neighbours held.

    Each number of a line waits for the one before it, so :data:`TOGETHER` lines are solved side by
    side; where fewer are left the last one is solved again.
    """
    first, last = m.start[level] + colour, m.start[level] + m.size[level] - 1
    last -= (last - first) % 2
    for i in range(first, last + 1, 2 * TOGETHER):
        for n in range(TOGETHER):
            around(m, min(i + 2 * n, last), m.start[level], m.size[level], m.line[n])
        solve_lines(m, i, min(i + 2, last), min(i + 4, last), min(i + 6, last))


@njit(cache=True, nogil=True, error_model="numpy")
def around(m, i, start, lines, out):
    """Write b and what the neighbours of line ``i`` bring into ``out`` (nz,)."""
    inner, outer = i > start, i + 1 < start + lines
    for k in range(m.x.shape[1]):
        total = m.b[i, k]
        if inner:
            total += m.radial[i - 1, k] * m.x[i - 1, k]
        if outer:
            total += m.radial[i, k] * m.x[i + 1, k]
        out[k] = total


@njit(cache=True, nogil=True, error_model="numpy")
def solve_lines(m, i, j, p, q):
    """Solve four lines for the right sides in ``line``, forth and back along z."""
    nz, line = m.x.shape[1], m.line
    a, b, c, d = line[0, 0], line[1, 0], line[2, 0], line[3, 0]
    for k in range(1, nz):
        line[0, k] = a = line[0, k] + m.above[i, k - 1] * a
        line[1, k] = b = line[1, k] + m.above[j, k - 1] * b
        line[2, k] = c = line[2, k] + m.above[p, k - 1] * c
        line[3, k] = d = line[3, k] + m.above[q, k - 1] * d
    a = b = c = d = 0.0  # nothing is above the lid
    for k in range(nz - 1, -1, -1):
        m.x[i, k] = a = m.pivot[i, k] * line[0, k] + m.above[i, k] * a
        m.x[j, k] = b = m.pivot[j, k] * line[1, k] + m.above[j, k] * b
        m.x[p, k] = c = m.pivot[p, k] * line[2, k] + m.above[p, k] * c
        m.x[q, k] = d = m.pivot[q, k] * line[3, k] + m.above[q, k] * d


@njit(cache=True, nogil=True, error_model="numpy")
def relax_across(m):
    """Solve every line along r of the finest level exactly, one after the other."""
    lines, nz = m.size[0], m.x.shape[1]
    drop, rest = m.across[0], m.across[1]
    for k in range(nz):
        share, here = 0.0, 0.0
        for i in range(lines):
            total = m.b[i, k]
            if k > 0:
                total += m.axial[i, k] * m.x[i, k - 1]
            if k + 1 < nz:
                total += m.axial[i, k + 1] * m.x[i, k + 1]
            inner = m.radial[i - 1, k] if i > 0 else 0.0
            pivot = m.whole[i, k] - inner * share
            here = rest[i] = (total + inner * here) / pivot
            share = drop[i] = m.radial[i, k] / pivot
        here = 0.0
        for i in range(lines - 1, -1, -1):
            here = m.x[i, k] = rest[i] + (drop[i] if i + 1 < lines else 0.0) * here


@njit(cache=True, nogil=True, error_model="numpy")
def left_at(m, i, inner, outer, out):
    """Write b - (mass - L) x of line ``i`` into ``out`` (nz,)."""
    nz = m.x.shape[1]
    for k in range(nz):
        total = m.b[i, k] - m.whole[i, k] * m.x[i, k]
        if inner:
            total += m.radial[i - 1, k] * m.x[i - 1, k]
        if outer:
            total += m.radial[i, k] * m.x[i + 1, k]
        out[k] = total
    for k in range(1, nz):
        out[k] += m.axial[i, k] * m.x[i, k - 1]
    for k in range(nz - 1):
        out[k] += m.axial[i, k + 1] * m.x[i, k + 1]


@njit(cache=True, nogil=True, error_model="numpy")
def brought(m, i, inner, outer, out):
    """Write what the neighbours bring to line ``i`` (nz,).

    Where it was solved while they held nothing, this is all that is left of b - (mass - L) x.
    """
    for k in range(m.x.shape[1]):
        total = 0.0
        if inner:
            total += m.radial[i - 1, k] * m.x[i - 1, k]
        if outer:
            total += m.radial[i, k] * m.x[i + 1, k]
        out[k] = total


@njit(cache=True, nogil=True, error_model="numpy")
def cycle(m, anew=False):
    """One V-cycle on the finest level: ``x`` moves towards the solution for ``b``.

    It starts from what ``x`` holds, or ``anew`` from nothing.
    """
    last = len(m.size) - 1
    for level in range(last):
        fine, coarse, lines = m.start[level], m.start[level + 1], m.size[level]
        empty = anew or level > 0
        if empty:
            for i in range(fine, coarse):
                for k in range(m.x.shape[1]):
                    m.x[i, k] = 0.0
        relax(m, level, 0)
        relax(m, level, 1)
        for j in range(m.size[level + 1]):
            inner, outer = j > 0, 2 * j + 1 < lines
            if empty:
                brought(m, fine + 2 * j, inner, outer, m.b[coarse + j])
            else:
                left_at(m, fine + 2 * j, inner, outer, m.b[coarse + j])
    relax(m, last, 0)
    for level in range(last - 1, -1, -1):
        for j in range(m.size[level + 1]):
            fine, coarse = m.start[level] + 2 * j, m.start[level + 1] + j
            for k in range(m.x.shape[1]):
                m.x[fine, k] += m.x[coarse, k]
        relax(m, level, 1)
        relax(m, level, 0)
