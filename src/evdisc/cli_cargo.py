"""The command line of `evdisc cargo`. Part of the door."""

from __future__ import annotations

import typer

from evdisc import cli_targets

app = typer.Typer(
    name="cargo",
    help="Molecules: measured cargo, miRNA target sites.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
app.add_typer(cli_targets.app)
