"""Cargo effect: delivered copies, or vesicles per cell, -> strength of each cargo.

    stoichiometric:            strength = d / (d + e + K)
    stoichiometric, a sponge:  strength = (S - sqrt(S^2 - 4 d m)) / (2 m),  S = d + m + B
    potency:                   strength = v / (v + v50)

``stoichiometric``: a delivered miRNA of d copies adds to the cell's own copies e in occupying the
target sites, half of which are filled at K copies; the strength is the gain in occupancy relative
to what the own copies leave open. What a delivered mRNA or plasmid expresses counts as d, not the
cargo itself. A sponge (circRNA, lncRNA, antagomir) binds the miRNA it sponges copy for copy; the
strength is the share of its m own copies that d sponges bind, half of few at B. All are copies per
cell. ``potency``: the effect is a saturating function of the acting vesicles per cell v, half at
v50, for whatever the vesicle brings at all; a cargo that was knocked out has none.

Occupancy and binding are mass action at rest; the potency law, and which hypothesis holds, is our
choice and stays open, for studies differ on release (Albanese 2021) and on how many copies a
vesicle holds (Chevillet 2014).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import numpy as np
from numba import njit

from evdisc.cargo.molecules import linked
from evdisc.cell.blueprint import STIMULUS
from evdisc.cell.network import Network
from evdisc.mechanism.contract import Mechanism, Parameter
from evdisc.mechanism.setting import Setting


def acting_pairs(cargoes: Sequence[str], network: Network) -> list[tuple[int, int]]:
    """(cargo, node it acts on): the cargo itself, or its bare or armed name."""
    return [(c, i) for c, name in enumerate(cargoes) for i in _meant(name, network.nodes)]


@lru_cache(maxsize=500)
def _meant(name: str, nodes: tuple[str, ...]) -> tuple[int, ...]:
    brought = [n for n in nodes if not n.startswith(STIMULUS)]
    return tuple(nodes.index(node) for node in linked(name, brought))


@njit(cache=True, nogil=True)
def bound_share(s: float, e: float, b: float) -> float:
    """Share of ``e`` own copies bound by ``s`` sponges; ``b`` copies are bound to half."""
    whole = s + e + b
    return (whole - math.sqrt(max(whole * whole - 4.0 * s * e, 0.0))) / (2.0 * e)


@njit(cache=True, nogil=True)
def kernel(
    clock,
    p,
    seats,
    potency,
    endogenous,
    present,
    sponged,
    delay,
    cargo_copies,
    expressed_copies,
    vesicles_per_cell,
    cargo_strength,
):
    """Write the strength of every cargo in every network, by what the cell it sits in holds."""
    for c in range(cargo_strength.shape[0]):
        for q in range(cargo_strength.shape[1]):
            i, k = seats[q]
            if potency:
                v = vesicles_per_cell[i, k]
                cargo_strength[c, q] = present[c] * v / (v + p[0, 0])
            else:
                d = expressed_copies[c, i, k] if delay[c] > 0.0 else cargo_copies[c, i, k]
                if sponged[c] > 0.0:
                    cargo_strength[c, q] = bound_share(d, sponged[c], p[2, 0])
                    continue
                cargo_strength[c, q] = d / (d + endogenous[c] + p[1, 0])


def prepare(setting: Setting) -> tuple[Any, ...]:
    """Seats, the delivery hypothesis, own copies, what is there, what it sponges, and its delay."""
    potency = int(setting.objects["hypothesis"] == "potency")
    names = ("endogenous_copies", "cargo_present", "sponged_copies", "expression_delay")
    return (
        setting.seats,
        potency,
        *(np.asarray(setting.objects[n], dtype=np.float64) for n in names),
    )


MECHANISM = Mechanism(
    name="cargo_effect",
    kernel=kernel,
    reads=("cargo_copies", "expressed_copies", "vesicles_per_cell"),
    owns=("cargo_strength",),
    parameters=(
        Parameter("half_effect_vesicles", "vesicles/cell", "acting vesicles at half effect", 0.0),
        Parameter("half_effect_copies", "copies/cell", "copies at half occupancy", 0.0),
        Parameter("sponge_binding_copies", "copies/cell", "sponges at half binding", 0.0),
    ),
    prepare=prepare,
    when="halves",
    cites=("albanese2021", "chevillet2014"),
)
