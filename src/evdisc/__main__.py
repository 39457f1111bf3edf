"""The front door: `evdisc` and `python -m evdisc`. A question for the version waits for nothing."""

from __future__ import annotations

import os
import sys


def main() -> None:
    """Tell the version, answer the shell's Tab key, or hand over to the command line."""
    if sys.argv[1:] == ["--version"]:
        from evdisc.cli_version import version_line

        sys.stdout.write(version_line() + "\n")
        return
    if "_EVDISC_COMPLETE" in os.environ:
        from evdisc.cli_completion import answer

        answer()
        return
    from evdisc.cli import main as command_line

    try:
        command_line()
    except RuntimeError as error:
        # numba's words for a machine where no folder can be written
        if "no locator available" not in str(error):
            raise
        sys.stderr.write(
            "evdisc: no folder can hold compiled kernels; name one you can write: NUMBA_CACHE_DIR\n"
        )
        raise SystemExit(1) from None


if __name__ == "__main__":
    main()
