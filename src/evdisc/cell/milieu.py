"""Milieu: concentrations around a cell -> drive of the network's stimulus nodes."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit

from evdisc.cell.blueprint import STIMULUS
from evdisc.mechanism.contract import Mechanism, Parameter
from evdisc.mechanism.setting import Setting

#: stimuli that every milieu brings
MILIEU = ("IL-1beta", "TNF-alpha", "acidity")


@njit(cache=True, nogil=True, error_model="numpy")
def kernel(clock, p, patch_of, node_il1, node_tnf, node_acid, held, share, il_1beta, tnf_alpha,
           ph, reference_ph, living_cells, network_input):  # fmt: skip
    """Average the milieu over each patch and write the drive of its stimulus nodes.

    Acid counts above that of the undisturbed disc, to which its cells are used. ``held`` (nodes,
    patches) is a drive a dish study sets by hand; it combines by OR.
    """
    patches = network_input.shape[1]
    share[:] = 0.0
    for i in range(patch_of.shape[0]):
        for k in range(patch_of.shape[1]):
            q = patch_of[i, k]
            if q >= 0:
                # weighted by living cells; a patch without any still has a milieu
                weight = living_cells[i, k] + 1.0
                share[0, q] += weight
                share[1, q] += weight * il_1beta[i, k]
                share[2, q] += weight * tnf_alpha[i, k]
                share[3, q] += weight * ph[i, k]
                share[4, q] += weight * reference_ph[i, k]
    network_input[:] = held
    for q in range(patches):
        il1, tnf = share[1, q] / share[0, q], share[2, q] / share[0, q]
        usual = acidity_drive(share[4, q] / share[0, q], p)
        acid = 0.0
        if usual < 1.0:  # before the undisturbed disc is known there is nothing to compare with
            acid = max(acidity_drive(share[3, q] / share[0, q], p) - usual, 0.0) / (1.0 - usual)
        if node_il1 >= 0:
            network_input[node_il1, q] = combine(held[node_il1, q], il1 / (il1 + p[0, 0]))
        if node_tnf >= 0:
            network_input[node_tnf, q] = combine(held[node_tnf, q], tnf / (tnf + p[1, 0]))
        if node_acid >= 0:
            network_input[node_acid, q] = combine(held[node_acid, q], acid)


@njit(cache=True, nogil=True, error_model="numpy")
def acidity_drive(ph: float, p) -> float:
    """Drive of the acidity node at a pH; 1 where none is known yet (pH 0)."""
    return 1.0 / (1.0 + np.exp((ph - p[2, 0]) / p[3, 0]))


@njit(cache=True, nogil=True, error_model="numpy")
def combine(a: float, b: float) -> float:
    """OR of two drives."""
    return 1.0 - (1.0 - a) * (1.0 - b)


def prepare(setting: Setting) -> tuple[Any, ...]:
    """Patch map, node numbers, drives held by hand, and work space."""
    nodes = setting.objects["network"].nodes

    def number(name: str) -> int:
        return nodes.index(STIMULUS + name) if STIMULUS + name in nodes else -1

    held = setting.objects["held_drive"]
    return (setting.patch_of, *(number(name) for name in MILIEU), held,
            np.zeros((5, setting.patches)))  # fmt: skip


MECHANISM = Mechanism(
    name="milieu",
    kernel=kernel,
    reads=("il_1beta", "tnf_alpha", "ph", "reference_ph", "living_cells"),
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
