"""The checkout, its files, and how a fresh process is started. No tests of its own."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "src" / "evdisc"
CACHES = {".pyc", ".nbi", ".nbc"}


def package_files() -> set[str]:
    """Every file of the package as it lies in the checkout, caches left out."""
    return {
        path.relative_to(ROOT / "src").as_posix()
        for path in PACKAGE.rglob("*")
        if path.is_file() and path.suffix not in CACHES and path.name != "commit.txt"
    }


def run(*command, env: dict[str, str] | None = None, cwd=None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(part) for part in command], env=os.environ | {"PYTHONUTF8": "1"} | (env or {}),
        cwd=cwd, capture_output=True, encoding="utf-8", check=False,
    )  # fmt: skip


def evdisc(*args, env: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    """`python -m evdisc` of this checkout."""
    paths = {"PYTHONPATH": str(ROOT / "src")}
    return run(sys.executable, "-W", "error", "-m", "evdisc", *args, env=paths | (env or {}))
