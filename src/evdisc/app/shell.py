"""The frame of every page: header, navigation, the part that changes, and the style."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from nicegui import ui

from evdisc.app.controls import link, tag

VIEWS = (
    ("/", "Start"), ("/atlas", "Atlas"), ("/design", "Design"), ("/runs", "Run"),
    ("/compare", "Compare"), ("/data", "My data"), ("/planning", "Make and plan"),
)  # fmt: skip


@contextmanager
def page(title: str, here: str) -> Iterator[None]:
    """A page with its header; what is made inside stands below it."""
    ui.page_title(f"{title} · evdisc")
    ui.add_head_html('<link rel="stylesheet" href="/static/style.css">')
    link("Skip to the content", "#content", "skip")
    with tag("header", "", "top"), tag("div"):
        link("evdisc", "/", "name")
        with tag("nav", aria_label="Views"), tag("ul"):
            for to, name in VIEWS:
                with tag("li"):
                    current = {"aria_current": "page"} if to == here else {}
                    link(name, to, **current)
    # the frame NiceGUI puts around a page is the main landmark already
    with tag("div", "", "content", id="content", tabindex="-1"):
        yield
