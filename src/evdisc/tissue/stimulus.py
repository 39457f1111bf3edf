"""Stimuli of a dish: cytokines set in the medium, other drives held on network nodes.

    c -> c1 for IL-1beta and for TNF-alpha
    held -> u for any other stimulus

c1 is the dose of the protocol, kg/m3; u the drive of the node at its dose, 0 to 1 (see
:mod:`evdisc.cell.dose`). At the end of a stimulus both are set back to 0. Our choice.
"""

from __future__ import annotations

from typing import Any

from numba import njit

from evdisc.mechanism.contract import Mechanism
from evdisc.mechanism.setting import Setting

IL_1BETA, TNF_ALPHA = -1, -2


@njit(cache=True, nogil=True)
def kernel(clock, p, held, il_1beta, tnf_alpha):
    """Set stimulus ``clock[2]`` to ``clock[3]``: a node's drive, or a cytokine in kg/m3."""
    which = int(clock[2])
    if which == IL_1BETA:
        il_1beta[:] = clock[3]
    elif which == TNF_ALPHA:
        tnf_alpha[:] = clock[3]
    else:
        held[which, :] = clock[3]


def prepare(setting: Setting) -> tuple[Any, ...]:
    """Drives held by hand, shared with the milieu."""
    return (setting.objects["held_drive"],)


MECHANISM = Mechanism(
    name="stimulus",
    kernel=kernel,
    adds_to=("il_1beta", "tnf_alpha"),
    prepare=prepare,
    when="stimulus",
)
