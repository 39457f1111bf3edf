"""Build hook: writes the commit a package is built from into it, as evdisc/commit.txt.

The version is static and part of the fingerprint of a run folder; the commit is only told by
`evdisc --version`. A source archive hands the file on to the wheel that is built from it. Where
git is not at hand, such as in a container, the variable EVDISC_COMMIT may tell the commit.
"""

import os
import runpy
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

INSIDE = {"wheel": "evdisc/commit.txt", "sdist": "src/evdisc/commit.txt"}


class CommitHook(BuildHookInterface):
    """Puts the commit into a wheel or a source archive; an editable install asks git instead."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Write the commit beside the archive and have it included."""
        package = Path(self.root, "src", "evdisc")
        known = os.environ.get("EVDISC_COMMIT", "").strip() or told(package)
        if version == "editable" or not known or (package / "commit.txt").exists():
            return
        self.written = Path(self.directory, "commit.txt")
        self.written.parent.mkdir(parents=True, exist_ok=True)
        self.written.write_text(known + "\n", encoding="utf-8")
        build_data["force_include"][str(self.written)] = INSIDE[self.target_name]

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        """Remove what `initialize` wrote."""
        if hasattr(self, "written"):
            self.written.unlink()


def told(package: Path) -> str:
    """What the package itself would say of its commit; nothing of it is imported."""
    return runpy.run_path(str(package / "cli_version.py"))["commit"](package)
