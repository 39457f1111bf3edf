"""Draws: a counter-based function of (study seed, member, parameter identity).

    normal:    y = m + (h - m) z / 1.645 for z > 0, m + (m - l) z / 1.645 below
    uniform:   y = l + (h - l) u
    bernoulli: y = 1 where u > 1 - p, else 0

u is the draw in (0, 1) and z its normal quantile; m, l and h are value, low and high of the row, on
a log scale for lognormal and loguniform, a logit scale for logitnormal. Low and high bound 90 % of
the draws of a normal and all of a uniform one. Two halves of different width are our choice.

Any member re-runs alone, an ensemble extends, adding a parameter changes no other draw, and all
arms, products and discs of a member share it (Philox, Salmon 2011, doi:10.1145/2063384.2063405).
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numba import njit
from numpy.typing import NDArray
from scipy.special import expit, logit, ndtri

from evdisc.evidence.distributions import Z95
from evdisc.evidence.parameters import ParameterRow
from evdisc.evidence.units_si import si_unit

ROUNDS = 10
LOW = np.uint64(0xFFFFFFFF)
HALF = np.uint64(32)
MULTIPLY = (np.uint64(0xD2E7470EE14C6C93), np.uint64(0xCA5A826395121157))
BUMP = (np.uint64(0x9E3779B97F4A7C15), np.uint64(0xBB67AE8584CAA73B))
ONE = np.uint64(1)
DROP = np.uint64(11)
#: scale on which a distribution is even or normal, and the way back
SCALES = {
    "lognormal": (np.log, np.exp), "loguniform": (np.log, np.exp), "logitnormal": (logit, expit),
}  # fmt: skip


@njit(cache=True, nogil=True)
def high_word(a: np.uint64, b: np.uint64) -> np.uint64:
    """Upper 64 bits of the product of two 64-bit numbers."""
    a0, a1, b0, b1 = a & LOW, a >> HALF, b & LOW, b >> HALF
    middle = a1 * b0 + ((a0 * b0) >> HALF)
    carry = a0 * b1 + (middle & LOW)
    return a1 * b1 + (middle >> HALF) + (carry >> HALF)


@njit(cache=True, nogil=True)
def uniforms(seed: np.uint64, member: np.uint64, words: NDArray[np.uint64]) -> NDArray[np.float64]:
    """Uniform numbers in (0, 1), one a word: Philox 4x64 with ten rounds, as NumPy has it."""
    out = np.empty(words.shape[0])
    for i in range(words.shape[0]):
        # NumPy steps its counter before the first number
        c0, c1, c2, c3 = ONE, ONE - ONE, ONE - ONE, member
        k0, k1 = seed, words[i]
        for _ in range(ROUNDS):
            h0, l0 = high_word(MULTIPLY[0], c0), MULTIPLY[0] * c0
            h1, l1 = high_word(MULTIPLY[1], c2), MULTIPLY[1] * c2
            c0, c1, c2, c3 = h1 ^ c1 ^ k0, l1, h0 ^ c3 ^ k1, l0
            k0 += BUMP[0]
            k1 += BUMP[1]
        out[i] = (float(c0 >> DROP) + 0.5) * 2.0**-53
    return out


@lru_cache(maxsize=200_000)
def word(identity: str) -> int:
    """64-bit word of an identity."""
    return int.from_bytes(hashlib.blake2b(identity.encode(), digest_size=8).digest(), "little")


@lru_cache(maxsize=2_000)
def words(identities: tuple[str, ...]) -> NDArray[np.uint64]:
    """:func:`word` of many identities."""
    return np.array([word(i) for i in identities], dtype=np.uint64)


@dataclass(frozen=True)
class MemberDraws:
    """The uniform numbers of one member of a study."""

    seed: int
    member: int

    def __call__(self, identity: str) -> float:
        """The uniform number in (0, 1) that belongs to ``identity``."""
        return float(self.many([identity])[0])

    def many(self, identities: Sequence[str]) -> NDArray[np.float64]:
        """:meth:`__call__` for many identities."""
        found: NDArray[np.float64] = uniforms(
            np.uint64(self.seed % 2**64), np.uint64(self.member), words(tuple(identities))
        )
        return found


def uniform(seed: int, member: int, identity: str) -> float:
    """The uniform number in (0, 1) that belongs to these three."""
    return MemberDraws(seed, member)(identity)


@dataclass(frozen=True)
class Spread:
    """Distributions of one kind, side by side; see :mod:`evdisc.evidence.distributions`.

    Attributes:
        distribution: its name.
        value, low, high: (n,) on the scale on which it is even or normal.
        unit: (n,) SI units in the unit of the row.
    """

    distribution: str
    value: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]
    unit: NDArray[np.float64]

    @classmethod
    def of(cls, rows: Sequence[ParameterRow]) -> Spread:
        """Spread of evidence rows that share a distribution."""
        name = rows[0].distribution
        forward, _ = SCALES.get(name, (np.positive, np.positive))
        numbers = np.array([(r.value, r.low, r.high) for r in rows], dtype=np.float64).T
        value, low, high = forward(numbers)
        return cls(name, value, low, high, np.array([si_unit(r.unit)[1] for r in rows]))

    def at(self, u: NDArray[np.float64]) -> NDArray[np.float64]:
        """SI values at the quantiles ``u`` (n,); ``row.at`` for one row."""
        _, back = SCALES.get(self.distribution, (np.positive, np.positive))
        if self.distribution == "fixed":
            raw = self.value
        elif self.distribution == "bernoulli":
            raw = (u > 1.0 - self.value).astype(np.float64)
        elif self.distribution in ("uniform", "loguniform"):
            raw = back(self.low + u * (self.high - self.low))
        else:
            z = ndtri(u)
            reach = np.where(z < 0, self.value - self.low, self.high - self.value)
            raw = back(self.value + z / Z95 * reach)
        return np.asarray(raw * self.unit)
