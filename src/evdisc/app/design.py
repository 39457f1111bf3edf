"""Design: a therapy built from blocks, its protocol beside it, and what reaches the cells."""

from __future__ import annotations

import asyncio
from pathlib import PurePath
from typing import Any

from fastapi import Request
from nicegui import ui
from nicegui.element import Element

from evdisc.app import examples, shell
from evdisc.app.blocks import Block
from evdisc.app.controls import Field, button, failure, link, note, table, tag
from evdisc.app.form import PARTS
from evdisc.app.home import tour
from evdisc.app.laboratory import Laboratory
from evdisc.app.workspace import Design
from evdisc.errors import EvdiscError

#: seconds without a change before the dose is computed
PAUSE = 0.8
#: seconds a page may take before it counts as failed
WAIT = 60.0


def register(lab: Laboratory) -> None:
    """Make the page."""

    @ui.page("/design", response_timeout=WAIT)
    async def design(request: Request) -> None:
        with shell.page("Design", "/design"):
            tag("h1", "Design")
            await Page(lab, request.state.owner).draw()
            tour(request)


class Page:
    """One open design page."""

    def __init__(self, lab: Laboratory, owner: str) -> None:
        self.lab, self.owner, self.user = lab, owner, lab.user(owner)
        self.design = self.user.design() or Design(examples.example(examples.FIRST))
        self.found: dict[str, Any] = {}
        self.blocks: list[Block] = []
        self.kind = ""
        self.waiting: asyncio.Task[None] | None = None
        # what a person did is done in that order: a run waits for a change that is being checked
        self.turn = asyncio.Lock()

    async def draw(self) -> None:
        """Fill the page."""
        self.toolbar()
        self.verdict = tag("div", aria_live="polite")
        with tag("div", "", "two"):
            self.form = tag("section", aria_label="Form")
            with tag("section", "", "aside", aria_label="Protocol and dose"):
                self.editor = Field(
                    "Protocol (YAML)", self.design.text, self.typed, kind="block", rows=24,
                    wait=700, hint="The same protocol as text. Comments are kept.",
                )  # fmt: skip
                tag("h2", "What reaches the cells")
                self.dose = tag("div", aria_live="polite")
        await self.show(await self.lab.check(self.design.text))

    def toolbar(self) -> None:
        """Examples, undo, redo, files, run."""
        with tag("div", "", "row"):
            Field("Start from an example", "", self.start, kind="choice", empty="choose one",
                  choices=["", *examples.texts()])  # fmt: skip
            self.undo = button("Undo", self.back)
            self.redo = button("Redo", self.forth)
            button("Save the protocol", self.save)
            self.run_button = button("Run", self.run, "main")

    async def typed(self, text: str) -> None:
        """The protocol was changed as text."""
        async with self.turn:
            self.keep(self.design.changed(text))
            await self.look()

    async def look(self) -> None:
        """Check the text as it is and show what it says."""
        try:
            await self.show(await self.lab.check(self.design.text))
        except EvdiscError as error:
            self.say(str(error))

    async def change(self, *changes: list[Any]) -> None:
        """The form was changed: write it into the text."""
        async with self.turn:
            try:
                found = await self.lab.quick.ask("edit", text=self.design.text, changes=changes)
            except EvdiscError as error:
                self.say(f"The text cannot be changed by the form: {error}")
                return
            self.keep(self.design.changed(found["text"]))
            self.editor.show(found["text"])
            await self.show(found)

    async def start(self, name: str) -> None:
        """Start from an example; what was there can be had back."""
        if name:
            async with self.turn:
                await self.replace(self.design.changed(examples.texts()[name]))

    async def back(self) -> None:
        """Undo."""
        async with self.turn:
            await self.replace(self.design.undone())

    async def forth(self) -> None:
        """Redo."""
        async with self.turn:
            await self.replace(self.design.redone())

    async def replace(self, design: Design) -> None:
        """Another version of the design."""
        self.keep(design)
        self.editor.show(design.text)
        await self.look()

    def keep(self, design: Design) -> None:
        """Store the design, so that a reload loses nothing."""
        self.design = design
        self.user.keep(design)

    def save(self) -> None:
        """Send the protocol to the browser as a file."""
        title = str(self.found.get("title", "protocol")).casefold()
        stem = "-".join("".join(c if c.isalnum() else " " for c in title).split())[:60]
        ui.download.content(self.design.text, str(PurePath(stem or "protocol").name) + ".yaml",
                            "application/yaml")  # fmt: skip

    async def run(self) -> None:
        """Put the design into the queue."""
        try:
            async with self.turn:
                job = await self.lab.submit(self.owner, "run", {}, self.design.text)
        except EvdiscError as error:
            self.say(str(error))
            return
        ui.navigate.to(f"/result/{job.id}")

    async def show(self, found: dict[str, Any]) -> None:
        """Show what a check found: form, faults, dose."""
        self.found = found
        document, fault = found["document"], found.get("fault") or {}
        for control, able in ((self.undo, self.design.before), (self.redo, self.design.after),
                              (self.run_button, found["valid"])):  # fmt: skip
            control.props["disabled"] = not able
            control.update()
        at = "" if document is None else (fault.get("key") or "")
        if document is not None:
            self.arrange("dish" if document.get("kind") == "dish" else "disc")
            short = fault.get("message", "").removeprefix(f"{at}: ")
            placed = [block.show(document, at, short) for block in self.blocks]
        told = "" if found["valid"] else fault["message"]
        line = f"line {fault['line']}: " if fault.get("line") else ""
        self.editor.show(self.design.text, line + told if told else "")
        if told and document is not None and any(placed):
            told = f"One field needs a look: {told}"
        self.say(told)
        self.later(found["valid"] and found["therapy"])

    def arrange(self, kind: str) -> None:
        """Make the parts of a kind of study."""
        if kind == self.kind:
            return
        self.kind = kind
        self.form.clear()
        with self.form:
            self.blocks = [Block(part, kind, self.change) for part in PARTS[kind]]

    def say(self, fault: str) -> None:
        """One line on the state of the protocol."""
        self.verdict.clear()
        with self.verdict:
            if fault:
                failure(fault)
            else:
                tag("p", f"Valid protocol; {self.found['members']} members.", "fine")

    def later(self, wanted: bool) -> None:
        """Compute the dose when the typing pauses."""
        if self.waiting is not None:
            self.waiting.cancel()
        self.dose.clear()
        with self.dose:
            absent = "The dose table appears when the protocol is valid and has a therapy."
            note("computing …" if wanted else absent)
        self.waiting = asyncio.create_task(self.tabulate()) if wanted else None

    async def tabulate(self) -> None:
        """Show the dose table of the text as it is now."""
        # a page that no browser shows computes nothing
        try:
            await self.dose.client.connected(timeout=WAIT)
        except TimeoutError:
            return
        await asyncio.sleep(PAUSE)
        try:
            found = await self.lab.dose_table(self.owner, self.design.text)
        except EvdiscError as error:
            self.dose.clear()
            with self.dose:
                note(str(error))
            return
        if not self.dose.is_deleted:
            dose_table(self.dose, found)


