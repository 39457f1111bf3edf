"""The folder of a plan: made beside its place, then put there at once or not at all."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from evdisc.errors import FolderError
from evdisc.protocol.yaml_io import LoadedProtocol
from evdisc.report.checklist_answers import bearing, known
from evdisc.report.checklists import Filled, as_csv, filled, summary
from evdisc.report.document import docx_bytes, markdown
from evdisc.report.plan_document import checklist_blocks, plan_blocks
from evdisc.report.plan_page import page
from evdisc.report.render import write_report
from evdisc.study.allocation import key_csv, sheet_csv
from evdisc.study.folder import write_bytes, write_json
from evdisc.study.plan import FORMAT, Plan

RECORD = "plan.json"
#: a checklist is written as each of these
KINDS = ("md", "docx", "csv")


def default_folder(protocol: LoadedProtocol) -> Path:
    """``plans/<protocol name>`` below the current folder."""
    return Path("plans") / (protocol.file.stem if protocol.file else "plan")


def require_free(folder: Path, fresh: bool) -> None:
    """Refuse, before anything is computed, to replace what is there.

    Raises:
        FolderError: a plan is there and ``fresh`` was not said, or something else is.
    """
    if not folder.exists():
        return
    if not folder.is_dir():
        raise FolderError("is a file", file=folder, expected="a folder")
    if not any(folder.iterdir()):
        return
    if not _is_plan(folder):
        raise FolderError("holds files that are not of a plan", file=folder,
                          expected="a new or empty folder")  # fmt: skip
    if not fresh:
        raise FolderError("holds a plan", file=folder,
                          advice="choose another --out, or --fresh to replace it")  # fmt: skip


def _is_plan(folder: Path) -> bool:
    try:
        record = json.loads((folder / RECORD).read_text("utf-8"))
    except (OSError, ValueError):
        return False
    return isinstance(record, dict) and record.get("format") == FORMAT


@contextmanager
def workshop(folder: Path, fresh: bool) -> Iterator[Path]:
    """A draft folder that takes the place of ``folder`` when the block ends well."""
    require_free(folder, fresh)
    folder = folder.resolve()  # '.' has no name to stand beside
    draft = folder.with_name(f".{folder.name}.{os.getpid()}.part")
    made = not folder.parent.exists()
    try:
        draft.mkdir(parents=True)
        yield draft
        require_free(folder, fresh)
        old = folder.with_name(f".{folder.name}.{os.getpid()}.old")
        if folder.exists():
            folder.replace(old)
        draft.replace(folder)
        shutil.rmtree(old, ignore_errors=True)
    except OSError as error:
        raise FolderError("cannot be written", file=folder, advice=error.strerror) from error
    finally:
        shutil.rmtree(draft, ignore_errors=True)
        if made and folder.parent.is_dir() and not any(folder.parent.iterdir()):
            folder.parent.rmdir()


def write_plan(plan: Plan, protocol: LoadedProtocol, command: str, folder: Path) -> dict[str, Any]:
    """Write all files of a plan; returns the content of plan.json."""
    lists = plan_checklists(protocol, plan.result)
    result = plan.result | {"checklists": [summary(n, done) for n, done in lists.items()]}
    blocks, title = plan_blocks(result), result["title"]
    write_json(folder / RECORD, result)
    write_bytes(folder / "protocol.yaml", protocol.text.encode())
    write_bytes(folder / "plan.md", markdown(blocks).encode())
    write_bytes(folder / "plan.docx", docx_bytes(blocks, title))
    write_bytes(folder / "plan.html", page(result, protocol.text, command).encode())
    write_bytes(folder / "allocation.csv", sheet_csv(plan.unit, plan.allocation).encode())
    write_bytes(folder / "allocation-key.csv", key_csv(plan.allocation).encode())
    for name, done in lists.items():
        write_checklist(name, title, done, folder / "checklists")
    if (folder / "run").is_dir():
        write_report(folder / "run")
    return result


def plan_checklists(protocol: LoadedProtocol, plan: Mapping[str, Any]) -> dict[str, list[Filled]]:
    """The checklists that bear on a study, filled as far as its protocol and plan know."""
    answers = known(protocol.spec, plan)
    return {name: filled(name, answers) for name in bearing(protocol.spec)}


def file_name(name: str) -> str:
    """File name of a checklist, such as ``arrive-2.0``."""
    return name.casefold().replace(" ", "-").replace("+", "-")


def require_unwritten(name: str, folder: Path, fresh: bool) -> None:
    """Refuse to write over a checklist somebody may have filled in.

    Raises:
        FolderError: a file of this checklist is there and ``fresh`` was not said, or ``folder``
            is a file.
    """
    if folder.exists() and not folder.is_dir():
        raise FolderError("is a file", file=folder, expected="a folder")
    there = [p for kind in KINDS if (p := folder / f"{file_name(name)}.{kind}").exists()]
    if there and not fresh:
        raise FolderError("is there already", file=there[0],
                          advice="choose another --out, or --fresh to replace it")  # fmt: skip


def write_checklist(name: str, title: str, done: list[Filled], folder: Path) -> None:
    """Write a filled checklist as Markdown, DOCX and CSV."""
    blocks, stem = checklist_blocks(name, title, done), file_name(name)
    write_bytes(folder / f"{stem}.md", markdown(blocks).encode())
    write_bytes(folder / f"{stem}.docx", docx_bytes(blocks, f"{name}: {title}"))
    write_bytes(folder / f"{stem}.csv", as_csv(done).encode())
