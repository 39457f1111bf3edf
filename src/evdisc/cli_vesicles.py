"""The command line of `evdisc vesicles`. Part of the door."""

from __future__ import annotations

import typer

app = typer.Typer(
    name="vesicles",
    help="A laboratory's own vesicle measurements.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
