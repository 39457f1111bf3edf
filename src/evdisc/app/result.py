"""Result: a job while it runs, and what it found: sentence, figures, disc, reasons, files."""

from __future__ import annotations

import functools
import json
from typing import Any

from fastapi import Request
from nicegui import ui

from evdisc.app import shell
from evdisc.app.controls import Field, button, failure, link, note, table, tag
from evdisc.app.cross_section import CrossSection
from evdisc.app.drawing import csv_inside, csv_of, figure
from evdisc.app.laboratory import Laboratory
from evdisc.app.made import made
from evdisc.app.runs import actions, share, words
from evdisc.app.why import Why
from evdisc.app.workspace import ENDED, Design, Job, valid_id
from evdisc.errors import EvdiscError
from evdisc.report.figures import table_csv
from evdisc.report.words import number

#: seconds between two looks at a job that runs, and between two drawings of its first members
OFTEN, PARTIAL = 1.0, 4.0
FIRST_EFFECTS = 12
#: seconds a page may take before it counts as failed
WAIT = 120.0


def register(lab: Laboratory) -> None:
    """Make the page."""

    @ui.page("/result/{job}", response_timeout=WAIT)
    async def result(request: Request, job: str) -> None:
        with shell.page("Result", "/runs"):
            try:
                found = lab.queue.find(request.state.owner, valid_id(job))
            except EvdiscError:
                tag("h1", "No such job")
                tag("p", "It may belong to another browser, or was deleted.")
                link("To the queue", "/runs", "button")
                return
            page = Result(lab, found)
            if found.state == "done":
                await page.finished()
            else:
                page.watch()


class Result:
    """The page of one job."""

    def __init__(self, lab: Laboratory, job: Job) -> None:
        self.lab, self.job = lab, job
        self.user = lab.user(job.owner)
        self.folder = str(self.user.run_folder(job.id))
        self.partial = -1

    def watch(self) -> None:
        """A job that has not ended: its state, and what its first members say."""
        tag("h1", self.job.title)
        self.state = tag("p", words(self.job), f"state {self.job.state}", role="status")
        self.bar = tag("progress", max="1", value="0", aria_label="Progress")
        with tag("div", "", "row"):
            for what, name in actions(self.job):
                button(name, functools.partial(self.act, what))
            link("To the queue", "/runs", "button")
            link("Protocol", f"/api/jobs/{self.job.id}/protocol.yaml", "button", download="")
        self.box = tag("div", aria_live="polite")
        if self.job.state == "failed":
            with self.box:
                failure(self.job.message)
        self.timer = ui.timer(OFTEN, self.look)
        if self.job.tool == "run":
            ui.timer(PARTIAL, self.draw_partial)

    def act(self, what: str) -> None:
        """Cancel, resume or delete the job."""
        try:
            getattr(self.lab.queue, what)(self.job.owner, self.job.id)
        except EvdiscError as error:
            with self.box:
                failure(str(error))
            return
        ui.navigate.to("/runs" if what == "delete" else f"/result/{self.job.id}")

    def look(self) -> None:
        """Show how far the job is; show the result when it is done."""
        try:
            job = self.lab.queue.find(self.job.owner, self.job.id)
        except EvdiscError:
            return
        ended = job.state in ENDED and job.state != self.job.state
        self.job = job
        self.state.set_text(words(job))
        self.bar.props["value"] = str(share(job))
        self.bar.update()
        if ended:
            self.timer.deactivate()
            ui.navigate.reload()

    async def draw_partial(self) -> None:
        """Draw the headline of the members finished so far."""
        if self.job.state != "running" or not self.job.progress.get("done"):
            return
        try:
            found = await self.lab.pages.ask("partial", folder=self.folder)
        except EvdiscError:
            return
        if found["members"] == self.partial or "figure" not in found:
            return
        self.partial = found["members"]
        self.box.clear()
        with self.box:
            note(f"First {found['members']} members; the bands still move.")
            figure({"title": found["name"], "caption": "", "json": found["figure"]},
                   csv_inside(found["csv"]))  # fmt: skip

    async def finished(self) -> None:
        """A job that is done."""
        if self.job.tool != "run":
            made(self.lab, self.job)
            return
        try:
            found = await self.lab.pages.ask("summary", folder=self.folder)
        except EvdiscError as error:
            tag("h1", self.job.title)
            failure(str(error))
            files(self.lab, self.job)
            return
        await self.report(found)

    async def report(self, found: dict[str, Any]) -> None:
        """All parts of a run's result."""
        tag("h1", found["title"])
        note(f"{found['kind']} study, {found['members']} members, seed {found['seed']}, evdisc "
             f"{found['evdisc']}. A simulation, not a measurement.")  # fmt: skip
        with tag("div", "", "lead"):
            if found["answer"]:
                tag("p", found["answer"], "answer")
            tag("p", found["sentence"], "soft" if found["answer"] else "")
        if found["failed"]:
            first = next(iter(found["failed"].values()))
            failure(f"{len(found['failed'])} members failed, the first with: {first}")
        files(self.lab, self.job)
        if not found["readouts"]:
            return
        await self.curves(found)
        if found["has_fields"]:
            tag("h2", "Inside the disc")
            await CrossSection(self.lab, self.job.id, self.folder).draw()
        delivered(found)
        effects(found)
        await self.others(found)
        tag("h2", "Why")
        await Why(self.lab, self.folder, found["kind"] == "disc").draw()
        trust(found)

    async def curves(self, found: dict[str, Any]) -> None:
        """Time courses: those asked for, and any other by name."""
        tag("h2", "Courses")
        self.courses = set(found["readouts"])
        note("Lines are medians and bands hold 90 % of the members. Dotted: the therapy if its "
             "effect follows vesicles per cell rather than copies. A click in the legend takes a "
             "line away.")  # fmt: skip
        box = tag("div", "", "figures")
        await self.draw_in(box, found["shown"][:4])
        rest = [n for n in found["readouts"] if n not in found["shown"][:4]]
        if rest:

            async def add(name: str) -> None:
                if name:
                    await self.draw_in(box, [name])

            Field("Draw another read-out", "", add, kind="choice", choices=["", *rest],
                  empty="choose one")  # fmt: skip

    async def draw_in(self, box: Any, names: list[str]) -> None:
        """Add figures to a box."""
        try:
            told = await self.lab.pages.ask("figures", folder=self.folder, names=names)
        except EvdiscError as error:
            with box:
                failure(str(error))
            return
        with box:
            for one in told:
                content = json.loads(one["json"])
                if one["name"] in self.courses:
                    content["layout"]["showlegend"] = True
                figure({**one, "json": json.dumps(content)}, csv_of(self.job.id, one["name"]))

    async def others(self, found: dict[str, Any]) -> None:
        """Exposure, where the dose went, and which assumptions matter."""
        if found["figures"]:
            tag("h2", "Where the dose went, and what the answer hangs on")
            await self.draw_in(tag("div", "", "figures"), found["figures"])


