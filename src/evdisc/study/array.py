"""Job arrays: any process computes some tasks of a study; a last ordinary run gathers them.

The processes share a file system and nothing else. Tasks are numbered from 0 in member order, and
what is stored is not computed again, so a task that was lost is simply asked for once more.
"""

from __future__ import annotations

import re
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from evdisc.errors import InputError
from evdisc.protocol.yaml_io import LoadedProtocol
from evdisc.study.crew import Jobs, Progress, compute, require, silent
from evdisc.study.execute import Ready, ready
from evdisc.study.tasks import count, missing, size, study_job
from evdisc.study.variants import variants
from evdisc.study.worker import run_members

LIST = "list"


@dataclass(frozen=True)
class Share:
    """Tasks that have been asked for.

    Attributes:
        folder: the run folder.
        first: number of the first task.
        last: number of the last task.
        tasks: tasks of the whole study.
        computed: members computed now; those stored before are not.
        missing: tasks of the study still to compute.
    """

    folder: Path
    first: int
    last: int
    tasks: int
    computed: int
    missing: tuple[int, ...]


@dataclass(frozen=True)
class Manifest:
    """What there is to share out.

    Attributes:
        folder: the run folder.
        members: members of the study.
        tasks: its tasks.
        members_per_task: members in one task.
        runs_per_task: runs in one task; arm, hypothesis, and belief in claims make a run.
        missing: tasks still to compute.
        seconds_per_task: time of one task on one core, measured here on one member.
    """

    folder: Path
    members: int
    tasks: int
    members_per_task: int
    runs_per_task: int
    missing: tuple[int, ...]
    seconds_per_task: float


def manifest(protocol: LoadedProtocol, out: Path | None = None) -> Manifest:
    """Tasks of a study, those that are missing, and how long one takes; writes nothing.

    Raises:
        EvdiscError: bad input, or the folder belongs to something else.
    """
    it = ready(protocol, out)
    study, runs, members = it.study, len(variants(it.study)), it.study.ensemble.members
    began = time.perf_counter()
    run_members(study, [0], it.library)
    seconds = (time.perf_counter() - began) * size(runs)
    return Manifest(
        it.folder.path, members, count(members, runs), size(runs), size(runs) * runs,
        tuple(_missing(it)), seconds,
    )  # fmt: skip


def run_tasks(
    protocol: LoadedProtocol, tasks: str, out: Path | None = None, *, jobs: Jobs = 1,
    progress: Progress = silent,
) -> Share:  # fmt: skip
    """Compute some tasks of a study into its run folder, beside others that do the same.

    Args:
        protocol: a protocol loaded from a file or text.
        tasks: ``A-B``, both included, or one number.
        out: run folder; default ``runs/<protocol name>``.
        jobs: worker processes. The numbers do not depend on it.
        progress: called after every finished task.

    Raises:
        EvdiscError: bad input (nothing is touched), or the folder cannot be used.
    """
    it = ready(protocol, out)
    every = count(it.study.ensemble.members, len(variants(it.study)))
    first, last = between(tasks, every)
    jobs = require(jobs)
    with it.folder.shared():
        it.folder.join(it.owner)
        copies = it.write_inputs()
        todo = [t for n, t in _missing(it).items() if first <= n <= last]
        job = study_job(it.study, it.library, copies)
        compute(job, todo, it.folder, jobs, progress)
        left = tuple(_missing(it))
    return Share(it.folder.path, first, last, every, sum(map(len, todo)), left)


def _missing(it: Ready) -> dict[int, list[int]]:
    study = it.study
    return missing(study.ensemble.members, len(variants(study)), it.folder.load())


def between(text: str, tasks: int) -> tuple[int, int]:
    """First and last task of ``A-B`` or ``A``.

    Raises:
        InputError: no such range, or it leaves the tasks of the study.
    """
    expected = f"A-B between 0 and {tasks - 1}, or '{LIST}'"
    found = re.fullmatch(r"\s*(\d{1,9})\s*(?:-\s*(\d{1,9})\s*)?", text)
    if not found:
        raise InputError("is no range of tasks", key="--tasks", value=text, expected=expected)
    first, last = int(found[1]), int(found[2] or found[1])
    if first > last:
        raise InputError("ends before it begins", key="--tasks", value=text, expected=expected)
    if last >= tasks:
        raise InputError(f"leaves the {tasks} tasks of this study", key="--tasks", value=text,
                         expected=expected)  # fmt: skip
    return first, last


def ranges(numbers: Sequence[int]) -> str:
    """Ascending numbers as schedulers write them, such as ``0-3,7``."""
    runs: list[list[int]] = []
    for n in numbers:
        if runs and n == runs[-1][-1] + 1:
            runs[-1] = [runs[-1][0], n]
        else:
            runs.append([n])
    return ",".join("-".join(map(str, run)) for run in runs)
