"""A depot beside the disc: a gel or drop against the annulus or the endplate.

    dN/dt = -(ln2 / T) N - what enters the disc

N is the vesicles of the depot, T their half-life there, s. What enters is computed by the transport
from the depot's concentration and the conductance of the boundary; most is lost to the tissue
around. First order loss is our choice.
"""

from __future__ import annotations

import math
from typing import Any

from numba import njit

from evdisc.mechanism.contract import Mechanism, Parameter
from evdisc.mechanism.setting import Setting


@njit(cache=True, nogil=True)
def kernel(clock, p, depot_vesicles, elsewhere_vesicles):
    """Lose vesicles to the surroundings over one macro step."""
    left = depot_vesicles[0] * math.exp(-math.log(2.0) * clock[1] / p[0, 0])
    elsewhere_vesicles[0] += depot_vesicles[0] - left
    depot_vesicles[0] = left


@njit(cache=True, nogil=True)
def dose(clock, p, injected_vesicles, depot_vesicles):
    """Add ``clock[2]`` vesicles to the depot.

        N -> N + dose

    That all of it stays at first is our choice.
    """
    injected_vesicles[0] += clock[2]
    depot_vesicles[0] += clock[2]


def prepare(setting: Setting) -> tuple[Any, ...]:
    """Nothing to prepare."""
    return ()


MECHANISM = Mechanism(
    name="depot",
    kernel=kernel,
    adds_to=("depot_vesicles", "elsewhere_vesicles"),
    parameters=(Parameter("depot_half_life", "s", "vesicles in a depot beside the disc", 0.0),),
    prepare=prepare,
)

DOSE = Mechanism(
    name="depot_dose", kernel=dose, adds_to=("injected_vesicles", "depot_vesicles"),
    when="depot_dose",
)  # fmt: skip
