"""Published cell experiments the model is compared with: what was done, and what moved where.

They are no claims: an experiment is a finding to predict. Where a claim rests on the same study,
predicting it needs the claim left out.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources

from evdisc.errors import EvidenceError

DIRECTIONS = ("up", "down", "none")


@dataclass(frozen=True)
class Experiment:
    """One read-out of one experiment.

    Attributes:
        experiment, study: ids; the study is a key of sources.csv.
        cell, species: what was treated.
        background: stimuli both arms had, by name -> dose as text (empty: not stated).
        treatment: stimuli the treated arm had besides.
        hours: length of the treatment; a usual one where none is stated.
        readout: nodes that were read; several are averaged.
        direction: ``up``, ``down`` or ``none`` against the arm without the treatment.
        fold: change as stated, 0 where no number is.
        condition, as_told: words of the record.
    """

    experiment: str
    study: str
    cell: str
    species: str
    background: tuple[tuple[str, str], ...]
    treatment: tuple[tuple[str, str], ...]
    hours: float
    readout: tuple[str, ...]
    direction: str
    fold: float
    condition: str
    as_told: str


@lru_cache(maxsize=1)
def experiments() -> tuple[Experiment, ...]:
    """The shipped experiments, in their order.

    Raises:
        EvidenceError: a row has an unknown direction.
    """
    text = resources.files("evdisc.evidence").joinpath("data/experiments.csv").read_text("utf-8")
    return tuple(_parse(row) for row in csv.DictReader(io.StringIO(text)))


def _parse(row: Mapping[str, str]) -> Experiment:
    if row["direction"] not in DIRECTIONS:
        raise EvidenceError(
            "unknown direction", file="evidence/experiments.csv", key=row["experiment"],
            value=row["direction"], expected=" | ".join(DIRECTIONS),
        )  # fmt: skip
    return Experiment(
        row["experiment"], row["study"], row["cell"], row["species"], _doses(row["background"]),
        _doses(row["treatment"]), float(row["hours"]), tuple(row["readout"].split(";")),
        row["direction"], float(row["fold"] or 0.0), row["condition"], row["as_told"],
    )  # fmt: skip


def _doses(text: str) -> tuple[tuple[str, str], ...]:
    parts = [part.partition("=") for part in text.split(";") if part]
    return tuple((name, dose) for name, _, dose in parts)
