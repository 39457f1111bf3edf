"""Figures on a page: Plotly with its caption and its numbers as CSV."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from nicegui import ui

from evdisc.app.controls import link, tag

CONFIG = {"displaylogo": False, "responsive": True,
          "modeBarButtonsToRemove": ["lasso2d", "select2d"],
          "toImageButtonOptions": {"format": "svg"}}  # fmt: skip


def plot(figure: Mapping[str, Any], name: str) -> ui.plotly:
    """A Plotly figure that says its name to a screen reader."""
    layout = dict(figure["layout"])
    layout.pop("template", None)
    layout["autosize"] = True
    made = ui.plotly({"data": figure["data"], "layout": layout, "config": CONFIG})
    made.props["role"], made.props["aria-label"] = "group", name
    made.style(f"width: 100%; height: {layout.get('height', 320)}px")
    return made


def figure(told: Mapping[str, Any], csv: str, classes: str = "") -> None:
    """A figure as the report draws it; ``csv`` is the address of its numbers."""
    with tag("figure", "", classes):
        tag("h3", told["title"])
        plot(json.loads(told["json"]), f"Figure: {told['title']}. {told['caption']}")
        with tag("figcaption"):
            tag("span", told["caption"] + " ")
            link("data (CSV)", csv, download="", aria_label=f"data of {told['title']} (CSV)")


def csv_of(job: str, name: str) -> str:
    """Address of the numbers behind a figure of a run."""
    return f"/api/jobs/{job}/data/csv?figure={quote(name, safe='')}"


def csv_inside(text: str) -> str:
    """Numbers as an address of their own, for what is not on disk."""
    return "data:text/csv;charset=utf-8," + quote(text)
