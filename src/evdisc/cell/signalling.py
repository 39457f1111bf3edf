"""Signalling: logistic-Hill equations, advanced by an exponential integrator.

    dx/dt = (f - x) / tau
    f = gain (1 - (1 - own p) (1 - u) (1 - push))
    p = 1 / (1 + exp(-z)),  z = offset + sum over arrows of sign W h(x_source)
    h(x) = x^n (1 + k^n) / (x^n + k^n)
    u = 1 - (1 - network_input) product over its cargoes of (1 - strength)

x is the activity of a node, 0 to 1; tau its time constant, s; W the strength of an arrow in
log-odds, n its exponent (1, 2 or 3) and k its half activation. own is 1 where the cell itself makes
the node and 0 where it is brought; gain is 1 or what a knock-down leaves; push is 1 under
over-expression, else 0. The normalised Hill function is that of Wittmann 2009
(doi:10.1186/1752-0509-3-98). That arrows add up in the log-odds, and that what is brought acts
beside them by OR, is our choice: see :mod:`evdisc.cell.network`. The linear decay is integrated
exactly and the rest to third order (ETD3RK, Cox 2002, doi:10.1006/jcph.2002.6995); the step adapts
to the difference from second order.

Patches of one cell type are advanced side by side, so that the loops over them fill the vector
units; for these the divisions follow IEEE 754 instead of raising. Each such group has its own step.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit

from evdisc.cell.wiring import alike, wiring
from evdisc.mechanism.contract import Mechanism
from evdisc.mechanism.setting import Setting

TOLERANCE = 5e-4
#: distance to its target value below which an activity counts as at rest
STILL = 1e-9
#: arrays of work space a group of patches needs
WORK = 6
#: step over time constant below which the weights are summed as a series
SMALL = 0.05


@njit(cache=True, nogil=True, error_model="numpy")
def exponential(v: float) -> float:
    """e^v between -40 and 40, held beyond: a Pade fraction of v / 32, squared five times.

    Its relative error is 3e-4 (v / 32)^7, so a logistic function made of it is right to 1e-11.
    Unlike the library's it fills the vector units.
    """
    v = 40.0 if v > 40.0 else v
    v = -40.0 if v < -40.0 else v
    r = v / 32.0
    even, odd = 120.0 + 12.0 * r * r, r * (60.0 + r * r)
    y = (even + odd) / (even - odd)
    y *= y
    y *= y
    y *= y
    y *= y
    return y * y


@njit(cache=True, nogil=True, error_model="numpy")
def driven(odds, own, drive, gain, push):
    """Target value of a node from its log-odds.

    What is brought from outside acts beside the cell's own activity; over-expression is one more
    activator, outside the reach of the inhibitors.
    """
    grown = exponential(odds)
    active = own * grown / (1.0 + grown)
    return gain * (1.0 - (1.0 - active) * (1.0 - drive) * (1.0 - push))


@njit(cache=True, nogil=True, error_model="numpy")
def field(x, drive, w, kind, out):
    """Write the target value f(x) of every node and patch into ``out`` (nodes, patches).

    ``w`` is a :class:`Wiring`, ``kind`` the cell type of all patches.
    """
    nodes, patches = x.shape
    if patches == 1:
        field_of_one(x.reshape(nodes), drive.reshape(nodes), w, kind, out.reshape(nodes))
        return
    for i in range(nodes):
        offset = w.offset[kind, i]
        for q in range(patches):
            out[i, q] = offset
        for e in range(w.first[kind, i], w.first[kind, i + 1]):
            j, n, half, reach = w.source[e], w.hill[e], w.half[e], w.reach[e]
            if n == 1:
                for q in range(patches):
                    out[i, q] += reach * x[j, q] / (x[j, q] + half)
            elif n == 2:
                for q in range(patches):
                    power = x[j, q] * x[j, q]
                    out[i, q] += reach * power / (power + half)
            else:
                for q in range(patches):
                    power = x[j, q] * x[j, q] * x[j, q]
                    out[i, q] += reach * power / (power + half)
        own, gain, push = w.own[i], w.gain[i], w.push[i]
        for q in range(patches):
            out[i, q] = driven(out[i, q], own, drive[i, q], gain, push)


@njit(cache=True, nogil=True, error_model="numpy")
def field_of_one(x, drive, w, kind, out):
    """:func:`field` of a single patch, (nodes,)."""
    nodes = x.shape[0]
    for i in range(nodes):
        total = w.offset[kind, i]
        for e in range(w.first[kind, i], w.first[kind, i + 1]):
            y, n = x[w.source[e]], w.hill[e]
            power = y * (y if n > 1 else 1.0) * (y if n > 2 else 1.0)
            total += w.reach[e] * power / (power + w.half[e])
        out[i] = total
    for i in range(nodes):
        out[i] = driven(out[i], w.own[i], drive[i], w.gain[i], w.push[i])


@njit(cache=True, nogil=True, error_model="numpy")
def weigh(step, time_constant, out):
    """Write what a step (s) weighs its stages by, node for node, into ``out`` (6, nodes).

    The rows are: kept over half the step, kept over all of it, the weights of the three stages,
    and of the second stage in the second-order result. A short step takes them from their series.
    """
    for i in range(time_constant.shape[0]):
        z = step / time_constant[i]
        half = exponential(-0.5 * z)
        e = half * half
        short = z < SMALL
        out[0, i] = half
        out[1, i] = e
        first = z * (1.0 / 6.0 - z * (1.0 / 6.0 - z * (3.0 / 40.0 - z / 45.0)))
        middle = z * (2.0 / 3.0 - z * (1.0 / 3.0 - z * (0.1 - z / 45.0)))
        last = z * (1.0 / 6.0 - z * z * (1.0 / 120.0 - z / 360.0))
        second = z * (1.0 - z * (1.0 / 3.0 - z * (1.0 / 12.0 - z / 60.0)))
        out[2, i] = first if short else (4.0 - z - e * (4.0 + 3.0 * z + z * z)) / (z * z)
        out[3, i] = middle if short else 4.0 * (z - 2.0 + e * (2.0 + z)) / (z * z)
        out[4, i] = last if short else (4.0 - 3.0 * z + z * z - e * (4.0 + z)) / (z * z)
        out[5, i] = second if short else 2.0 * (1.0 + (e - 1.0) / z)


@njit(cache=True, nogil=True, error_model="numpy")
def advance(x, drive, w, kind, span, tolerance, work, pace):
    """Advance activities ``x`` (nodes, patches) of one cell type by ``span`` seconds.

    Args:
        x, drive: (nodes, patches).
        w: a :class:`Wiring`.
        kind: cell type of all patches.
        span: s.
        tolerance: largest error of an activity in a step.
        work: (:data:`WORK` - 2, at least nodes x patches) work space.
        pace: (1,) step to begin with, s; on return the step to go on with.

    Returns the steps taken.
    """
    nodes, patches = x.shape
    size = nodes * patches
    f0, f1 = work[0, :size].reshape(nodes, patches), work[1, :size].reshape(nodes, patches)
    f2, guess = work[2, :size].reshape(nodes, patches), work[3, :size].reshape(nodes, patches)
    weights = np.empty((6, nodes))
    t, h, steps = 0.0, pace[0], 0
    field(x, drive, w, kind, f0)
    while t < span * (1.0 - 1e-12) and not at_rest(x, f0):
        step = min(h, span - t)
        weigh(step, w.time_constant, weights)
        halfway(weights, x, f0, guess)
        field(guess, drive, w, kind, f1)
        whole(weights, x, f0, f1, guess)
        field(guess, drive, w, kind, f2)
        error = combine(weights, x, f0, f1, f2, guess)
        steps += 1
        if not error < np.inf:  # the inputs are no numbers: no step is short enough
            guess[:] = np.nan
            error, step = 0.0, span - t
        taken = error <= tolerance or step < 1.0
        ahead = step * min(3.0, max(0.2, 0.9 * (tolerance / max(error, 1e-12)) ** (1.0 / 3.0)))
        # a step cut short by the end of the span says nothing against the longer one
        h = max(h, ahead) if taken and step < h else ahead
        if taken:
            t += step
            for i in range(nodes):
                for q in range(patches):
                    x[i, q] = guess[i, q]
            if t < span * (1.0 - 1e-12):
                field(x, drive, w, kind, f0)
    pace[0] = h
    return steps


@njit(cache=True, nogil=True, error_model="numpy")
def halfway(weights, x, f0, out):
    """Write the first stage, in the middle of the step."""
    for i in range(x.shape[0]):
        keep = weights[0, i]
        for q in range(x.shape[1]):
            out[i, q] = keep * x[i, q] + (1.0 - keep) * f0[i, q]


@njit(cache=True, nogil=True, error_model="numpy")
def whole(weights, x, f0, f1, out):
    """Write the second stage, at the end of the step."""
    for i in range(x.shape[0]):
        keep = weights[1, i]
        for q in range(x.shape[1]):
            value = keep * x[i, q] + (1.0 - keep) * (2.0 * f1[i, q] - f0[i, q])
            out[i, q] = min(max(value, 0.0), 1.0)


@njit(cache=True, nogil=True, error_model="numpy")
def combine(weights, x, f0, f1, f2, out):
    """Write the end of the step; returns its largest difference from the second-order result."""
    nodes, patches = x.shape
    most = np.zeros(patches)
    for i in range(nodes):
        keep, a, b, c, second = weights[1:, i]
        for q in range(patches):
            third = a * f0[i, q] + b * f1[i, q] + c * f2[i, q]
            plain = (1.0 - keep) * f0[i, q] + second * (f1[i, q] - f0[i, q])
            out[i, q] = min(max(keep * x[i, q] + third, 0.0), 1.0)
            size = abs(third - plain)
            most[q] = size if not size <= most[q] else most[q]
    return most.max()


@njit(cache=True, nogil=True, error_model="numpy")
def at_rest(x, f):
    """Whether no activity has anywhere to go."""
    for i in range(x.shape[0]):
        for q in range(x.shape[1]):
            if not abs(f[i, q] - x[i, q]) <= STILL:
                return False
    return True


@njit(cache=True, nogil=True, error_model="numpy")
def kernel(clock, p, w, groups, pace, pairs, work, network_input, cargo_strength, activity):
    """Advance the network over one macro step with its inputs held."""
    nodes = activity.shape[0]
    for g in range(groups.shape[0]):
        first, end, kind = groups[g]
        patches = end - first
        x = work[4, : nodes * patches].reshape(nodes, patches)
        drive = work[5, : nodes * patches].reshape(nodes, patches)
        for i in range(nodes):
            for q in range(patches):
                x[i, q] = activity[i, first + q]
                drive[i, q] = network_input[i, first + q]
        for m in range(pairs.shape[0]):
            c, node = pairs[m]
            for q in range(patches):
                # two cargoes on one node (an arm and its bare name) act as OR
                left = (1.0 - drive[node, q]) * (1.0 - cargo_strength[c, first + q])
                drive[node, q] = 1.0 - left
        advance(x, drive, w, kind, clock[1], TOLERANCE, work, pace[g : g + 1])
        for i in range(nodes):
            for q in range(patches):
                activity[i, first + q] = x[i, q]


def prepare(setting: Setting) -> tuple[Any, ...]:
    """Wiring, groups of patches and their steps, (cargo, node it acts on), and work space."""
    net = setting.objects["network"]
    pairs = np.array(setting.objects["cargo_nodes"], dtype=np.int64).reshape(-1, 2)
    groups = alike(np.asarray(setting.patch_region, dtype=np.int64))
    pace = np.full(len(groups), np.inf)
    work = np.zeros((WORK, len(net.nodes) * int((groups[:, 1] - groups[:, 0]).max())))
    return wiring(net), groups, pace, pairs, work


MECHANISM = Mechanism(
    name="signalling",
    kernel=kernel,
    reads=("network_input", "cargo_strength"),
    owns=("activity",),
    prepare=prepare,
    when="halves",
    cites=("wittmann2009", "cox2002"),
)
