"""Stages: named lists of cases, run for every member and stored so that any of them resumes.

A stage is known by its cases. What is asked later of the same disc, such as pairs of the best,
is a stage beside it; nothing that is stored is run again.
"""

from __future__ import annotations

import hashlib
import multiprocessing
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from evdisc.evidence.library import Library
from evdisc.protocol.specs import DiscStudy
from evdisc.study.cases import Case, as_text, given_cases, given_task, runs_of
from evdisc.study.execute import RUNS_PER_TASK, Progress, one_thread
from evdisc.study.folder import Folder
from evdisc.study.worker import Arrays

FOLDER = "stages"


@dataclass(frozen=True)
class Setup:
    """What all stages of one folder share.

    Attributes:
        frame: the disc, the common delivery, duration, seed, members and steps.
        library: the evidence.
        overlays: files of the user's evidence, as a worker process reads them.
        folder: the run folder.
        jobs: worker processes; no number depends on it.
        progress: called after every finished task.
    """

    frame: DiscStudy
    library: Library
    overlays: Sequence[str]
    folder: Folder
    jobs: int
    progress: Progress


@dataclass(frozen=True)
class Outcome:
    """A finished stage: arrays over all members, see :mod:`evdisc.study.cases`."""

    cases: Sequence[Case]
    arrays: Arrays
    computed: int

    def at(self, key: str, hypothesis: str) -> int:
        """Index of a run; a case that ran under one hypothesis stands for both."""
        runs = runs_of(self.cases)
        return (
            runs.index((key, hypothesis))
            if (key, hypothesis) in runs
            else runs.index((key, "stoichiometric"))
        )

    def names(self, which: str) -> list[str]:
        """Labels of an axis."""
        return [str(n) for n in self.arrays.get(which + "_names", ())]

    @property
    def failed(self) -> dict[str, str]:
        """Member -> reason, for members that failed."""
        pairs = zip(self.arrays["members"], self.arrays["status"], strict=True)
        return {str(m): str(s) for m, s in pairs if s != "ok"}


def stage(setup: Setup, name: str, cases: Sequence[Case]) -> Outcome:
    """Run what is missing of a stage and return it all."""
    digest = hashlib.sha256(as_text(cases).encode()).hexdigest()[:12]
    shelf = Folder(setup.folder.path / FOLDER / f"{name}-{digest}")
    todo = _missing(setup.frame.ensemble.members, len(runs_of(cases)), shelf.load())
    done, failed, total = 0, 0, sum(map(len, todo))
    for members, arrays in _finished(setup, cases, todo):
        shelf.store(members, arrays)
        done += len(members)
        failed += int(np.sum(arrays["status"] != "ok"))
        setup.progress(done, total, failed)
    return Outcome(cases, _gathered(shelf, setup.frame.ensemble.members), total)


def _missing(members: int, runs: int, stored: Mapping[int, Any]) -> list[list[int]]:
    size = max(1, RUNS_PER_TASK // runs)
    groups: dict[int, list[int]] = {}
    for member in range(members):
        if member not in stored:
            groups.setdefault(member // size, []).append(member)
    return list(groups.values())


def _finished(
    setup: Setup, cases: Sequence[Case], todo: Sequence[list[int]]
) -> Iterator[tuple[list[int], Arrays]]:
    if setup.jobs == 1 or len(todo) < 2:
        for members in todo:
            yield members, given_cases(setup.frame, cases, members, setup.library)
        return
    frame, text = setup.frame.model_dump_json(), as_text(cases)
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(
        min(setup.jobs, len(todo)), mp_context=spawn, initializer=one_thread
    ) as pool:
        waiting = {
            pool.submit(given_task, frame, text, setup.overlays, members): members
            for members in todo
        }
        try:
            for future in as_completed(waiting):
                yield waiting[future], future.result()
        finally:
            pool.shutdown(wait=False, cancel_futures=True)


def _gathered(shelf: Folder, members: int) -> Arrays:
    """All members in order, whatever files they are stored in and whatever names those know."""
    where = shelf.load()
    files: dict[Path, Arrays] = {path: shelf.read(path) for path, _ in where.values()}
    rows = [(files[where[m][0]], where[m][1]) for m in range(members)]
    out: Arrays = {
        "members": np.arange(members),
        "status": np.array([str(a["status"][i]) for a, i in rows]),
        "warnings": np.unique([str(w) for a, _ in rows for w in a["warnings"]]).astype(np.str_),
    }
    for what in ("readouts", "delivery"):
        label = f"{what.removesuffix('s')}_names"
        names = sorted({str(n) for a, _ in rows for n in a[label]})
        out[label] = np.array(names, dtype=np.str_)
        out[what] = np.stack([_aligned(a, label, what, i, names) for a, i in rows])
    return out


def _aligned(arrays: Arrays, label: str, what: str, row: int, names: Sequence[str]) -> Any:
    """One member's numbers in the order of ``names``."""
    own = {str(n): k for k, n in enumerate(arrays[label])}
    data = arrays[what][row]
    out = np.full((data.shape[0], len(names)), np.nan)
    for k, name in enumerate(names):
        if name in own:
            out[:, k] = data[:, own[name]]
    return out
