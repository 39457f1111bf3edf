"""The semi-quantitative equations of published nucleus networks, to compare with.

    dx/dt = (e^(-h (w - 1/2)) - e^(h/2)) / ((1 - e^(h/2)) (1 + e^(-h (w - 1/2)))) - x
    w = (1 + n) / n up / (1 + up) (1 - (1 + m) / m down / (1 + down))

up is the sum of the n activators and down that of the m inhibitors of a node; a factor without any
is 1, and a node without both decays. All weights are 1 (Mendoza & Xenarios 2006,
doi:10.1186/1742-4682-3-13; gain h = 10 as in Tseranidou 2026, JOR Spine 9:e70172). Time has no
unit. Their published state at time 100 is one phase of a cycle for some clamps; see :func:`late`.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

GAIN = 10.0
#: movement late on above which a network cycles
STILL = 1e-3


@dataclass(frozen=True)
class SignedGraph:
    """Nodes and signed edges; edges of node i are ``first[i]:first[i + 1]``."""

    nodes: tuple[str, ...]
    first: Ints
    source: Ints
    sign: Ints

    @classmethod
    def of(cls, edges: Iterable[tuple[str, str, int]]) -> SignedGraph:
        """Graph of (source, target, sign) triples."""
        rows = list(edges)
        nodes = tuple(sorted({n for s, t, _ in rows for n in (s, t)}))
        order = {n: i for i, n in enumerate(nodes)}
        rows.sort(key=lambda r: order[r[1]])
        target = np.array([order[t] for _, t, _ in rows])
        return cls(
            nodes,
            np.searchsorted(target, np.arange(len(nodes) + 1)).astype(np.int64),
            np.array([order[s] for s, _, _ in rows]),
            np.array([sign for _, _, sign in rows], dtype=np.int64),
        )


@njit(cache=True, nogil=True)
def slope(x, first, source, sign, free, out):
    """Write dx/dt (nodes,); clamped nodes (``free`` 0) do not move."""
    for i in range(x.shape[0]):
        up, down, ups, downs = 0.0, 0.0, 0, 0
        for e in range(first[i], first[i + 1]):
            if sign[e] > 0:
                up += x[source[e]]
                ups += 1
            else:
                down += x[source[e]]
                downs += 1
        out[i] = 0.0
        if free[i] == 0:
            continue
        if ups + downs == 0:
            out[i] = -x[i]
            continue
        w = 1.0
        if ups > 0:
            w = (1.0 + ups) / ups * up / (1.0 + up)
        if downs > 0:
            w *= 1.0 - (1.0 + downs) / downs * down / (1.0 + down)
        rise = math.exp(-GAIN * (w - 0.5))
        half = math.exp(0.5 * GAIN)
        out[i] = (rise - half) / ((1.0 - half) * (1.0 + rise)) - x[i]


def simulate(
    graph: SignedGraph, times: Sequence[float], start: Floats, clamps: Mapping[str, float]
) -> Floats:
    """States at ``times`` (times, nodes) from ``start`` (nodes,) with some nodes clamped."""
    from scipy.integrate import solve_ivp

    free = np.ones(len(graph.nodes), dtype=np.int64)
    begin = np.array(start, dtype=np.float64)
    for name, value in clamps.items():
        place = graph.nodes.index(name)
        free[place], begin[place] = 0, value
    out = np.zeros(len(graph.nodes))

    def rate(_: float, x: Floats) -> Floats:
        slope(x, graph.first, graph.source, graph.sign, free, out)
        return out.copy()

    found = solve_ivp(
        rate, (0.0, max(times)), begin, "LSODA", t_eval=list(times), rtol=1e-8, atol=1e-10
    )
    states: Floats = found.y.T
    return states


@dataclass(frozen=True)
class Late:
    """A network long after a clamp: its state at 100, and what still moves at the horizon."""

    at_100: Floats
    amplitude: float
    nodes: tuple[str, ...]

    @property
    def oscillates(self) -> bool:
        """Whether some node still moves."""
        return bool(self.nodes)


def late(
    graph: SignedGraph, start: Floats, clamps: Mapping[str, float], horizon: float = 2000.0
) -> Late:
    """State at time 100, and the swing of each node over the last quarter of the horizon."""
    times = [100.0, *np.linspace(0.75 * horizon, horizon, 400)]
    seen = simulate(graph, times, start, clamps)
    swing = seen[1:].max(axis=0) - seen[1:].min(axis=0)
    names = tuple(graph.nodes[i] for i in np.flatnonzero(swing > STILL))
    return Late(seen[0], float(swing.max()), names)
