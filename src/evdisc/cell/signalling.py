"""Signalling: logistic-Hill equations, advanced by an exponential integrator.

    dx/dt = (f - x) / tau

x is the activity of a node, 0 to 1; tau its time constant, s; f the target value of
:mod:`evdisc.cell.field`. The linear decay is integrated exactly and the rest to third order
(ETD3RK, Cox 2002, doi:10.1006/jcph.2002.6995); the step adapts to the difference from second order.

Patches of one cell type are advanced side by side, and each such group has its own step. Nodes that
nothing from outside reaches are left alone once they rest.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit

from evdisc.cell.blueprint import STIMULUS
from evdisc.cell.field import lanes, raised, targets
from evdisc.cell.milieu import MILIEU
from evdisc.cell.wiring import alike, wiring
from evdisc.mechanism.contract import Mechanism
from evdisc.mechanism.setting import Setting

TOLERANCE = 5e-4
#: distance to its target value below which an activity counts as at rest
STILL = 1e-9
#: arrays of work space a group of patches needs, and those of them :func:`advance` needs
WORK, STAGES = 8, 6
#: step over time constant below which the weights are summed as a series
SMALL = 0.05


@njit(cache=True, nogil=True, error_model="numpy")
def exponential(v: float) -> float:
    """e^v between -40 and 40, held beyond: a Pade fraction of v / 32, squared five times.

    Its relative error is 3e-4 (v / 32)^7. Unlike the library's it fills the vector units.
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
def weigh(step, time_constant, rows, out):
    """Write what a step (s) weighs the stages of the nodes ``rows`` by into ``out`` (6, rows).

    The rows of ``out`` are: kept over half the step, kept over all of it, the weights of the three
    stages, and of the second stage in the second-order result. A short step takes them from their
    series.
    """
    for i in range(rows.shape[0]):
        z = step / time_constant[rows[i]]
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
def advance(x, drive, driven, w, kind, span, tolerance, work, pace):
    """Advance activities ``x`` (nodes, patches) of one cell type by ``span`` seconds.

    Args:
        x, drive: (nodes, patches).
        driven: (nodes,) where anything acts from outside; see :func:`evdisc.cell.field.touched`.
        w: a :class:`Wiring`.
        kind: cell type of all patches.
        span: s.
        tolerance: largest error of an activity in a step.
        work: (:data:`STAGES` x nodes x patches or more,) work space.
        pace: (1,) step to begin with, s; on return the step to go on with.

    Returns the nodes that moved.
    """
    nodes, patches = x.shape
    size = nodes * patches
    f0, f1 = work[:size].reshape(x.shape), work[size : 2 * size].reshape(x.shape)
    f2 = work[2 * size : 3 * size].reshape(x.shape)
    table = work[3 * size : 6 * size].reshape(3 * nodes, patches)
    order = w.order[kind]
    raised(x, w.sources, table)
    targets(table, drive, driven, w, kind, order, f0)
    reached, feeding = w.reached[kind], w.feeding[kind]
    if not at_rest(x, f0, order[reached:]):
        reached = feeding = nodes
    rows, feeding = order[:reached], order[:feeding]
    weights = np.empty((6, reached))
    t, h = 0.0, pace[0]
    while t < span * (1.0 - 1e-12) and not at_rest(x, f0, rows):
        step = min(h, span - t)
        weigh(step, w.time_constant, rows, weights)
        halfway(weights, x, f0, feeding, table)
        targets(table, drive, driven, w, kind, rows, f1)
        whole(weights, x, f0, f1, feeding, table)
        targets(table, drive, driven, w, kind, rows, f2)
        error = combine(weights, x, f0, f1, f2, rows)
        if not error < np.inf:  # the inputs are no numbers: no step is short enough
            spoil(f2)
            error, step = 0.0, span - t
        taken = error <= tolerance or step < 1.0
        ahead = step * min(3.0, max(0.2, 0.9 * (tolerance / max(error, 1e-12)) ** (1.0 / 3.0)))
        # a step cut short by the end of the span says nothing against the longer one
        h = max(h, ahead) if taken and step < h else ahead
        if taken:
            t += step
            for i in rows:
                for q in range(patches):
                    x[i, q] = f2[i, q]
            if t < span * (1.0 - 1e-12):
                raised(x, feeding, table)
                targets(table, drive, driven, w, kind, rows, f0)
    pace[0] = h
    return rows


@njit(cache=True, nogil=True, error_model="numpy")
def at_rest(x, f, rows):
    """Whether no activity has anywhere to go."""
    for i in rows:
        moves = 0
        for q in range(x.shape[1]):
            moves += not abs(f[i, q] - x[i, q]) <= STILL
        if moves > 0:
            return False
    return True


@njit(cache=True, nogil=True, error_model="numpy")
def halfway(weights, x, f0, rows, table):
    """Write powers of the first stage, in the middle of the step."""
    n = x.shape[0]
    for m in range(len(rows)):
        i, keep = rows[m], weights[0, m]
        for q in range(x.shape[1]):
            value = keep * x[i, q] + (1.0 - keep) * f0[i, q]
            table[i, q] = value
            table[n + i, q] = value * value
            table[2 * n + i, q] = value * value * value


