"""My data: files of the user, and what can be done with them."""

from __future__ import annotations

import functools
from typing import Any

from fastapi import Request
from nicegui import ui

from evdisc.app import shell
from evdisc.app.controls import button, failure, note, tag
from evdisc.app.laboratory import Laboratory
from evdisc.app.safety import MOST_UPLOAD
from evdisc.app.tool_form import tool_forms
from evdisc.app.workspace import SUFFIXES
from evdisc.errors import EvdiscError


def register(lab: Laboratory) -> None:
    """Make the page."""

    @ui.page("/data")
    async def data(request: Request) -> None:
        with shell.page("My data", "/data"):
            tag("h1", "My data")
            note("Files stay in your part of the workspace. They are read by a process of their "
                 "own, with limits of time and memory.")  # fmt: skip
            Files(lab, request.state.owner).draw()
            tool_forms(lab, request.state.owner, "data")


class Files:
    """The user's files."""

    def __init__(self, lab: Laboratory, owner: str) -> None:
        self.lab, self.user = lab, lab.user(owner)

    def draw(self) -> None:
        """The list, and a way to bring one."""
        tag("h2", "Files")
        self.told = tag("div", role="status")
        with tag("div", "", "field"):
            tag("label", f"Bring a file, at most {MOST_UPLOAD // 10**6} MB: {', '.join(SUFFIXES)}",
                for_="bring")  # fmt: skip
            chosen = tag("input", type="file", id="bring", accept=",".join(SUFFIXES))
            chosen.on("change", self.sent, js_handler=SEND)
        self.box = tag("ul")
        self.show()

    def sent(self, event: Any) -> None:
        """A file was sent to the API: say so, or why not."""
        if event.args:
            self.told.clear()
            with self.told:
                failure(str(event.args))
            return
        ui.navigate.reload()

    def show(self) -> None:
        """The list."""
        self.box.clear()
        with self.box:
            for file in self.user.files():
                with tag("li", "", "row middle"):
                    tag("span", f"{file['name']}, {file['size']:,} bytes")
                    button("Delete", functools.partial(self.drop, file["id"]), "small",
                           aria_label=f"Delete {file['name']}")  # fmt: skip

    def drop(self, id_: str) -> None:
        """Remove a file."""
        try:
            self.user.drop_file(id_)
        except EvdiscError as error:
            with self.told:
                failure(str(error))
        self.show()


#: the browser sends the file to the job API, which checks and keeps it
SEND = """async (event) => {
  const body = new FormData();
  body.append("file", event.target.files[0]);
  const answer = await fetch("/api/files", { method: "POST", body });
  emit(answer.ok ? "" : (await answer.json()).error);
}"""
