"""Reading evidence tables: strict CSV with named columns, errors with row and column."""

from __future__ import annotations

import csv
import hashlib
import io
from importlib import resources
from pathlib import Path

from evdisc.errors import EvidenceError, nearest

FORMAT = "evdisc-evidence/1"
LARGEST = 20_000_000

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
    "entities": (
        "name", "types", "benefit", "synonyms", "identifiers", "human", "rat", "mouse", "related",
        "note",
    ),
    "background": (
        "source", "source_type", "target", "target_type", "sign", "cell", "study", "proof",
        "original_source", "original_target", "note",
    ),
    "parameters": (
        "key", "preset", "species", "region", "grade", "cell", "subject", "value",
        "distribution", "low", "high", "unit", "tier", "via", "source", "use", "note",
    ),
}  # fmt: skip

#: columns by which the header of a user's table is known
IDENTIFYING = {
    "sources": ("study", "authors"),
    "claims": ("study", "source", "target"),
    "entities": ("name", "types"),
    "background": ("source", "target", "proof"),
    "parameters": ("key", "value"),
}

Row = dict[str, str]


def shipped(table: str) -> list[Row]:
    """Rows of a table that comes with the package."""
    text = resources.files("evdisc.evidence").joinpath(f"data/{table}.csv").read_text("utf-8")
    return parse(text, table, file=f"evidence/{table}.csv")


def shipped_bytes(table: str) -> bytes:
    """A table that comes with the package, as it lies there."""
    return resources.files("evdisc.evidence").joinpath(f"data/{table}.csv").read_bytes()


def parse(text: str, table: str, *, file: object) -> list[Row]:
    """Parse CSV ``text`` as ``table``; every row gets its line number under ``#``.

    Raises:
        EvidenceError: wrong header, wrong number of cells, or a malformed quote.
    """
    header, *rows = _lines(text, file) or [(1, [])]
    if tuple(header[1]) != COLUMNS[table]:
        raise _no_table(file, header, "the columns " + ",".join(COLUMNS[table]), f"a {table}")
    return [_row(table, cells, line, file) for line, cells in rows]


def parse_blocks(text: str, *, file: object) -> dict[str, list[Row]]:
    """Parse CSV ``text`` that holds one or several tables, each under its own header.

    Raises:
        EvidenceError: the text does not begin with a header, or a row does not fit its table.
    """
    headers = {columns: table for table, columns in COLUMNS.items()}
    tables: dict[str, list[Row]] = {}
    current = ""
    for line, cells in _lines(text, file):
        if tuple(cells) in headers:
            current = headers[tuple(cells)]
            tables.setdefault(current, [])
        elif not current:
            raise _no_table(file, (line, cells), "the columns of " + " | ".join(COLUMNS))
        else:
            tables[current].append(_row(current, cells, line, file))
    if not tables:
        raise _no_table(file, (1, []), "the columns of " + " | ".join(COLUMNS))
    return tables


def parse_loose(text: str, *, file: object) -> dict[str, list[Row]]:
    """Parse a user's CSV blocks, whose columns may be fewer and in another order.

    A header is a row whose cells are all columns of one table, its naming column among them.

    Raises:
        EvidenceError: the text does not begin with a header, or a row has other cells than it.
    """
    tables: dict[str, list[Row]] = {}
    current, columns = "", []
    for line, cells in _lines(text, file):
        names = [c.strip() for c in cells]
        table = _headed(names)
        if table:
            current, columns = table, names
            tables.setdefault(table, [])
        elif not current:
            known = [c for own in COLUMNS.values() for c in own]
            odd = next((c for c in names if c not in known), ",".join(names))
            raise EvidenceError(
                "is no column of an evidence table", file=file, line=line, value=odd,
                expected="a header of " + " | ".join(COLUMNS), nearest=nearest(odd, known),
            )  # fmt: skip
        elif len(cells) != len(columns):
            raise EvidenceError(
                f"row has {len(cells)} cells", file=file, line=line,
                expected=f"{len(columns)} cells, as its header",
            )  # fmt: skip
        else:
            tables[current].append(dict(zip(columns, names, strict=True)) | {"#": str(line)})
    return tables


