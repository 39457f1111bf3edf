"""The command line of miRNA targets: `evdisc cargo targets|mirbase`. Part of the door."""

from __future__ import annotations

import typer

app = typer.Typer(rich_markup_mode=None)
