"""What the laboratory keeps: one folder a user, and in it a design, files and jobs.

Ids are made here and are the only names a request can use; each is checked against its pattern
before it becomes part of a path. Files appear at once or not at all.
"""

from __future__ import annotations

import json
import re
import secrets
import time
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from evdisc.errors import InputError
from evdisc.study.folder import write_bytes

ID = re.compile(r"[a-z0-9]{16}")
OWNER = re.compile(r"[0-9a-f]{32}")
DESIGN, JOB, FILE = "evdisc-design/1", "evdisc-job/1", "evdisc-file/1"
#: kinds of file a user may bring
SUFFIXES = (
    ".csv", ".tsv", ".txt", ".xlsx", ".fcs", ".fa", ".fasta", ".gz", ".yaml", ".yml", ".json",
)  # fmt: skip
MOST_FILES, MOST_VERSIONS = 200, 100
#: states a job ends in
ENDED = ("done", "failed", "cancelled")


def new_id() -> str:
    """An id nobody can guess."""
    return secrets.token_hex(8)


def valid_id(text: str) -> str:
    """``text`` if it has the form of an id.

    Raises:
        InputError: it has not.
    """
    if not ID.fullmatch(text):
        raise InputError("is not an id", value=text)
    return text


def write_record(path: Path, value: Mapping[str, Any]) -> None:
    """A record as JSON, whole or not at all."""
    write_bytes(path, (json.dumps(value, indent=1) + "\n").encode())


def read_record(path: Path, form: str) -> dict[str, Any] | None:
    """A record, or None where there is none of this format."""
    try:
        found = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        return None
    return found if isinstance(found, dict) and found.get("format") == form else None


@dataclass(frozen=True)
class Design:
    """The protocol a user works on, the versions before it and those undone."""

    text: str
    before: tuple[str, ...] = ()
    after: tuple[str, ...] = ()

    def changed(self, text: str) -> Design:
        """The design with a new text; the old one can be had back."""
        if text == self.text:
            return self
        return Design(text, (*self.before, self.text)[-MOST_VERSIONS:])

    def undone(self) -> Design:
        """One version back."""
        if not self.before:
            return self
        return Design(self.before[-1], self.before[:-1], (*self.after, self.text))

    def redone(self) -> Design:
        """One version forward again."""
        if not self.after:
            return self
        return Design(self.after[-1], (*self.before, self.text), self.after[:-1])


@dataclass(frozen=True)
class Job:
    """One job: what was asked, and how far it is.

    ``words`` are the arguments of the evdisc command it runs, with no path in them but plain
    names inside the job's own folder.
    """

    id: str
    owner: str
    tool: str
    words: tuple[str, ...]
    title: str
    state: str = "waiting"
    message: str = ""
    created: float = 0.0
    started: float | None = None
    ended: float | None = None
    attempts: int = 0
    progress: dict[str, Any] = field(default_factory=dict, compare=False)


@dataclass(frozen=True)
class Workspace:
    """The folder of everything."""

    root: Path

    def user(self, owner: str) -> User:
        """The part of one user."""
        if not OWNER.fullmatch(owner):
            raise InputError("is not a user", value=owner)
        return User(owner, self.root / "users" / owner)

    def jobs(self) -> Iterator[Job]:
        """Every job of every user, the oldest first."""
        found = []
        for path in (self.root / "users").glob("*/jobs/*/job.json"):
            job = read_job(path)
            if job is not None:
                found.append(job)
        yield from sorted(found, key=lambda job: (job.created, job.id))


@dataclass(frozen=True)
class User:
    """One user's folder."""

    name: str
    path: Path

    def design(self) -> Design | None:
        """What the user was working on."""
        found = read_record(self.path / "design.json", DESIGN)
        if found is None:
            return None
        return Design(found["text"], tuple(found["before"]), tuple(found["after"]))

    def keep(self, design: Design) -> None:
        """Store the design."""
        write_record(self.path / "design.json", {"format": DESIGN, **asdict(design)})

    def job_folder(self, job: str) -> Path:
        """Folder of a job."""
        return self.path / "jobs" / valid_id(job)

    def run_folder(self, job: str) -> Path:
        """What the command writes."""
        return self.job_folder(job) / "out"

    def write_job(self, job: Job) -> None:
        """Store how far a job is."""
        record = {k: v for k, v in asdict(job).items() if k != "progress"}
        write_record(self.job_folder(job.id) / "job.json", {"format": JOB, **record})

    def files(self) -> list[dict[str, Any]]:
        """Files the user brought, the newest first."""
        found = (read_record(p, FILE) for p in (self.path / "files").glob("*/file.json"))
        return sorted(filter(None, found), key=lambda f: -f["at"])

    def add_file(self, name: str, data: bytes) -> dict[str, Any]:
        """Keep a file under a new id; its name is only ever shown.

        Raises:
            InputError: the kind of file is not taken, or there are too many.
        """
        plain = re.sub(r"[^A-Za-z0-9._-]+", "-", Path(name.replace("\\", "/")).name)[-80:]
        plain = plain.lstrip(".-") or "file"
        if not plain.lower().endswith(SUFFIXES):
            raise InputError("is not a kind of file this takes", value=name[:80],
                             expected=", ".join(SUFFIXES))  # fmt: skip
        if len(self.files()) >= MOST_FILES:
            raise InputError(f"there are {MOST_FILES} files already", expected="delete some")
        made: dict[str, Any] = {
            "format": FILE,
            "id": new_id(),
            "name": plain,
            "size": len(data),
            "at": time.time(),
        }
        folder = self.path / "files" / made["id"]
        write_bytes(folder / plain, data)
        write_record(folder / "file.json", made)
        return made

    def file(self, id_: str) -> Path:
        """A file the user brought.

        Raises:
            InputError: there is none with this id.
        """
        folder = self.path / "files" / valid_id(id_)
        found = read_record(folder / "file.json", FILE)
        if found is None:
            raise InputError("no file has this id", value=id_)
        return folder / Path(found["name"]).name

    def drop_file(self, id_: str) -> None:
        """Remove a file the user brought."""
        path = self.file(id_)
        (path.parent / "file.json").unlink(missing_ok=True)
        path.unlink(missing_ok=True)
        path.parent.rmdir()


def read_job(path: Path) -> Job | None:
    """A stored job, or None where the record is not one."""
    found = read_record(path, JOB)
    if found is None:
        return None
    found.pop("format")
    job = Job(**{**found, "words": tuple(found["words"])})
    sound = ID.fullmatch(job.id) and job.id == path.parent.name
    return job if sound and job.owner == path.parents[2].name else None


def moved(job: Job, state: str, **more: Any) -> Job:
    """A job in another state."""
    return replace(job, state=state, **more)
