"""Who computes: this process, worker processes of this machine, or a Dask cluster.

The numbers do not depend on it. What is finished is stored at once, so whatever ends a
computation (an interruption, a dead worker) leaves a folder that goes on from there.
"""

from __future__ import annotations

import multiprocessing
import os
import re
import signal
from collections.abc import Callable, Generator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import closing
from pathlib import Path

from evdisc.errors import InputError, RunError
from evdisc.study import dask_cluster
from evdisc.study.dask_cluster import KEPT, Scheduler
from evdisc.study.folder import Folder
from evdisc.study.tasks import Job, carry_out, failures, npz

#: a number of worker processes, or ``dask:`` with an address or a scheduler file
Jobs = int | str
#: members, and the bytes of their member file
Answers = Generator[tuple[list[int], bytes], None, None]
#: progress(done, total, failed)
Progress = Callable[[int, int, int], None]

DASK = "dask:"
ADDRESS = re.compile(r"(?:[a-z]+://)?(?:\[[0-9a-fA-F:.]+\]|[\w.-]+):\d{1,5}")
EXPECTED = "a number of processes, dask:HOST:PORT or dask:SCHEDULER.json"


def silent(done: int, total: int, failed: int) -> None:
    """Progress that nobody watches."""


def crew(jobs: Jobs) -> int | Scheduler:
    """Worker processes, or the scheduler that is meant.

    Raises:
        InputError: neither a positive number nor a scheduler.
    """
    text = str(jobs).strip()
    if text.startswith(DASK):
        where = text.removeprefix(DASK)
        if where.endswith(".json"):
            return Scheduler(dask_cluster.address_in(Path(where)))
        if ADDRESS.fullmatch(where):
            return Scheduler(where if "://" in where else "tcp://" + where)
    elif re.fullmatch(r"[+-]?\d{1,6}", text):
        if int(text) >= 1:
            return int(text)
        raise InputError("needs at least one worker", key="--jobs", value=jobs)
    raise InputError("names no workers", key="--jobs", value=jobs, expected=EXPECTED)


def require(jobs: Jobs, told: Callable[[str], None] = lambda _: None) -> Jobs:
    """Check before anything is written that there is somebody to do the work; say who it is.

    Returns a number, or ``dask:`` with an address: a scheduler file is not read again.

    Raises:
        InputError: no such workers, no answer, or an installation that is not this one.
        MissingExtraError: Dask is asked for and not installed.
    """
    who = crew(jobs)
    if isinstance(who, Scheduler):
        dask_cluster.require(who, told)
        return DASK + who.address
    return who


def compute(
    job: Job, todo: Sequence[list[int]], folder: Folder, jobs: Jobs, progress: Progress
) -> None:
    """Compute tasks and store each as soon as it is there.

    Raises:
        RunError: interrupted, workers died, or the cluster went away; what is finished is stored.
    """
    total, done, failed = sum(map(len, todo)), 0, 0
    try:
        with closing(_answers(job, todo, crew(jobs))) as answers:
            for members, data in answers:
                failed += failures(data, members)
                folder.store(members, data)
                done += len(members)
                progress(done, total, failed)
    except KeyboardInterrupt:
        raise RunError("interrupted", advice=KEPT) from None


def _answers(job: Job, todo: Sequence[list[int]], who: int | Scheduler) -> Answers:
    if not todo:
        return
    if isinstance(who, Scheduler):
        yield from dask_cluster.answers(who, job.order, todo)
    elif who == 1 or len(todo) == 1:
        for members in todo:
            yield members, npz(job.here(members))
    else:
        yield from _pool(job, todo, who)


def _pool(job: Job, todo: Sequence[list[int]], processes: int) -> Answers:
    spawn = multiprocessing.get_context("spawn")
    waiting: dict[Future[bytes], list[int]] = {}
    with ProcessPoolExecutor(
        min(processes, len(todo)), mp_context=spawn, initializer=quiet_worker
    ) as pool:
        try:
            waiting |= {pool.submit(carry_out, job.order, members): members for members in todo}
            for future in as_completed(list(waiting)):
                yield waiting[future], future.result()
                del waiting[future]
        except BrokenProcessPool:
            raise RunError(
                "a worker process was killed, as systems do when memory runs out",
                advice=f"{KEPT}, with fewer --jobs",
            ) from None
        finally:
            for future in waiting:
                future.cancel()


def quiet_worker() -> None:
    """Keep a worker process to one thread, and let Ctrl-C end it without a word."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    for name in ("NUMBA_NUM_THREADS", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
        os.environ[name] = "1"
