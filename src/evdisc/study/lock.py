"""Who may write a run folder: one ordinary process alone, or any number that compute tasks of it.

Tasks are stored each under its own name and at once, so their processes need not wait for one
another; each holds a lock of its own, which an ordinary run looks for once it has the common one.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from filelock import FileLock, Timeout

from evdisc.errors import FolderError

COMMON = ".lock"
TASKS = ".tasks-{}.lock"
#: seconds to wait for a look at the common lock, which other tasks hold for moments
PATIENCE = 10.0


def is_trace(name: str) -> bool:
    """Whether a file is a lock, or was about to be written by a process that is or was there."""
    return name == COMMON or (name.startswith(".") and name.endswith((".lock", ".part")))


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Hold a folder for one process; it is made if need be.

    Raises:
        FolderError: another process holds it, or it cannot be written.
    """
    made = not folder.exists()
    with _held(folder, COMMON, 0.0):
        _require_no_tasks(folder)
        yield
    if made and folder.exists() and not any(folder.iterdir()):
        folder.rmdir()


@contextmanager
def together(folder: Path) -> Iterator[None]:
    """Hold a folder as one of several that compute tasks of it; it is made if need be.

    Raises:
        FolderError: an ordinary run holds it, or it cannot be written.
    """
    with _held(folder, TASKS.format(secrets.token_hex(6)), 0.0):
        common = FileLock(folder / COMMON, timeout=PATIENCE)
        try:
            common.acquire()
        except Timeout:
            raise _in_use(folder) from None
        common.release()
        yield


@contextmanager
def _held(folder: Path, name: str, timeout: float) -> Iterator[None]:
    lock = FileLock(folder / name, timeout=timeout)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock.acquire()
    except Timeout:
        raise _in_use(folder) from None
    except OSError as error:
        raise FolderError("cannot be used", file=folder, advice=error.strerror) from error
    try:
        yield
    finally:
        _release(lock)


def _release(lock: FileLock) -> None:
    # removed while it is held, else the next holder's file would go; Windows removes it by itself
    if os.name != "nt":
        with suppress(OSError):
            Path(lock.lock_file).unlink(missing_ok=True)
    lock.release()


def _require_no_tasks(folder: Path) -> None:
    for path in folder.glob(TASKS.format("*")):
        lock = FileLock(path, timeout=0.0)
        try:
            lock.acquire()
        except Timeout:
            raise FolderError("is in use by processes that compute tasks of it", file=folder,
                              advice="run again when they have ended") from None  # fmt: skip
        _release(lock)  # its process was killed


def _in_use(folder: Path) -> FolderError:
    return FolderError("is in use by another evdisc process", file=folder)
