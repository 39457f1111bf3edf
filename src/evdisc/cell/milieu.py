"""Milieu: concentrations around a cell -> drive of the network's stimulus nodes.

    u = c / (c + K) for IL-1beta and for TNF-alpha
    u = max(A(pH) - A(pH0), 0) / (1 - A(pH0)) for acidity
    A(pH) = 1 / (1 + exp((pH - pH_half) / w))
    network_input = 1 - (1 - held) (1 - u)

c, pH and pH0, that of the undisturbed disc, are those of the grid cell a network sits in;
:mod:`evdisc.cell.neighbours` tells which two networks another cell listens to. K is the half dose
of the cytokine, kg/m3; pH_half and w are the pH at half drive and its width; held is a drive that a
dish study sets by hand, and the two combine by OR. Acid counts above that of the undisturbed disc,
to which its cells are used. The forms are our choice; the half doses are rows of the evidence.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit

from evdisc.cell.blueprint import STIMULUS
from evdisc.cell.neighbours import PLACE, no_rows, take_sides
from evdisc.mechanism.contract import Mechanism, Parameter
from evdisc.mechanism.setting import Setting

#: stimuli that every milieu brings
MILIEU = ("IL-1beta", "TNF-alpha", "acidity")


@njit(cache=True, nogil=True, error_model="numpy")
def kernel(clock, p, nodes, held, seats, rows, sharing, standing, il_1beta, tnf_alpha, ph,
           reference_ph, network_input):  # fmt: skip
    """Write the drive of each network's stimulus nodes, and which networks each cell listens to.

    ``held`` (nodes, patches) is a drive a dish study sets by hand.
    """
    if rows.bounds.shape[0] > 0:
        for i in range(standing.shape[0]):
            for k in range(standing.shape[1]):
                if rows.row[i, k] >= 0:
                    il1, tnf = (
                        saturated(il_1beta[i, k], p[0, 0]),
                        saturated(tnf_alpha[i, k], p[1, 0]),
                    )
                    acid = acidity(ph[i, k], reference_ph[i, k], p)
                    stress = combine(combine(il1, tnf), acid)
                    standing[i, k] = stress + PLACE * rows.place[i, k]
        take_sides(rows, sharing, seats, standing)
    # written out: an assignment of whole arrays makes the kernel slow to load
    for n in range(network_input.shape[0]):
        for q in range(network_input.shape[1]):
            network_input[n, q] = held[n, q]
    for q in range(network_input.shape[1]):
        i, k = seats[q]
        drives = (saturated(il_1beta[i, k], p[0, 0]), saturated(tnf_alpha[i, k], p[1, 0]),
                  acidity(ph[i, k], reference_ph[i, k], p))  # fmt: skip
        for n in range(3):
            if nodes[n] >= 0:
                network_input[nodes[n], q] = combine(held[nodes[n], q], drives[n])


@njit(cache=True, nogil=True, error_model="numpy")
def saturated(level: float, half: float) -> float:
    """Drive by a cytokine."""
    return level / (level + half)


@njit(cache=True, nogil=True, error_model="numpy")
def acidity(ph: float, usual_ph: float, p) -> float:
    """Drive by acid above the usual, as a share of what is left above it."""
    if ph >= usual_ph:
        return 0.0
    usual = acidity_drive(usual_ph, p)
    if usual >= 1.0:  # before the undisturbed disc is known there is nothing to compare with
        return 0.0
    return max(acidity_drive(ph, p) - usual, 0.0) / (1.0 - usual)


@njit(cache=True, nogil=True, error_model="numpy")
def acidity_drive(ph: float, p) -> float:
    """Drive of the acidity node at a pH; 1 where none is known yet (pH 0)."""
    return 1.0 / (1.0 + np.exp((ph - p[2, 0]) / p[3, 0]))


@njit(cache=True, nogil=True, error_model="numpy")
def combine(a: float, b: float) -> float:
    """OR of two drives."""
    return 1.0 - (1.0 - a) * (1.0 - b)


def prepare(setting: Setting) -> tuple[Any, ...]:
    """Node numbers, drives held by hand, networks and their rows, and work space."""
    nodes = setting.objects["network"].nodes

    def number(name: str) -> int:
        return nodes.index(STIMULUS + name) if STIMULUS + name in nodes else -1

    rows = setting.objects.get("rows") or no_rows(setting.shape)
    return (tuple(number(name) for name in MILIEU),
            setting.objects["held_drive"], setting.seats, rows, setting.sharing,
            np.zeros(setting.shape))  # fmt: skip


MECHANISM = Mechanism(
    name="milieu",
    kernel=kernel,
    reads=("il_1beta", "tnf_alpha", "ph", "reference_ph"),
    owns=("network_input",),
    parameters=(
        Parameter(
            "stimulus_half",
            "kg/m3",
            "IL-1beta at half drive",
            0.0,
            subject="IL-1beta",
        ),
        Parameter(
            "stimulus_half",
            "kg/m3",
            "TNF-alpha at half drive",
            0.0,
            subject="TNF-alpha",
        ),
        Parameter("acid_half", "pH", "pH at half drive", 0.0, 14.0),
        Parameter("acid_width", "pH", "steepness of the drive by acid", 0.0, 14.0),
    ),
    prepare=prepare,
    when="halves",
)
