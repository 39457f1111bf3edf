"""All views, put on the laboratory."""

from __future__ import annotations

from evdisc.app import atlas, compare, design, home, my_data, planning, result, runs
from evdisc.app.laboratory import Laboratory


def register(lab: Laboratory) -> None:
    """Make every page."""
    for view in (home, atlas, design, runs, result, compare, my_data, planning):
        view.register(lab)
