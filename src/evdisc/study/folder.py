"""The run folder: what is in it, whose it is, and how files appear in it at once or not at all."""

from __future__ import annotations

import hashlib
import json
import os
import secrets
import shutil
from collections.abc import Sequence
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

from evdisc import __version__
from evdisc.errors import FolderError
from evdisc.evidence.tables import data_hash
from evdisc.protocol.specs import DiscStudy, DishStudy
from evdisc.study.lock import alone, is_trace, together
from evdisc.study.posterior import posterior_hash

FORMAT = "evdisc-run/1"
RECORD = "study.json"
#: what to do where a folder is not one's own
ELSEWHERE = "choose another --out, or --fresh to start anew"
#: everything a run folder may hold; --fresh removes these and nothing else
OWN = (
    RECORD, "protocol.yaml", "result.json", "diagnostics.json", "series.parquet", "fields.zarr",
    "report.html", "CITATIONS.bib", "ro-crate-metadata.json", "members", "overlays", "figures",
    "stages",
)  # fmt: skip


def fingerprint(study: DiscStudy | DishStudy, overlays: Sequence[bytes]) -> str:
    """SHA-256 over protocol, overlays, seed, version and evidence; not over the member count.

    Raises:
        EvidenceError: the posterior of the protocol is not one of this evidence.
    """
    spec = study.model_dump(mode="json")
    spec["ensemble"].pop("members")
    spec["ensemble"].pop("posterior")
    if study.ensemble.posterior is not None:
        spec["ensemble"]["posterior"] = posterior_hash(study.ensemble, overlays)
    spec["evidence"] = [hashlib.sha256(text).hexdigest() for text in overlays]
    body = json.dumps([FORMAT, __version__, data_hash(), spec], sort_keys=True)
    return hashlib.sha256(body.encode()).hexdigest()


def joint_fingerprint(*parts: str) -> str:
    """SHA-256 over several fingerprints, or a fingerprint and what is asked of its study."""
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


