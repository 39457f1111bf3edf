"""Expression: what a delivered mRNA or plasmid makes follows it with a delay.

    da/dt = (s c - a) / T

c delivered copies, a what acts, counted in the same copies, both per cell; T the time from entry to
protein, s; s the share of plasmids that reach the nucleus (1 for mRNA). It is solved exactly with c
held over a step. Cargo that acts as it is (miRNA, protein, organelle) is not delayed. One first
order step for all of expression is our choice.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numba import njit

from evdisc.mechanism.contract import Mechanism
from evdisc.mechanism.setting import Setting


@njit(cache=True, nogil=True)
def kernel(clock, p, delay, share, cargo_copies, expressed_copies):
    """Advance the expressed copies over one macro step with the delivered ones held."""
    for c in range(delay.shape[0]):
        keep = math.exp(-clock[1] / delay[c]) if delay[c] > 0.0 else 0.0
        for i in range(cargo_copies.shape[1]):
            for k in range(cargo_copies.shape[2]):
                made = share[c] * cargo_copies[c, i, k]
                expressed_copies[c, i, k] = made + (expressed_copies[c, i, k] - made) * keep


def prepare(setting: Setting) -> tuple[Any, ...]:
    """Delay and nuclear entry of each cargo."""
    names = ("expression_delay", "nuclear_entry")
    return tuple(np.asarray(setting.objects[n], dtype=np.float64) for n in names)


MECHANISM = Mechanism(
    name="expression",
    kernel=kernel,
    reads=("cargo_copies",),
    owns=("expressed_copies",),
    prepare=prepare,
)
