"""The queue: each user in turn, each job a process of its own, everything on disk.

What is waiting or running is read back when the server starts again; a job that ran when the
server died is started once more and takes up the members it had finished.
"""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import signal
import sys
import time
from asyncio.subprocess import PIPE, Process
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

from evdisc.app.workspace import ENDED, Job, Workspace, moved, new_id
from evdisc.errors import InputError

#: jobs of one user that may wait or run, and that may be kept
MOST_OPEN, MOST_KEPT = 20, 500
#: a job that ends the server this often is not started again
MOST_ATTEMPTS = 5
ONE_THREAD = ("NUMBA_NUM_THREADS", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS")


class Queue:
    """All jobs, and the processes of those that run."""

    def __init__(self, workspace: Workspace, slots: int) -> None:
        self.workspace, self.slots = workspace, slots
        self.jobs: dict[str, Job] = {job.id: job for job in workspace.jobs()}
        self.running: dict[str, Process] = {}
        self.tasks: set[asyncio.Task[None]] = set()
        self.served: Counter[str] = Counter()
        self.stopping = False
        for job in list(self.jobs.values()):
            if job.state == "running":
                self.put(moved(job, "waiting", message="the server was started again"))

    def put(self, job: Job) -> None:
        """Keep what is known of a job."""
        self.jobs[job.id] = job
        self.workspace.user(job.owner).write_job(job)

    def of(self, owner: str) -> list[Job]:
        """Jobs of a user, the newest first, each with its progress."""
        own = [self.told(job) for job in self.jobs.values() if job.owner == owner]
        return sorted(own, key=lambda job: -job.created)

    def find(self, owner: str, id_: str) -> Job:
        """A job of a user.

        Raises:
            InputError: the user has no such job.
        """
        job = self.jobs.get(id_)
        if job is None or job.owner != owner:
            raise InputError("no job has this id", value=id_[:40])
        return self.told(job)

    def told(self, job: Job) -> Job:
        """The job with its progress: done, total, failed, place in the queue, seconds left."""
        if job.state == "waiting":
            return replace(job, progress={"ahead": self.order().index(job.id)})
        folder = self.workspace.user(job.owner).job_folder(job.id)
        return replace(job, progress=read_progress(folder / "progress.json", job))

    def submit(self, owner: str, tool: str, words: Iterable[str], title: str,
               files: dict[str, bytes]) -> Job:  # fmt: skip
        """Put a job into the queue; ``files`` are written into its folder first.

        Raises:
            InputError: the user has too many jobs.
        """
        states = Counter(job.state in ENDED for job in self.jobs.values() if job.owner == owner)
        if states[False] >= MOST_OPEN:
            raise InputError(f"{MOST_OPEN} of your jobs wait or run", expected="wait for some")
        if states.total() >= MOST_KEPT:
            raise InputError(f"{MOST_KEPT} jobs are kept", expected="delete some")
        job = Job(new_id(), owner, tool, tuple(words), title, created=time.time())
        folder = self.workspace.user(owner).job_folder(job.id)
        folder.mkdir(parents=True)
        for name, data in files.items():
            (folder / name).write_bytes(data)
        self.put(job)
        self.start_next()
        return job

    def resume(self, owner: str, id_: str) -> Job:
        """Start an ended job again; what it had finished is kept.

        Raises:
            InputError: it has not ended.
        """
        job = self.find(owner, id_)
        if job.state not in ENDED:
            raise InputError("waits or runs already", value=id_)
        self.put(moved(job, "waiting", message="", ended=None, attempts=0))
        self.start_next()
        return self.jobs[id_]

    def cancel(self, owner: str, id_: str) -> Job:
        """End a job; members it had finished stay."""
        job = self.find(owner, id_)
        if job.state in ENDED:
            return job
        self.put(moved(job, "cancelled", ended=time.time(), message="cancelled"))
        if id_ in self.running:
            kill(self.running[id_])
        return self.jobs[id_]

    def delete(self, owner: str, id_: str) -> None:
        """Remove an ended job and its folder.

        Raises:
            InputError: it waits or runs.
        """
        job = self.find(owner, id_)
        if job.state not in ENDED or id_ in self.running:
            raise InputError("waits or runs", value=id_, expected="cancel it first")
        del self.jobs[id_]
        shutil.rmtree(self.workspace.user(owner).job_folder(id_), ignore_errors=True)

    def order(self) -> list[str]:
        """Waiting jobs in the order they will start: the user served least comes first."""
        waiting = [job for job in self.jobs.values() if job.state == "waiting"]
        turn: Counter[str] = Counter(self.served)
        turn.update(self.jobs[id_].owner for id_ in self.running)
        places = {}
        for job in sorted(waiting, key=lambda job: job.created):
            places[job.id] = (turn[job.owner], job.created)
            turn[job.owner] += 1
        return sorted(places, key=lambda id_: places[id_])

    def start_next(self) -> None:
        """Start what there is room for."""
        while not self.stopping and len(self.running) + len(self.starting()) < self.slots:
            waiting = self.order()
            if not waiting:
                self.served.clear()
                return
            job = self.jobs[waiting[0]]
            self.served[job.owner] += 1
            self.put(moved(job, "running", started=time.time(), attempts=job.attempts + 1))
            task = asyncio.create_task(self.run(job.id))
            self.tasks.add(task)
            task.add_done_callback(self.tasks.discard)

    def starting(self) -> list[str]:
        """Jobs that are to run and have no process yet."""
        return [j.id for j in self.jobs.values() if j.state == "running" and
                j.id not in self.running]  # fmt: skip

    async def run(self, id_: str) -> None:
        """Run one job to its end."""
        job = self.jobs[id_]
        folder = self.workspace.user(job.owner).job_folder(id_)
        (folder / "progress.json").unlink(missing_ok=True)
        try:
            with (folder / "stdout.txt").open("wb") as out, (folder / "stderr.txt").open("wb") as e:
                process = await asyncio.create_subprocess_exec(
                    sys.executable, "-m", "evdisc.app.job", *job.words, cwd=folder, stdin=PIPE,
                    stdout=out, stderr=e, env=environment(), start_new_session=os.name == "posix",
                )  # fmt: skip
                self.running[id_] = process
                if self.jobs[id_].state != "running":  # cancelled while it started
                    kill(process)
                code = await process.wait()
        finally:
            self.running.pop(id_, None)
        if not self.stopping:
            self.close(id_, code, folder)
            self.start_next()

    def close(self, id_: str, code: int, folder: Path) -> None:
        """Record how a job ended."""
        job = self.jobs.get(id_)
        if job is None or job.state != "running":
            return
        if code == 0:
            self.put(moved(job, "done", ended=time.time(), message=""))
        elif code < 0 and job.attempts < MOST_ATTEMPTS:
            self.put(moved(job, "waiting", message="its process was killed; started again"))
        else:
            said = last_line(folder / "stderr.txt") or f"ended with code {code}"
            self.put(moved(job, "failed", ended=time.time(), message=said))

    async def stop(self) -> None:
        """End every process; the jobs stay to be taken up again."""
        self.stopping = True
        for process in list(self.running.values()):
            kill(process)
        await asyncio.gather(*self.tasks, return_exceptions=True)


def environment() -> dict[str, str]:
    """Environment of a job: one thread a process, progress told in a file."""
    return {**os.environ, **dict.fromkeys(ONE_THREAD, "1"), "EVDISC_PROGRESS": "progress.json",
            "PYTHONUTF8": "1"}  # fmt: skip


def kill(process: Process) -> None:
    """End a process with all it started."""
    try:
        if hasattr(os, "killpg"):
            os.killpg(process.pid, signal.SIGKILL)
        else:
            process.kill()
    except ProcessLookupError:
        pass


def read_progress(path: Path, job: Job) -> dict[str, Any]:
    """Progress a job told last, with the seconds it may still take."""
    try:
        told: dict[str, Any] = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    done, total = told.get("done") or 0, told.get("total") or 0
    if job.state == "running" and done and job.started:
        told["seconds_left"] = (told["at"] - job.started) / done * (total - done)
    return told


def last_line(path: Path) -> str:
    """Last line a command said, without its name in front."""
    lines = path.read_text("utf-8", "replace").strip().splitlines() or [""]
    return lines[-1].removeprefix("evdisc: ")[:600]
