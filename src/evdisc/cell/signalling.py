"""Signalling: normalised-Hill logic equations, advanced by an exponential integrator.

dx/dt = (f(x) - x) / tau with f = [1 - (1 - basal) PROD_act (1 - w h)] PROD_inh (1 - w h)
and the normalised Hill function h(x) = x^n (1 + k^n) / (x^n + k^n) (Wittmann 2009,
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


@njit(cache=True, nogil=True)
def hill(x: float, n: int, k: float) -> float:
    """Normalised Hill function: 0 at 0, 1 at 1, steepness ``n``, half activation ``k``."""
    kn = k**n
    xn = x**n
    return xn * (1.0 + kn) / (xn + kn)


@njit(cache=True, nogil=True)
def field(x, drive, first, source, sign, exponent, half, strength, basal, gain, push,
          column, out):  # fmt: skip
    """Write the target value f(x) of every node and patch into ``out`` (nodes, patches)."""
    nodes, patches = x.shape
    for i in range(nodes):
        for q in range(patches):
            # what is brought from outside acts beside the cell's own activity
            off, inhibited = (1.0 - basal[i]) * (1.0 - drive[i, q]), 1.0
            for e in range(first[i], first[i + 1]):
                w = strength[column[q], e]
                if w == 0.0:
                    continue
                moved = 1.0 - w * hill(x[source[e], q], exponent[e], half[e])
                if sign[e] > 0.0:
                    off *= moved
                else:
                    inhibited *= moved
            # over-expression is one more activator, outside the reach of the inhibitors
            driven = (1.0 - off) * inhibited
            out[i, q] = gain[i] * (1.0 - (1.0 - driven) * (1.0 - push[i]))


@njit(cache=True, nogil=True)
def advance(x, drive, first, source, sign, exponent, half, strength, basal, gain, push,
            column, tau, span, tolerance, f0, f1, guess):  # fmt: skip
    """Advance activities ``x`` (nodes, patches) by ``span`` seconds; returns the steps taken."""
    t, h, steps = 0.0, min(span, 1800.0), 0
    while t < span * (1.0 - 1e-12):
        h = min(h, span - t)
        field(x, drive, first, source, sign, exponent, half, strength, basal, gain, push,
              column, f0)  # fmt: skip
        for i in range(x.shape[0]):
            keep = math.exp(-h / tau[i])
            for q in range(x.shape[1]):
                guess[i, q] = keep * x[i, q] + (1.0 - keep) * f0[i, q]
        field(guess, drive, first, source, sign, exponent, half, strength, basal, gain, push,
              column, f1)  # fmt: skip
        error = 0.0
        for i in range(x.shape[0]):
            weight = 1.0 + (math.exp(-h / tau[i]) - 1.0) * tau[i] / h
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
def kernel(clock, p, first, source, sign, exponent, half, strength, basal, gain, push,
           column, tau, pairs, f0, f1, guess, drive, network_input, cargo_strength,
           activity):  # fmt: skip
    """Advance the network over one macro step with its inputs held."""
    drive[:] = network_input
    for m in range(pairs.shape[0]):
        c, node = pairs[m]
        for q in range(drive.shape[1]):
            # two cargoes on one node (an arm and its bare name) act as OR
            drive[node, q] = 1.0 - (1.0 - drive[node, q]) * (1.0 - cargo_strength[c, q])
    advance(activity, drive, first, source, sign, exponent, half, strength, basal, gain, push,
            column, tau, clock[1], TOLERANCE, f0, f1, guess)  # fmt: skip


def prepare(setting: Setting) -> tuple[Any, ...]:
    """Network arrays, pairs of (cargo, node it acts on), and work space."""
    net = setting.objects["network"]
    shape = (len(net.nodes), setting.patches)
    pairs = np.array(setting.objects["cargo_nodes"], dtype=np.int64).reshape(-1, 2)
    work = tuple(np.zeros(shape) for _ in range(4))
    return (net.first, net.source, net.sign, net.hill, net.half, net.strength, net.basal, net.gain,
            net.push, setting.patch_region, net.time_constant, pairs,
            *work)  # fmt: skip


MECHANISM = Mechanism(
    name="signalling",
    kernel=kernel,
    reads=("network_input", "cargo_strength"),
    owns=("activity",),
    prepare=prepare,
    when="halves",
    cites=("wittmann2009", "terfve2012", "cox2002"),
)
