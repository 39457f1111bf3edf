"""Questions asked of worker processes, so that no page waits for one and none can harm the server.

A bench is one process that answers one question at a time, over lines of JSON. It has a limit of
memory; an answer that takes too long ends it, and the next question starts another.
"""

from __future__ import annotations

import asyncio
import json
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from typing import Any

from evdisc.app.jobs import environment
from evdisc.errors import InputError, RunError

#: largest answer, bytes
MOST_ANSWER = 64_000_000


class Bench:
    """One worker process."""

    def __init__(self, seconds: float, megabytes: int, nice: int) -> None:
        self.seconds, self.limits = seconds, (str(megabytes), str(nice))
        self.turn = asyncio.Lock()
        self.process: Process | None = None

    async def ask(self, call: str, /, **given: Any) -> Any:
        """The answer of ``calls.CALLS[call]``.

        Raises:
            InputError: the question cannot be answered; the line says why. RunError: it took too
                long, or the process ended.
        """
        question = json.dumps({"call": call, "given": given}).encode() + b"\n"
        async with self.turn:
            try:
                async with asyncio.timeout(self.seconds):
                    line = await self._exchange(question)
            except (TimeoutError, asyncio.CancelledError) as error:
                self.stop()
                if isinstance(error, asyncio.CancelledError):
                    raise
                raise RunError(f"stopped after {self.seconds:g} s: this takes too long") from None
            except (ConnectionError, ValueError):
                line = b""
            if not line:
                self.stop()
                raise RunError("its process ended: it needs more memory than it may have")
        answer = json.loads(line)
        if "error" in answer:
            raise as_error(answer["error"])
        return answer["answer"]

    async def _exchange(self, question: bytes) -> bytes:
        if self.process is None or self.process.returncode is not None:
            self.process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "evdisc.app.bench_process", *self.limits,
                stdin=PIPE, stdout=PIPE, stderr=DEVNULL, limit=MOST_ANSWER, env=environment(),
            )  # fmt: skip
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(question)
        await self.process.stdin.drain()
        return await self.process.stdout.readline()

    def stop(self) -> None:
        """End the process."""
        if self.process is not None and self.process.returncode is None:
            self.process.kill()
        self.process = None


def as_error(told: dict[str, Any]) -> InputError | RunError:
    """The error a worker told of."""
    if told.pop("kind") == "input":
        found = InputError(told["message"])
        found.key, found.line, found.column = told["key"], told["line"], told["column"]
        found.message = told["message"]
        return found
    return RunError(told["message"])
