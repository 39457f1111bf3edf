"""The first page: what this is, a tour, and where the user left off."""

from __future__ import annotations

from dataclasses import dataclass

from fastapi import Request
from nicegui import ui

from evdisc.app import shell
from evdisc.app.controls import link, note, tag
from evdisc.app.laboratory import Laboratory


@dataclass(frozen=True)
class Stop:
    """One stop of the tour."""

    to: str
    title: str
    says: str


TOUR = (
    Stop("/atlas?find=miR-21", "What is known",
         "Every arrow of the model is a claim of a study: cell, proof and weight stand beside it. "
         "These are the ones on miR-21, and below them where studies contradict each other."),
    Stop("/design", "Design the therapy",
         "The example: vesicles of bone-marrow stromal cells with miR-21 into a punctured rat tail "
         "disc. Change a field and the protocol beside it follows; change the protocol and the "
         "fields follow. The dose table tells how many copies reach a cell."),
    Stop("/runs", "Run it",
         "In Design, press Run. Jobs stand here with their progress, and go on if you close the "
         "page. The first members draw the first curves."),
    Stop("/compare", "Compare",
         "Rank all published products in your disc, see what carries over between species, and "
         "search for the best dose and schedule."),
    Stop("/planning", "Make and plan",
         "What it takes to make the dose, how many animals the experiment needs, and the documents "
         "for it."),
)  # fmt: skip


def register(lab: Laboratory) -> None:
    """Make the page."""

    @ui.page("/")
    async def home(request: Request) -> None:
        owner = request.state.owner
        with shell.page("Start", "/"):
            tag("h1", "Vesicle therapy of the disc, simulated before the rat")
            tag("p", "Design a vesicle, give it to a degenerating disc, and see what reaches the "
                     "cells, what they do, and how sure that is.", "lead")  # fmt: skip
            with tag("div", "", "row middle"):
                link("Take the two-minute tour", tour_link(0), "button main")
                link("Open the design", "/design", "button")
            tag("h2", "What you can ask")
            views()
            jobs(lab, owner)
            note("Everything stays on this machine: no telemetry, no request to anywhere else. "
                 "Results are simulations, not measurements.")  # fmt: skip


def views() -> None:
    """One card a view."""
    asks = {
        "/atlas": "What has been shown, by whom, with what proof, and where do studies disagree?",
        "/design": "Does this vesicle reach the cells, with how many copies per cell?",
        "/runs": "What becomes of matrix, cells and disc height, treated against untreated?",
        "/compare": "Which product, dose and schedule is best here, and what to measure next?",
        "/data": "What do my own vesicles carry, and what do my patients' vesicles say?",
        "/planning": "What does it take to make the dose and run the experiment properly?",
    }
    names = dict(shell.VIEWS)
    with tag("div", "", "cards"):
        for to, says in asks.items():
            with tag("div", "", "panel"):
                with tag("h3"):
                    link(names[to], to)
                tag("p", says)


def jobs(lab: Laboratory, owner: str) -> None:
    """The user's last jobs."""
    own = lab.queue.of(owner)[:5]
    if not own:
        return
    tag("h2", "Where you left off")
    with tag("ul"):
        for job in own:
            with tag("li"):
                link(job.title, f"/result/{job.id}")
                tag("span", f" {job.state}", "soft")


def tour_link(stop: int) -> str:
    """Address of a stop of the tour."""
    to = TOUR[stop].to
    return f"{to}{'&' if '?' in to else '?'}tour={stop + 1}"


def tour(request: Request) -> None:
    """The tour's bar on a page that was reached by it."""
    number = request.query_params.get("tour", "")
    if not number.isdigit() or not 1 <= int(number) <= len(TOUR):
        return
    at = int(number) - 1
    with tag("section", "", "tour", aria_label="Tour"):
        with tag("p"):
            tag("strong", f"{at + 1} of {len(TOUR)}: {TOUR[at].title}. ")
            tag("span", TOUR[at].says)
        with tag("div", "", "row middle"):
            if at:
                link("Back", tour_link(at - 1), "button small")
            if at + 1 < len(TOUR):
                link("Next", tour_link(at + 1), "button small main")
            link("End the tour", TOUR[at].to, "button small")
