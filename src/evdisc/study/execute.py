"""`run(protocol)`: the one function behind command line, Python and web."""

from __future__ import annotations

import json
import multiprocessing
import os
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from evdisc import __version__
from evdisc.errors import EvidenceError, InputError, nearest
from evdisc.evidence.library import Library, load
from evdisc.evidence.names import one_of
from evdisc.outcome.readouts import readout_names
from evdisc.protocol.specs import DiscStudy, DishStudy
from evdisc.protocol.yaml_io import LoadedProtocol
from evdisc.simulate import disc, dish
from evdisc.simulate.assemble import unread
from evdisc.simulate.readers import OTHER_READERS
from evdisc.simulate.mechanisms import DISC, DISH
from evdisc.study import publish
from evdisc.study.folder import Folder, fingerprint, write_bytes
from evdisc.study.oracle import oracle, require_disc
from evdisc.study.summary import Stack, result
from evdisc.study.variants import variants
from evdisc.study.worker import Arrays, draw, run_members, run_task

#: runs per task; a task's members are fixed by this number alone
RUNS_PER_TASK = 32
#: progress(done, total, failed)
Progress = Callable[[int, int, int], None]


@dataclass(frozen=True)
class StudyResult:
    """A finished study: ``result`` is the content of result.json."""

    result: Mapping[str, Any]
    folder: Path
    computed: int
    seconds: float


def silent(done: int, total: int, failed: int) -> None:
    """Progress that nobody watches."""


def overlay_paths(protocol: LoadedProtocol) -> list[Path]:
    """Overlay files of a protocol; relative paths start at the protocol's folder.

    Raises:
        EvidenceError: a file does not exist.
    """
    base = Path(protocol.file).parent if protocol.file is not None else Path()
    paths = [base / p for p in protocol.spec.evidence.overlays]
    for path in paths:
        if not path.is_file():
            raise EvidenceError(
                "overlay not found", file=protocol.file, key="evidence.overlays", value=str(path)
            )
    return paths


def preflight(protocol: LoadedProtocol, library: Library) -> None:
    """Check everything that can be checked before the first file is written.

    Raises:
        EvdiscError: an unknown cargo, stimulus or gauge, or an overlay parameter nobody reads.
    """
    try:
        _preflight(protocol.spec, library)
    except InputError as error:
        raise error.found_in(protocol.file) from None


def _preflight(study: DiscStudy | DishStudy, library: Library) -> None:
    member = draw(study, 0, library)
    mechanisms = DISC if isinstance(study, DiscStudy) else DISH
    network = member.network(True)
    if isinstance(study, DiscStudy):
        disc.product_of(study, member)
        disc.require_feasible(study, member)
        for arm in disc.arms(study):
            disc.events(study, arm, member.values)
    else:
        dish.product_of(study, member)
        dish.require_stimuli(study, network)
    _require_readouts(study, network.nodes)
    stray = unread(member.values, mechanisms, [r.key for r in member.values.used.values()])
    # purity and the dose in micrograms are read when the study is summed up
    stray = [key for key in stray if not OTHER_READERS.get(key, "").startswith("study.")]
    if stray:
        raise EvidenceError("no mechanism of this run reads this overlay parameter", key=stray[0])


def _require_readouts(study: DiscStudy | DishStudy, nodes: Sequence[str]) -> None:
    known = readout_names(study.kind, nodes)
    for name in study.readouts:
        if name not in known:
            raise InputError(
                f"is not simulated in a {study.kind}",
                key="readouts",
                value=name,
                expected=one_of(known),
                nearest=nearest(name, known),
            )