def delivered(found: dict[str, Any]) -> None:
    """What reached the cells."""
    if not found["reached"] and not found["verdicts"]:
        return
    tag("h2", "What reached the cells")
    if found["product"]:
        tag("p", found["product"])
    for cargo, text in found["verdicts"]:
        with tag("p", "", "verdict"):
            tag("strong", f"{cargo}: ")
            tag("span", text)
    head = ["arm", "vesicles taken up per cell", "share of the dose that stayed", "cargo",
            "copies per cell at the peak", "over the cell's own"]  # fmt: skip
    table(head, found["reached"], "What reached the cells")
    csv_link(head, found["reached"], "reached.csv")


def effects(found: dict[str, Any]) -> None:
    """Differences between the arms."""
    tag("h2", "Differences")
    head = ["read-out", "against", "effect follows", "difference (90 %)", "unit", "direction",
            "chance of benefit", "animals per arm"]  # fmt: skip
    table(head, found["effects"][:FIRST_EFFECTS], "Differences between arms")
    csv_link(head, found["effects"], "differences.csv")
    if len(found["effects"]) > FIRST_EFFECTS:
        with tag("details"):
            tag("summary", f"all {len(found['effects'])} differences")
            table(head, found["effects"], "All differences between arms")


def csv_link(head: list[str], rows: list[list[Any]], name: str) -> None:
    """Rows of a table to take home."""
    link("data (CSV)", csv_inside(table_csv(head, rows)), download=name)


def trust(found: dict[str, Any]) -> None:
    """How far to trust it: tests of the model, contradictions, assumptions, sources."""
    tag("h2", "How far to trust it")
    with tag("ul"):
        for line in [*found["standing"], *found["warnings"]]:
            tag("li", line)
    if found["disagree"]:
        note("Studies contradict each other about this cargo; members differ in whom they believe.")
        head = ["about", "one says", "the other says", "what would settle it"]
        table(head, found["disagree"], "Contradictions")
    with tag("details"):
        tag("summary", f"{len(found['assumed'])} assumed numbers, by influence")
        if found["too_few"]:
            note(found["too_few"])
        head = ["number", "holds for", "value", "90 %", "unit", "influence", "by chance", "origin",
                "note"]  # fmt: skip
        rows = [[a["key"], a["context"], f"{a['value']:.3g}", f"{a['low']:.3g} to {a['high']:.3g}",
                 a["unit"], number(a["influence"], 2), a["word"], a["source"], a["note"]]
                for a in found["assumed"]]  # fmt: skip
        table(head, rows, "Assumed numbers")
        csv_link(head, rows, "assumed.csv")
    with tag("details"):
        tag("summary", f"{len(found['sources'])} sources; {found['claims']} claims in the network")
        table(["authors", "year", "title", "doi"], found["sources"], "Sources")
    note(f"fingerprint {found['fingerprint']}")


def files(lab: Laboratory, job: Job) -> None:
    """What can be taken home, and what can be done next."""
    base = f"/api/jobs/{job.id}"
    with tag("div", "", "row", role="group", aria_label="Downloads"):
        link("Protocol", f"{base}/protocol.yaml", "button small", download="")
        link("Numbers (JSON)", f"{base}/result.json", "button small", download="")
        link("Series (Parquet)", f"{base}/series.parquet", "button small", download="")
        link("Citations (BibTeX)", f"{base}/CITATIONS.bib", "button small", download="")
        link("RO-Crate (zip)", f"{base}/crate/zip", "button small", download="")
        link("Report page", f"{base}/report.html", "button small", target="_blank")

        def reopen() -> None:
            user = lab.user(job.owner)
            text = (user.job_folder(job.id) / "protocol.yaml").read_text("utf-8")
            design = user.design()
            user.keep(design.changed(text) if design else Design(text))
            ui.navigate.to("/design")

        button("Open in Design", reopen, "small")
