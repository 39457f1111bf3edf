"""Dose of a stimulus -> drive of its node in the network, between 0 and 1.

    drive = d^n / (d^n + K^n)
    drive = K^n / (K^n + d^n) where the lack of it is what acts (glucose, oxygen, serum)
    drive = 1 / (1 + exp((pH - pH_half) / w)) for acidity
    drive = 1 where no dose is stated

d is the dose and K the half dose of the evidence, n ``stimulus_steepness``; pH_half and w are pH at
half drive and width. The forms are our choice.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence

from evdisc.cell.blueprint import STIMULUS

#: what a user names -> nodes of the network it drives; anything else drives its own name
NODES: Mapping[str, tuple[str, ...]] = {
    "TBHP": ("TBHP", "oxidative stress"),
    "H2O2": ("H2O2", "oxidative stress"),
    "glucose": ("glucose deprivation", "high glucose"),
    "oxygen": ("hypoxia",),
    "serum": ("serum starvation",),
    "pH": ("acidity",),
    "osmolarity": ("hyperosmolarity", "hypo-osmolarity"),
}
#: nodes that are driven by the lack of what is dosed
LACKING = ("glucose deprivation", "hypoxia", "serum starvation", "hypo-osmolarity")
#: value(key, subject) -> SI number of the evidence
Value = Callable[[str, str], float]


def targets(stimulus: str, nodes: Sequence[str]) -> list[str]:
    """Stimulus nodes of the network that a named stimulus drives."""
    return [n for n in NODES.get(stimulus, (stimulus,)) if STIMULUS + n in nodes]


def drive(node: str, dose: float | None, value: Value) -> float:
    """Drive of a stimulus node at a dose in SI units; full where no dose is stated.

    Raises:
        EvidenceError: no half dose is known for the node.
    """
    if dose is None:
        return 1.0
    if node == "acidity":
        width = value("acid_width", "")
        return 1.0 / (1.0 + math.exp((dose - value("acid_half", "")) / width))
    steepness, half = value("stimulus_steepness", node), value("stimulus_half", node)
    if dose <= 0.0:
        return 1.0 if node in LACKING else 0.0
    ratio = (half / dose if node in LACKING else dose / half) ** steepness
    return ratio / (1.0 + ratio)
