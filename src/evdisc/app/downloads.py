"""What can be taken home from a job: named files of a run, and all others by their number."""

from __future__ import annotations

import os
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from evdisc.app.workspace import Job, User
from evdisc.errors import InputError

#: name in a request -> place in the job's folder
NAMED = {
    "result.json": "out/result.json", "report.html": "out/report.html",
    "protocol.yaml": "protocol.yaml", "series.parquet": "out/series.parquet",
    "CITATIONS.bib": "out/CITATIONS.bib", "ro-crate-metadata.json": "out/ro-crate-metadata.json",
    "diagnostics.json": "out/diagnostics.json",
}  # fmt: skip
Name = Literal[
    "result.json", "report.html", "protocol.yaml", "series.parquet", "CITATIONS.bib",
    "ro-crate-metadata.json", "diagnostics.json",
]  # fmt: skip
TYPES = {
    ".json": "application/json", ".html": "text/html; charset=utf-8", ".csv": "text/csv",
    ".yaml": "application/yaml", ".bib": "application/x-bibtex", ".txt": "text/plain",
    ".md": "text/markdown", ".png": "image/png", ".svg": "image/svg+xml",
}  # fmt: skip
#: bookkeeping of a job, no result
OURS = ("job.json", "progress.json", "stderr.txt", "crate.zip", "protocol.yaml", "stdout.txt")
MOST_LISTED = 400


@dataclass(frozen=True)
class Taken:
    """A file to send: where it is, what it is called, what it is."""

    path: Path
    name: str
    type: str


def taken(path: Path, name: str | None = None) -> Taken:
    """A file as something to send.

    Raises:
        InputError: there is no such file yet.
    """
    if not path.is_file() or path.is_symlink():
        raise InputError("is not there", value=name or path.name, expected="a job that is done")
    return Taken(path, name or path.name, TYPES.get(path.suffix, "application/octet-stream"))


def named(user: User, job: Job, name: str) -> Taken:
    """A named file of a job."""
    return taken(user.job_folder(job.id) / NAMED[name], name)


def listed(user: User, job: Job) -> list[Path]:
    """Files a job made, in a fixed order; stores of many parts and bookkeeping are left out."""
    folder = user.job_folder(job.id)
    found = []
    for here, below, files in os.walk(folder):
        below[:] = sorted(d for d in below if d != "members" and not d.endswith(".zarr"))
        for name in sorted(files):
            own = Path(here) == folder and (name in OURS or name.startswith("given-"))
            if not own and not name.startswith("."):
                found.append(Path(here) / name)
    return found[:MOST_LISTED]


def numbered(user: User, job: Job, number: int) -> Taken:
    """The file with this number in :func:`listed`.

    Raises:
        InputError: there is none.
    """
    files = listed(user, job)
    if not 0 <= number < len(files):
        raise InputError("no file has this number", value=number)
    return taken(files[number])


def crate(user: User, job: Job) -> Taken:
    """The run folder as a research-object crate: everything but the raw members, zipped."""
    out, target = user.run_folder(job.id), user.job_folder(job.id) / "crate.zip"
    if not (out / "ro-crate-metadata.json").is_file():
        raise InputError("is not there", value="crate.zip", expected="a run that is done")
    draft = target.with_name(".crate.zip.part")
    with zipfile.ZipFile(draft, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(out.rglob("*")):
            inside = path.relative_to(out)
            if path.is_file() and inside.parts[0] != "members" and not path.name.startswith("."):
                archive.write(path, inside.as_posix())
    draft.replace(target)
    return taken(target, f"{job.id}.crate.zip")
