"""Signalling and cargo as one system of ordinary equations, solved tightly: the slow reference.

    dx/dt = (f(x, u) - x) / tau
    strength = d / (d + e + K),  d = d_0 exp(-ln2 t / T)

f and u are those of :mod:`evdisc.cell.signalling`; d copies of a cargo of half-life T, s, after d_0
were brought at once, e the cell's own, K those at half occupancy. The run itself holds the cargo
over a macro step and advances signalling by an exponential integrator; the difference to this
solution (LSODA, Petzold 1983) is the error of both.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from evdisc.cell.exchange_export import Cargo
from evdisc.cell.field import field
from evdisc.cell.network import Network
from evdisc.cell.wiring import wiring

Floats = NDArray[np.float64]


def strength(cargo: Cargo, time: float) -> float:
    """Strength of a cargo ``time`` s after it was brought."""
    copies = cargo.copies * math.exp(-math.log(2.0) * time / cargo.half_life)
    return copies / (copies + cargo.own + cargo.half_effect)


def full_ode(
    network: Network, column: int, drive: Mapping[int, float], cargoes: Sequence[Cargo],
    times: Sequence[float], start: Floats | None = None,
) -> Floats:  # fmt: skip
    """Activities (times, nodes) at ``times`` (s, rising) from the healthy cell or ``start``."""
    from scipy.integrate import solve_ivp

    held = np.zeros((len(network.nodes), 1))
    for node, value in drive.items():
        held[node, 0] = value
    out = np.zeros_like(held)
    wired = wiring(network)

    def rate(time: float, x: Floats) -> Floats:
        now = held.copy()
        for cargo in cargoes:
            left = (1.0 - now[cargo.node, 0]) * (1.0 - strength(cargo, time))
            now[cargo.node, 0] = 1.0 - left
        field(x[:, None], now, wired, column, out)
        slope: Floats = (out[:, 0] - x) / network.time_constant
        return slope

    begin = network.healthy if start is None else start
    found = solve_ivp(
        rate, (0.0, max(times)), begin, "LSODA", t_eval=list(times), rtol=1e-10, atol=1e-13
    )
    states: Floats = found.y.T
    return states
