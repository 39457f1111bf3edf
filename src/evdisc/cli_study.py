"""The command line of `evdisc study next|optimise` and `evdisc fit`. Part of the door."""

from __future__ import annotations

import typer

app = typer.Typer(rich_markup_mode=None)
