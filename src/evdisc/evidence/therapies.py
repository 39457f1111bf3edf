"""Published vesicle therapies of the disc, one read-out a row: what was given, and what it moved.

They are no claims: each is a finding to predict. Where claims rest on the same study the row says
so (``used``), and predicting it needs the study left out.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass, fields
from functools import lru_cache
from importlib import resources

from evdisc.errors import EvidenceError, nearest
from evdisc.evidence.library import Library
from evdisc.evidence.names import find

FILE = "evidence/therapies.csv"
CONTRASTS = (
    "plain", "knock-out", "inhibitor", "primed", "gel", "cell type", "dose zero",
)  # fmt: skip
WORDS = {
    "basis": ("abstract", "review", "record", "definition"),
    "model": ("dish", "disc", ""),
    "contrast": CONTRASTS,
    "direction": ("up", "down", "none", ""),
    "used": ("claims", "no"),
}
#: column -> kind of name it holds
NAMES = {
    "cell": "recipient_cell", "parent_cell": "parent_cell", "species": "species",
    "priming": "preconditioning", "loading": "engineering", "route": "route", "carrier": "carrier",
}  # fmt: skip


@dataclass(frozen=True)
class Therapy:
    """One read-out of one published therapy, or of a contrast between two.

    Attributes:
        id, study: ids; the study is a key of sources.csv.
        basis: where it is told: ``abstract``, ``review`` (its text), ``record`` (of a trial), or
            ``definition``.
        setting: as published.
        species, cell, insult: what was treated; an insult is a name and a dose.
        model: ``dish`` or ``disc``: what it is simulated as; empty where it is not.
        parent_cell, subtype, priming, cargo, loading: the product; ``cargo`` is the one the study
            credits, ``loading`` how it was put in.
        route, carrier, dose, volume: how it was given.
        contrast, against: what is compared: a ``plain`` row compares the therapy with an arm
            without it; any other compares it with the therapy changed as ``against`` says.
        readout: canonical name.
        direction: ``up``, ``down`` or ``none``, as published.
        time: when it was read.
        used: ``claims`` where claims of the model come from the study.
        assumed: what of this is ours, because it was not stated where it was read.
        note: what a reader must know; the reason where nothing is simulated.
    """

    id: str
    study: str
    basis: str
    setting: str
    species: str
    model: str
    cell: str
    insult: str
    parent_cell: str
    subtype: str
    priming: str
    cargo: str
    loading: str
    route: str
    carrier: str
    dose: str
    volume: str
    contrast: str
    against: str
    readout: str
    direction: str
    time: str
    used: str
    assumed: str
    note: str


COLUMNS = tuple(f.name for f in fields(Therapy))


def table_bytes() -> bytes:
    """The table as it is stored."""
    return resources.files("evdisc.evidence").joinpath("data/therapies.csv").read_bytes()


@lru_cache(maxsize=1)
def therapies() -> tuple[Therapy, ...]:
    """The shipped therapies, in their order.

    Raises:
        EvidenceError: a row has a word its column does not know.
    """
    rows = csv.DictReader(io.StringIO(table_bytes().decode("utf-8")))
    if tuple(rows.fieldnames or ()) != COLUMNS:
        raise EvidenceError("unexpected columns", file=FILE, expected=",".join(COLUMNS))
    return tuple(_parse(row) for row in rows)


def _parse(row: dict[str, str]) -> Therapy:
    for column, valid in WORDS.items():
        if row[column] not in valid:
            raise EvidenceError(
                f"unknown {column}", file=FILE, key=row["id"], value=row[column],
                expected=" | ".join(valid), nearest=nearest(row[column], valid),
            )  # fmt: skip
    return Therapy(**row)


def problems(library: Library) -> Iterator[str]:
    """What is wrong with the table, one line each."""
    told = {c.study for c in library.claims}
    seen: set[str] = set()
    for row in therapies():
        if row.id in seen:
            yield f"{row.id}: appears twice"
        seen.add(row.id)
        if row.study not in library.sources:
            yield f"{row.id}: column study: '{row.study}' is not in the sources"
        if (row.used == "claims") != (row.study in told):
            yield f"{row.id}: column used: claims of the study and '{row.used}' do not agree"
        if not row.model and not row.note.startswith("not simulated: "):
            yield f"{row.id}: column note: no reason why it is not simulated"
        if row.model and not find("readout", row.readout):
            yield f"{row.id}: column readout: '{row.readout}' is not in the vocabulary"
        for column, kind in NAMES.items():
            name = getattr(row, column)
            if name and not find(kind, name):
                yield f"{row.id}: column {column}: '{name}' is not in the vocabulary"
