"""Exposure: how long cells hold more than what half of the effect takes.

    dt_v/dt = 1 while v > v50, else 0
    dt_c/dt = 1 while c > K, else 0

v is the vesicles that act in the cell (what counts if potency follows vesicles), c the copies of
the most plentiful cargo (what counts if copies decide), each against its half-effect number of the
member, v50 or K. Within a step the number is taken to move in a straight line. The measure is our
choice.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit

from evdisc.mechanism.contract import Mechanism, Parameter
from evdisc.mechanism.setting import Setting


@njit(cache=True, nogil=True)
def share_over(start: float, end: float, limit: float) -> float:
    """Share of a straight way from ``start`` to ``end`` that lies above ``limit``."""
    low, high = min(start, end), max(start, end)
    if low >= limit:
        return 1.0
    return 0.0 if high <= limit else (high - limit) / (high - low)


@njit(cache=True, nogil=True)
def kernel(clock, p, last, vesicles_per_cell, cargo_copies, time_over_vesicles,
           time_over_copies):  # fmt: skip
    """Add the time of a step that each cell spends above; ``last`` is what it held before."""
    dt, half_vesicles, half_copies = clock[1], p[0, 0], p[1, 0]
    for i in range(last.shape[1]):
        for k in range(last.shape[2]):
            most = 0.0
            for c in range(cargo_copies.shape[0]):
                most = max(most, cargo_copies[c, i, k])
            now = vesicles_per_cell[i, k]
            time_over_vesicles[i, k] += dt * share_over(last[0, i, k], now, half_vesicles)
            time_over_copies[i, k] += dt * share_over(last[1, i, k], most, half_copies)
            last[0, i, k], last[1, i, k] = now, most


def prepare(setting: Setting) -> tuple[Any, ...]:
    """Work space: what each cell held a step ago."""
    return (np.zeros((2, *setting.shape)),)


MECHANISM = Mechanism(
    name="exposure_time",
    kernel=kernel,
    reads=("vesicles_per_cell", "cargo_copies"),
    owns=("time_over_vesicles", "time_over_copies"),
    parameters=(
        Parameter("half_effect_vesicles", "vesicles/cell", "acting vesicles at half effect", 0.0),
        Parameter("half_effect_copies", "copies/cell", "copies at half occupancy", 0.0),
    ),
    prepare=prepare,
)
