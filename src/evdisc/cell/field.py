"""What the nodes of a network are driven to: logistic functions of sums of Hill functions.

    f = gain (1 - (1 - own p) (1 - u) (1 - push))
    p = 1 / (1 + exp(-z)),  z = offset + sum over arrows of sign W h(x_source)
    h(x) = x^n (1 + k^n) / (x^n + k^n)
    u = 1 - (1 - network_input) product over its cargoes of (1 - strength)

x is the activity of a node, 0 to 1; W the strength of an arrow in log-odds, n its exponent (1, 2 or
3) and k its half activation. own is 1 where the cell itself makes the node and 0 where it is
brought; gain is 1 or what a knock-down leaves; push is 1 under over-expression, else 0. The
normalised Hill function is that of Wittmann 2009 (doi:10.1186/1752-0509-3-98); it is computed as
(1 + k^n) (1 - k^n / (x^n + k^n)). That arrows add up in the log-odds, and that what is brought acts
beside them by OR, is our choice: see :mod:`evdisc.cell.network`.

Patches of one cell type lie side by side, so that the loops over them fill the vector units; for
these the divisions follow IEEE 754 instead of raising. Divisions are what costs: up to four terms
share one, a / b + c / d = (a d + c b) / (b d), and so do an exponential and its logistic function.
The powers of all activities are raised once and kept in a table of 3 n rows: x, x^2, x^3.
"""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

from evdisc.cell.wiring import QUAD

Ints = NDArray[np.int64]

#: numbers a vector unit takes at once; patches side by side are filled up to a multiple of it
LANES = 8


def lanes(patches: int) -> int:
    """Places for so many patches; a single one stays alone."""
    return patches if patches == 1 else -(-patches // LANES) * LANES


@njit(cache=True, nogil=True, error_model="numpy")
def logistic(v):
    """1 / (1 + e^-v) for v between -40 and 40, held beyond: right to 1e-12.

    The eighth root of e^v as a Pade fraction, both its parts squared three times, and one division.
    """
    v = min(max(v, -40.0), 40.0)
    r = 0.125 * v
    s = r * r
    even, odd = 30240.0 + s * (3360.0 + 30.0 * s), r * (15120.0 + s * (420.0 + s))
    up, down = even + odd, even - odd
    up *= up
    up *= up
    up *= up
    down *= down
    down *= down
    down *= down
    return up / (up + down)


@njit(cache=True, nogil=True, error_model="numpy")
def two(a, b, half_a, half_b, lack_a, lack_b):
    """What two Hill terms of the powers ``a`` and ``b`` lack of their full reach."""
    u, v = a + half_a, b + half_b
    return (lack_a * v + lack_b * u) / (u * v)


@njit(cache=True, nogil=True, error_model="numpy")
def four(a, b, c, d, half_a, half_b, half_c, half_d, lack_a, lack_b, lack_c, lack_d):
    """What four Hill terms lack of their full reach."""
    t, u, v, w = a + half_a, b + half_b, c + half_c, d + half_d
    left, right = t * u, v * w
    above = (lack_a * u + lack_b * t) * right + (lack_c * w + lack_d * v) * left
    return above / (left * right)


@njit(cache=True, nogil=True, error_model="numpy")
def raised(x, rows, table):
    """Write powers of the ``rows`` of ``x`` (n, patches) into ``table`` (3 n, patches)."""
    n = x.shape[0]
    for i in rows:
        for q in range(x.shape[1]):
            here = x[i, q]
            table[i, q] = here
            table[n + i, q] = here * here
            table[2 * n + i, q] = here * here * here


@njit(cache=True, nogil=True, error_model="numpy")
def targets(table, drive, driven, w, kind, rows, out):
    """Write the target values f of the nodes ``rows`` into ``out`` (nodes, patches).

    ``table`` holds powers of activities, ``w`` is a :class:`Wiring`, ``kind`` the cell type of all
    patches. Where ``driven`` (nodes,), what is brought from outside acts beside the cell's own
    activity; over-expression is one more activator, outside the reach of the inhibitors.
    """
    patches = table.shape[1]
    for i in rows:
        e, last = w.first[kind, i], w.first[kind, i + 1]
        base, scale = w.full[kind, i], w.gain[i] * w.own[i]
        if last == e:
            alone = scale * logistic(base)
            for q in range(patches):
                out[i, q] = alone
        elif last == e + 1:
            a, half, lack = w.source[e], w.half[e], w.lack[e]
            for q in range(patches):
                out[i, q] = scale * logistic(base - lack / (table[a, q] + half))
        elif last == e + 2:
            a, b = w.source[e], w.source[e + 1]
            ha, hb, la, lb = w.half[e], w.half[e + 1], w.lack[e], w.lack[e + 1]
            for q in range(patches):
                term = two(table[a, q], table[b, q], ha, hb, la, lb)
                out[i, q] = scale * logistic(base - term)
        else:
            many(table, w, e, last, base, scale, i, out)
        if driven[i]:
            gain, left = w.gain[i], 1.0 - w.push[i]
            for q in range(patches):
                out[i, q] = gain - (gain - out[i, q]) * (1.0 - drive[i, q]) * left


@njit(cache=True, nogil=True, error_model="numpy")
def many(table, w, e, last, base, scale, i, out):
    """:func:`targets` of node ``i`` with whole quads of edges from ``e`` to ``last``."""
    patches = table.shape[1]
    for q in range(patches):
        out[i, q] = base
    while e < last:
        a, b, c, d = w.source[e], w.source[e + 1], w.source[e + 2], w.source[e + 3]
        ha, hb, hc, hd = w.half[e], w.half[e + 1], w.half[e + 2], w.half[e + 3]
        la, lb, lc, ld = w.lack[e], w.lack[e + 1], w.lack[e + 2], w.lack[e + 3]
        e += QUAD
        for q in range(patches):
            out[i, q] -= four(
                table[a, q], table[b, q], table[c, q], table[d, q],
                ha, hb, hc, hd, la, lb, lc, ld,
            )  # fmt: skip
    for q in range(patches):
        out[i, q] = scale * logistic(out[i, q])


@njit(cache=True, nogil=True, error_model="numpy")
def touched(drive, push, out):
    """Mark the nodes that anything drives from outside, in any patch."""
    for i in range(drive.shape[0]):
        count = 0
        for q in range(drive.shape[1]):
            count += drive[i, q] != 0.0
        out[i] = count > 0 or push[i] != 0.0


@njit(cache=True, nogil=True, error_model="numpy")
def field(x, drive, w, kind, out):
    """Write the target value f(x) of every node and patch into ``out`` (nodes, patches)."""
    nodes, patches = x.shape
    table, driven = np.empty((3 * nodes, patches)), np.empty(nodes, np.bool_)
    raised(x, w.sources, table)
    touched(drive, w.push, driven)
    targets(table, drive, driven, w, kind, w.order[kind], out)
