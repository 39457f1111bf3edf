"""The command line of planning: `evdisc plan`. Part of the door."""

from __future__ import annotations

import typer

app = typer.Typer(rich_markup_mode=None)
