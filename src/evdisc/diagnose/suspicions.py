"""What a careful reader would ask about a table before believing it."""

from __future__ import annotations

import re

import numpy as np

from evdisc.diagnose.cohort import Cohort
from evdisc.diagnose.concordance import concordance
from evdisc.diagnose.evaluate import OutOfFold
from evdisc.diagnose.settings import Settings

MOST_NAMED = 3
ENOUGH = 12
ACCESSION = re.compile(r"^([A-Z]{3})(\d{5,})")


def suspicions(cohort: Cohort, told: OutOfFold, settings: Settings) -> list[str]:
    """Warnings on leaks, hidden batches and folds, each a line."""
    notes = [_perfect(cohort), _accessions(cohort)]
    if not cohort.strata:
        notes.append(
            "no --batch and no --study named: whether one of them explains the outcome cannot be "
            "tested"
        )
    if "group" not in cohort.roles:
        notes.append("no --group named: every sample is taken for another donor")
    if "batch" in cohort.roles and not told.whole_batches:
        notes.append("too few batches to keep whole batches out of training; donors are kept out")
    return [n for n in notes if n]


def _perfect(cohort: Cohort) -> str:
    """Columns that tell the outcome without a fault: often the outcome in another form."""
    if len(cohort.ids) < ENOUGH:
        return ""
    rest = np.zeros((1, len(cohort.ids)), dtype=np.int64)
    found = []
    for i in _strongest(cohort):
        score = np.nan_to_num(cohort.values[:, i])
        value = concordance(score[None, :], cohort.outcome.codes, rest, cohort.donors).value
        if value is not None and value in (0.0, 1.0):
            found.append(cohort.features[i])
    if not found:
        return ""
    shown = ", ".join(f"'{n}'" for n in found[:MOST_NAMED])
    return (
        f"{shown} {'alone tells' if len(found) == 1 else 'each tell'} the outcome without a "
        "fault: another form of it, or of a batch?"
    )


def _strongest(cohort: Cohort) -> list[int]:
    """The columns most correlated with the outcome."""
    filled = np.nan_to_num(cohort.values)
    centred = filled - filled.mean(axis=0)
    norm = np.linalg.norm(centred, axis=0)
    codes = cohort.outcome.codes - cohort.outcome.codes.mean()
    strength = np.abs(codes @ centred) / np.where(norm > 0, norm, np.inf)
    return [int(i) for i in np.argsort(-strength)[:MOST_NAMED]]


def _accessions(cohort: Cohort) -> str:
    """Archive numbers of which no class's lie among another's: deposited apart, made apart."""
    if "study" in cohort.roles:
        return ""
    found = [ACCESSION.match(i) for i in cohort.ids]
    if not all(found) or len(cohort.ids) < ENOUGH:
        return ""
    number = np.array([int(m[2]) for m in found if m])
    codes = cohort.outcome.codes[np.argsort(number)]
    if (np.diff(codes) != 0).sum() >= len(cohort.outcome.levels) * 2:
        return ""
    return (
        "in the order of their archive numbers the samples of one class lie together: they look "
        "like separate studies; name the study of each with --study"
    )
