"""Vesicles or bare cargo added to the medium of a dish.

    e -> e + dose
    c -> c + bare

e is free vesicles per m3 of medium; c copies of a cargo in a cell, to which bare ones are added
without a vesicle where the protocol asks for it. Mixing at once is our choice.
"""

from __future__ import annotations

from typing import Any

from numba import njit

from evdisc.mechanism.contract import Mechanism
from evdisc.mechanism.setting import Setting


@njit(cache=True, nogil=True)
def kernel(clock, p, volume, bare_copies, injected_vesicles, free_vesicles, cargo_copies):
    """Add ``clock[2]`` vesicles per m3 of medium, and bare copies per cell where asked."""
    for i in range(volume.shape[0]):
        free_vesicles[i, 0] += clock[2]
        injected_vesicles[0] += clock[2] * volume[i, 0]
    for c in range(bare_copies.shape[0]):
        for i in range(volume.shape[0]):
            cargo_copies[c, i, 0] += bare_copies[c]


def prepare(setting: Setting) -> tuple[Any, ...]:
    """Medium volumes and copies of each bare cargo per cell."""
    return setting.volume, setting.objects["bare_copies"]


MECHANISM = Mechanism(
    name="medium_dose",
    kernel=kernel,
    owns=("injected_vesicles",),
    adds_to=("free_vesicles", "cargo_copies"),
    prepare=prepare,
    when="dose",
)
