"""Whole processes tests of clusters share: studies on the command line, a Dask cluster beside."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from studies import RAT, SHORT

#: the smallest disc, three runs of one arm and hypothesis a member
LEAST = (
    "numerics.radial_cells=4", "numerics.axial_cells=4", "duration=1 d",
    "therapy.delivery.schedule=[2 h]", "compare=[untreated]",
)  # fmt: skip


def run_command(folder: Path, *more: str, members: int = 24, sets=SHORT) -> list[str]:
    """Command that runs the shipped disc, short and coarse."""
    words = [word for text in sets for word in ("--set", text)]
    return [sys.executable, "-m", "evdisc.cli", "run", str(RAT), *words, "--members",
            str(members), "--out", str(folder), *more]  # fmt: skip


def stored(folder: Path) -> dict[str, tuple[int, bytes]]:
    """Member files: time of writing and content."""
    found = sorted((folder / "members").glob("[0-9]*.npz"))
    return {p.name: (p.stat().st_mtime_ns, p.read_bytes()) for p in found}


def wait_for(true: Callable[[], object], process: subprocess.Popen | None = None) -> None:
    """Wait until something holds, while a process is at work."""
    end = time.monotonic() + 600
    while not true():
        assert time.monotonic() < end, "waited for ten minutes"
        assert process is None or process.poll() is None, "ended too early"
        time.sleep(0.01)


class Cluster:
    """A Dask scheduler and workers, each a process of its own."""

    def __init__(self, folder: Path, stack: ExitStack) -> None:
        self.folder, self.stack = folder, stack
        self.file = folder / "scheduler.json"
        self.scheduler = self.start(
            "scheduler", "--host", "127.0.0.1", "--port", "0", "--scheduler-file", str(self.file)
        )
        wait_for(self.file.exists, self.scheduler)

    def start(self, what: str, *more: str) -> subprocess.Popen:
        """Start a part of the cluster."""
        log = self.stack.enter_context((self.folder / f"{what}.log").open("ab"))
        process = subprocess.Popen(
            [sys.executable, "-m", "dask", what, "--no-dashboard", *more],
            stdout=log, stderr=log, cwd=self.folder, start_new_session=True,
        )  # fmt: skip
        self.stack.callback(end, process)
        return process

    def worker(self, *more: str) -> subprocess.Popen:
        """Start a worker of one thread; nobody starts it again when it dies."""
        return self.start(
            "worker", "--scheduler-file", str(self.file), "--nthreads", "1", "--no-nanny",
            "--local-directory", str(self.folder), *more,
        )  # fmt: skip

    @property
    def jobs(self) -> str:
        """What --jobs takes."""
        return f"dask:{self.file}"


def end(process: subprocess.Popen) -> None:
    """End a process and all it started."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


@contextmanager
def cluster(folder: Path) -> Iterator[Cluster]:
    """A scheduler without workers; it and all its workers are ended at the end."""
    folder.mkdir(parents=True, exist_ok=True)
    with ExitStack() as stack:
        yield Cluster(folder, stack)
