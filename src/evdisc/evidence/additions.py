"""Additions: a user's own studies, checked by the rules of the shipped tables, into an overlay.

The overlay is one CSV file with a block for each table. Nothing is written unless everything
holds, and then by replacing the file at once.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from evdisc.errors import EvidenceError, nearest
from evdisc.evidence.check import problems
from evdisc.evidence.claims import background_id
from evdisc.evidence.library import build, shipped_tables
from evdisc.evidence.tables import (
    COLUMNS,
    Row,
    parse_loose,
    read_overlay,
    read_text,
    replace_file,
    write_rows,
)

#: column that names a row of each table
NAMED_BY = {"sources": "study", "claims": "claim", "entities": "name", "parameters": "key",
            "background": "fact"}  # fmt: skip
DEFAULTS = {"claims": {"tier": "measured", "proof": "title only"}, "parameters": {"use": "model"}}
Tables = dict[str, list[Row]]


def from_csv(path: Path) -> Tables:
    """Read a user's CSV; columns may be left out and come in any order.

    Raises:
        EvidenceError: it is no evidence table; names file, row and column.
    """
    return completed(parse_loose(read_text(path), file=path))


def from_document(document: Any, file: object) -> Tables:
    """Rows of a YAML document with the keys sources, claims, entities and parameters.

    Raises:
        EvidenceError: an unknown table or column, or a row that is no mapping.
    """
    if not isinstance(document, Mapping):
        raise EvidenceError("not an evidence document", file=file, expected=" | ".join(COLUMNS))
    tables: Tables = {}
    for table, rows in document.items():
        if table == "evdisc-evidence":
            continue
        if table not in COLUMNS:
            raise EvidenceError(
                "no such table", file=file, value=table, expected=" | ".join(COLUMNS),
                nearest=nearest(str(table), COLUMNS),
            )  # fmt: skip
        if not isinstance(rows, Sequence) or isinstance(rows, str):
            raise EvidenceError("a table is a list of rows", file=file, key=table)
        tables[table] = [_from_mapping(table, r, n, file) for n, r in enumerate(rows, 1)]
    return completed(tables)


def completed(tables: Tables) -> Tables:
    """Rows with every column; a claim without an id gets one from its study and its ends."""
    out: Tables = {}
    for table, rows in tables.items():
        out[table] = [dict.fromkeys(COLUMNS[table], "") | r for r in rows]
        for row in out[table]:
            for column, value in DEFAULTS.get(table, {}).items():
                row[column] = row[column] or value
            if table == "claims" and not row["claim"] and row["study"]:
                row["claim"] = f"{row['study']}.{_slug(row['source'])}-{_slug(row['target'])}"
    return out


def add(new: Tables, overlay: Path, file: object) -> dict[str, int]:
    """Check ``new`` and write it into ``overlay``; returns how many rows each table gained.

    Raises:
        EvidenceError: a row breaks a rule or is already there; the overlay is left as it was.
    """
    if overlay.suffix.lower() != ".csv":
        raise EvidenceError("an overlay is a CSV file", file=overlay, expected="a name in .csv")
    if overlay.is_dir() or not overlay.parent.is_dir():
        raise EvidenceError("overlay cannot be written", file=overlay, expected="a file name")
    if not any(new.values()):
        raise EvidenceError("holds no row to add", file=file)
    held: Tables = read_overlay(overlay) if overlay.exists() else {}
    together = {
        table: [*held.get(table, []), *_unknown_to(held.get(table, []), rows, table, file)]
        for table, rows in new.items()
    } | {table: rows for table, rows in held.items() if table not in new}
    gained = {t: len(rows) - len(held.get(t, [])) for t, rows in together.items() if t in new}
    require_valid(together, new, file)
    replace_file(overlay, write_rows(together))
    return gained


def require_valid(together: Tables, new: Tables, file: object) -> None:
    """Check that the shipped evidence with ``together`` on top keeps every rule.

    Raises:
        EvidenceError: with the first fault, and how many more there are.
    """
    shipped = shipped_tables()
    for table, rows in together.items():
        shipped[table] = [(row, file) for row in rows] + shipped[table]
    library = build(shipped, set())
    ids = {row["claim"] for row in new.get("claims", [])}
    found = problems(library, [c for c in library.claims if c.claim in ids])
    if found:
        more = f", and {len(found) - 1} more" if len(found) > 1 else ""
        raise EvidenceError(found[0] + more, file=file)


def _unknown_to(held: list[Row], rows: list[Row], table: str, file: object) -> list[Row]:
    key = NAMED_BY[table]

    def name(row: Row) -> str:
        return row[key] if table != "background" else background_id(row)

    there = {name(row): _plain(row) for row in held}
    fresh = []
    for row in rows:
        if table != "parameters" and name(row) in there:
            if there[name(row)] != _plain(row):
                raise EvidenceError(
                    f"{key} is in the overlay already, with other contents", file=file,
                    value=name(row),
                )  # fmt: skip
            continue
        fresh.append(row)
        there[name(row)] = _plain(row)
    return fresh


def _plain(row: Row) -> Row:
    return {k: v for k, v in row.items() if k != "#"}


def _from_mapping(table: str, given: Any, number: int, file: object) -> Row:
    if not isinstance(given, Mapping):
        raise EvidenceError(f"{table} row {number} is no mapping", file=file, value=given)
    row: Row = {"#": str(number)}
    for column, value in given.items():
        if column not in COLUMNS[table]:
            raise EvidenceError(
                f"{table} row {number}: no such column", file=file, value=column,
                nearest=nearest(str(column), COLUMNS[table]),
            )  # fmt: skip
        if isinstance(value, (Mapping, list)):
            raise EvidenceError(
                f"{table} row {number}, column {column}", file=file, value=value,
                expected="one value",
            )  # fmt: skip
        row[column] = "" if value is None else str(value).strip()
    return row


def _slug(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower())
