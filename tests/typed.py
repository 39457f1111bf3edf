"""A command as a user types it, in this process."""

from __future__ import annotations

import pytest

from evdisc.cli import main


def run(capsys: pytest.CaptureFixture[str], *words: object) -> tuple[int, str, str]:
    """Exit code, stdout and stderr of `evdisc` with these words."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sys.argv", ["evdisc", *map(str, words)])
        try:
            main()
            code = 0
        except SystemExit as stop:
            code = int(stop.code or 0)
    seen = capsys.readouterr()
    return code, seen.out, seen.err