@njit(cache=True, nogil=True, error_model="numpy")
def whole(weights, x, f0, f1, rows, table):
    """Write powers of the second stage, at the end of the step."""
    n = x.shape[0]
    for m in range(len(rows)):
        i, keep = rows[m], weights[1, m]
        for q in range(x.shape[1]):
            value = keep * x[i, q] + (1.0 - keep) * (2.0 * f1[i, q] - f0[i, q])
            value = min(max(value, 0.0), 1.0)
            table[i, q] = value
            table[n + i, q] = value * value
            table[2 * n + i, q] = value * value * value


@njit(cache=True, nogil=True, error_model="numpy")
def combine(weights, x, f0, f1, f2, rows):
    """Write the end of the step over ``f2``; returns its largest difference from second order."""
    patches = x.shape[1]
    most = np.zeros(patches)
    for m in range(len(rows)):
        i = rows[m]
        keep, second = weights[1, m], weights[5, m]
        a, b, c = weights[2, m], weights[3, m], weights[4, m]
        for q in range(patches):
            third = a * f0[i, q] + b * f1[i, q] + c * f2[i, q]
            plain = (1.0 - keep) * f0[i, q] + second * (f1[i, q] - f0[i, q])
            f2[i, q] = min(max(keep * x[i, q] + third, 0.0), 1.0)
            size = abs(third - plain)
            most[q] = size if not size <= most[q] else most[q]
    error = 0.0
    for q in range(patches):
        if not most[q] < np.inf:
            return np.nan
        error = max(error, most[q])
    return error


@njit(cache=True, nogil=True, error_model="numpy")
def spoil(x):
    """Make every number none."""
    for i in range(x.shape[0]):
        for q in range(x.shape[1]):
            x[i, q] = np.nan


@njit(cache=True, nogil=True, error_model="numpy")
def kernel(clock, p, w, groups, pace, brought, pairs, work, network_input, cargo_strength,
           activity):  # fmt: skip
    """Advance the network over one macro step with its inputs held."""
    nodes = activity.shape[0]
    driven = np.empty(nodes, np.bool_)
    for i in range(nodes):
        driven[i] = w.push[i] != 0.0
    for i in brought:
        driven[i] = True
    for g in range(groups.shape[0]):
        first, end, kind, wide = groups[g]
        size = nodes * wide
        x = work[:size].reshape(nodes, wide)
        drive = work[size : 2 * size].reshape(nodes, wide)
        for i in range(nodes):
            take(activity[i, first:end], x[i])
            if driven[i]:
                take(network_input[i, first:end], drive[i])
        for m in range(pairs.shape[0]):
            c, node = pairs[m]
            for q in range(wide):
                # two cargoes on one node (an arm and its bare name) act as OR
                strength = cargo_strength[c, min(first + q, end - 1)]
                drive[node, q] = 1.0 - (1.0 - drive[node, q]) * (1.0 - strength)
        room = work[2 * size :]
        for i in advance(x, drive, driven, w, kind, clock[1], TOLERANCE, room, pace[g : g + 1]):
            out = activity[i, first:end]
            for q in range(end - first):
                out[q] = x[i, q]


@njit(cache=True, nogil=True, error_model="numpy")
def take(values, out):
    """Copy a row of patches; the last fills up what is left of ``out``."""
    patches = values.shape[0]
    for q in range(patches):
        out[q] = values[q]
    for q in range(patches, out.shape[0]):
        out[q] = values[patches - 1]


def prepare(setting: Setting) -> tuple[Any, ...]:
    """Wiring, groups and their steps, nodes driven from outside, cargo pairs, and work space.

    A group is first and end patch, cell type, and places for its patches side by side; a pair is a
    cargo and the node it acts on.
    """
    net = setting.objects["network"]
    pairs = np.array(setting.objects["cargo_nodes"], dtype=np.int64).reshape(-1, 2)
    stimuli = [i for i, name in enumerate(net.nodes) if name.startswith(STIMULUS)]
    always = [i for i in stimuli if net.nodes[i].removeprefix(STIMULUS) in MILIEU]
    groups = alike(np.asarray(setting.patch_region, dtype=np.int64))
    wide = np.array([lanes(end - first) for first, end, _ in groups])
    pace = np.full(len(groups), np.inf)
    work = np.zeros(WORK * len(net.nodes) * int(wide.max()))
    brought = np.union1d(stimuli, pairs[:, 1]).astype(np.int64)
    wired = wiring(net, np.union1d(always, pairs[:, 1]).astype(np.int64))
    return wired, np.column_stack([groups, wide]), pace, brought, pairs, work


MECHANISM = Mechanism(
    name="signalling",
    kernel=kernel,
    reads=("network_input", "cargo_strength"),
    owns=("activity",),
    prepare=prepare,
    when="halves",
    cites=("wittmann2009", "cox2002"),
)
