"""Reading a user's table: CSV or TSV as text, cells checked, errors with line and column.

Either samples are in rows, or molecules are in rows and a sample sheet describes the columns.
"""

from __future__ import annotations

import csv
import gzip
import io
import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from evdisc.errors import InputError, nearest

LARGEST = 500_000_000
MISSING = frozenset(("", "na", "n/a", "nan", "null", "none", ".", "-"))
#: what a counts table may append to a sample's name
SUFFIX = re.compile(r"\.(counts?|cpm|txt|bam)$", re.IGNORECASE)
SIMULATED = "simulated"


@dataclass(frozen=True)
class Table:
    """A table as text: ``frame`` has samples in rows; ``first_line`` is the line of row 0.

    ``simulated`` is true where the file says that nobody measured it.
    """

    path: Path
    frame: pd.DataFrame
    first_line: int
    simulated: bool


def read_table(path: Path, samples: Path | None = None, id_: str | None = None) -> Table:
    """Read a table, turned so that samples are in rows.

    Args:
        path: samples in rows; with ``samples``, molecules in rows.
        samples: sheet with one row for each column of ``path``.
        id_: column of the sheet that names the columns of ``path`` (default the first).

    Raises:
        InputError: a file cannot be read, is no table, or sheet and table do not fit.
    """
    frame, line, simulated = _text(path)
    if samples is None:
        return Table(path, frame, line, simulated)
    sheet, sheet_line, sheet_simulated = _text(samples)
    joined = _joined(frame, sheet, path, samples, id_)
    return Table(samples, joined, sheet_line, simulated or sheet_simulated)


def _text(path: Path) -> tuple[pd.DataFrame, int, bool]:
    text = _read(path)
    lines = text.splitlines()
    comments = 0
    while comments < len(lines) and lines[comments].startswith("#"):
        comments += 1
    body = "\n".join(lines[comments:])
    if "\0" in body or not body.strip():
        raise InputError("is no table", file=path, expected="CSV or TSV text with a header")
    header_line = lines[comments]
    mark = max(",\t;", key=header_line.count)
    try:
        rows = [r for r in csv.reader(io.StringIO(body), delimiter=mark, strict=True) if r]
    except csv.Error as error:
        raise InputError("is no table", file=path, advice=str(error)) from None
    header = [name.strip() for name in rows[0]]
    _unique(header, path)
    for number, row in enumerate(rows[1:], start=comments + 2):
        if len(row) != len(header):
            raise InputError(
                f"row has {len(row)} cells", file=path, line=number,
                expected=f"{len(header)}, as the header",
            )  # fmt: skip
    if len(rows) < 2:
        raise InputError("has a header and no rows", file=path)
    frame = pd.DataFrame([[c.strip() for c in r] for r in rows[1:]], columns=header, dtype=str)
    told = any(SIMULATED in line for line in lines[:comments])
    return frame, comments + 2, told or SIMULATED in header


def _read(path: Path) -> str:
    try:
        if path.is_dir() or path.stat().st_size > LARGEST:
            raise InputError("is too large or no file", file=path, expected="a file under 500 MB")
        data = path.read_bytes()
        if data[:2] == b"\x1f\x8b":
            data = gzip.decompress(data)
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError("is not UTF-8 text", file=path, advice=f"byte {error.start}") from None
    except (OSError, EOFError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise InputError("cannot be read", file=path, advice=reason) from None


def _unique(names: list[str], path: Path, what: str = "column") -> None:
    seen: set[str] = set()
    for name in names:
        if name in seen:
            raise InputError(f"{what} appears twice", file=path, value=name)
        seen.add(name)


def _joined(
    frame: pd.DataFrame, sheet: pd.DataFrame, path: Path, samples: Path, id_: str | None
) -> pd.DataFrame:
    key = require_column(sheet, id_, samples, "--id") if id_ else str(sheet.columns[0])
    ids = list(sheet[key])
    _unique(ids, samples, "sample")
    columns = {SUFFIX.sub("", c): c for c in map(str, frame.columns)}
    missing = [i for i in ids if i not in columns and i not in frame.columns]
    if missing:
        raise InputError(
            f"{len(missing)} samples of the sheet have no column in {path.name}", file=samples,
            value=missing[0], nearest=nearest(missing[0], columns),
        )  # fmt: skip
    names = _molecule_column(frame, {columns.get(i, i) for i in ids})
    molecules = list(frame[names])
    _unique(molecules, path, "molecule")
    cells = frame[[columns.get(i, i) for i in ids]].T
    cells.columns, cells.index = pd.Index(molecules), sheet.index
    clash = sorted(set(molecules) & set(sheet.columns))
    if clash:
        raise InputError(f"is a column of {samples.name} too", file=path, value=clash[0])
    return pd.concat([sheet, cells], axis=1)


def _molecule_column(frame: pd.DataFrame, taken: set[str]) -> str:
    """The column that names the molecules: the first of text that is no sample."""
    for name in map(str, frame.columns):
        if name not in taken and pd.to_numeric(frame[name], errors="coerce").isna().mean() > 0.5:
            return name
    return str(frame.columns[0])


def require_column(frame: pd.DataFrame, name: str, file: object, option: str) -> str:
    """``name`` if it is a column.

    Raises:
        InputError: it is not; offers the nearest.
    """
    if name not in frame.columns:
        known = list(map(str, frame.columns))
        raise InputError(
            "is no column of the table", file=file, key=option, value=name,
            expected=None if nearest(name, known) else f"one of {', '.join(known[:8])} ...",
            nearest=nearest(name, known),
        )  # fmt: skip
    return name


def absent(cells: pd.Series) -> NDArray[np.bool_]:
    """Which cells hold nothing."""
    return np.asarray(cells.str.casefold().isin(MISSING), dtype=bool)


def numbers(table: Table, column: str) -> NDArray[np.float64] | None:
    """A column as numbers, NaN where empty; None where most of its cells are words.

    Raises:
        InputError: a few cells are no finite numbers; names line, column and value.
    """
    cells = table.frame[column]
    empty = absent(cells)
    parsed = pd.to_numeric(cells.where(~empty), errors="coerce").to_numpy(dtype=float)
    wrong = ~empty & ~np.isfinite(parsed)
    if not wrong.any():
        return parsed
    if wrong.sum() > 0.5 * (~empty).sum():
        return None
    row = int(np.flatnonzero(wrong)[0])
    raise InputError(
        "is no finite number", file=table.path, line=table.first_line + row, key=column,
        value=str(cells.iloc[row]), expected="a number, or an empty cell where none was measured",
    )  # fmt: skip
