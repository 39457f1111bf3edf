"""Signalling: logistic-Hill equations, advanced by an exponential integrator.

dx/dt = (f(x) - x) / tau, f = 1 / (1 + exp(-(offset + sum of sign w h(x_source)))) with the
normalised Hill function h(x) = x^n (1 + k^n) / (x^n + k^n) (Wittmann 2009,
doi:10.1186/1752-0509-3-98). The linear decay is integrated exactly (ETD2RK, Cox 2002,
doi:10.1006/jcph.2002.6995), the step adapts to the nonlinear part.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numba import njit

from evdisc.mechanism.contract import Mechanism
from evdisc.mechanism.setting import Setting

TOLERANCE = 1e-3
#: distance to its target value below which an activity counts as at rest
STILL = 1e-9


@njit(cache=True, nogil=True)
def field(x, drive, healthy, first, source, sign, exponent, half, strength, offset, gain, push,
          column, out):  # fmt: skip
    """Write the target value f(x) of every node and patch into ``out`` (nodes, patches)."""
    nodes, patches = x.shape
    for i in range(nodes):
        own = healthy[i] > 0.0
        for q in range(patches):
            out[i, q] = offset[column[q], i]
        for e in range(first[i], first[i + 1]):
            add(x, source[e], sign[e], exponent[e], half[e], strength, e, column, out, i)
        for q in range(patches):
            active = 1.0 / (1.0 + math.exp(-out[i, q])) if own else 0.0
            # what is brought from outside acts beside the cell's own activity
            driven = 1.0 - (1.0 - active) * (1.0 - drive[i, q])
            # over-expression is one more activator, outside the reach of the inhibitors
            out[i, q] = gain[i] * (1.0 - (1.0 - driven) * (1.0 - push[i]))


@njit(cache=True, nogil=True)
def add(x, j, sign, n, k, strength, e, column, out, i):
    """Add edge ``e`` from node ``j`` to the log-odds of node ``i`` in every patch."""
    kn = k if n == 1 else (k * k if n == 2 else k * k * k)
    top = sign * (1.0 + kn)
    for q in range(x.shape[1]):
        w = strength[column[q], e]
        if w != 0.0:
            y = x[j, q]
            xn = y if n == 1 else (y * y if n == 2 else y * y * y)
            out[i, q] += w * top * xn / (xn + kn)


@njit(cache=True, nogil=True)
def advance(x, drive, healthy, first, source, sign, exponent, half, strength, offset, gain, push,
            column, tau, span, tolerance, f0, f1, guess):  # fmt: skip
    """Advance activities ``x`` (nodes, patches) by ``span`` seconds; returns the steps taken."""
    t, h, steps = 0.0, span, 0
    kept = np.empty(x.shape[0])
    while t < span * (1.0 - 1e-12):
        h = min(h, span - t)
        field(x, drive, healthy, first, source, sign, exponent, half, strength, offset, gain, push,
              column, f0)  # fmt: skip
        if at_rest(x, f0):
            return steps
        for i in range(x.shape[0]):
            keep = kept[i] = math.exp(-h / tau[i])
            for q in range(x.shape[1]):
                guess[i, q] = keep * x[i, q] + (1.0 - keep) * f0[i, q]
        field(guess, drive, healthy, first, source, sign, exponent, half, strength, offset, gain,
              push, column, f1)  # fmt: skip
        error = 0.0
        for i in range(x.shape[0]):
            weight = 1.0 + (kept[i] - 1.0) * tau[i] / h
            for q in range(x.shape[1]):
                f1[i, q] = weight * (f1[i, q] - f0[i, q])
                error = max(error, abs(f1[i, q]))
        steps += 1
        if error <= tolerance or h < 1.0:
            t += h
            for i in range(x.shape[0]):
                for q in range(x.shape[1]):
                    x[i, q] = min(max(guess[i, q] + f1[i, q], 0.0), 1.0)
        h *= min(3.0, max(0.2, 0.9 * math.sqrt(tolerance / max(error, 1e-12))))
    return steps


@njit(cache=True, nogil=True)
def at_rest(x, f):
    """Whether no activity has anywhere to go."""
    for i in range(x.shape[0]):
        for q in range(x.shape[1]):
            if abs(f[i, q] - x[i, q]) > STILL:
                return False
    return True


@njit(cache=True, nogil=True)
def kernel(clock, p, healthy, first, source, sign, exponent, half, strength, offset, gain, push,
           column, tau, pairs, f0, f1, guess, drive, network_input, cargo_strength,
           activity):  # fmt: skip
    """Advance the network over one macro step with its inputs held."""
    drive[:] = network_input
    for m in range(pairs.shape[0]):
        c, node = pairs[m]
        for q in range(drive.shape[1]):
            # two cargoes on one node (an arm and its bare name) act as OR
            drive[node, q] = 1.0 - (1.0 - drive[node, q]) * (1.0 - cargo_strength[c, q])
    advance(activity, drive, healthy, first, source, sign, exponent, half, strength, offset, gain,
            push, column, tau, clock[1], TOLERANCE, f0, f1, guess)  # fmt: skip


def prepare(setting: Setting) -> tuple[Any, ...]:
    """Network arrays, pairs of (cargo, node it acts on), and work space."""
    net = setting.objects["network"]
    shape = (len(net.nodes), setting.patches)
    pairs = np.array(setting.objects["cargo_nodes"], dtype=np.int64).reshape(-1, 2)
    work = tuple(np.zeros(shape) for _ in range(4))
    return (net.healthy, *held_edges(net), net.offset, net.gain, net.push, setting.patch_region,
            net.time_constant, pairs, *work)  # fmt: skip


def held_edges(net: Any) -> tuple[Any, ...]:
    """Edge arrays of a network without the edges that hold in none of its cell types."""
    held = net.strength.any(axis=0)
    first = np.concatenate([[0], np.cumsum(held)])[net.first]
    kept = (net.source, net.sign, net.hill, net.half)
    return first, *(array[held] for array in kept), np.ascontiguousarray(net.strength[:, held])


MECHANISM = Mechanism(
    name="signalling",
    kernel=kernel,
    reads=("network_input", "cargo_strength"),
    owns=("activity",),
    prepare=prepare,
    when="halves",
    cites=("wittmann2009", "cox2002"),
)
