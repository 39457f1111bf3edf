"""`run(protocol)`: the one function behind command line, Python and web."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from evdisc import __version__
from evdisc.evidence.library import Library, load
from evdisc.protocol.specs import DiscStudy, DishStudy
from evdisc.protocol.yaml_io import LoadedProtocol
from evdisc.study import publish
from evdisc.study.crew import Jobs, Progress, compute, require, silent
from evdisc.study.folder import Folder, Owner, fingerprint, write_bytes
from evdisc.study.oracle import oracle, require_disc
from evdisc.study.preflight import overlay_paths, preflight
from evdisc.study.summary import Stack, result
from evdisc.study.tasks import missing, study_job
from evdisc.study.variants import variants
from evdisc.study.worker import Arrays


@dataclass(frozen=True)
class StudyResult:
    """A finished study: ``result`` is the content of result.json."""

    result: Mapping[str, Any]
    folder: Path
    computed: int
    seconds: float


def run(
    protocol: LoadedProtocol,
    out: Path | None = None,
    *,
    jobs: Jobs = 1,
    fresh: bool = False,
    progress: Progress = silent,
    told: Callable[[str], None] = lambda _: None,
    against_oracle: bool = False,
) -> StudyResult:
    """Run a study, or resume it, and write its run folder.

    Args:
        protocol: a protocol loaded from a file or text.
        out: run folder; default ``runs/<protocol name>``.
        jobs: worker processes, or ``dask:`` with the address or file of a scheduler. The numbers
            do not depend on it.
        fresh: drop what the folder holds and start anew.
        progress: called after every finished task.
        told: called with a line about the workers of a cluster.
        against_oracle: run the typical member again without shared networks and with fine steps;
            the errors stand in diagnostics.json.

    Raises:
        EvdiscError: bad input (nothing is touched), or the folder cannot be used.
    """
    began = time.perf_counter()
    if against_oracle:
        require_disc(protocol.spec)
    it = ready(protocol, out, fresh)
    study, library, folder = it.study, it.library, it.folder
    jobs = require(jobs, told)
    with folder.lock():
        record = folder.claim(it.owner, fresh)
        job = study_job(study, library, it.write_inputs())
        members = study.ensemble.members
        todo = list(missing(members, len(variants(study)), folder.load()).values())
        computed = sum(map(len, todo))
        compute(job, todo, folder, jobs, progress)
        stack = gather(folder, members)
        content = result(study, stack, library, it.owner.fingerprint, __version__)
        publish.everything(study, stack, content, library, folder.path, record)
        seconds = time.perf_counter() - began
        errors = None
        if against_oracle and "readouts" in stack.arrays:
            typical = int(stack.members[publish.representative(study, stack)])
            errors = oracle(require_disc(study), typical, library)
        publish.diagnostics(folder.path, stack, computed, seconds, jobs, errors)
    return StudyResult(content, folder.path, computed, seconds)


@dataclass(frozen=True)
class Ready:
    """A checked study and the folder it may use.

    Attributes:
        protocol: as loaded.
        library: the evidence.
        overlays: files of the user's evidence.
        texts: what they hold.
        owner: the study as its folder knows it.
        folder: the run folder.
    """

    protocol: LoadedProtocol
    library: Library
    overlays: Sequence[Path]
    texts: Sequence[bytes]
    owner: Owner
    folder: Folder

    @property
    def study(self) -> DiscStudy | DishStudy:
        """What is studied."""
        return self.protocol.spec

    def write_inputs(self) -> list[str]:
        """Write protocol and overlays into the folder; paths of the overlays there."""
        write_bytes(self.folder.path / "protocol.yaml", self.protocol.text.encode())
        return copy_overlays(self.folder, self.overlays, self.texts)


def ready(protocol: LoadedProtocol, out: Path | None, fresh: bool = False) -> Ready:
    """Check a protocol and the folder it asks for, and touch nothing.

    Raises:
        EvdiscError: bad input, or the folder belongs to something else.
    """
    overlays = overlay_paths(protocol)
    library = load(overlays)
    preflight(protocol, library)
    texts = [p.read_bytes() for p in overlays]
    owner = Owner("run", fingerprint(protocol.spec, texts), protocol.spec.ensemble.members)
    folder = Folder(out if out is not None else default_folder(protocol))
    folder.verify(owner, fresh)
    return Ready(protocol, library, overlays, texts, owner, folder)


def default_folder(protocol: LoadedProtocol, what: str = "") -> Path:
    """``runs/<what><protocol name>`` below the current folder."""
    name = Path(protocol.file).stem if protocol.file is not None else "study"
    return Path("runs") / (what + name)


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
