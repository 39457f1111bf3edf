"""One prior ensemble of cells, simulated once over all experiments and kept as data.

Posterior and leave-one-study-out follow by weighing its members; only where a study's own arrows
must go is it simulated again. The work is done in chunks that a later start takes up.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from importlib import resources
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from evdisc.errors import FolderError
from evdisc.evidence.experiments import experiments
from evdisc.evidence.library import Library, load
from evdisc.evidence.tables import shipped, shipped_bytes
from evdisc.validate.cell_panel import Floats, log_folds, panel, resting_on

FORMAT = "evdisc-cell-ensemble/1"
#: file that says what a work folder is of
MARK = "edges.json"
MEMBERS = 4000
#: members of the networks that are compared with ours
CONTROLS = 200
CHUNK = 100
#: what the ensemble depends on
TABLES = ("claims", "background", "experiments")
#: beginnings of the parameters it depends on
KEYS = ("edge_", "node_", "claim_", "stimulus_", "acid_")
NUMBERS = ("key", "species", "cell", "subject", "value", "distribution", "low", "high", "unit")
#: stands for all facts without a source
TEXTBOOK = "evdisc"


@dataclass(frozen=True)
class Ensemble:
    """Log folds of every experiment in every member.

    Attributes:
        folds: (members, rows) of the prior ensemble.
        alone: study -> (members, rows of that study) without the arrows that rest on it alone.
        controls: name -> (controls, rows): signs permuted, arrows rewired, sourced arrows only.
        edges: hash of the tables it was computed from.
    """

    folds: Floats
    alone: dict[str, Floats]
    controls: dict[str, Floats]
    edges: str

    def fresh(self) -> bool:
        """Whether the tables of now are those it was computed from."""
        return self.edges == edge_hash()


@dataclass(frozen=True)
class Task:
    """Members ``first`` to ``last`` of one part of the ensemble."""

    part: str
    first: int
    last: int

    @property
    def name(self) -> str:
        """File name of its result."""
        return f"{self.part}-{self.first:06d}-{self.last:06d}.npy"


def edge_hash() -> str:
    """SHA-256 over the tables the ensemble depends on."""
    digest = hashlib.sha256(FORMAT.encode())
    for table in TABLES:
        digest.update(shipped_bytes(table))
    for row in shipped("parameters"):
        if row["key"].startswith(KEYS):
            digest.update(",".join(row[c] for c in NUMBERS).encode())
    return digest.hexdigest()


def owners(library: Library) -> list[str]:
    """Studies among the experiments that alone tell of some arrow."""
    studies = dict.fromkeys(e.study for e in experiments())
    return [s for s in studies if resting_on(library, [s]).any()]


def tasks(library: Library, members: int = MEMBERS, controls: int = CONTROLS) -> Iterator[Task]:
    """All parts of the work."""
    parts = {"all": members, **{f"without:{s}": members for s in owners(library)},
             "signs": controls, "rewired": controls, "sourced": controls}  # fmt: skip
    for part, count in parts.items():
        for first in range(0, count, CHUNK):
            yield Task(part, first, min(first + CHUNK, count))


def compute(task: Task) -> Floats:
    """Log folds of a task's members."""
    library = load()
    kind, _, study = task.part.partition(":")
    chosen = panel([e for e in experiments() if not study or e.study == study])
    left_out = [study] if study else ([TEXTBOOK] if kind == "sourced" else [])
    scrambled = kind if kind in ("signs", "rewired") else ""
    return np.array([
        log_folds(chosen, library, m, left_out, scrambled) for m in range(task.first, task.last)
    ])  # fmt: skip


def refit(
    folder: Path, jobs: int, progress: Callable[[int, int], None], members: int = MEMBERS,
    controls: int = CONTROLS,
) -> Ensemble:  # fmt: skip
    """Compute the ensemble, taking up what ``folder`` holds of the same tables.

    Raises:
        FolderError: the folder holds something else, is damaged or cannot be written.
    """
    edges = edge_hash()
    _claim(folder, {"format": FORMAT, "edges": edges, "members": members, "controls": controls})
    every = list(tasks(load(), members, controls))
    missing = [t for t in every if not (folder / t.name).exists()]
    progress(len(every) - len(missing), len(every))
    with ProcessPoolExecutor(jobs, mp_context=get_context("spawn")) as pool:
        for n, (task, found) in enumerate(zip(missing, pool.map(compute, missing), strict=True)):
            draft = folder / (task.name + ".partial.npy")
            np.save(draft, found, allow_pickle=False)
            draft.replace(folder / task.name)
            progress(len(every) - len(missing) + n + 1, len(every))
    parts: dict[str, list[Floats]] = {}
    for task in every:
        parts.setdefault(task.part, []).append(_chunk(folder / task.name))
    whole = {part: np.concatenate(found) for part, found in parts.items()}
    return Ensemble(
        whole["all"],
        {part.partition(":")[2]: f for part, f in whole.items() if part.startswith("without:")},
        {part: whole[part] for part in ("signs", "rewired", "sourced")},
        edges,
    )  # fmt: skip


def _claim(folder: Path, stamp: dict[str, Any]) -> None:
    """Take a folder for the chunks of ``stamp``; nothing that is there is touched."""
    mark = folder / MARK
    if folder.exists() and not folder.is_dir():
        raise FolderError("is a file", file=folder, expected="a work folder")
    try:
        held = [p.name for p in folder.iterdir()] if folder.is_dir() else []
        if MARK not in held:
            if held:
                raise FolderError("holds files that are not of a refit", file=folder,
                                  expected="a new or empty folder")  # fmt: skip
            folder.mkdir(parents=True, exist_ok=True)
            mark.write_text(json.dumps(stamp), "utf-8")
        elif json.loads(mark.read_text("utf-8")) != stamp:
            raise FolderError("holds work on other tables", file=folder,
                              advice="name another folder or remove it")  # fmt: skip
    except ValueError as error:
        raise FolderError("is damaged", file=mark, advice="name another folder") from error
    except OSError as error:
        raise FolderError("cannot be a work folder", file=folder, advice=error.strerror) from error


def _chunk(path: Path) -> Floats:
    try:
        found: Floats = np.load(path, allow_pickle=False)
    except (ValueError, OSError) as error:
        raise FolderError(
            "is damaged", file=path, advice="delete it; its members are computed again"
        ) from error
    return found


def write(ensemble: Ensemble, path: Path) -> None:
    """Store an ensemble, log folds to three digits."""
    arrays: dict[str, NDArray[np.generic]] = {
        "format": np.array(FORMAT), "edges": np.array(ensemble.edges),
        "all": ensemble.folds.astype(np.float16),
    }  # fmt: skip
    arrays |= {f"without:{s}": f.astype(np.float16) for s, f in ensemble.alone.items()}
    arrays |= {f"control:{n}": f.astype(np.float16) for n, f in ensemble.controls.items()}
    draft = path.with_name(path.name + ".partial.npz")
    np.savez_compressed(draft, **arrays)  # type: ignore[arg-type]
    draft.replace(path)


def stored() -> Ensemble:
    """The ensemble that comes with the package."""
    place = resources.files("evdisc.validate").joinpath("data/cell_ensemble.npz")
    with resources.as_file(place) as path, np.load(path, allow_pickle=False) as data:
        arrays = {k: data[k].astype(np.float64) for k in data.files if data[k].dtype == np.float16}
        edges = str(data["edges"])

    def named(prefix: str) -> dict[str, Floats]:
        return {k.removeprefix(prefix): a for k, a in arrays.items() if k.startswith(prefix)}

    return Ensemble(arrays["all"], named("without:"), named("control:"), edges)
