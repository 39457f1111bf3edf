"""Progress of a study on stderr. Part of the door."""

from __future__ import annotations

from collections.abc import Callable


class watched:
    """Progress bar on stderr while a study runs; nothing where stderr is no terminal."""

    def __init__(self, unit: str) -> None:
        self.unit = unit

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

        return update

    def __exit__(self, *_: object) -> None:
        self.bar.stop()
