"""A page under a name the user gives: what may stand there, and what is not overwritten."""

from __future__ import annotations

from pathlib import Path

from evdisc.errors import InputError

SUFFIXES = (".html", ".htm")
#: bytes at the beginning of a page in which it says of what kind it is
HEAD = 2000


def require_page(path: Path | None, page_format: str) -> None:
    """Check, before anything is computed, that a page can be written; None asks for none.

    Raises:
        InputError: another ending, a folder, no such folder, or a file that is no page of this
            format (the generator in its head).
    """
    if path is None:
        return
    if path.suffix.lower() not in SUFFIXES:
        raise InputError("is no page", key="--out", value=str(path), expected="a name in .html")
    if path.is_dir():
        raise InputError("is a folder", key="--out", value=str(path), expected="a file")
    if not path.parent.is_dir():
        raise InputError("folder does not exist", key="--out", value=str(path.parent))
    if path.exists() and f', {page_format}">'.encode() not in path.read_bytes()[:HEAD]:
        raise InputError("would overwrite what is no such page", key="--out", value=str(path),
                         expected="another name")  # fmt: skip
