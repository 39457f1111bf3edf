"""Reading evidence tables: strict CSV with named columns, errors with row and column."""

from __future__ import annotations

import csv
import hashlib
from importlib import resources
from pathlib import Path

from evdisc.errors import EvidenceError

FORMAT = "evdisc-evidence/1"

COLUMNS: dict[str, tuple[str, ...]] = {
    "sources": (
        "study", "review_ref", "authors", "year", "title", "journal", "volume", "doi",
        "laboratory", "species", "setting", "note",
    ),
    "claims": (
        "claim", "record", "chain", "step", "study", "tier", "via", "source", "source_type",
        "target", "target_type", "sign", "relation", "proof", "cell", "species", "parent_cell",
        "insult", "setting", "dose", "time", "effect", "note",
    ),
    "parameters": (
        "key", "preset", "species", "region", "grade", "cell", "subject", "value",
        "distribution", "low", "high", "unit", "tier", "via", "source", "use", "note",
    ),
}  # fmt: skip

Row = dict[str, str]


def shipped(table: str) -> list[Row]:
    """Rows of a table that comes with the package."""
    text = resources.files("evdisc.evidence").joinpath(f"data/{table}.csv").read_text("utf-8")
    return parse(text, table, file=f"evidence/{table}.csv")


def parse(text: str, table: str, *, file: object) -> list[Row]:
    """Parse CSV ``text`` as ``table``; every row gets its line number under ``#``.

    Raises:
        EvidenceError: wrong header, wrong number of cells, or a malformed quote.
    """
    expected = COLUMNS[table]
    reader = csv.reader(text.splitlines(keepends=True), strict=True)
    rows: list[Row] = []
    try:
        header = tuple(next(reader, ()))
        if header != expected:
            raise EvidenceError(
                f"not a {table} table",
                file=file,
                line=1,
                value=",".join(header),
                expected="the columns " + ",".join(expected),
            )
        for cells in reader:
            if not cells:
                continue
            if len(cells) != len(expected):
                raise EvidenceError(
                    f"row has {len(cells)} cells",
                    file=file,
                    line=reader.line_num,
                    expected=f"{len(expected)} cells",
                )
            rows.append(
                dict(zip(expected, (c.strip() for c in cells), strict=True))
                | {"#": str(reader.line_num)}
            )
    except csv.Error as error:
        raise EvidenceError(str(error), file=file, line=reader.line_num) from error
    return rows


def read_overlay(path: Path) -> dict[str, list[Row]]:
    """Read a user's overlay: a CSV file whose header says which table it extends.

    Raises:
        EvidenceError: the file cannot be read or its header is no evidence table.
    """
    try:
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise EvidenceError("overlay cannot be read", file=path, advice=str(error)) from error
    header = tuple(next(csv.reader([text.split("\n", 1)[0].strip("\r")]), ()))
    for table, columns in COLUMNS.items():
        if header == columns:
            return {table: parse(text, table, file=path)}
    raise EvidenceError(
        "not an evidence table",
        file=path,
        line=1,
        value=",".join(header),
        expected="the columns of sources, claims or parameters",
    )


def data_hash() -> str:
    """SHA-256 over the shipped tables, part of every study's fingerprint."""
    digest = hashlib.sha256(FORMAT.encode())
    folder = resources.files("evdisc.evidence").joinpath("data")
    for name in sorted(p.name for p in folder.iterdir() if p.name.endswith(".csv")):
        digest.update(name.encode())
        digest.update(folder.joinpath(name).read_bytes())
    return digest.hexdigest()
