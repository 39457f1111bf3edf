"""The cohort: samples, molecules, outcome, donors, batches and studies, checked."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from evdisc.diagnose.known import unknown
from evdisc.diagnose.outcome import Outcome, outcome
from evdisc.diagnose.table import SIMULATED, Table, absent, numbers, require_column
from evdisc.errors import InputError, nearest
from evdisc.evidence.names import fold

#: columns taken for what their name says where the option is not given
USUAL = {
    "group": ("donor", "patient", "subject", "participant", "donor_id", "patient_id", "subject_id"),
    "batch": ("batch", "plate", "sequencing_run"),
    "study": ("study", "dataset", "cohort"),
}
COVARIATES = ("age", "sex", "gender", "bmi")
MOST_NAMED = 4
#: donors of the rarest class that leave both classes in every inner training fold
FEWEST = 4
#: a count table has zeros and whole numbers of at least this size
COUNTS_REACH = 50


@dataclass(frozen=True)
class Columns:
    """Columns a user names; an empty one is looked for under its usual names."""

    outcome: str
    id: str | None = None
    group: str | None = None
    batch: str | None = None
    study: str | None = None
    positive: str | None = None
    ignore: tuple[str, ...] = ()


@dataclass(frozen=True)
class Cohort:
    """What is learnt from.

    Attributes:
        values: (n, p) as measured, NaN where missing.
        features: p names of columns.
        kind: ``counts``, ``positive`` (taken by its logarithm) or ``plain``.
        ids: n names of samples.
        donors: (n,) code of the donor of each sample.
        strata: column -> (n,) code; the batch and study columns that are there.
        covariates: name -> (n,) of what is known without the molecules.
    """

    values: NDArray[np.float64]
    features: tuple[str, ...]
    kind: str
    ids: tuple[str, ...]
    outcome: Outcome
    donors: NDArray[np.int64]
    strata: dict[str, NDArray[np.int64]]
    stratum_names: dict[str, tuple[str, ...]]
    roles: dict[str, str]
    covariates: dict[str, NDArray[np.float64]]
    warnings: tuple[str, ...]
    simulated: bool

    def with_codes(self, codes: NDArray[np.int64]) -> Cohort:
        """The cohort under other labels."""
        return replace(self, outcome=replace(self.outcome, codes=codes))

    def of(self, rows: NDArray[np.int64]) -> Cohort:
        """The named samples alone."""
        return replace(
            self, values=self.values[rows], ids=tuple(self.ids[i] for i in rows),
            outcome=replace(self.outcome, codes=self.outcome.codes[rows]),
            donors=self.donors[rows], strata={k: v[rows] for k, v in self.strata.items()},
            covariates={k: v[rows] for k, v in self.covariates.items()},
        )  # fmt: skip


def cohort(table: Table, columns: Columns, values: str = "auto") -> Cohort:
    """Check a table and take it apart.

    Args:
        values: ``counts``, ``positive``, ``plain`` or ``auto``.

    Raises:
        InputError: a named column is missing, ids repeat, an outcome cannot be learnt, a cell is
            no number, or there are too few samples.
    """
    notes: list[str] = []
    require_column(table.frame, columns.outcome, table.path, "--outcome")
    table = _with_outcome(table, columns.outcome, notes)
    roles = _roles(table, columns, notes)
    ids, id_column = sample_names(table, columns.id)
    told = outcome(
        columns.outcome, list(table.frame[columns.outcome]), columns.positive, table.path
    )
    donors = _codes(table, roles["group"])[0] if "group" in roles else np.arange(len(ids))
    taken = {columns.outcome, id_column, *roles.values(), *columns.ignore}
    covariates, covariate_columns = _covariates(table, taken)
    features, matrix = _features(table, taken | covariate_columns, notes)
    strata = {c: _codes(table, c) for r, c in roles.items() if r != "group"}
    found = Cohort(
        matrix, features, _kind(matrix) if values == "auto" else values, ids, told, donors,
        {c: s[0] for c, s in strata.items()}, {c: s[1] for c, s in strata.items()}, roles,
        covariates, tuple(notes), table.simulated,
    )  # fmt: skip
    _suits(found, table)
    return found


def donors_per_level(cohort: Cohort) -> dict[str, int]:
    """Donors with a sample of each level."""
    codes = cohort.outcome.codes
    return {
        level: len(np.unique(cohort.donors[codes == i]))
        for i, level in enumerate(cohort.outcome.levels)
    }


def _with_outcome(table: Table, column: str, notes: list[str]) -> Table:
    empty = absent(table.frame[column])
    if empty.all():
        raise InputError("has no value in any row", file=table.path, key=column)
    if empty.any():
        notes.append(f"{int(empty.sum())} samples without {column} left out")
    return replace(table, frame=table.frame[~empty].reset_index(drop=True))


def _roles(table: Table, columns: Columns, notes: list[str]) -> dict[str, str]:
    roles: dict[str, str] = {}
    by_fold = {fold(str(c)): str(c) for c in table.frame.columns}
    for role, usual in USUAL.items():
        given = getattr(columns, role)
        if given:
            roles[role] = require_column(table.frame, given, table.path, f"--{role}")
            continue
        hit = next((by_fold[fold(n)] for n in usual if fold(n) in by_fold), None)
        if hit and hit not in (columns.outcome, columns.id, *columns.ignore):
            roles[role] = hit
            notes.append(f"column '{hit}' taken as --{role}")
    for name in columns.ignore:
        require_column(table.frame, name, table.path, "--ignore")
    for role, column in roles.items():
        if absent(table.frame[column]).any():
            row = int(np.flatnonzero(absent(table.frame[column]))[0])
            raise InputError(
                f"sample without a {role}", file=table.path, line=table.first_line + row, key=column
            )
    return roles


def sample_names(table: Table, name: str | None) -> tuple[tuple[str, ...], str]:
    """Names of the samples, and the column they stand in (empty where there is none).

    Raises:
        InputError: the named column is missing, or a name appears twice.
    """
    frame = table.frame
    if name:
        column = require_column(frame, name, table.path, "--id")
    else:
        usual = [c for c in map(str, frame.columns) if fold(c) in ("", "id", "sample", "sampleid")]
        column = usual[0] if usual else ""
    if column not in frame.columns:
        return tuple(f"row {i + 1}" for i in range(len(frame))), column
    cells = list(frame[column])
    seen: dict[str, int] = {}
    for row, cell in enumerate(cells):
        if cell in seen:
            raise InputError(
                "id appears twice", file=table.path, line=table.first_line + row, key=column,
                value=cell, advice="several samples of one donor: unique ids, and --group DONOR",
            )  # fmt: skip
        seen[cell] = row
    return tuple(cells), column


def _codes(table: Table, column: str) -> tuple[NDArray[np.int64], tuple[str, ...]]:
    codes, names = pd.factorize(table.frame[column], sort=True)
    return codes.astype(np.int64), tuple(map(str, names))


def _covariates(table: Table, taken: set[str]) -> tuple[dict[str, NDArray[np.float64]], set[str]]:
    found: dict[str, NDArray[np.float64]] = {}
    for column in map(str, table.frame.columns):
        if fold(column) not in COVARIATES or column in taken:
            continue
        as_numbers = numbers(table, column)
        if as_numbers is None:
            codes, _ = pd.factorize(table.frame[column].str.casefold(), sort=True)
            as_numbers = np.where(absent(table.frame[column]), np.nan, codes).astype(float)
        found[column] = as_numbers
    return found, set(found)


def _features(
    table: Table, taken: set[str], notes: list[str]
) -> tuple[tuple[str, ...], NDArray[np.float64]]:
    kept, words, empty = {}, [], []
    for column in map(str, table.frame.columns):
        if column in taken or fold(column) == SIMULATED:
            continue
        parsed = numbers(table, column)
        if parsed is None:
            words.append(column)
        elif np.isnan(parsed).all():
            empty.append(column)
        else:
            kept[column] = parsed
    for names, said in ((words, "of words, not used"), (empty, "without any value, not used")):
        if names:
            notes.append(f"{_listed(names)}: {'column' if len(names) == 1 else 'columns'} {said}")
    if not kept:
        raise InputError("has no column of measured numbers", file=table.path)
    if strange := unknown(kept):
        notes.append(
            f"{len(strange)} of {len(kept)} columns are no molecule the evidence knows "
            f"({_listed(strange)}); they stay features under their own name"
        )
    return tuple(kept), np.column_stack(list(kept.values()))


def _listed(names: list[str]) -> str:
    shown = ", ".join(f"'{n}'" for n in names[:MOST_NAMED])
    return shown + (f" and {len(names) - MOST_NAMED} more" if len(names) > MOST_NAMED else "")


def _kind(values: NDArray[np.float64]) -> str:
    seen = values[~np.isnan(values)]
    if (seen < 0).any():
        return "plain"
    if (seen == np.round(seen)).all() and seen.max() >= COUNTS_REACH and (seen == 0).any():
        return "counts"
    middle = np.median(seen[seen > 0]) if (seen > 0).any() else 0.0
    return "positive" if middle and seen.max() >= COUNTS_REACH * middle else "plain"


def _suits(cohort: Cohort, table: Table) -> None:
    rarest = min(donors_per_level(cohort).items(), key=lambda kv: kv[1])
    if cohort.outcome.ordinal:
        half = np.median(cohort.outcome.codes)
        halves = [len(np.unique(cohort.donors[cohort.outcome.codes <= half])),
                  len(np.unique(cohort.donors[cohort.outcome.codes > half]))]  # fmt: skip
        rarest = ("either half of the grades", min(halves))
    if rarest[1] < FEWEST:
        raise InputError(
            f"{cohort.outcome.column} '{rarest[0]}' has samples of {rarest[1]} donors",
            file=table.path,
            expected=f"at least {FEWEST}, so that nested folds hold every class; no model of "
            "so few would mean anything",
        )
    negative = cohort.kind in ("counts", "positive") and (cohort.values < 0).any()
    if negative or cohort.kind not in ("counts", "positive", "plain"):
        raise InputError(
            "does not fit the table", key="--values", value=cohort.kind,
            expected="counts | positive | plain", nearest=nearest(cohort.kind, ("counts", "plain")),
        )  # fmt: skip
