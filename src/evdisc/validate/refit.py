"""Weigh the cells against the experiments anew and write what the package ships."""

from __future__ import annotations

from collections.abc import Callable
from importlib import resources
from pathlib import Path

from evdisc.evidence.posterior import table
from evdisc.evidence.tables import replace_file
from evdisc.validate.cell_ensemble import refit, write
from evdisc.validate.cell_scores import posterior_members

#: cells kept for studies
KEPT = 200


def refit_package(work: Path, jobs: int, progress: Callable[[int, int], None]) -> None:
    """Compute the ensemble in ``work`` (resumable) and replace the package's two files.

    Raises:
        RunError: ``work`` holds chunks of other tables.
    """
    ensemble = refit(work, jobs, progress)
    write(ensemble, packaged("evdisc.validate", "cell_ensemble.npz"))
    kept = posterior_members(ensemble, KEPT)
    replace_file(packaged("evdisc.evidence", "posterior.csv"), table(kept))


def packaged(package: str, name: str) -> Path:
    """Path of a data file of the package."""
    return Path(str(resources.files(package).joinpath("data", name)))
