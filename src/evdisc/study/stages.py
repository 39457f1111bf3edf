"""Stages: named lists of cases, run for every member and stored so that any of them resumes.

A stage is known by its cases. What is asked later of the same disc, such as pairs of the best,
is a stage beside it; nothing that is stored is run again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from evdisc.evidence.library import Library
from evdisc.protocol.specs import DiscStudy
from evdisc.study.cases import Case, as_text, runs_of
from evdisc.study.crew import Jobs, Progress, compute
from evdisc.study.folder import Folder
from evdisc.study.tasks import cases_job, missing
from evdisc.study.worker import Arrays

FOLDER = "stages"


@dataclass(frozen=True)
class Setup:
    """What all stages of one folder share.

    Attributes:
        frame: the disc, the common delivery, duration, seed, members and steps.
        library: the evidence.
        overlays: files of the user's evidence.
        folder: the run folder.
        jobs: worker processes or a Dask scheduler; no number depends on it.
        progress: called after every finished task.
    """

    frame: DiscStudy
    library: Library
    overlays: Sequence[str]
    folder: Folder
    jobs: Jobs
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
    frame = setup.frame
    todo = list(missing(frame.ensemble.members, len(runs_of(cases)), shelf.load()).values())
    job = cases_job(frame, cases, setup.library, setup.overlays)
    compute(job, todo, shelf, setup.jobs, setup.progress)
    return Outcome(cases, _gathered(shelf, frame.ensemble.members), sum(map(len, todo)))


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
