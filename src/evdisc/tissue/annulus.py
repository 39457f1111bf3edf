"""Annulus integrity, sector by sector: scar repair by living annulus cells against proteolysis.

    dA/dt = r (n / n0) (1 - A) - l q A
    q = sum over MMP3, MMP13, ADAMTS4, ADAMTS5 of max(x - x0, 0) / 4

A is the integrity of a sector, 1 intact; r the rate of scar repair by a full set of cells and l
that of loss at full protease activity, 1/s; n / n0 the living over the healthy cells of the whole
annulus; x the activity of a protease gene and x0 the healthy one, their mean over the annulus
weighted by its healthy cells. The grid is axisymmetric, so all sectors share n and q. Rates are
held over a step, and the step is exact. The form is our choice, and both rates are priors.
"""

from __future__ import annotations

from typing import Any

from numba import njit

from evdisc.mechanism.contract import Mechanism, Parameter
from evdisc.mechanism.setting import Setting
from evdisc.mechanism.sharing import mixed
from evdisc.tissue.matrix import PROTEASES, relax


@njit(cache=True, nogil=True)
def kernel(clock, p, region, sharing, volume, proteases, activity, reference_activity,
           living_cells, reference_living_cells, annulus_integrity):  # fmt: skip
    """Advance the integrity of every sector over one macro step."""
    alive, whole, cut = 0.0, 1e-300, 0.0
    for i in range(region.shape[0]):
        for k in range(region.shape[1]):
            if region[i, k] != 1:
                continue
            a, b, w = sharing.first[i, k], sharing.second[i, k], sharing.share[i, k]
            v = volume[i, k]
            alive += v * living_cells[i, k]
            whole += v * reference_living_cells[i, k]
            for m in proteases:
                excess = max(mixed(activity, m, a, b, w) - reference_activity[m, a], 0.0)
                cut += v * reference_living_cells[i, k] * excess / 4.0
    repair, loss = p[0, 1] * alive / whole, p[1, 1] * cut / whole
    if repair + loss > 0.0:
        for s in range(annulus_integrity.shape[0]):
            annulus_integrity[s] = relax(annulus_integrity[s], repair, repair + loss, 1.0, clock[1])


def prepare(setting: Setting) -> tuple[Any, ...]:
    """Maps, volumes, and the numbers of the protease genes."""
    network = setting.objects["network"]
    return (
        setting.region,
        setting.sharing,
        setting.volume,
        tuple(network.index(name) for name in PROTEASES),
    )


MECHANISM = Mechanism(
    name="annulus",
    kernel=kernel,
    reads=("activity", "reference_activity", "living_cells", "reference_living_cells"),
    averaged=("living_cells",),
    adds_to=("annulus_integrity",),
    parameters=(
        Parameter("annulus_repair", "1/s", "scar repair by a full set of annulus cells", 0.0),
        Parameter("annulus_proteolysis", "1/s", "loss at full protease activity", 0.0),
    ),
    prepare=prepare,
)
