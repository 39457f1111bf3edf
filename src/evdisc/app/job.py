"""The process of one job: the command line itself, niced, with limits, and never an orphan.

``python -m evdisc.app.job WORDS`` runs ``evdisc WORDS`` in the current folder. Its standard input
is a pipe held by the server; when the server is gone the pipe closes and the job ends with all its
workers. Members that are finished are on disk by then.
"""

from __future__ import annotations

import os
import signal
import sys
import threading

NICE = 15
#: address space of a job, bytes
MOST_MEMORY = 12 * 2**30


def end_with_server() -> None:
    """Wait until the server lets go of our standard input, then end this process group."""
    # the descriptor itself: a lock of sys.stdin held here would be fatal when the job ends
    while os.read(0, 4096):
        pass
    if hasattr(os, "killpg") and os.getpgrp() == os.getpid():
        os.killpg(os.getpgrp(), signal.SIGKILL)
    os._exit(1)


def limit(memory: int, nice: int) -> None:
    """Be kind to others, and ask for no more memory than this."""
    if hasattr(os, "nice"):
        os.nice(nice)
    try:
        import resource
    except ImportError:  # Windows has no such limit
        return
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    most = memory if hard == resource.RLIM_INFINITY else min(memory, hard)
    resource.setrlimit(resource.RLIMIT_AS, (most, hard))


def main() -> None:
    """Run the command that the arguments name."""
    threading.Thread(target=end_with_server, daemon=True).start()
    limit(MOST_MEMORY, NICE)
    from evdisc.cli import main as command

    sys.argv[0] = "evdisc"
    try:
        command()
    except MemoryError:
        sys.stderr.write("evdisc: the job needs more memory than a job may have\n")
        raise SystemExit(1) from None


if __name__ == "__main__":
    main()
