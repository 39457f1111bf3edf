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
        if option.kind == "file":
            self.file(option)
            return

        def told(text: str) -> None:
            self.values[option.name] = entered(option, text)

        first = option.choices[0] if option.choices else ""
        value = "false" if option.kind == "switch" else option.default or first
        if option.kind == "choice" and value:
            self.values[option.name] = value
        kind = option.kind if option.kind in ("whole", "switch", "choice") else "text"
        hint = option.help + (" Several: with ; between." if option.many else "")
        Field(label(option), value, told, kind=kind, hint=hint, choices=option.choices,
              empty="default", needed=option.required,
              wait=0 if option.choices else 600)  # fmt: skip

    def file(self, option: Option) -> None:
        """An option that is a file of the user, or several."""
        own = {f"{f['name']} ({f['size']:,} bytes)": f["id"]
               for f in self.lab.user(self.owner).files()}  # fmt: skip
        empty = "choose a file" if own else "no file yet"
        if not option.many:

            def told(text: str) -> None:
                self.values[option.name] = own.get(text, "")

            Field(label(option), "", told, kind="choice", hint=option.help, empty=empty,
                  choices=["", *own], needed=option.required)  # fmt: skip
            return
        chosen: list[str] = self.values.setdefault(option.name, [])
        with tag("fieldset"):
            tag("legend", label(option))
            note(option.help if own else "bring a file under My data first")
            for name, id_ in own.items():

                def switched(on: str, id_: str = id_) -> None:
                    chosen.append(id_) if on == "true" else chosen.remove(id_)

                Field(name, "false", switched, kind="switch")

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


def label(option: Option) -> str:
    """Name of an option as a person reads it."""
    word = option.flag.lstrip("-") or option.name
    return {"for": "read-out"}.get(word, word.strip("_").replace("-", " ").replace("_", " "))


def entered(option: Option, text: str) -> Any:
    """What a field says, as the value of its option."""
    if option.kind == "switch":
        return text == "true"
    if option.many:
        return [v.strip() for v in text.split(";") if v.strip()]
    return text
