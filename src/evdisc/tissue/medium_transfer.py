"""Conditioned medium: part of a dish's medium is replaced by the medium of another dish.

    c -> c + q (c2 - c) for IL-1beta and for TNF-alpha

c is the level in the dish and c2 that in the other, kg/m3, q the share that is replaced. That
nothing else the medium holds is passed on is our choice.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit

from evdisc.mechanism.contract import Mechanism
from evdisc.mechanism.setting import Setting


@njit(cache=True, nogil=True)
def kernel(clock, p, transfers, il_1beta, tnf_alpha):
    """Mix in transfer ``clock[2]``; ``transfers`` (n, 3): share, IL-1beta, TNF-alpha (kg/m3)."""
    share, il, tnf = transfers[int(clock[2])]
    for i in range(il_1beta.shape[0]):
        il_1beta[i, 0] += share * (il - il_1beta[i, 0])
        tnf_alpha[i, 0] += share * (tnf - tnf_alpha[i, 0])


def prepare(setting: Setting) -> tuple[Any, ...]:
    """The transfers of the protocol."""
    return (np.asarray(setting.objects["transfers"], dtype=np.float64).reshape(-1, 3),)


MECHANISM = Mechanism(
    name="medium_transfer",
    kernel=kernel,
    adds_to=("il_1beta", "tnf_alpha"),
    prepare=prepare,
    when="transfer",
)
