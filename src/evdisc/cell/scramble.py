"""Networks that should know nothing, to compare with: signs permuted, or arrows rewired."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from evdisc.cell.homeostasis import calm
from evdisc.cell.network import Network


def scramble(network: Network, how: str, seed: int) -> Network:
    """A copy with permuted signs (``signs``) or permuted sources (``rewired``).

    Rewiring keeps how many arrows leave and enter each node and what their signs are. The healthy
    state is balanced again.
    """
    order = np.random.default_rng([seed, 7]).permutation(len(network.source))
    if how == "signs":
        changed = replace(network, sign=network.sign[order])
    else:
        changed = replace(network, source=network.source[order])
    strength, offset = network.strength.copy(), network.offset.copy()
    looped = np.ones(len(network.source), dtype=np.bool_)
    for row, own in zip(strength, offset, strict=True):
        calm(
            changed.first, changed.source, changed.sign, changed.hill, changed.half, row,
            changed.healthy, looped, own,
        )  # fmt: skip
    return replace(changed, strength=strength, offset=offset)
