"""Progress of a study: a bar on stderr, and a file for who waits elsewhere. Part of the door."""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

#: names a file that progress is written to
FILE = "EVDISC_PROGRESS"
#: least seconds between two writings of it
OFTEN = 0.2

#: seconds between the lines in a log
LOGGED = 60.0


def tell(line: str) -> None:
    """A line on stderr."""
    sys.stderr.write(f"evdisc: {line}\n")


class watched:
    """Progress bar on stderr while a study runs; a line a minute where stderr is no terminal.

    Where the environment names a file in EVDISC_PROGRESS, progress is written there as JSON too.
    """

    def __init__(self, unit: str) -> None:
        self.unit = unit
        self.file = os.environ.get(FILE)
        self.written = 0.0
        self.began = self.logged = time.monotonic()

    def __enter__(self) -> Callable[[int, int, int], None]:
        from rich.console import Console
        from rich.progress import (
            BarColumn,
            MofNCompleteColumn,
            Progress,
            TextColumn,
            TimeRemainingColumn,
        )

        console = Console(stderr=True)
        self.bar = Progress(
            TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(),
            TextColumn(self.unit), TimeRemainingColumn(), console=console,
            disable=not console.is_terminal, transient=True,
        )  # fmt: skip
        self.bar.start()
        task = self.bar.add_task("running", total=None)

        def update(done: int, total: int, failed: int) -> None:
            words = f"running ({failed} failed)" if failed else "running"
            self.bar.update(task, completed=done, total=total, description=words)
            self.write(done, total, failed)
            if not console.is_terminal:
                self.log(done, total, failed)

        return update

    def write(self, done: int, total: int, failed: int) -> None:
        """Write progress into its file, whole or not at all; the last is always written."""
        if self.file is None or (done < total and time.monotonic() - self.written < OFTEN):
            return
        self.written = time.monotonic()
        told = {"done": done, "total": total, "failed": failed, "unit": self.unit,
                "at": time.time()}  # fmt: skip
        draft = Path(self.file + ".part")
        draft.write_text(json.dumps(told), "utf-8")
        draft.replace(self.file)

    def __exit__(self, *_: object) -> None:
        self.bar.stop()

    def log(self, done: int, total: int, failed: int) -> None:
        """A line for a log file, where the last one is a minute old."""
        now = time.monotonic()
        if now - self.logged < LOGGED:
            return
        self.logged = now
        left = (now - self.began) / done * (total - done) / 60.0
        tell(f"{done} of {total} {self.unit}, {failed} failed, about {left:.0f} min left")
