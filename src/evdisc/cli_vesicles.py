"""The command line of `evdisc vesicles`. Part of the door."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from evdisc.cli_evidence import AsJson, emit

app = typer.Typer(
    name="vesicles",
    help="A laboratory's own vesicle measurements.",
    no_args_is_help=True,
    rich_markup_mode=None,
)


@app.callback()
def measurements() -> None:
    """A laboratory's own vesicle measurements."""


@app.command("import")
def import_(
    files: Annotated[list[Path], typer.Argument(help="Files of one sample, any instrument.")],
    dilution: Annotated[
        float | None, typer.Option("--dilution", help="Fold, where the files do not record it.")
    ] = None,
    blank: Annotated[
        Path | None, typer.Option("--blank", help="File of the diluent alone.")
    ] = None,
    protein: Annotated[
        Path | None, typer.Option("--protein", help="BCA plate of the same preparation.")
    ] = None,
    cell: Annotated[
        str | None, typer.Option("--cell", help="Parent cell, for the block of a protocol.")
    ] = None,
    isolation: Annotated[
        str, typer.Option("--isolation", help="How the vesicles were isolated.")
    ] = "not stated",
    out: Annotated[Path | None, typer.Option("--out", help="Folder of tables and page.")] = None,
    as_json: AsJson = False,
) -> None:  # fmt: skip
    """Read sizes and concentrations: NanoSight, ZetaView, FCS, TRPS, tables, BCA protein."""
    from evdisc.evidence.names import canonical
    from evdisc.report.import_text import vesicles_text
    from evdisc.vesicle.importing import import_particles

    if out is not None:
        from evdisc.report.import_files import VESICLES
        from evdisc.report.import_folder import require_own
        from evdisc.vesicle.importing import FORMAT

        require_own(out, VESICLES, FORMAT, (*files, blank, protein))
    parent = None if cell is None else canonical("parent_cell", cell)
    how = canonical("isolation", isolation)
    done = import_particles(files, dilution=dilution, blank=blank, protein=protein)
    if out is not None:
        from evdisc.report.import_files import write_vesicles

        write_vesicles(done, out, parent, how)
    emit(done.summary()) if as_json else print(vesicles_text(done.summary(), out))
