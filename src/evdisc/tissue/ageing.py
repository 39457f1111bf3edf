"""Ageing: the endplate slowly closes and healthy cells slowly turn senescent.

    dO/dt = -a O
    dH/dt = -s H
    dE/dt = s H

O is the open share of the endplate, H healthy and E early senescent cells per m3, a and s the rates
of ageing, 1/s; they count from the time at which the protocol lets ageing begin. The form is our
choice and both rates are priors of ours: the record names the causes (Fine 2023) and gives no rate.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numba import njit

from evdisc.mechanism.contract import Mechanism, Parameter
from evdisc.mechanism.setting import Setting


@njit(cache=True, nogil=True)
def kernel(clock, p, start, endplate_open, healthy_cells, early_senescent_cells):
    """Age the disc over the part of the macro step that lies after ``start``, s."""
    span = min(clock[1], clock[0] + clock[1] - start)
    if span <= 0.0:
        return
    endplate_open[0] *= math.exp(-p[0, 0] * span)
    share = 1.0 - math.exp(-p[1, 0] * span)
    early_senescent_cells += share * healthy_cells
    healthy_cells *= 1.0 - share


def prepare(setting: Setting) -> tuple[Any, ...]:
    """Time at which ageing begins; never where the study names none."""
    return (float(setting.objects.get("ageing_from", np.inf)),)


MECHANISM = Mechanism(
    name="ageing",
    kernel=kernel,
    adds_to=("endplate_open", "healthy_cells", "early_senescent_cells"),
    parameters=(
        Parameter("ageing_endplate_rate", "1/s", "endplate area closed by ageing", 0.0),
        Parameter("ageing_senescence_rate", "1/s", "healthy cells turning senescent by age", 0.0),
    ),
    prepare=prepare,
    cites=("fine2023",),
)