def dose_table(box: Element, found: dict[str, Any]) -> None:
    """Vesicles and copies per cell, and the verdict in words."""
    from evdisc.app.drawing import csv_inside
    from evdisc.report.figures import table_csv
    from evdisc.report.words import interval, verdict_lines

    row = found["delivery"]
    box.clear()
    with box:
        tag("p", f"{interval(row['vesicles_per_cell'])} vesicles taken up per cell"
                 f"{kept(row, interval)}.")  # fmt: skip
        for cargo, text in verdict_lines(row) if row.get("verdict") else []:
            with tag("p", "", "verdict"):
                tag("strong", f"{cargo}: ")
                tag("span", text)
        copies, over = row["copies_per_cell"], row["delivered_over_endogenous"]
        names = sorted(copies, key=lambda name: -(copies[name]["median"] or 0.0))
        rows = [[n, interval(copies[n]), interval(over[n], 2)] for n in names]
        if rows:
            head = ["cargo", "copies per cell at the peak", "over the cell's own"]
            table(head, rows, "Copies of each cargo per cell")
            numbers = [[n, *copies[n].values(), *over[n].values()] for n in names]
            columns = ["cargo", *(f"copies_{k}" for k in copies[names[0]]),
                       *(f"over_endogenous_{k}" for k in copies[names[0]])]  # fmt: skip
            link("data (CSV)", csv_inside(table_csv(columns, numbers)), download="dose.csv")
        note(f"Medians of {found['members']} members with the range that holds 90 % of them.")


def kept(row: dict[str, Any], interval: Any) -> str:
    """Share of the dose that stayed, in words."""
    share = row.get("fraction_of_dose_in_disc") or {}
    return f"; share of the dose that stayed {interval(share)}" if share.get("median") else ""
