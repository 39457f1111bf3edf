"""The worker process of a bench: a line of JSON in, a line of JSON out."""

from __future__ import annotations

import json
import os
import sys
from typing import Any

from evdisc.app.job import limit
from evdisc.errors import EvdiscError, InputError

MEGABYTE = 2**20


def main() -> None:
    """Answer until standard input closes."""
    limit(int(sys.argv[1]) * MEGABYTE, int(sys.argv[2]))
    # what a library prints must not stand between the answers
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="utf-8")
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    for line in sys.stdin.buffer:
        answers.write(json.dumps(answer(json.loads(line))) + "\n")
        answers.flush()


def answer(question: dict[str, Any]) -> dict[str, Any]:
    """The answer to one question, or its error."""
    from evdisc.app.calls import CALLS

    try:
        return {"answer": CALLS[question["call"]](**question["given"])}
    except EvdiscError as error:
        place = {k: getattr(error, k, None) for k in ("key", "line", "column")}
        kind = "input" if isinstance(error, InputError) else "run"
        return {"error": {"kind": kind, "message": str(error), **place}}
    except Exception as error:  # noqa: BLE001  a worker must outlive any question
        return {"error": {"kind": "run", "message": f"{type(error).__name__}: {error}"[:300]}}


if __name__ == "__main__":
    main()
