"""Ranks that are honest about ties: nobody is placed above another it cannot be told from.

    chance of best = mean over members of (1 / number near the best) where a product is near it
    near the best = gain >= largest gain of the member - band
    rank = 1 + number of products resolved to be better
    resolved = 90 % range of the paired difference of gains off 0 and not within the band
    chance none helps = share of members in which no gain passes the band

All of it works on paired gains: every member meets every product. The rule is our choice.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from evdisc.outcome.effects import direction, quantiles

Floats = NDArray[np.float64]


def chance_of_best(gain: Floats, band: float) -> Floats:
    """Share of members in which each product is best.

    Products within the equivalence band of a member's best share that member equally.

    Args:
        gain: (members, products), more is better.
        band: difference that counts as none.
    """
    near = gain >= gain.max(axis=1, keepdims=True) - band
    shares: Floats = (near / near.sum(axis=1, keepdims=True)).mean(axis=0)
    return shares


def chance_none_helps(gain: Floats, band: float) -> float:
    """Share of members in which no product gains more than the equivalence band."""
    return float(np.mean(gain.max(axis=1) <= band))


def told_apart(gain: Floats, band: float) -> NDArray[np.int64]:
    """(products, products): +1 where the row is resolved to be better, -1 worse, 0 a tie."""
    count = gain.shape[1]
    sign = {"up": 1, "down": -1}
    out = np.zeros((count, count), dtype=np.int64)
    for i in range(count):
        for j in range(i):
            _, low, high = quantiles(gain[:, i] - gain[:, j])
            out[i, j] = sign.get(direction(low, high, band), 0)
            out[j, i] = -out[i, j]
    return out


def ranks(apart: NDArray[np.int64]) -> list[int]:
    """One more than the number of products that are resolved to be better."""
    return [1 + int(np.sum(row < 0)) for row in apart]


def widest(gain: Floats) -> float:
    """The largest difference between two products that the 90 % ranges allow for."""
    most = 0.0
    for i in range(gain.shape[1]):
        for j in range(i):
            _, low, high = quantiles(gain[:, i] - gain[:, j])
            most = max(most, abs(low), abs(high))
    return most
