"""Picture files: where they may go, and a blank page of them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from evdisc.errors import InputError

SUFFIXES = (".png", ".svg", ".pdf")


def require_picture(path: Path, key: str = "--figure") -> None:
    """Check that a picture can be written.

    Raises:
        InputError: another ending, or no such folder.
    """
    if path.suffix.lower() not in SUFFIXES:
        raise InputError(
            "cannot write this kind of picture", key=key, value=str(path),
            expected=" | ".join(SUFFIXES),
        )  # fmt: skip
    if not path.parent.is_dir():
        raise InputError("folder does not exist", key=key, value=str(path.parent))


def save(figure: Any, path: Path) -> None:
    """Write a matplotlib figure, the same bytes each time."""
    figure.savefig(path, dpi=160, metadata={"Date": None} if path.suffix == ".svg" else None)
