"""Draws: a counter-based function of (study seed, member, parameter identity).

Any member re-runs alone, an ensemble extends, adding a parameter changes no other draw, and all
arms, products and discs of a member share it (Philox, Salmon 2011, doi:10.1145/2063384.2063405).
"""

from __future__ import annotations

import hashlib

import numpy as np


def uniform(seed: int, member: int, identity: str) -> float:
    """The uniform number in (0, 1) that belongs to these three."""
    word = int.from_bytes(hashlib.blake2b(identity.encode(), digest_size=8).digest(), "little")
    bits = np.random.Philox(key=[seed % 2**64, word], counter=[0, 0, 0, member])
    return (float(bits.random_raw() >> 11) + 0.5) * 2.0**-53
