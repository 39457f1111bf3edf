"""`evdisc validate`: the published cases beside the model."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from evdisc.cli_evidence import AsJson, emit
from evdisc.cli_progress import watched

app = typer.Typer(rich_markup_mode=None)


@app.command()
def validate(
    case: Annotated[list[str] | None, typer.Option("--case", help="Case to run, e.g. V03.")] = None,
    rows: Annotated[
        bool, typer.Option("--rows", help="List every cell experiment, table row and therapy.")
    ] = False,
    refit: Annotated[
        Path | None, typer.Option("--refit", help="Weigh the cells anew; work folder, resumable.")
    ] = None,
    therapies: Annotated[
        bool, typer.Option("--therapies", help="Run the published therapies anew and store them.")
    ] = False,
    jobs: Annotated[int, typer.Option("--jobs", help="Worker processes.")] = 2,
    as_json: AsJson = False,
) -> None:  # fmt: skip
    """Run the published cases: expected, computed, tolerance, verdict, and why one fails."""
    from evdisc.evidence.library import load as load_evidence

    if refit is not None:
        from evdisc.validate.refit import refit_package

        with watched("chunks") as progress:
            refit_package(refit, jobs, lambda done, total: progress(done, total, 0))
    if therapies:
        from datetime import date

        from evdisc.validate.refit import rerun_therapies

        with watched("studies") as progress:
            today = date.today().isoformat()
            rerun_therapies(jobs, today, lambda done, total: progress(done, total, 0))
    from evdisc.report.validation_text import validation_table
    from evdisc.validate.cell_cases import table as experiments
    from evdisc.validate.run import validate as run_cases
    from evdisc.validate.table_rows import stored as table_rows
    from evdisc.validate.therapy_cases import table as therapy_rows

    results = run_cases(load_evidence(), case or [])
    if as_json:
        from dataclasses import asdict

        emit({
            "cases": [asdict(r) | {"verdict": r.verdict} for r in results],
            "experiments": [] if case else experiments(),
            "tables": [] if case else table_rows(),
            "therapies": [] if case else therapy_rows(),
        })  # fmt: skip
        return
    print(validation_table(results))
    if rows:
        from evdisc.report.validation_text import experiment_table, row_table, therapy_table

        print("\n" + experiment_table(experiments()))
        print("\n" + row_table(table_rows()))
        print("\n" + therapy_table(therapy_rows()))
