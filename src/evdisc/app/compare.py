"""Compare: products, species, doses and schedules, and what to measure next."""

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

    @ui.page("/compare")
    async def compare(request: Request) -> None:
        with shell.page("Compare", "/compare"):
            tag("h1", "Compare")
            note("Each comparison is a job of the queue; its page has the tables and figures.")
            tool_forms(lab, request.state.owner, "compare")
            tour(request)
