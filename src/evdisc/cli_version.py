"""What `evdisc --version` says: the version and the commit. Part of the door.

The version is part of the fingerprint of a run folder and changes with a release only. The commit
is looked for when it is asked for, never before: in a checkout git tells it, in a wheel it lies in
`commit.txt`, which the build wrote (hatch_build.py).
"""

from __future__ import annotations

import subprocess
from pathlib import Path

PACKAGE = Path(__file__).resolve().parent


def version_line() -> str:
    """The version and, where it is known, the commit: ``evdisc 0.1.0 (commit abc1234)``."""
    from evdisc import __version__  # here, because the build runs this file where evdisc is not

    known = commit(PACKAGE)
    return f"evdisc {__version__}" + (f" (commit {known})" if known else "")


def commit(package: Path) -> str:
    """Commit that ``package`` was built from or is checked out at; empty where nobody knows.

    ``-dirty`` at its end: tracked files were changed since that commit.
    """
    root = package.parents[1]
    if package.parent.name == "src" and (root / ".git").exists():
        return _told_by_git(root)
    written = package / "commit.txt"
    return written.read_text("utf-8").strip() if written.is_file() else ""


def _told_by_git(root: Path) -> str:
    # --exclude=* leaves tags aside: the answer is the commit and nothing else
    asked = ["git", f"--git-dir={root / '.git'}", f"--work-tree={root}", "describe", "--always",
             "--dirty", "--exclude=*"]  # fmt: skip
    try:
        return subprocess.run(
            asked, capture_output=True, encoding="utf-8", check=True, timeout=5
        ).stdout.strip()
    except (OSError, subprocess.SubprocessError):
        return ""
