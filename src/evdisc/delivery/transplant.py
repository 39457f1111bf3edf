"""Transplanted cells: they live on the disc's nutrients, die, and give off vesicles in place.

    dc/dt = -(h starvation_rate + ln2 / T) c
    q -> q + s c

c is cells per m3, T their half-life where they are fed, s; h how much more easily this cell dies of
hunger and acid than a nucleus cell; q the release of vesicles into the tissue, vesicles/m3/s, s
what a living cell gives off, vesicles/cell/s, with the mean of c over the step. Both are solved
exactly over a step. The form is our choice: what they eat is not taken from the disc, and nothing
is known of how the disc changes what they secrete, so the comparison favours cells.
"""

from __future__ import annotations

import math
from typing import Any

from numba import njit

from evdisc.delivery.bolus import nucleus_cells, place
from evdisc.mechanism.contract import Mechanism, Parameter
from evdisc.mechanism.setting import Setting


@njit(cache=True, nogil=True)
def kernel(clock, p, volume, life, hunger, starvation_rate, transplanted_cells, vesicle_release,
           injected_vesicles):  # fmt: skip
    """Let cells die and add what they secrete to the release, vesicles/m3/s."""
    if transplanted_cells.max() <= 0.0:
        return
    for i in range(transplanted_cells.shape[0]):
        for k in range(transplanted_cells.shape[1]):
            cells = transplanted_cells[i, k]
            if cells <= 0.0:
                continue
            death = hunger * starvation_rate[i, k] + math.log(2.0) / life
            left = cells * math.exp(-death * clock[1])
            lived = (cells - left) / death  # cells x seconds
            transplanted_cells[i, k] = left
            vesicle_release[i, k] += p[0, 0] * lived / clock[1]
            injected_vesicles[0] += p[0, 0] * lived * volume[i, k]


@njit(cache=True, nogil=True)
def dose(clock, p, row, column, volume, transplanted_cells):
    """Place ``clock[2]`` cells in ``clock[3]`` m3; some flow back with the liquid.

        c_i -> c_i + (1 - l) N f_i / (V_i sum of f)

    N cells are placed as the vesicles of a bolus; the share l flows back. Our choice.
    """
    kept = (1.0 - p[0, 0]) * clock[2]
    place(kept, (1.0 - p[0, 0]) * clock[3], p[1, 0], row, column, volume, transplanted_cells)


def prepare(setting: Setting) -> tuple[Any, ...]:
    """Volumes, half-life of the cells where they are fed, s, and their hunger."""
    return setting.volume, *setting.objects.get("transplant", (1.0, 1.0))


def prepare_dose(setting: Setting) -> tuple[Any, ...]:
    """Nucleus cells from the centre outwards, and volumes."""
    return *nucleus_cells(setting), setting.volume


MECHANISM = Mechanism(
    name="transplant",
    kernel=kernel,
    reads=("starvation_rate",),
    adds_to=("transplanted_cells", "vesicle_release", "injected_vesicles"),
    parameters=(
        Parameter("secretion_per_cell", "vesicles/cell/s", "vesicles a cell gives off", 0.0),
    ),
    prepare=prepare,
)

DOSE = Mechanism(
    name="transplant_dose",
    kernel=dose,
    adds_to=("transplanted_cells",),
    parameters=(
        Parameter("injection_leak", "1", "share that flows back", 0.0, 1.0),
        Parameter("porosity", "1", "pore space of the nucleus", 0.0, 1.0),
    ),
    prepare=prepare_dose,
    when="transplant_dose",
)
