"""Starvation: the published death laws applied to the milieu of every grid cell.

    starvation_rate = 2 k max(G1 - G, 0) / (G + K) + k_acid (pH < pH1)

G is glucose, mol/m3, and G1 the level below which cells die; K the half constant, mol/m3; k the
rate constant, 1/s (Zhu 2012, doi:10.1016/j.jbiomech.2012.08.044). The second term counts below pH1
alone (Malandrino 2015, doi:10.3389/fbioe.2015.00005).
"""

from __future__ import annotations

from typing import Any

from numba import njit

from evdisc.mechanism.contract import Mechanism, Parameter
from evdisc.mechanism.setting import Setting
from evdisc.tissue.viability import glucose_death_rate, ph_death_rate


@njit(cache=True, nogil=True, error_model="numpy")
def kernel(clock, p, region, glucose, ph, starvation_rate):
    """Write the rate at which living cells die of hunger and acid, 1/s."""
    for i in range(region.shape[0]):
        for k in range(region.shape[1]):
            if region[i, k] <= 2:
                starvation_rate[i, k] = glucose_death_rate(
                    glucose[i, k], p[0, 0], p[1, 0], p[2, 0]
                ) + ph_death_rate(ph[i, k], p[3, 0], p[4, 0])


def prepare(setting: Setting) -> tuple[Any, ...]:
    """Region map."""
    return (setting.region,)


MECHANISM = Mechanism(
    name="starvation",
    kernel=kernel,
    reads=("glucose", "ph"),
    owns=("starvation_rate",),
    parameters=(
        Parameter("glucose_death_threshold", "mol/m3", "glucose below which cells die", 0.0),
        Parameter("glucose_death_half", "mol/m3", "half constant of the law", 0.0),
        Parameter("glucose_death_rate", "1/s", "rate constant of the law", 0.0),
        Parameter("ph_death_threshold", "pH", "pH below which cells die", 0.0, 14.0),
        Parameter("ph_death_rate", "1/s", "rate below that pH", 0.0),
    ),
    prepare=prepare,
    cites=("zhu2012", "malandrino2015"),
)
