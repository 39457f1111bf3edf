"""An assay of signalling alone: one network, many conditions side by side, from healthy on.

The milieu is held, nothing is secreted into it and no cell dies: what a dish shows in the first
days, without the feedback of the dish.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from evdisc.cell.field import lanes, touched
from evdisc.cell.network import Network
from evdisc.cell.signalling import STAGES, TOLERANCE, advance
from evdisc.cell.wiring import wiring

Floats = NDArray[np.float64]


def assay(
    network: Network, column: int, drives: Sequence[Mapping[int, float]], times: Sequence[float],
    tolerance: float = TOLERANCE, start: Floats | None = None,
) -> Floats:  # fmt: skip
    """Activities under held drives.

    Args:
        network: one member's network.
        column: cell type.
        drives: node -> drive, one mapping a condition.
        times: when to read, s, rising.
        tolerance: largest error of an activity in a step.
        start: (nodes, conditions); the healthy cell if left out.

    Returns:
        (times, nodes, conditions).
    """
    count, wide = len(network.nodes), lanes(len(drives))
    x = np.repeat(network.healthy[:, None], wide, 1)
    if start is not None:
        x[:] = start[:, np.minimum(np.arange(wide), len(drives) - 1)]
    drive, driven = np.zeros((count, wide)), np.zeros(count, dtype=np.bool_)
    for q in range(wide):
        for node, value in drives[min(q, len(drives) - 1)].items():
            drive[node, q] = value
    touched(drive, network.push, driven)
    wired, work, pace = wiring(network), np.zeros(STAGES * drive.size), np.full(1, np.inf)
    out = np.empty((len(times), count, len(drives)))
    now = 0.0
    for n, time in enumerate(times):
        if time > now:
            advance(x, drive, driven, wired, column, time - now, tolerance, work, pace)
            now = time
        out[n] = x[:, : len(drives)]
    return out
