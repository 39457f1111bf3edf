"""Run: the queue of a user, with progress, seconds left, cancel and resume."""

from __future__ import annotations

import functools
from datetime import datetime

from fastapi import Request
from nicegui import ui

from evdisc.app import shell
from evdisc.app.controls import button, failure, link, note, tag
from evdisc.app.home import tour
from evdisc.app.laboratory import Laboratory
from evdisc.app.workspace import ENDED, Job
from evdisc.errors import EvdiscError

#: seconds between two looks at the queue
OFTEN = 1.0


def register(lab: Laboratory) -> None:
    """Make the page."""

    @ui.page("/runs")
    async def runs(request: Request) -> None:
        with shell.page("Run", "/runs"):
            tag("h1", "Run")
            note("Jobs go on when you close this page, and are taken up again when the server "
                 "starts anew; members that are finished are kept.")  # fmt: skip
            link("New run from the design", "/design", "button main")
            Runs(lab, request.state.owner).draw()
            tour(request)


class Runs:
    """The list of one user's jobs."""

    def __init__(self, lab: Laboratory, owner: str) -> None:
        self.lab, self.owner = lab, owner
        self.rows: dict[str, Row] = {}

    def draw(self) -> None:
        """Fill the page and keep it up to date."""
        self.told = tag("div", role="status")
        self.empty = note("No job yet.")
        self.box = tag("div", "", "jobs")
        self.look()
        ui.timer(OFTEN, self.look)

    def look(self) -> None:
        """Show what changed."""
        jobs = self.lab.queue.of(self.owner)
        self.empty.set_visibility(not jobs)
        for gone in self.rows.keys() - {job.id for job in jobs}:
            self.rows.pop(gone).box.delete()
        for job in reversed(jobs):
            if job.id not in self.rows:
                with self.box:
                    self.rows[job.id] = Row(job, self)
                    self.rows[job.id].box.move(target_index=0)
            self.rows[job.id].show(job)

    def act(self, what: str, id_: str) -> None:
        """Cancel, resume or delete a job."""
        self.told.clear()
        try:
            getattr(self.lab.queue, what)(self.owner, id_)
        except EvdiscError as error:
            with self.told:
                failure(str(error))
        self.look()


class Row:
    """One job of the list."""

    def __init__(self, job: Job, page: Runs) -> None:
        self.shown: object = None
        with tag("section", "", "panel", aria_label=job.title) as self.box:
            with tag("h3"):
                link(job.title, f"/result/{job.id}")
            self.state = tag("p", "", "state")
            self.bar = tag("progress", max="1", value="0", aria_label=f"Progress of {job.title}")
            self.actions = tag("div", "", "row")
        self.page = page

    def show(self, job: Job) -> None:
        """Show how far the job is."""
        if self.shown == (job.state, job.message, str(job.progress)):
            return
        changed = self.shown is None or self.shown[0] != job.state  # type: ignore[index]
        self.shown = (job.state, job.message, str(job.progress))
        self.state.set_text(words(job))
        self.state.classes(replace=f"state {job.state}")
        self.bar.set_visibility(job.state == "running")
        self.bar.props["value"] = str(share(job))
        self.bar.update()
        if changed:
            self.actions.clear()
            with self.actions:
                for what, name in actions(job):
                    button(name, functools.partial(self.page.act, what, job.id), "small",
                           aria_label=f"{name}: {job.title}")  # fmt: skip


def actions(job: Job) -> list[tuple[str, str]]:
    """What can be done with a job."""
    if job.state not in ENDED:
        return [("cancel", "Cancel")]
    again = [] if job.state == "done" else [("resume", "Resume")]
    return [*again, ("delete", "Delete")]


def share(job: Job) -> float:
    """Share of the job that is done."""
    total = job.progress.get("total") or 0
    return job.progress.get("done", 0) / total if total else 0.0


def words(job: Job) -> str:
    """How far a job is, in words."""
    if job.state == "waiting":
        ahead = job.progress.get("ahead", 0)
        line = f"waiting, {ahead} before it" if ahead else "waiting, next"
        return f"{line}: {job.message}" if job.message else line
    if job.state == "running":
        told = job.progress
        if not told.get("total"):
            return "running: starting"
        left = f", about {duration(told['seconds_left'])} left" if "seconds_left" in told else ""
        failed = f", {told['failed']} failed" if told.get("failed") else ""
        return f"running: {told['done']} of {told['total']} {told.get('unit', '')}{failed}{left}"
    when = datetime.fromtimestamp(job.ended or job.created).strftime("%d %b %H:%M")
    took = f" in {duration(job.ended - job.started)}" if job.ended and job.started else ""
    if job.state == "done":
        return f"done{took}, {when}"
    return f"{job.state}, {when}" + (f": {job.message}" if job.state == "failed" else "")


def duration(seconds: float) -> str:
    """Seconds in words."""
    if seconds < 90:
        return f"{max(seconds, 1):.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"
