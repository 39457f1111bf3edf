"""A dish: vesicles in stirred medium shared by all cell types, exact over a step.

    de/dt = -(k + d) e,  d = ln2 / T
    k = mean over cell types of u / (1 + w e)
    vesicle_influx = u e / (1 + w e) / n

e is free vesicles per m3, T their half-life, s; u and w the uptake and crowding of a type
(:mod:`evdisc.delivery.uptake`), n its cells per m3. Each cell type holds an equal share of the
medium and all shares are mixed at once, so e is common: our choice. k falls with e where cells have
their fill; it is taken at the mean e of the step.
"""

from __future__ import annotations

import math
from typing import Any

from numba import njit

from evdisc.mechanism.contract import Mechanism, Parameter
from evdisc.mechanism.setting import Setting


@njit(cache=True, nogil=True)
def kernel(clock, p, volume, uptake_rate, uptake_crowding, living_cells, bound_vesicles,
           vesicle_influx, free_vesicles, decayed_vesicles, taken_up_vesicles):  # fmt: skip
    """Advance the medium and write the vesicles entering one cell per s."""
    types = volume.shape[0]
    start, medium = 0.0, 0.0
    for i in range(types):
        start += free_vesicles[i, 0] * volume[i, 0]
        medium += volume[i, 0]
    start /= medium
    decay = math.log(2.0) / p[0, 0]
    mean, before, lost, uptake = start, start, 0.0, 0.0
    for _ in range(2):  # with the rate at the start of the step, then at its mean
        uptake = 0.0
        for i in range(types):
            uptake += slowed(uptake_rate[i, 0], uptake_crowding[i, 0], mean) / types
        rate = uptake + decay
        lost = start * (1.0 - math.exp(-rate * clock[1]))
        before, mean = mean, lost / (rate * clock[1])
    decayed_vesicles[0] += decay * mean * clock[1] * medium
    taken_up_vesicles[0] += uptake * mean * clock[1] * medium
    for i in range(types):
        free_vesicles[i, 0] = start - lost
        vesicle_influx[i, 0] = 0.0
        if living_cells[i, 0] > 0.0:
            entering = slowed(uptake_rate[i, 0], uptake_crowding[i, 0], before)
            vesicle_influx[i, 0] = entering * mean / living_cells[i, 0]


@njit(cache=True, nogil=True)
def slowed(rate: float, crowding: float, free: float) -> float:
    """Uptake rate at ``free`` vesicles, 1/s."""
    return rate / (1.0 + crowding * free)


def prepare(setting: Setting) -> tuple[Any, ...]:
    """Medium of each cell type."""
    return (setting.volume,)


MECHANISM = Mechanism(
    name="well_mixed",
    kernel=kernel,
    reads=("uptake_rate", "uptake_crowding", "living_cells"),
    owns=("bound_vesicles", "vesicle_influx"),
    adds_to=("free_vesicles", "decayed_vesicles", "taken_up_vesicles"),
    parameters=(Parameter("vesicle_half_life", "s", "intact vesicles in medium", 0.0),),
    prepare=prepare,
)
