"""Secretion: cells release cytokines as far as their genes are active above the healthy level.

    S = s r n max(x - x0, 0) / (1 - x0)

S is the release of IL-1beta or of TNF-alpha, kg per m3 of tissue and s; r its rate at full
activity, kg/cell/s; n living cells per m3; x the activity of its gene and x0 that of the healthy
disc; s the share of the release at which a healthy tissue stays healthy, at most 1 (see
:mod:`evdisc.cell.autocrine`). The form is our choice, and the rates are priors.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit

from evdisc.cell.autocrine import CYTOKINES
from evdisc.cell.fates import excess
from evdisc.mechanism.contract import Mechanism, Parameter
from evdisc.mechanism.setting import Setting
from evdisc.mechanism.sharing import mixed


@njit(cache=True, nogil=True)
def kernel(clock, p, sharing, column, released, node, activity, reference_activity, living_cells,
           il_1beta_secretion, tnf_alpha_secretion):  # fmt: skip
    """Write the release of IL-1beta and TNF-alpha, kg per m3 tissue per s.

    ``released`` (columns,) is the part of the release at which a healthy tissue stays healthy.
    """
    for i in range(living_cells.shape[0]):
        for k in range(living_cells.shape[1]):
            a, b, w = sharing.first[i, k], sharing.second[i, k], sharing.share[i, k]
            if a < 0:
                continue
            cells = released[column[a]] * living_cells[i, k]
            il_1beta, tnf_alpha = node
            active = mixed(activity, il_1beta, a, b, w)
            above = excess(active, reference_activity[il_1beta, a])
            il_1beta_secretion[i, k] = p[0, 0] * cells * above
            active = mixed(activity, tnf_alpha, a, b, w)
            above = excess(active, reference_activity[tnf_alpha, a])
            tnf_alpha_secretion[i, k] = p[1, 0] * cells * above


def prepare(setting: Setting) -> tuple[Any, ...]:
    """Networks, column and release of each cell, and numbers of the cytokine genes."""
    network = setting.objects["network"]
    share = np.asarray(setting.objects["release_share"], dtype=np.float64)
    genes = tuple(network.index(name) for name in CYTOKINES)
    return setting.sharing, setting.patch_region, share, genes


MECHANISM = Mechanism(
    name="secretion",
    kernel=kernel,
    reads=("activity", "reference_activity", "living_cells"),
    averaged=("living_cells",),
    owns=("il_1beta_secretion", "tnf_alpha_secretion"),
    parameters=(
        Parameter("il_1beta_secretion_rate", "kg/cell/s", "IL-1beta at full activity", 0.0),
        Parameter("tnf_alpha_secretion_rate", "kg/cell/s", "TNF-alpha at full activity", 0.0),
    ),
    prepare=prepare,
)
