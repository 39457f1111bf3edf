"""Enzyme: chondroitinase and its like take glycosaminoglycan from the nucleus, cells stay.

    G -> (1 - q) G in the nucleus

G is glycosaminoglycan relative to the healthy tissue, q the share the protocol takes. That it goes
at once and everywhere alike is our choice.
"""

from __future__ import annotations

from typing import Any

from numba import njit

from evdisc.mechanism.contract import Mechanism
from evdisc.mechanism.setting import Setting


@njit(cache=True, nogil=True)
def kernel(clock, p, region, gag):
    """Take the share ``clock[2]`` of the nucleus's GAG."""
    for i in range(region.shape[0]):
        for k in range(region.shape[1]):
            if region[i, k] == 0:
                gag[i, k] *= 1.0 - clock[2]


def prepare(setting: Setting) -> tuple[Any, ...]:
    """Region map."""
    return (setting.region,)


MECHANISM = Mechanism(
    name="enzyme", kernel=kernel, adds_to=("gag",), prepare=prepare, when="enzyme"
)
