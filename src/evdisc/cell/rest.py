"""Whether a network comes to rest: the residual, and how far activities still move late on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from evdisc.cell.assay import assay
from evdisc.cell.network import Network

DAY = 86400.0
#: days by which anything that settles has settled, and days that are looked at then
LATE, WINDOW = 100.0, 20.0
READS = 60
#: a late movement below this is not a cycle
STILL = 5e-3
TOLERANCE = 1e-5


@dataclass(frozen=True)
class Late:
    """A network long after a change.

    Attributes:
        residual: largest change of an activity per day at the end.
        amplitude: largest swing of an activity over the last 20 days.
        nodes: those that swing.
    """

    residual: float
    amplitude: float
    nodes: tuple[str, ...]

    @property
    def cycles(self) -> bool:
        """Whether it still moves: a limit cycle, or a drift slower than it was given time for."""
        return bool(self.nodes)


def rest(network: Network, column: int, drives: Mapping[int, float] | None = None) -> Late:
    """Look at a network from day 100 to day 120 under held drives."""
    times = DAY * np.linspace(LATE, LATE + WINDOW, READS)
    seen = assay(network, column, [drives or {}], times.tolist(), TOLERANCE)[:, :, 0]
    swing = seen.max(axis=0) - seen.min(axis=0)
    moved = np.abs(seen[-1] - seen[-2]).max() / (times[-1] - times[-2]) * DAY
    names = tuple(network.nodes[i] for i in np.flatnonzero(swing > STILL))
    return Late(float(moved), float(swing.max()), names)
