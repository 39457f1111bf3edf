"""Relabelled tables: what the procedure finds where there is nothing to find."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from evdisc.diagnose.cohort import Cohort
from evdisc.diagnose.evaluate import cross_validate, judged
from evdisc.diagnose.settings import Settings, generator

Codes = NDArray[np.int64]
T = TypeVar("T")
R = TypeVar("R")


def relabelled(cohort: Cohort, random: np.random.Generator, *, within_batch: bool = True) -> Codes:
    """The outcome dealt anew: over donors, where each has one, else within donors.

    With ``within_batch`` donors change places only with donors of their batch and study.
    """
    codes, donors = cohort.outcome.codes, cohort.donors
    _, first, own = np.unique(donors, return_index=True, return_inverse=True)
    stratum = np.zeros(len(codes), dtype=np.int64)
    if within_batch and cohort.strata:
        columns = np.stack(list(cohort.strata.values()))
        stratum = np.unique(columns, axis=1, return_inverse=True)[1].reshape(-1)
    if (codes == codes[first][own]).all():
        return np.asarray(_shuffled(codes[first], stratum[first], random)[own])
    return _shuffled(codes, own, random)


def _shuffled(codes: Codes, stratum: Codes, random: np.random.Generator) -> Codes:
    out = codes.copy()
    for name in np.unique(stratum):
        own = np.flatnonzero(stratum == name)
        out[own] = random.permutation(codes[own])
    return out


def permutation_test(
    cohort: Cohort, settings: Settings, within: str | None, tick: Callable[[], None] = lambda: None
) -> dict[str, float | int | str | None]:
    """Chance that relabelled tables give as much as the quick model found.

    Observed and relabelled tables go through the same quick procedure, once. ``within`` names the
    column within which pairs are compared.

    Returns: ``p`` (None without permutations), ``permutations``, ``observed``, ``null_mean``,
    ``null_high`` (95th of 100), ``model``.
    """
    quick = settings.quick(1)
    said = "penalised logistic of one penalty, cross-validated once"
    row: dict[str, float | int | str | None] = {
        "p": None, "permutations": settings.permutations, "observed": None, "null_mean": None,
        "null_high": None, "model": said,
    }  # fmt: skip
    if not settings.permutations:
        return row
    observed = _one((cohort, quick, within, -1))
    tasks = [(cohort, quick, within, i) for i in range(settings.permutations)]
    null = []
    for value in spread(_one, tasks, settings.jobs):
        null.append(0.5 if value is None else value)
        tick()
    if observed is None:
        return row
    p = (1 + sum(v >= observed for v in null)) / (1 + len(null))
    return row | {
        "p": p, "observed": observed, "null_mean": float(np.mean(null)),
        "null_high": float(np.quantile(null, 0.95)),
    }  # fmt: skip


def _one(task: tuple[Cohort, Settings, str | None, int]) -> float | None:
    cohort, quick, within, number = task
    if number >= 0:
        random = generator(quick.seed, f"permutation {number}")
        cohort = cohort.with_codes(relabelled(cohort, random))
    told = cross_validate(cohort, quick, name=f"permutation {number}")
    return judged(cohort, told, cohort.strata[within] if within else None).value


def spread(work: Callable[[T], R], tasks: list[T], jobs: int) -> Iterator[R]:
    """Results in the order of the tasks, over ``jobs`` processes."""
    if jobs <= 1:
        yield from map(work, tasks)
        return
    with ProcessPoolExecutor(jobs, mp_context=get_context("spawn")) as pool:
        yield from pool.map(work, tasks)
