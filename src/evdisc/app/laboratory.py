"""The parts every view uses: workspace, queue, benches; and how a job is asked for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from evdisc.app.bench import Bench
from evdisc.app.jobs import Queue
from evdisc.app.safety import plain_names
from evdisc.app.tools import PROTOCOL, tool, words_of
from evdisc.app.workspace import Job, User, Workspace
from evdisc.errors import InputError

#: largest protocol a page takes, bytes; and most members of a job
MOST_PROTOCOL, MOST_MEMBERS = 200_000, 20_000
#: texts whose check is remembered
MOST_KNOWN = 200
#: seconds and megabytes a question may take
QUICK, SLOW, MEMORY = 20.0, 120.0, 8_000


@dataclass
class Laboratory:
    """Everything that outlives a page."""

    workspace: Workspace
    queue: Queue
    quick: Bench
    dose: Bench
    pages: Bench
    known: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)

    def user(self, owner: str) -> User:
        """One user's part of the workspace."""
        return self.workspace.user(owner)

    async def check(self, text: str) -> dict[str, Any]:
        """See :func:`evdisc.app.calls.check`.

        Raises:
            InputError: the text is larger than any protocol.
        """
        if len(text.encode()) > MOST_PROTOCOL:
            raise InputError("is too large", expected=f"at most {MOST_PROTOCOL} bytes")
        return await self.remembered(self.quick, "check", text)

    async def remembered(self, bench: Bench, call: str, text: str) -> dict[str, Any]:
        """The answer of a bench about a protocol, asked once for each text."""
        key = (call, text)
        if key not in self.known:
            found = await bench.ask(call, text=text)
            while len(self.known) >= MOST_KNOWN:
                self.known.pop(next(iter(self.known)), None)
            self.known[key] = found
        return dict(self.known[key])

    async def submit(
        self, owner: str, name: str, values: Mapping[str, Any], text: str | None
    ) -> Job:
        """Put a job into the queue.

        Raises:
            InputError: an option or the protocol is not valid.
        """
        wanted = tool(name)
        words, files = words_of(wanted, values, self.user(owner))
        title = wanted.title
        if PROTOCOL in words:
            if text is None:
                raise InputError("needs a protocol")
            found = await self.checked(text, wanted.kind)
            title = found["title"] if name == "run" else f"{title}: {found['title']}"
            files |= {PROTOCOL: text.encode(), **self.companions(owner, found["files"])}
        return self.queue.submit(owner, name, words, title, files)

    async def checked(self, text: str, kind: str = "any") -> dict[str, Any]:
        """What a valid protocol says.

        Raises:
            InputError: it is not valid, of another kind, or asks for too much.
        """
        found = await self.check(text)
        if not found["valid"]:
            raise InputError(found["fault"]["message"])
        if kind not in ("any", found["kind"]):
            raise InputError(f"needs a {kind} protocol", value=found["kind"])
        if found["members"] > MOST_MEMBERS:
            raise InputError(
                "asks for too many members", key="ensemble.members", value=found["members"],
                expected=f"at most {MOST_MEMBERS}",
            )  # fmt: skip
        return found

    def companions(self, owner: str, names: list[str]) -> dict[str, bytes]:
        """The user's own files that a protocol names: evidence, a posterior.

        Raises:
            InputError: a name is a path, or none of the user's files.
        """
        own = {f["name"]: f["id"] for f in reversed(self.user(owner).files())}
        strange = plain_names(names) or [n for n in names if n not in own or n == PROTOCOL]
        if strange:
            raise InputError("is none of your files", value=strange[0],
                             expected="the name of a file under My data")  # fmt: skip
        return {n: self.user(owner).file(own[n]).read_bytes() for n in names}

    async def dose_table(self, owner: str, text: str) -> dict[str, Any]:
        """The dose table of a protocol that names no file.

        Raises:
            InputError: the protocol is not valid. RunError: it took too long.
        """
        found = await self.checked(text)
        if found["files"]:
            raise InputError("the live table reads no file the protocol names; a run does")
        if not found["therapy"]:
            raise InputError("no therapy, so no dose")
        return await self.remembered(self.dose, "dose", text)


def laboratory(workspace: Workspace, slots: int) -> Laboratory:
    """A laboratory over a workspace."""
    # a field that was entered is answered first, then a page, then a table of doses
    return Laboratory(workspace, Queue(workspace, slots), Bench(QUICK, MEMORY, 2),
                      Bench(SLOW, MEMORY, 10), Bench(SLOW, MEMORY, 4))  # fmt: skip