def _headed(cells: list[str]) -> str:
    for table, columns in COLUMNS.items():
        enough = set(IDENTIFYING[table]) <= set(cells)
        if enough and set(cells) <= set(columns) and len(set(cells)) == len(cells):
            return table
    return ""


def _lines(text: str, file: object) -> list[tuple[int, list[str]]]:
    if "\0" in text:
        line = text[: text.index("\0")].count("\n") + 1
        raise EvidenceError("not a text table: it holds a NUL byte", file=file, line=line)
    reader = csv.reader(text.splitlines(keepends=True), strict=True)
    try:
        return [(reader.line_num, cells) for cells in reader if cells]
    except csv.Error as error:
        raise EvidenceError(str(error), file=file, line=reader.line_num) from error


def _row(table: str, cells: list[str], line: int, file: object) -> Row:
    columns = COLUMNS[table]
    if len(cells) != len(columns):
        last = columns[min(len(cells), len(columns)) - 1]
        raise EvidenceError(
            f"row has {len(cells)} cells, the last under '{last}'",
            file=file,
            line=line,
            expected=f"{len(columns)} cells",
        )
    row = dict(zip(columns, map(str.strip, cells), strict=True))
    row["#"] = str(line)
    return row


def _no_table(
    file: object, header: tuple[int, list[str]], expected: str, what: str = "an evidence"
) -> EvidenceError:
    line, cells = header
    return EvidenceError(
        f"not {what} table", file=file, line=line, value=",".join(cells), expected=expected
    )


def read_text(path: Path) -> str:
    """Text of a user's evidence file.

    Raises:
        EvidenceError: it cannot be read as UTF-8 text, or is over 20 MB.
    """
    try:
        if path.stat().st_size > LARGEST:
            raise EvidenceError("evidence file is too large", file=path, expected="under 20 MB")
        return path.read_text("utf-8-sig")
    except UnicodeDecodeError as error:
        raise EvidenceError("not UTF-8 text", file=path, advice=f"byte {error.start}") from error
    except OSError as error:
        raise EvidenceError("file cannot be read", file=path, advice=error.strerror) from error


def read_overlay(path: Path) -> dict[str, list[Row]]:
    """Read a user's overlay: CSV with one or several tables, each under its own header.

    Raises:
        EvidenceError: the file cannot be read or holds no evidence table.
    """
    return parse_blocks(read_text(path), file=path)


def replace_file(path: Path, text: str) -> None:
    """Write a whole file at once: a reader sees the old one or the new one.

    Raises:
        EvidenceError: it cannot be written; what was there stays.
    """
    draft = path.with_name(path.name + ".partial")
    try:
        draft.write_text(text, "utf-8", newline="")
        draft.replace(path)
    except OSError as error:
        raise EvidenceError("cannot be written", file=path, advice=error.strerror) from error


def write_rows(rows: dict[str, list[Row]]) -> str:
    """Tables as CSV text, each under its header, in the order of :data:`COLUMNS`."""
    blocks = []
    for table, columns in COLUMNS.items():
        if rows.get(table):
            out = io.StringIO()
            writer = csv.writer(out, lineterminator="\n")
            writer.writerow(columns)
            writer.writerows([row.get(c, "") for c in columns] for row in rows[table])
            blocks.append(out.getvalue())
    return "\n".join(blocks)


def data_hash() -> str:
    """SHA-256 over the shipped tables, part of every study's fingerprint."""
    digest = hashlib.sha256(FORMAT.encode())
    folder = resources.files("evdisc.evidence").joinpath("data")
    for name in sorted(p.name for p in folder.iterdir() if p.name.endswith(".csv")):
        digest.update(name.encode())
        digest.update(folder.joinpath(name).read_bytes())
    return digest.hexdigest()
