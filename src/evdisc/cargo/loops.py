"""Energies of single loops and helix ends, read from the packed table of Turner 2004.

A closing pair is (target, miRNA), an inner pair (miRNA, target); see :mod:`evdisc.cargo.turner`.
Indices are unsigned: they tell the compiler that none counts from the end.
"""

# numba infers the types of kernels
# mypy: disallow-untyped-defs=False, disallow-incomplete-defs=False, disallow-untyped-calls=False
from __future__ import annotations

import numpy as np
from numba import njit

from evdisc.cargo.turner import (
    ASYMMETRY,
    BULGE,
    CLOSED,
    EXTERIOR,
    INITIATION,
    INTERNAL,
    ONE_ONE,
    ONE_TWO,
    STACK,
    TWO_TWO,
)

#: kinds of loop a pair may close, as in the block ``closed``
GENERIC, ONE_N, TWO_THREE, LONG_BULGE = range(4)


@njit(cache=True, nogil=True)
def lesser(a, b):
    """The lesser of two energies, none of which is NaN."""
    return a if a < b else b


@njit(cache=True, nogil=True)
def exterior(energy, pair, five, three):
    """What a pair that ends a helix adds: its dangling bases, and a penalty for AU and GU."""
    return energy[np.uint64(EXTERIOR + (pair * 6 + five) * 6 + three)]


@njit(cache=True, nogil=True)
def opened(energy, pair, five, three):
    """A duplex that begins with this pair: initiation and :func:`exterior`."""
    return energy[np.uint64(INITIATION)] + exterior(energy, pair, five, three)


@njit(cache=True, nogil=True)
def closed(energy, kind, pair, five, three):
    """What a pair and the mismatch beside it add to a loop of this kind."""
    return energy[np.uint64(CLOSED + ((kind * 6 + pair) * 6 + five) * 6 + three)]


@njit(cache=True, nogil=True)
def stack(energy, outer, inner):
    """Two pairs, one on the other."""
    return energy[np.uint64(STACK + outer * 6 + inner)]


@njit(cache=True, nogil=True)
def bulge(energy, n):
    """A bulge of ``n`` bases, without what its pairs add."""
    return energy[np.uint64(BULGE + n)]


@njit(cache=True, nogil=True)
def internal(energy, n):
    """An interior loop of ``n`` bases, without what its pairs add."""
    return energy[np.uint64(INTERNAL + n)]


@njit(cache=True, nogil=True)
def asymmetry(energy, n):
    """Two strands of an interior loop that differ by ``n`` bases."""
    return energy[np.uint64(ASYMMETRY + n)]


@njit(cache=True, nogil=True)
def one_one(energy, outer, inner, si, sj):
    """A loop of one base on each strand."""
    return energy[np.uint64(ONE_ONE + ((outer * 6 + inner) * 5 + si) * 5 + sj)]


@njit(cache=True, nogil=True)
def one_two(energy, outer, inner, single, first, second):
    """A loop of one base against two: ``first`` lies by the inner pair, ``second`` by the outer."""
    return energy[
        np.uint64(ONE_TWO + (((outer * 6 + inner) * 5 + single) * 5 + first) * 5 + second)
    ]


@njit(cache=True, nogil=True)
def two_two(energy, outer, inner, si, sp, sq, sj):
    """A loop of two bases on each strand."""
    return energy[
        np.uint64(TWO_TWO + ((((outer * 6 + inner) * 5 + si) * 5 + sp) * 5 + sq) * 5 + sj)
    ]


@njit(cache=True, nogil=True)
def between(energy, outer, inner, n1, n2, si, sj, sp, sq):
    """Energy of what lies between two pairs (0.01 kcal/mol): a stack, a bulge or a loop.

    Args:
        energy: the packed table.
        outer, inner: numbers of the closing pair and of the inner pair.
        n1, n2: unpaired bases of target and miRNA.
        si, sj: bases next to the closing pair inside the loop, of target and miRNA.
        sp, sq: bases next to the inner pair inside the loop, of target and miRNA.
    """
    if n1 == 0 and n2 == 0:
        return stack(energy, outer, inner)
    if n1 + n2 == 1:
        return bulge(energy, 1) + stack(energy, outer, inner)
    if n1 == 0 or n2 == 0:
        ends = closed(energy, LONG_BULGE, outer, 0, 0) + closed(energy, LONG_BULGE, inner, 0, 0)
        return bulge(energy, n1 + n2) + ends
    if n1 == 1 and n2 == 1:
        return one_one(energy, outer, inner, si, sj)
    if n1 == 1 and n2 == 2:
        return one_two(energy, outer, inner, si, sq, sj)
    if n1 == 2 and n2 == 1:
        return one_two(energy, inner, outer, sq, si, sp)
    if n1 == 2 and n2 == 2:
        return two_two(energy, outer, inner, si, sp, sq, sj)
    kind = ONE_N if n1 == 1 or n2 == 1 else TWO_THREE if n1 + n2 == 5 else GENERIC
    ends = closed(energy, kind, outer, si, sj) + closed(energy, kind, inner, sq, sp)
    return internal(energy, n1 + n2) + asymmetry(energy, abs(n1 - n2)) + ends
