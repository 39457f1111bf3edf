"""The folder of an import: a new one, or one of its kind; a user's files are never replaced."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

from evdisc.errors import FolderError


def require_own(out: Path, record: str, format_: str, inputs: Iterable[Path | None]) -> None:
    """Check that files may be written into a folder, before anything is computed.

    Args:
        out: the folder.
        record: JSON file by which the folder is known.
        format_: what its key ``format`` holds.
        inputs: files that are read; none of them may lie in the folder.

    Raises:
        FolderError: it is a file, holds files of another origin, or an input.
    """
    if out.exists() and not out.is_dir():
        raise FolderError("is a file", file=out, expected="a folder")
    if not out.exists() or not any(out.iterdir()):
        return
    for path in inputs:
        if path is not None and path.resolve().parent == out.resolve():
            raise FolderError(
                "holds a file that is read", file=out, value=path.name, expected="another --out"
            )
    if _format(out / record) != format_:
        raise FolderError(
            "holds files of another origin", file=out, expected="a new or empty folder for --out"
        )


def _format(path: Path) -> str | None:
    try:
        found = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        return None
    return found.get("format") if isinstance(found, dict) else None
