"""Cytokines that cells send themselves: how much a healthy tissue may release and stay healthy.

A healthy disc stays healthy for decades, so a small release must die out: where a member's network
and rates would let a tissue set itself alight from nothing, the release of its cells is reduced
until it does not. A cytokine from outside, or a strong insult, still feeds on itself.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from evdisc.cell.blueprint import STIMULUS
from evdisc.cell.hill import slope
from evdisc.cell.network import Network

Floats = NDArray[np.float64]

CYTOKINES = ("IL-1beta", "TNF-alpha")
#: largest gain once around from release to release
LARGEST = 0.8


def jacobian(network: Network, column: int) -> Floats:
    """(nodes, nodes) change of each node's target value per change of another, when healthy."""
    n = len(network.nodes)
    out = np.zeros((n, n))
    own = network.healthy * (1.0 - network.healthy)
    target = np.repeat(np.arange(n), np.diff(network.first))
    for e in np.flatnonzero(network.strength[column]):
        source = network.source[e]
        rise = slope(float(network.healthy[source]), int(network.hill[e]), float(network.half[e]))
        out[target[e], source] += (
            network.sign[e] * network.strength[column, e] * rise * own[target[e]]
        )
    return out


def gains(network: Network, column: int) -> Floats:
    """(2, 2) rise of each cytokine's release per small drive by each, at rest.

    Release counts as the share of what is left above the healthy activity of the gene.
    """
    genes = [network.index(name) for name in CYTOKINES]
    stimuli = [network.nodes.index(STIMULUS + name) for name in CYTOKINES]
    slopes = jacobian(network, column)
    moved = np.linalg.solve(np.eye(len(slopes)) - slopes, slopes[:, stimuli])
    found: Floats = moved[genes] / (1.0 - network.healthy[genes])[:, None]
    return found


def release_share(network: Network, column: int, drive_at_full: Sequence[float]) -> float:
    """Share of the drawn release at which small disturbances die out in one tissue.

    Args:
        network: the member's network.
        column: cell type of the tissue.
        drive_at_full: for each cytokine, drive its full release by all healthy cells would make if
            it stayed in the tissue, in the linear range: rate x cells x life / half dose.
    """
    around = gains(network, column) * np.asarray(drive_at_full)[None, :]
    fastest = float(np.linalg.eigvals(around).real.max())
    return min(1.0, LARGEST / fastest) if fastest > 0.0 else 1.0
