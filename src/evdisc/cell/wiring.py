"""Wiring: networks of all cell types of a run, packed for the kernel that advances them."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from evdisc.cell.network import Network

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

#: edges of a node are summed so many at once
QUAD = 4


class Wiring(NamedTuple):
    """Nodes and the edges that hold in each cell type, edges sorted by type and target.

    A node has no edge, one, two or a multiple of :data:`QUAD`; what is missing is filled up with
    its first edge at no effect.

    Attributes:
        first: (types, n + 1) edges of node i in type c are ``first[c, i]:first[c, i + 1]``.
        source: (e,) row of the table of powers: (exponent - 1) n + source node.
        half: (e,) half activation to the power of the exponent.
        lack: (e,) reach times ``half``, where the reach is the signed change of the target's
            log-odds at full Hill function, times 1 + ``half``: a term is
            ``reach x^n / (x^n + half)`` or ``reach - lack / (x^n + half)``.
        full: (types, n) log-odds without regulators, plus all reaches.
        order: (types, n) the nodes: those that what is usually brought reaches before the others;
            of either those that feed another first; of these by their number of edges, which keeps
            loops over them alike.
        reached, feeding: (types,) how many are reached, and how many of these feed another.
        sources: nodes that feed another in any type.
        own: (n,) 1 where the cell itself makes the node, 0 where it is brought.
        gain, push: (n,) those of the network, shared with it.
        time_constant: (n,) s.
    """

    first: Ints
    source: Ints
    half: Floats
    lack: Floats
    full: Floats
    order: Ints
    reached: Ints
    feeding: Ints
    sources: Ints
    own: Floats
    gain: Floats
    push: Floats
    time_constant: Floats


def wiring(network: Network, brought: Ints | None = None) -> Wiring:
    """Wiring of a network; ``gain`` and ``push`` stay those of the network.

    ``brought`` are the nodes that are usually driven from outside; all where it is left out.
    """
    count = len(network.nodes)
    half = network.half**network.hill
    reach = network.sign * network.strength * (1.0 + half)
    row = (network.hill - 1) * count + network.source
    target = np.repeat(np.arange(count), np.diff(network.first))
    full, firsts, orders, kept, empty = network.offset.copy(), [], [], [], 0
    for kind, strength in enumerate(network.strength):
        held = np.flatnonzero(strength != 0.0)
        np.add.at(full[kind], target[held], reach[kind, held])
        first, edges, missing = _quads(held, np.bincount(target[held], minlength=count))
        firsts.append(empty + first)
        orders.append(_order(network.source[held], target[held], np.diff(first), brought))
        kept.append((edges, np.where(missing, 0.0, (reach[kind] * half)[edges])))
        empty += len(edges)
    edge, lack = (np.concatenate(each) for each in zip(*kept, strict=True))
    order, reached, feeding = (np.array(each) for each in zip(*orders, strict=True))
    return Wiring(
        np.array(firsts), row[edge], half[edge], lack, full, order, reached, feeding,
        np.unique(network.source), (network.healthy > 0.0).astype(np.float64), network.gain,
        network.push, network.time_constant,
    )  # fmt: skip


def _quads(held: Ints, edges: Ints) -> tuple[Ints, Ints, NDArray[np.bool_]]:
    """First place of each node, the edge in each place, and where it only fills up a quad.

    ``held`` are the edges that hold, sorted by target, ``edges`` their number by node.
    """
    room = np.where(edges <= 2, edges, -(-edges // QUAD) * QUAD)
    first = np.concatenate([[0], np.cumsum(room)]).astype(np.int64)
    behind = np.arange(first[-1]) - np.repeat(first[:-1], room)
    missing = behind >= np.repeat(edges, room)
    own = np.repeat(np.cumsum(edges) - edges, room) + np.where(missing, 0, behind)
    return first, held[own], missing


def _order(source: Ints, target: Ints, edges: Ints, brought: Ints | None) -> tuple[Ints, int, int]:
    """``order``, ``reached`` and ``feeding`` of a :class:`Wiring` in one cell type."""
    met, feeds = reach_of(source, target, len(edges), brought), np.zeros(len(edges), dtype=bool)
    feeds[source] = True
    return np.lexsort((edges, ~feeds, ~met)), int(met.sum()), int((met & feeds).sum())


def reach_of(source: Ints, target: Ints, count: int, begin: Ints | None) -> NDArray[np.bool_]:
    """(count,) the nodes ``begin``, and all that edges lead to from there."""
    met = np.full(count, begin is None)
    if begin is None:
        return met
    met[begin] = True
    known = 0
    while met.sum() > known:
        known = int(met.sum())
        met[target[met[source]]] = True
    return met


def alike(kinds: Ints) -> Ints:
    """(runs, 3) first, end and cell type of each run of neighbouring patches of one type."""
    borders = np.flatnonzero(np.diff(kinds)) + 1
    first = np.concatenate([[0], borders])
    end = np.concatenate([borders, [len(kinds)]])
    return np.stack([first, end, kinds[first]], axis=1).astype(np.int64)
