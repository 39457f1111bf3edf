"""A command as a form: its options with the help of the command line, files, and a button."""

from __future__ import annotations

from typing import Any

from nicegui import ui

from evdisc.app import examples
from evdisc.app.controls import Field, button, failure, link, note, tag
from evdisc.app.laboratory import Laboratory
from evdisc.app.tools import Option, Tool, available, command, options
from evdisc.errors import EvdiscError

#: options shown at once; the rest can be opened
FIRST = 6


def tool_forms(lab: Laboratory, owner: str, view: str) -> None:
    """The forms of all tools a view has."""
    tools = available(view)
    for one in tools:
        with tag("section", "", "panel", aria_label=one.title):
            ToolForm(lab, owner, one).draw()
    if not tools:
        note("None of the commands of this view is part of this installation.")


class ToolForm:
    """One tool."""

    def __init__(self, lab: Laboratory, owner: str, tool: Tool) -> None:
        self.lab, self.owner, self.tool = lab, owner, tool
        self.values: dict[str, Any] = {}

    def draw(self) -> None:
        """Title, fields, button."""
        tag("h2", self.tool.title)
        found = command(self.tool.words)
        tag("p", (found.__doc__ or "").split("\n")[0] if found is not None else "")
        if self.tool.kind:
            with tag("p", "", "soft"):
                tag("span", "Uses ")
                link("your design", "/design")
                tag("span", " as it is now" + (", a disc." if self.tool.kind == "disc" else "."))
        every = options(self.tool)
        with tag("div", "", "fields"):
            for option in every[:FIRST]:
                self.field(option)
        if every[FIRST:]:
            with tag("details"):
                tag("summary", "more options")
                with tag("div", "", "fields"):
                    for option in every[FIRST:]:
                        self.field(option)
        self.told = tag("div", aria_live="polite")
        button("Start", self.start, "main", aria_label=f"Start: {self.tool.title}")

    def field(self, option: Option) -> None:
        """One option."""
        label = option.name.strip("_").replace("_", " ").replace("for", "read-out", 1) if (
            option.name == "for_"
        ) else option.name.strip("_").replace("_", " ")  # fmt: skip
        files = {f"{f['name']} ({f['size']:,} bytes)": f["id"] for f in
                 self.lab.user(self.owner).files()} if option.kind == "file" else {}  # fmt: skip

        def told(text: str) -> None:
            value: Any = files.get(text, "") if option.kind == "file" else text
            if option.kind == "switch":
                value = text == "true"
            elif option.many and option.kind != "file":
                value = [v.strip() for v in text.split(";") if v.strip()]
            self.values[option.name] = value

        choices = ["", *files] if option.kind == "file" else list(option.choices)
        shown = {"file": "choice", "whole": "whole", "switch": "switch", "choice": "choice"}
        hint = option.help + ("; several with ; between" if option.many and not files else "")
        first = option.default or (choices[0] if option.kind == "choice" and choices else "")
        value = "false" if option.kind == "switch" else first
        if option.kind == "choice" and value:
            self.values[option.name] = value
        Field(label, value, told, kind=shown.get(option.kind, "text"), hint=hint, choices=choices,
              empty="choose a file of My data" if option.kind == "file" else "not stated",
              needed=option.required, wait=0 if choices else 600)  # fmt: skip

    async def start(self) -> None:
        """Put the job into the queue."""
        design = self.lab.user(self.owner).design()
        text = design.text if design is not None else examples.example(examples.FIRST)
        values = {k: v for k, v in self.values.items() if v not in ("", None, [])}
        try:
            job = await self.lab.submit(self.owner, self.tool.name, values, text)
        except EvdiscError as error:
            self.told.clear()
            with self.told:
                failure(str(error))
            return
        ui.navigate.to(f"/result/{job.id}")