def write_bytes(path: Path, data: bytes) -> None:
    """Write a file so that it is either the old one or the whole new one.

    Raises:
        FolderError: the disk is full or the folder cannot be written.
    """
    # processes of several machines may write one file, and their numbers may be the same
    temporary = path.with_name(f".{path.name}.{os.getpid()}-{secrets.token_hex(4)}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with temporary.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except OSError as error:
        with suppress(OSError):  # where the parent is a file there is nothing to remove
            temporary.unlink()
        raise FolderError("cannot be written", file=path, advice=error.strerror) from error


def write_json(path: Path, value: Any) -> None:
    """Write JSON with sorted keys and a final newline."""
    write_bytes(
        path, (json.dumps(value, indent=1, sort_keys=True, allow_nan=False) + "\n").encode()
    )


@dataclass(frozen=True)
class Owner:
    """A study that asks for a folder.

    Attributes:
        kind: the command it is of.
        fingerprint: what it is known by; no two kinds share one.
        members: how many it is about.
    """

    kind: str
    fingerprint: str
    members: int


@dataclass(frozen=True)
class Folder:
    """A run folder on disk."""

    path: Path

    @property
    def members(self) -> Path:
        """Folder of the member files."""
        return self.path / "members"

    def record(self) -> dict[str, Any] | None:
        """The folder's own record, or None for a folder evdisc did not write.

        Raises:
            FolderError: the record is damaged.
        """
        file = self.path / RECORD
        if not file.exists():
            return None
        try:
            record = json.loads(file.read_text("utf-8"))
        except (ValueError, OSError) as error:
            raise FolderError(
                "is damaged", file=file, advice="use --fresh or another --out"
            ) from error
        if not isinstance(record, dict) or record.get("format") != FORMAT:
            raise FolderError(
                "has an unknown format", file=file, value=record.get("format"), expected=FORMAT
            )
        return record

    def verify(self, owner: Owner, fresh: bool) -> dict[str, Any] | None:
        """Check, without touching anything, that a study may use the folder.

        Returns the folder's record if it is to be resumed, else None.

        Raises:
            FolderError: it belongs to another kind of study, protocol, seed, version or evidence,
                holds more members than are asked for, or files that are not evdisc's.
        """
        if self.path.exists() and not self.path.is_dir():
            raise FolderError("is a file", file=self.path, expected="a folder")
        # listed first: a record that another process writes meanwhile is read below
        present = [p.name for p in self.path.iterdir()] if self.path.exists() else []
        record = self.record()
        if record is None and not all(map(is_trace, present)):
            raise FolderError(
                "holds files that are not of an evdisc run",
                file=self.path,
                expected="a new or empty folder",
            )
        if record and not fresh:
            self._require_own(owner, record)
        return None if fresh else record

    def _require_own(self, owner: Owner, record: dict[str, Any]) -> None:
        held = record.get("kind", owner.kind)
        if held != owner.kind:
            words = f"holds what evdisc {held} gave, not evdisc {owner.kind}"
            raise FolderError(words, file=self.path, advice=ELSEWHERE)
        if record["fingerprint"] != owner.fingerprint:
            raise FolderError(
                "belongs to another protocol, seed, version or evidence",
                file=self.path, advice=ELSEWHERE,
            )  # fmt: skip
        told = self._told_of()
        if told > owner.members:
            raise FolderError(
                f"holds the result of {told} members, more than the {owner.members} asked for",
                file=self.path, advice=f"ask for {told} or more, or {ELSEWHERE}",
            )  # fmt: skip

    def _told_of(self) -> int:
        """Members the result is of; 0 where there is none that can be read."""
        try:
            return int(json.loads((self.path / "result.json").read_text("utf-8"))["members"])
        except (OSError, ValueError, KeyError, TypeError):
            return 0

    def claim(self, owner: Owner, fresh: bool) -> dict[str, Any]:
        """Make the folder this study's own; call with the lock held, after :meth:`verify`."""
        record = self.verify(owner, fresh)
        # what a killed process was about to write
        for part in (*self.path.glob(".*.part"), *self.members.glob(".*.part")):
            if part.is_file():
                part.unlink()
        if record is None:
            self._clear()
            record = self._sign(owner)
        return record

    def join(self, owner: Owner) -> None:
        """Make the folder this study's own beside others that do the same; nothing is removed.

        Raises:
            FolderError: it belongs to something else.
        """
        if self.verify(owner, fresh=False) is None:
            self._sign(owner)
            self.verify(owner, fresh=False)

    def _sign(self, owner: Owner) -> dict[str, Any]:
        now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        record = {
            "format": FORMAT, "kind": owner.kind, "fingerprint": owner.fingerprint,
            "version": __version__, "created": now,
        }  # fmt: skip
        write_json(self.path / RECORD, record)
        return record

    def _clear(self) -> None:
        for name in OWN:
            target = self.path / name
            if target.is_dir():
                shutil.rmtree(target)
            else:
                target.unlink(missing_ok=True)

    def lock(self) -> AbstractContextManager[None]:
        """Hold the folder for one process.

        Raises:
            FolderError: another process holds it, or it cannot be written.
        """
        return alone(self.path)

    def shared(self) -> AbstractContextManager[None]:
        """Hold the folder beside other processes that compute tasks.

        Raises:
            FolderError: an ordinary run holds it, or it cannot be written.
        """
        return together(self.path)

    def store(self, members: Sequence[int], data: bytes) -> None:
        """Store one task's members."""
        write_bytes(self.members / f"{members[0]:06d}-{members[-1]:06d}.npz", data)

    def load(self) -> dict[int, tuple[Path, int]]:
        """Stored members: number -> (file, row).

        Raises:
            FolderError: a member file is damaged.
        """
        found: dict[int, tuple[Path, int]] = {}
        for path in sorted(self.members.glob("*.npz")):
            for row, member in enumerate(self.read(path, ("members",))["members"]):
                found.setdefault(int(member), (path, row))
        return found

    def read(self, path: Path, names: Sequence[str] | None = None) -> dict[str, Any]:
        """Arrays of a member file: all, or those named.

        Raises:
            FolderError: it is damaged; the message says to delete it.
        """
        try:
            with path.open("rb") as file, np.load(file, allow_pickle=False) as archive:
                return {name: archive[name] for name in names or archive.files}
        except Exception as error:
            raise FolderError(
                "is damaged", file=path, advice="delete it; its members are computed again"
            ) from error
