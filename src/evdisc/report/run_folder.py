"""What a report reads of a finished run folder."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from evdisc.errors import FolderError


def stored(folder: Path) -> dict[str, Any]:
    """result.json of a folder.

    Raises:
        FolderError: there is none.
    """
    path = folder / "result.json"
    if not path.is_file():
        raise FolderError("holds no result", file=folder, expected="a finished run folder")
    return json.loads(path.read_text("utf-8"))
