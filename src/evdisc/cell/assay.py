"""An assay of signalling alone: one network, many conditions side by side, from healthy on.

The milieu is held, nothing is secreted into it and no cell dies: what a dish shows in the first
days, without the feedback of the dish.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from evdisc.cell.network import Network
from evdisc.cell.signalling import TOLERANCE, WORK, advance
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
    shape = (len(network.nodes), len(drives))
    x = np.repeat(network.healthy[:, None], shape[1], 1) if start is None else start.copy()
    drive = np.zeros(shape)
    for q, held in enumerate(drives):
        for node, value in held.items():
            drive[node, q] = value
    wired, work, pace = wiring(network), np.zeros((WORK, drive.size)), np.full(1, np.inf)
    out = np.empty((len(times), *shape))
    now = 0.0
    for n, time in enumerate(times):
        if time > now:
            advance(x, drive, wired, column, time - now, tolerance, work, pace)
            now = time
        out[n] = x
    return out
