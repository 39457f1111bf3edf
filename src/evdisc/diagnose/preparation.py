"""Normalisation, filling and scaling, learnt on training samples alone.

Counts: log2 counts per million (Law 2014, doi:10.1186/gb-2014-15-2-r29), then each sample is
shifted by the median of its differences from the mean training profile, the idea of Anders and
Huber 2010 (doi:10.1186/gb-2010-11-10-r106): a few plentiful molecules do not move the others.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
#: share of the training samples in which a molecule must have been seen
SEEN_IN = 0.2


@dataclass(frozen=True)
class Preparation:
    """What the training samples say about scale.

    Attributes:
        kind: ``counts``, ``positive`` or ``plain``.
        kept: (q,) columns that are used.
        floor: (q,) added before a logarithm; 0 where none is taken.
        reference: (q,) mean training profile of counts; empty otherwise.
        middle, spread: (q,) median for filling and centring, standard deviation.
    """

    kind: str
    kept: NDArray[np.int64]
    floor: Array
    reference: Array
    middle: Array
    spread: Array

    def apply(self, values: Array) -> Array:
        """(n, p) raw values as (n, q) prepared ones, without gaps."""
        shown = _scaled(self.kind, values, self.kept, self.floor)
        if self.kind == "counts":
            shown = shown - _shift(shown, values[:, self.kept], self.reference)[:, None]
        shown = np.where(np.isnan(shown), self.middle, shown)
        prepared: Array = (shown - self.middle) / self.spread
        return prepared


def learn(kind: str, values: Array) -> Preparation:
    """Learn a preparation from (n, p) training values."""
    seen = (values > 0 if kind != "plain" else ~np.isnan(values)).mean(axis=0) >= SEEN_IN
    kept = np.flatnonzero(seen)
    floor = _floor(kind, values[:, kept])
    shown = _scaled(kind, values, kept, floor)
    reference = np.empty(0)
    if kind == "counts":
        reference = np.nanmean(shown, axis=0)
        shown = shown - _shift(shown, values[:, kept], reference)[:, None]
    spread = np.nanstd(shown, axis=0)
    moves = np.flatnonzero(spread > 1e-9 * (1.0 + np.abs(np.nanmean(shown, axis=0))))
    shown = shown[:, moves]
    middle = np.nanmedian(shown, axis=0) if np.isnan(shown).any() else np.median(shown, axis=0)
    own = reference[moves] if len(reference) else reference
    return Preparation(kind, kept[moves], floor[moves], own, middle, spread[moves])


def _floor(kind: str, values: Array) -> Array:
    if kind != "positive":
        return np.zeros(values.shape[1])
    smallest = np.nanmin(np.where(values > 0, values, np.nan), axis=0)
    return np.asarray(0.5 * smallest)


def _scaled(kind: str, values: Array, kept: NDArray[np.int64], floor: Array) -> Array:
    own = values[:, kept]
    if kind == "plain":
        return own
    if kind == "positive":
        return np.asarray(np.log2(np.maximum(own, 0.0) + floor))
    library = np.nansum(values, axis=1, keepdims=True)
    return np.asarray(np.log2(1e6 * (own + 0.5) / (library + 1.0)))


def _shift(shown: Array, raw: Array, reference: Array) -> Array:
    """Median distance of each sample from the reference, over the molecules it holds."""
    # sorted with what is absent last, the median is found by its place; np.nanmedian is slow
    seen = raw > 0
    ordered = np.sort(np.where(seen, shown - reference, np.inf), axis=1)
    count = seen.sum(axis=1)
    rows = np.flatnonzero(count)
    shift = np.zeros(len(shown))
    upper, lower = ordered[rows, count[rows] // 2], ordered[rows, (count[rows] - 1) // 2]
    shift[rows] = 0.5 * (upper + lower)
    return shift
