"""Small cohorts with a known truth, for the tests of `diagnose`."""

import os
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from evdisc.diagnose.cohort import Cohort, Columns, cohort
from evdisc.diagnose.generated import as_csv, shares, simulate
from evdisc.diagnose.outcome import Outcome
from evdisc.diagnose.table import read_table

TWO_STUDIES = {
    "healthy": "exosomePurity_healthy_cellline_derived_exosomes",
    "cancer 1": "exosomePurity_cancer_cellline_derived_exosomes1",
    "cancer 2": "exosomePurity_cancer_cellline_derived_exosomes2",
    "cancer 3": "exosomePurity_cancer_cellline_derived_exosomes3",
}


def normal(samples, molecules, shift=0.0, markers=5, seed=0, levels=2, donors=None):
    """Normal profiles whose first molecules are shifted by the grade."""
    random = np.random.default_rng(seed)
    codes = np.arange(samples) % levels
    values = random.normal(size=(samples, molecules))
    values[:, :markers] += shift * codes[:, None]
    names = tuple(str(level) for level in range(1, levels + 1))
    return made(values, codes, names, donors=donors)


def made(values, codes, names=("1", "2"), donors=None, strata=None, roles=None, kind="plain"):
    """A cohort from arrays."""
    n = len(codes)
    strata = {k: np.asarray(v) for k, v in (strata or {}).items()}
    return Cohort(
        values, tuple(f"f{i}" for i in range(values.shape[1])), kind,
        tuple(f"s{i}" for i in range(n)), Outcome("grade", names, np.asarray(codes)),
        np.arange(n) if donors is None else np.asarray(donors), strata,
        {k: tuple(f"{k}{i}" for i in range(int(v.max()) + 1)) for k, v in strata.items()},
        roles or {}, {}, (), False,
    )  # fmt: skip


def simulated(folder, patients, grades="1,2", seed=1, batches=1, **changed):
    """A simulated cohort by way of its file."""
    path = Path(folder) / f"cohort-{patients}-{seed}.csv"
    path.write_text(as_csv(simulate(patients, shares(grades), seed, batches, changed)), "utf-8")
    return cohort(read_table(path), Columns("pfirrmann"))


def two_studies(folder):
    """The cancer and healthy vesicle counts as one table with class and study; skips if absent."""
    shelf = Path(os.environ.get("EVDISC_REFERENCE_DATA", "")) / "ev_mirna_counts"
    if "EVDISC_REFERENCE_DATA" not in os.environ or not shelf.is_dir():
        pytest.skip("set EVDISC_REFERENCE_DATA to a folder with ev_mirna_counts")
    parts = []
    for study, name in TWO_STUDIES.items():
        frame = pd.read_csv(shelf / f"{name}.NOLICENCE.csv.gz", index_col=0)
        frame = frame.set_index("gene_id") if "gene_id" in frame else frame
        part = frame.T
        part.insert(0, "study", study)
        part.insert(0, "class", study.split()[0])
        parts.append(part)
    path = Path(folder) / "two-studies.csv"
    pd.concat(parts).to_csv(path, index_label="id")
    return path
