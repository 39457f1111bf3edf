"""Canonical sites of a miRNA by an index of all hexamers of a transcriptome.

The conventions are TargetScan's (Lewis et al., Cell 120:15, 2005; Agarwal et al., eLife 4:e05005,
2015). A 6mer pairs with miRNA bases 2-7; base 8 paired makes a 7mer-m8, an A opposite base 1 a
7mer-A1, both an 8mer. Every site is counted once, as the longest it is.
"""

# numba infers the types of kernels
# mypy: disallow-untyped-defs=False, disallow-incomplete-defs=False, disallow-untyped-calls=False
from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from evdisc.cargo.turner import LONGEST
from evdisc.errors import InputError

#: types of site by the sum of what they hold: 1 for the A opposite base 1, 2 for base 8
TYPES = ("6mer", "7mer-A1", "7mer-m8", "8mer")
#: bases of the seed match, its hexamers, and how far each end reaches beyond it
SEED = 6
HEXAMERS = 4**SEED
#: shortest miRNA that has a base 8
SHORTEST = 8


class Index(NamedTuple):
    """Where each hexamer of the transcriptome begins.

    Attributes:
        first: (4097,) place in ``positions`` of the first occurrence of each hexamer.
        positions: positions in the codes, in order, hexamer by hexamer.
    """

    first: NDArray[np.int64]
    positions: NDArray[np.int32]


class SeedSites(NamedTuple):
    """Sites of one miRNA, in the order of the transcriptome.

    Attributes:
        begins: position in the codes of the 5' most base of the seed match (opposite base 7).
        types: number of the type, index of :data:`TYPES`.
    """

    begins: NDArray[np.int64]
    types: NDArray[np.int8]

    @property
    def spans(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """First and last position of each whole site: 6, 7 or 8 bases."""
        return self.begins - (self.types >> 1), self.begins + SEED - 1 + (self.types & 1)


def index(codes: NDArray[np.int8]) -> Index:
    """Index of all hexamers of ``codes`` that hold A, C, G and U alone.

    Raises:
        InputError: there are more bases than a 32-bit position counts.
    """
    if codes.size > np.iinfo(np.int32).max:
        raise InputError("too many bases", value=codes.size, expected="under 2.1e9; split the file")
    first = np.zeros(HEXAMERS + 1, np.int64)
    _count(codes, first)
    first[1:] = np.cumsum(first[1:])
    positions = np.empty(int(first[-1]), np.int32)
    _place(codes, first[:-1].copy(), positions)
    return Index(first, positions)


@njit(cache=True, nogil=True)
def _count(codes, first):
    """Add the occurrences of each hexamer to the entry after its own."""
    word, run = 0, 0
    for code in codes:
        run = run + 1 if code < 4 else 0
        word = (word * 4 + code) & (HEXAMERS - 1)
        if run >= SEED:
            first[word + 1] += 1


@njit(cache=True, nogil=True)
def _place(codes, place, positions):
    """Write each position under its hexamer; ``place`` is where the next of each belongs."""
    word, run = 0, 0
    for p in range(codes.size):
        code = codes[p]
        run = run + 1 if code < 4 else 0
        word = (word * 4 + code) & (HEXAMERS - 1)
        if run >= SEED:
            positions[place[word]] = p - SEED + 1
            place[word] += 1


def seed_sites(codes: NDArray[np.int8], where: Index, mirna: NDArray[np.int8]) -> SeedSites:
    """Canonical sites of a miRNA (codes without end codes), by the index of ``codes``.

    Raises:
        InputError: the miRNA is too short, too long, or its first eight bases are not all known.
    """
    if not SHORTEST <= mirna.size <= LONGEST or (mirna[:SHORTEST] > 3).any():
        raise InputError(
            "not the sequence of a miRNA", value=f"{mirna.size} nt",
            expected=f"{SHORTEST} to {LONGEST} nt, the first {SHORTEST} of A C G U",
        )  # fmt: skip
    word = 0
    for base in mirna[6:0:-1]:
        word = word * 4 + 3 - int(base)
    positions = where.positions[where.first[word] : where.first[word + 1]]
    types = np.empty(positions.size, np.int8)
    _type(codes, positions, 3 - int(mirna[7]), types)
    return SeedSites(positions.astype(np.int64), types)


@njit(cache=True, nogil=True)
def _type(codes, positions, facing, types):
    """Type of each site; ``facing`` is the base that pairs with miRNA base 8."""
    for n in range(positions.size):
        p = positions[n]
        types[n] = (codes[p + SEED] == 0) + 2 * (codes[p - 1] == facing)
