"""`evdisc validate`: the published cases beside the model."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from evdisc.cli_evidence import AsJson, emit
from evdisc.cli_progress import watched
from evdisc.cli_tasks import Processes

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from evdisc.evidence.library import Library
    from evdisc.validate.case import Result

#: what --json holds where single cases are asked for
NO_ROWS: dict[str, list[Any]] = {"experiments": [], "tables": [], "therapies": []}

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
    out: Annotated[
        Path | None, typer.Option("--out", help="Write all of it as one page (HTML).")
    ] = None,
    jobs: Processes = 2,
    as_json: AsJson = False,
) -> None:  # fmt: skip
    """Run the published cases: expected, computed, tolerance, verdict, and why one fails."""
    from evdisc.evidence.library import load as load_evidence
    from evdisc.report.page_file import require_page
    from evdisc.report.validation_page import FORMAT
    from evdisc.report.validation_text import validation_table
    from evdisc.validate.run import validate as run_cases

    require_page(out, FORMAT)
    renew(refit, therapies, jobs)
    library = load_evidence()
    results = run_cases(library, case or [])
    every = every_row() if rows or not case else {}
    if out is not None:
        write_page(out, results, {} if case else every, library)
    if as_json:
        from dataclasses import asdict

        told = [asdict(r) | {"verdict": r.verdict} for r in results]
        emit({"cases": told, **(NO_ROWS if case else every)})
        return
    print(validation_table(results))
    if rows:
        from evdisc.report.validation_text import experiment_table, row_table, therapy_table

        print("\n" + experiment_table(every["experiments"]))
        print("\n" + row_table(every["tables"]))
        print("\n" + therapy_table(every["therapies"]))
    if out is not None:
        print(f"\npage: {out}")


def renew(refit: Path | None, therapies: bool, jobs: int) -> None:
    """Compute anew what the package stores, where that is asked for."""
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


def every_row() -> dict[str, list[dict[str, Any]]]:
    """Cell experiments, table rows and therapies behind the cases."""
    from evdisc.validate.cell_cases import table as experiments
    from evdisc.validate.table_rows import stored as table_rows
    from evdisc.validate.therapy_cases import table as therapy_rows

    return {"experiments": experiments(), "tables": table_rows(), "therapies": therapy_rows()}


def write_page(
    out: Path, results: Sequence[Result], rows: Mapping[str, Any], library: Library
) -> None:
    """Write the page of the cases, with scores and all rows where they are given."""
    from evdisc.report.validation_page import Answer, write_validation_page
    from evdisc.validate.therapy_cases import headline
    from evdisc.validate.therapy_scores import stored

    more = {**rows, "scores": headline(), "computed": stored()["computed"]} if rows else {}
    write_validation_page(out, Answer(results, **more), library, sys.argv[1:])
