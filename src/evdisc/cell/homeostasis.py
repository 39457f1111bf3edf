"""Homeostasis: the undisturbed cell rests at its healthy activities and returns to them.

    offset = ln(x0 / (1 - x0)) - sum over arrows of sign W h(x0_source)
    A = x0 (1 - x0) sign W dh/dx(x0_source), target by source
    W -> (0.8 / g) W for arrows on a loop, while g > 0.8

x0 is the healthy activity, W the strength of an arrow in log-odds and h its Hill function, g the
largest real part of the eigenvalues of A: how fast a small disturbance feeds itself, per
relaxation. One round takes off between 1 and 50 %. That healthy cells are at rest is what we know
best of them, so it conditions the prior, by our choice: the offset of each node follows from its
healthy activity, and a member whose healthy state would not return from a small disturbance has all
arrows on its loops weakened until it does.
"""

from __future__ import annotations

import math

import numpy as np
from numba import njit

from evdisc.cell.hill import hill, slope

#: fastest growth of a small disturbance through the feedback loops, per relaxation; 1 would last
FASTEST = 0.8
SWEEPS = 160
MOST_ROUNDS = 50


@njit(cache=True, nogil=True, error_model="numpy")
def balance(first, source, sign, exponent, half, strength, healthy, offset):
    """Write the offsets (n,) at which ``healthy`` (n,) is a steady state.

    What is brought from outside has no healthy activity and no offset.
    """
    for i in range(healthy.shape[0]):
        offset[i] = 0.0
        if healthy[i] <= 0.0:
            continue
        pushed = 0.0
        for e in range(first[i], first[i + 1]):
            pushed += sign[e] * strength[e] * hill(healthy[source[e]], exponent[e], half[e])
        offset[i] = math.log(healthy[i] / (1.0 - healthy[i])) - pushed


@njit(cache=True, nogil=True, error_model="numpy")
def sensitivities(first, source, sign, exponent, half, strength, healthy, out):
    """Write the change of each edge's target per change of its source, when healthy."""
    for i in range(healthy.shape[0]):
        own = healthy[i] * (1.0 - healthy[i])
        for e in range(first[i], first[i + 1]):
            out[e] = sign[e] * own * strength[e] * slope(healthy[source[e]], exponent[e], half[e])


@njit(cache=True, nogil=True, error_model="numpy")
def growth(first, source, gain, work):
    """Largest real part of the eigenvalues of the matrix of sensitivities.

    Power iteration on that matrix plus one, whose largest eigenvalue is the rightmost one; a pair
    turns the vector, so its growth is averaged over the second half of the sweeps.
    """
    n = work.shape[1]
    for i in range(n):
        work[0, i] = 1.0 + (0.618034 * i) % 1.0
    grown = 0.0
    for sweep in range(SWEEPS):
        size = 0.0
        for i in range(n):
            total = work[0, i]
            for e in range(first[i], first[i + 1]):
                total += gain[e] * work[0, source[e]]
            work[1, i] = total
            size += total * total
        size = math.sqrt(size)
        if 2 * sweep >= SWEEPS:
            grown += math.log(size)
        for i in range(n):
            work[0, i] = work[1, i] / size
    return math.exp(grown / (SWEEPS - SWEEPS // 2)) - 1.0


@njit(cache=True, nogil=True, error_model="numpy")
def calm(first, source, sign, exponent, half, strength, healthy, looped, offset):
    """Weaken the arrows within feedback loops until small disturbances die out, and balance.

    ``looped`` (e,) marks the arrows that lie on a loop; only they are weakened.

    Returns the factor they were weakened by.
    """
    gain = np.zeros(source.shape[0])
    work = np.zeros((2, healthy.shape[0]))
    held = np.flatnonzero(strength)  # about half of the arrows hold in a member
    begins, sources = np.searchsorted(held, first), source[held]
    weakened = 1.0
    for _ in range(MOST_ROUNDS):
        sensitivities(first, source, sign, exponent, half, strength, healthy, gain)
        fastest = growth(begins, sources, gain[held], work)
        if fastest <= FASTEST:
            break
        factor = min(max(FASTEST / fastest, 0.5), 0.99)
        weakened *= factor
        for e in range(source.shape[0]):
            if looped[e]:
                strength[e] *= factor
    balance(first, source, sign, exponent, half, strength, healthy, offset)
    return weakened
