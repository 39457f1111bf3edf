"""Ingrowth: macrophages, vessels and nerves enter through the weakest part of the annulus.

    dM/dt = k_M (T - M)
    dV/dt = k_V (T - V)
    dN/dt = k_N (T V - N)
    T = max(1 - A_min - D, 0) / (1 - D)

M macrophages, V vessels and N nerves are 1 in a full scar; k_M, k_V and k_N their rates, 1/s; A_min
the integrity of the weakest sector; T how far it is torn, with D the damage below which nothing
tears. Each moves towards the tear at a rate of its own; nerves follow vessels, whose mean over the
step counts. An annulus that is softened but not torn lets nothing in. The form is our choice, and
no rate was found for any of them: the priors are wide.
"""

from __future__ import annotations

from numba import njit

from evdisc.mechanism.contract import Mechanism, Parameter
from evdisc.tissue.matrix import relax


@njit(cache=True, nogil=True)
def kernel(clock, p, annulus_integrity, macrophages, vessels, nerves):
    """Advance the three over one macro step."""
    tear = torn(1.0 - annulus_integrity.min(), p[3, 0])
    macrophages[0] = relax(macrophages[0], tear, 1.0, p[0, 0], clock[1])
    before = vessels[0]
    vessels[0] = relax(before, tear, 1.0, p[1, 0], clock[1])
    followed = 0.5 * (before + vessels[0])
    nerves[0] = relax(nerves[0], tear * followed, 1.0, p[2, 0], clock[1])


@njit(cache=True, nogil=True)
def torn(damage, least):
    """Share of a full tear: nothing below ``least`` damage."""
    return max(damage - least, 0.0) / (1.0 - least)


MECHANISM = Mechanism(
    name="ingrowth",
    kernel=kernel,
    reads=("annulus_integrity",),
    averaged=("annulus_integrity",),
    owns=("macrophages", "vessels", "nerves"),
    parameters=(
        Parameter("macrophage_entry_rate", "1/s", "approach of macrophages to the damage", 0.0),
        Parameter("vessel_ingrowth_rate", "1/s", "approach of vessels to the damage", 0.0),
        Parameter("nerve_ingrowth_rate", "1/s", "approach of nerves to the vessels", 0.0),
        Parameter(
            "tear_damage", "1", "lost integrity below which the annulus is not torn", 0.0, 0.9
        ),
    ),
    acts_on={
        "macrophage_entry_rate": ("macrophages",),
        "vessel_ingrowth_rate": ("vessels", "nerves"),
        "nerve_ingrowth_rate": ("nerves",),
    },
)
