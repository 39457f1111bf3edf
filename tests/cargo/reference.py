"""Reference files other programs wrote; they are no part of the repository."""

import os
from pathlib import Path

import pytest


def reference(*parts):
    """A reference file; skips the test where there is none."""
    folder = os.environ.get("EVDISC_REFERENCE_DATA")
    if not folder:
        pytest.skip("EVDISC_REFERENCE_DATA names no folder of reference files")
    path = Path(folder).joinpath(*parts)
    if not path.exists():
        pytest.skip(f"{'/'.join(parts)} is not among the reference files")
    return path