def task_members(study: DiscStudy | DishStudy) -> int:
    """Members in one task."""
    return max(1, RUNS_PER_TASK // len(variants(study)))


def missing_tasks(study: DiscStudy | DishStudy, stored: Mapping[int, Any]) -> list[list[int]]:
    """Members still to compute, grouped by their task."""
    size = task_members(study)
    groups: dict[int, list[int]] = {}
    for member in range(study.ensemble.members):
        if member not in stored:
            groups.setdefault(member // size, []).append(member)
    return list(groups.values())


def run(
    protocol: LoadedProtocol,
    out: Path | None = None,
    *,
    jobs: int = 1,
    fresh: bool = False,
    progress: Progress = silent,
    against_oracle: bool = False,
) -> StudyResult:
    """Run a study, or resume it, and write its run folder.

    Args:
        protocol: a protocol loaded from a file or text.
        out: run folder; default ``runs/<protocol name>``.
        jobs: worker processes. The numbers do not depend on it.
        fresh: drop what the folder holds and start anew.
        progress: called after every finished task.
        against_oracle: run the typical member again without shared networks and with fine steps;
            the errors stand in diagnostics.json.

    Raises:
        EvdiscError: bad input (nothing is touched), or the folder cannot be used.
    """
    began = time.perf_counter()
    if jobs < 1:
        raise InputError("needs at least one worker", key="--jobs", value=jobs)
    study = protocol.spec
    if against_oracle:
        require_disc(study)
    overlays = overlay_paths(protocol)
    library = load(overlays)
    preflight(protocol, library)
    texts = [p.read_bytes() for p in overlays]
    print_ = fingerprint(study, texts)
    folder = Folder(out if out is not None else default_folder(protocol))
    folder.verify(print_, fresh)
    with folder.lock():
        record = folder.claim(print_, fresh)
        write_bytes(folder.path / "protocol.yaml", protocol.text.encode())
        copies = copy_overlays(folder, overlays, texts)
        todo = missing_tasks(study, folder.load())
        computed = sum(len(t) for t in todo)
        _compute(study, todo, copies, library, folder, jobs, progress)
        stack = gather(folder, study.ensemble.members)
        content = result(study, stack, library, print_, __version__)
        publish.everything(study, stack, content, library, folder.path, record)
        seconds = time.perf_counter() - began
        errors = None
        if against_oracle and "readouts" in stack.arrays:
            typical = int(stack.members[publish.representative(study, stack)])
            errors = oracle(require_disc(study), typical, library)
        publish.diagnostics(folder.path, stack, computed, seconds, jobs, errors)
    return StudyResult(content, folder.path, computed, seconds)


def default_folder(protocol: LoadedProtocol) -> Path:
    """``runs/<protocol name>`` below the current folder."""
    name = Path(protocol.file).stem if protocol.file is not None else "study"
    return Path("runs") / name


def gather(folder: Folder, members: int) -> Stack:
    """All members below ``members`` in order, whatever files they are stored in."""
    where = folder.load()
    files: dict[Path, Arrays] = {}
    rows = []
    for m in range(members):
        path, row = where[m]
        if path not in files:
            files[path] = folder.read(path)
        rows.append((files[path], row))
    status = [str(a["status"][i]) for a, i in rows]
    full = next((a for a, _ in rows if "readouts" in a), None)
    if full is None:
        return Stack(range(members), status, {})
    fixed = ("times", "readout_names", "delivery_names", "snapshot_names", "parameter_names")
    arrays: Arrays = {name: full[name] for name in fixed}
    for name in ("readouts", "delivery", "balance", "steps", "snapshots", "parameters", "arrows"):
        if name in full:
            blank = np.full(full[name].shape[1:], 0 if name == "arrows" else np.nan)
            arrays[name] = np.stack([a[name][i] if name in a else blank for a, i in rows])
    words = {str(w) for a, _ in rows for w in a.get("warnings", ())}
    arrays["warnings"] = np.array(sorted(words), dtype=np.str_)
    return Stack(range(members), status, arrays)


def copy_overlays(folder: Folder, paths: Sequence[Path], texts: Sequence[bytes]) -> list[str]:
    """Copy the user's evidence into a run folder; paths of the copies."""
    copies = []
    for n, (path, text) in enumerate(zip(paths, texts, strict=True)):
        copy = folder.path / "overlays" / f"{n:02d}-{path.name}"
        write_bytes(copy, text)
        copies.append(str(copy))
    return copies


def _compute(
    study: DiscStudy | DishStudy, todo: Sequence[list[int]], overlays: list[str],
    library: Library, folder: Folder, jobs: int, progress: Progress,
) -> None:  # fmt: skip
    total, done, failed = sum(len(t) for t in todo), 0, 0
    for members, arrays in _finished(study, todo, overlays, library, jobs):
        folder.store(members, arrays)
        done += len(members)
        failed += int(np.sum(arrays["status"] != "ok"))
        progress(done, total, failed)


def _finished(
    study: DiscStudy | DishStudy, todo: Sequence[list[int]], overlays: list[str],
    library: Library, jobs: int,
) -> Iterator[tuple[list[int], Arrays]]:  # fmt: skip
    if jobs == 1 or len(todo) < 2:
        for members in todo:
            yield members, run_members(study, members, library)
        return
    text = json.dumps(study.model_dump(mode="json"))
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(
        min(jobs, len(todo)), mp_context=spawn, initializer=one_thread
    ) as pool:
        waiting: dict[Future[Arrays], list[int]] = {
            pool.submit(run_task, text, study.kind, overlays, members): members for members in todo
        }
        try:
            for future in as_completed(waiting):
                yield waiting[future], future.result()
        finally:
            pool.shutdown(wait=False, cancel_futures=True)


def one_thread() -> None:
    """Keep a worker process to one thread."""
    for name in ("NUMBA_NUM_THREADS", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
        os.environ[name] = "1"
