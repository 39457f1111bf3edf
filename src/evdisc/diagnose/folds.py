"""Folds that keep a donor, and where it can be a batch, on one side."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from evdisc.diagnose.cohort import Cohort

Codes = NDArray[np.int64]


def units(cohort: Cohort, folds: int) -> tuple[Codes, bool]:
    """(n,) what must not be torn apart, and whether whole batches are kept together.

    Donors and batches that share a sample are one unit. Where that leaves fewer units than
    folds, or a class in too few of them, donors alone are the units.
    """
    batch = cohort.strata.get(cohort.roles.get("batch", ""))
    if batch is None:
        return cohort.donors, False
    joined = _connected(cohort.donors, batch)
    middle = np.median(cohort.outcome.codes) if cohort.outcome.ordinal else 0
    upper = cohort.outcome.codes > middle
    in_both = min(len(np.unique(joined[upper])), len(np.unique(joined[~upper])))
    return (joined, True) if in_both >= folds else (cohort.donors, False)


def _connected(first: Codes, second: Codes) -> Codes:
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import connected_components

    size = int(first.max()) + 1
    total = size + int(second.max()) + 1
    edges = coo_matrix((np.ones(len(first)), (first, size + second)), shape=(total, total))
    return np.asarray(connected_components(edges, directed=False)[1][first], dtype=np.int64)


def deal(unit: Codes, codes: Codes, folds: int, random: np.random.Generator) -> Codes:
    """(n,) fold of each sample: units shuffled, ordered by their mean outcome, dealt in turn."""
    names, own = np.unique(unit, return_inverse=True)
    mean = np.bincount(own, weights=codes) / np.bincount(own)
    order = np.lexsort((random.random(len(names)), mean))
    fold = np.empty(len(names), dtype=np.int64)
    fold[order] = (np.arange(len(names)) + random.integers(folds)) % folds
    return np.asarray(fold[own])


def possible(unit: Codes, codes: Codes, wanted: int) -> int:
    """Folds that the rarer side of the outcome allows, at most ``wanted``, at least 2."""
    middle = np.median(codes) if codes.max() > 1 else 0
    sides = (len(np.unique(unit[codes > middle])), len(np.unique(unit[codes <= middle])))
    return max(2, min(wanted, *sides))
