"""Cytokines that cells send themselves: how much a healthy tissue may release and stay healthy.

    loop = around r n T / (ln2 K)
    s = min(1, 0.8 / g), g the largest real part of the eigenvalues of loop

around (2, 2) is the rise of the release of each cytokine per small drive by each, at rest, as a
share of what is left above healthy: the linearised network solved for its genes. r is the full
release, kg/cell/s; n cells per m3; T the half-life of the cytokine, s; K its half dose, kg/m3.

A healthy disc stays healthy for decades, so a small release must die out: where a member's network
and rates would let a tissue set itself alight from nothing, the release of its cells is reduced to
the share s. That condition is our choice. A cytokine from outside, or a strong insult, still feeds
on itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numba import njit
from numpy.typing import NDArray

from evdisc.cell.blueprint import STIMULUS
from evdisc.cell.hill import slope
from evdisc.cell.network import Network

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

CYTOKINES = ("IL-1beta", "TNF-alpha")
#: largest gain once around from release to release
LARGEST = 0.8


@njit(cache=True, nogil=True, error_model="numpy")
def slopes(first, source, sign, exponent, half, strength, healthy, out):
    """Write the change of each edge's target value per change of its source (edges,)."""
    for i in range(healthy.shape[0]):
        own = healthy[i] * (1.0 - healthy[i])
        for e in range(first[i], first[i + 1]):
            rise = slope(healthy[source[e]], exponent[e], half[e])
            out[e] = sign[e] * strength[e] * rise * own


@lru_cache(maxsize=8)
def _pattern(first: bytes, source: bytes) -> tuple[Ints, Ints, Ints, Ints]:
    """Rows, column starts, and places of diagonal and edges in a sparse nodes x nodes matrix."""
    begins, sources = np.frombuffer(first, np.int64), np.frombuffer(source, np.int64)
    count = len(begins) - 1
    targets = np.repeat(np.arange(count), np.diff(begins))
    cells = np.concatenate([np.arange(count) * (count + 1), sources * count + targets])
    distinct, place = np.unique(cells, return_inverse=True)
    starts = np.searchsorted(distinct, np.arange(count + 1) * count)
    return distinct % count, starts, place[:count], place[count:]


def gains(network: Network, column: int) -> Floats:
    """(2, 2) rise of each cytokine's release per small drive by each, at rest.

    Release counts as the share of what is left above the healthy activity of the gene.
    """
    from scipy.sparse import csc_array
    from scipy.sparse.linalg import splu

    genes = [network.index(name) for name in CYTOKINES]
    stimuli = [network.nodes.index(STIMULUS + name) for name in CYTOKINES]
    count, rise = len(network.nodes), np.empty(len(network.source))
    slopes(
        network.first, network.source, network.sign, network.hill, network.half,
        network.strength[column], network.healthy, rise,
    )  # fmt: skip
    rows, starts, diagonal, edges = _pattern(network.first.tobytes(), network.source.tobytes())
    change = np.bincount(edges, rise, len(rows))
    system = -change
    system = system + np.bincount(diagonal, minlength=len(rows))
    right = np.zeros((count, len(stimuli)))
    for n, j in enumerate(stimuli):
        np.add.at(right[:, n], rows[starts[j] : starts[j + 1]], change[starts[j] : starts[j + 1]])
    moved = splu(csc_array((system, rows, starts), shape=(count, count))).solve(right)
    found: Floats = moved[genes] / (1.0 - network.healthy[genes])[:, None]
    return found


def release_share(around: Floats, drive_at_full: Sequence[float]) -> float:
    """Share of the drawn release at which small disturbances die out in one tissue.

    Args:
        around: the :func:`gains` of its cells.
        drive_at_full: for each cytokine, drive its full release by all healthy cells would make if
            it stayed in the tissue, in the linear range: rate x cells x life / half dose.
    """
    loop = around * np.asarray(drive_at_full)[None, :]
    half, product = (
        0.5 * float(np.trace(loop)),
        float(loop[0, 0] * loop[1, 1] - loop[0, 1] * loop[1, 0]),
    )
    fastest = half + max(half * half - product, 0.0) ** 0.5  # largest real part of two eigenvalues
    return min(1.0, LARGEST / fastest) if fastest > 0.0 else 1.0
