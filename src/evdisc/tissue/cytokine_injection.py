"""Cytokine injection: IL-1beta and TNF-alpha spread over nucleus and annulus (after Du 2020).

    c -> c + a in nucleus and annulus

c is a cytokine and a what is injected of it, kg per m3 of disc. That it is spread evenly at once is
our choice.
"""

from __future__ import annotations

from typing import Any

from numba import njit

from evdisc.mechanism.contract import Mechanism
from evdisc.mechanism.setting import Setting


@njit(cache=True, nogil=True)
def kernel(clock, p, region, il_1beta, tnf_alpha):
    """Add ``clock[2]`` of IL-1beta and ``clock[3]`` of TNF-alpha, kg per m3 of disc."""
    for i in range(region.shape[0]):
        for k in range(region.shape[1]):
            if region[i, k] <= 1:
                il_1beta[i, k] += clock[2]
                tnf_alpha[i, k] += clock[3]


def prepare(setting: Setting) -> tuple[Any, ...]:
    """Region map."""
    return (setting.region,)


MECHANISM = Mechanism(
    name="cytokine_injection",
    kernel=kernel,
    adds_to=("il_1beta", "tnf_alpha"),
    prepare=prepare,
    when="cytokine",
    cites=("du2020",),
)
