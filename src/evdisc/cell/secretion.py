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


@njit(cache=True, nogil=True)
def kernel(clock, p, patch_of, column, share, node, activity, reference_activity, living_cells,
           il_1beta_secretion, tnf_alpha_secretion):  # fmt: skip
    """Write the release of IL-1beta and TNF-alpha, kg per m3 tissue per s.

    ``share`` (columns,) is the part of the release at which a healthy tissue stays healthy.
    """
    for i in range(patch_of.shape[0]):
        for k in range(patch_of.shape[1]):
            q = patch_of[i, k]
            if q < 0:
                continue
            cells = share[column[q]] * living_cells[i, k]
            il_1beta_secretion[i, k] = (
                p[0, 0] * cells * excess(activity[node[0], q], reference_activity[node[0], q])
            )
            tnf_alpha_secretion[i, k] = (
                p[1, 0] * cells * excess(activity[node[1], q], reference_activity[node[1], q])
            )


def prepare(setting: Setting) -> tuple[Any, ...]:
    """Patch map, column and release of each patch's cells, and numbers of the cytokine genes."""
    network = setting.objects["network"]
    share = np.asarray(setting.objects["release_share"], dtype=np.float64)
    genes = tuple(network.index(name) for name in CYTOKINES)
    return setting.patch_of, setting.patch_region, share, genes


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
