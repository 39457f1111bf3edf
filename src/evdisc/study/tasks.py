"""Tasks: a few members each, told to another process as plain text, and answered with bytes.

A task needs no file of the computer that asks: overlays and a posterior travel in the order,
numbers come back as the bytes of a member file. A process on the same machine and one far away do
the same.
"""

from __future__ import annotations

import atexit
import io
import json
import shutil
import tempfile
from collections.abc import Callable, Container, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from evdisc import __version__
from evdisc.errors import RunError
from evdisc.evidence.library import Library, load
from evdisc.evidence.tables import data_hash
from evdisc.protocol.specs import KINDS, DiscStudy, DishStudy
from evdisc.study.cases import Case, as_text, cases_of, given_cases
from evdisc.study.worker import Arrays, run_members

#: runs per task; a task's members are fixed by this number alone
RUNS_PER_TASK = 32

#: what another process is told: text and bytes, nothing else
Order = Mapping[str, Any]


@dataclass(frozen=True)
class Job:
    """One computation over members.

    Attributes:
        here: computes members in this process.
        order: the same for another process, see :func:`carry_out`.
    """

    here: Callable[[Sequence[int]], Arrays]
    order: Order


def study_job(study: DiscStudy | DishStudy, library: Library, overlays: Sequence[str]) -> Job:
    """All runs of a study's members."""
    return Job(lambda members: run_members(study, members, library), _order(study, "", overlays))


def cases_job(
    frame: DiscStudy, cases: Sequence[Case], library: Library, overlays: Sequence[str]
) -> Job:
    """All cases of a stage's members."""
    return Job(
        lambda members: given_cases(frame, cases, members, library),
        _order(frame, as_text(cases), overlays),
    )


def _order(study: DiscStudy | DishStudy, cases: str, overlays: Sequence[str]) -> Order:
    posterior = study.ensemble.posterior
    return {
        **identity(), "kind": study.kind, "study": json.dumps(study.model_dump(mode="json")),
        "cases": cases, "overlays": {Path(p).name: Path(p).read_bytes() for p in overlays},
        "posterior": Path(posterior).read_text("utf-8") if posterior else "",
    }  # fmt: skip


def identity() -> dict[str, str]:
    """Version and evidence of this installation; two that agree compute the same numbers."""
    return {"evdisc": __version__, "evidence": data_hash()}


def difference(asked: Mapping[str, str], own: Mapping[str, str]) -> str | None:
    """What a worker has that is not what was asked for, in words; None if they agree."""
    if own["evdisc"] != asked["evdisc"]:
        return f"evdisc {own['evdisc']} instead of {asked['evdisc']}"
    if own["evidence"] != asked["evidence"]:
        return f"other evidence tables ({own['evidence'][:8]} instead of {asked['evidence'][:8]})"
    return None


def carry_out(order: Order, members: Sequence[int]) -> bytes:
    """Entry point of a worker: the members' numbers as bytes of a member file.

    Raises:
        RunError: this installation is not the one that asks.
    """
    if differs := difference(order, identity()):
        raise RunError(f"a worker has {differs}")
    library = _library(tuple(order["overlays"].items()))
    study = _study(order)
    if order["cases"]:
        assert isinstance(study, DiscStudy)
        return npz(given_cases(study, cases_of(order["cases"]), members, library))
    return npz(run_members(study, members, library))


def _study(order: Order) -> DiscStudy | DishStudy:
    study = KINDS[order["kind"]].model_validate_json(order["study"])
    if not order["posterior"]:
        return study
    ensemble = study.ensemble.model_copy(update={"posterior": str(_kept(order["posterior"]))})
    return study.model_copy(update={"ensemble": ensemble})


@lru_cache(maxsize=1)
def _kept(posterior: str) -> Path:
    """A posterior as a file of this process, for as long as it lives."""
    folder = Path(tempfile.mkdtemp(prefix="evdisc-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    (folder / "posterior.json").write_text(posterior, "utf-8")
    return folder / "posterior.json"


@lru_cache(maxsize=1)
def _library(overlays: tuple[tuple[str, bytes], ...]) -> Library:
    """The evidence of a study, read once in a process."""
    with tempfile.TemporaryDirectory(prefix="evdisc-") as folder:
        paths = [Path(folder) / name for name, _ in overlays]
        for path, (_, text) in zip(paths, overlays, strict=True):
            path.write_bytes(text)
        return load(paths)


def npz(arrays: Arrays) -> bytes:
    """Arrays as the bytes of a member file."""
    buffer = io.BytesIO()
    named: dict[str, Any] = dict(arrays)
    np.savez(buffer, **named)
    return buffer.getvalue()


def failures(data: bytes, members: Sequence[int]) -> int:
    """How many members of a task failed.

    Raises:
        RunError: the bytes are not those of these members.
    """
    with np.load(io.BytesIO(data), allow_pickle=False) as archive:
        if list(archive["members"]) != list(members):
            raise RunError(f"a worker answered with other members than {members[0]}-{members[-1]}")
        return int(np.sum(archive["status"] != "ok"))


def size(runs: int) -> int:
    """Members in one task, where one member takes ``runs`` runs."""
    return max(1, RUNS_PER_TASK // runs)


def count(members: int, runs: int) -> int:
    """Tasks of a whole computation."""
    return -(-members // size(runs))


def missing(members: int, runs: int, stored: Container[int]) -> dict[int, list[int]]:
    """Members still to compute by the number of their task."""
    groups: dict[int, list[int]] = {}
    for member in range(members):
        if member not in stored:
            groups.setdefault(member // size(runs), []).append(member)
    return groups
