"""Wiring: networks of all cell types of a run, packed for the kernel that advances them."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from evdisc.cell.network import Network

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


class Wiring(NamedTuple):
    """Nodes and the edges that hold in each cell type, edges sorted by type and target.

    Attributes:
        first: (types, n + 1) edges of node i in type c are ``first[c, i]:first[c, i + 1]``.
        source: (e,) source node.
        hill: (e,) exponent of the Hill function, 1 to 3.
        half: (e,) half activation to the power of the exponent.
        reach: (e,) signed change of the target's log-odds at full Hill function, times
            1 + ``half``, so that a term is ``reach x^n / (x^n + half)``.
        offset: (types, n) log-odds without regulators.
        own: (n,) 1 where the cell itself makes the node, 0 where it is brought.
        gain, push: (n,) those of the network, shared with it.
        time_constant: (n,) s.
    """

    first: Ints
    source: Ints
    hill: Ints
    half: Floats
    reach: Floats
    offset: Floats
    own: Floats
    gain: Floats
    push: Floats
    time_constant: Floats


def wiring(network: Network) -> Wiring:
    """Wiring of a network; ``gain`` and ``push`` stay those of the network."""
    half = network.half**network.hill
    reach = network.sign * network.strength * (1.0 + half)
    starts, parts = [], []
    count = 0
    for row in network.strength:
        held = row != 0.0
        before = np.concatenate([[0], np.cumsum(held)])
        starts.append(count + before[network.first])
        parts.append(np.flatnonzero(held))
        count += int(before[-1])
    kept = np.concatenate(parts)
    kind = np.repeat(np.arange(len(parts)), [len(p) for p in parts])
    return Wiring(
        np.array(starts, dtype=np.int64), network.source[kept], network.hill[kept], half[kept],
        np.ascontiguousarray(reach[kind, kept]), network.offset,
        (network.healthy > 0.0).astype(np.float64), network.gain, network.push,
        network.time_constant,
    )  # fmt: skip


def alike(kinds: Ints) -> Ints:
    """(runs, 3) first, end and cell type of each run of neighbouring patches of one type."""
    borders = np.flatnonzero(np.diff(kinds)) + 1
    first = np.concatenate([[0], borders])
    end = np.concatenate([borders, [len(kinds)]])
    return np.stack([first, end, kinds[first]], axis=1).astype(np.int64)
