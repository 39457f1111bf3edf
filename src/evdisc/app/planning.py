"""Make and plan: what a dose takes, how many animals, which documents."""

from __future__ import annotations

from fastapi import Request
from nicegui import ui

from evdisc.app import shell
from evdisc.app.controls import note, tag
from evdisc.app.home import tour
from evdisc.app.laboratory import Laboratory
from evdisc.app.tool_form import tool_forms


def register(lab: Laboratory) -> None:
    """Make the page."""

    @ui.page("/planning")
    async def planning(request: Request) -> None:
        with shell.page("Make and plan", "/planning"):
            tag("h1", "Make and plan")
            note("From the design to cells, medium and days, to groups and animals, and to the "
                 "checklists a journal asks for.")  # fmt: skip
            tool_forms(lab, request.state.owner, "planning")
            tour(request)
