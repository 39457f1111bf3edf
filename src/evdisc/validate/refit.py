"""Weigh the cells against the experiments anew and write what the package ships."""

from __future__ import annotations

from collections.abc import Callable
from importlib import resources
from pathlib import Path

from evdisc.evidence.library import load
from evdisc.evidence.posterior import table
from evdisc.evidence.tables import replace_file
from evdisc.validate import table_rows, therapy_scores
from evdisc.validate.cell_ensemble import refit, write
from evdisc.validate.cell_scores import posterior_members

#: cells kept for studies
KEPT = 200


def refit_package(work: Path, jobs: int, progress: Callable[[int, int], None]) -> None:
    """Compute the ensemble in ``work`` (resumable) and replace what the package stores of it.

    Raises:
        FolderError: ``work`` holds something else, is damaged or cannot be written.
    """
    ensemble = refit(work, jobs, progress)
    write(ensemble, packaged("evdisc.validate", "cell_ensemble.npz"))
    kept = posterior_members(ensemble, KEPT)
    replace_file(packaged("evdisc.evidence", "posterior.csv"), table(kept))
    rerun_rows(progress)


def rerun_rows(progress: Callable[[int, int], None]) -> None:
    """Run the rows of the review's tables anew and replace their stored results."""
    rows = table_rows.all_rows(load(), progress)
    replace_file(packaged("evdisc.validate", "table_rows.json"), table_rows.as_text(rows))


def rerun_therapies(jobs: int, date: str, progress: Callable[[int, int], None]) -> None:
    """Run the published therapies anew and replace their stored results, dated ``date``."""
    rows = therapy_scores.all_rows(jobs, progress)
    replace_file(packaged("evdisc.validate", "therapies.json"), therapy_scores.as_text(rows, date))


def packaged(package: str, name: str) -> Path:
    """Path of a data file of the package."""
    return Path(str(resources.files(package).joinpath("data", name)))
