"""Why a read-out moved: the paths from what was brought to it, and how much each carried."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from evdisc.cell.hill import hill
from evdisc.cell.network import Network

Floats = NDArray[np.float64]

#: longest path that is followed, in arrows
LONGEST = 7
#: a path that carries less than this share is not followed further
LEAST = 0.01


@dataclass(frozen=True)
class Path:
    """Arrows from a brought node to the read-out and the share of the move they carried.

    A negative share worked against the move.
    """

    arrows: tuple[str, ...]
    share: float


def pushes(network: Network, column: int, before: Floats, after: Floats) -> Floats:
    """(e,) what each arrow added to its target's log-odds between two states (nodes,)."""
    out = np.zeros(len(network.source))
    for e, source in enumerate(network.source):
        w = network.strength[column, e]
        if w != 0.0:
            n, k = int(network.hill[e]), float(network.half[e])
            moved = hill(float(after[source]), n, k) - hill(float(before[source]), n, k)
            out[e] = network.sign[e] * w * moved
    return out


def paths(
    network: Network, column: int, before: Floats, after: Floats, readout: str,
    held: frozenset[int] = frozenset(),
) -> list[Path]:  # fmt: skip
    """Paths by which a read-out moved, the strongest first.

    A node's move is shared among its arrows by what each added to its log-odds, as a part of all
    that was added in absolute value; along a path the parts multiply. A path ends at a node that
    was brought or held (``held``); a node met twice ends it without result.
    """
    added = pushes(network, column, before, after)
    found: dict[tuple[str, ...], float] = defaultdict(float)

    def walk(node: int, share: float, arrows: tuple[str, ...], met: frozenset[int]) -> None:
        a, b = network.first[node], network.first[node + 1]
        whole = float(np.abs(added[a:b]).sum())
        # a node that is driven from outside has no reason inside the cell
        if node in held or (network.healthy[node] == 0.0 and arrows):
            found[arrows] += share
            return
        if whole <= 0.0 or len(arrows) == LONGEST:
            return
        direction = np.sign(after[node] - before[node]) or 1.0
        for e in range(a, b):
            part = share * direction * added[e] / whole
            source = int(network.source[e])
            if abs(part) >= LEAST and source not in met:
                walk(source, part, (network.arrows[e], *arrows), met | {source})

    start = network.index(readout)
    walk(start, 1.0, (), frozenset({start}))
    return sorted((Path(k, v) for k, v in found.items()), key=lambda p: -abs(p.share))
