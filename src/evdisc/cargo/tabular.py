"""Tables a laboratory hands over: CSV, TSV and Excel, packed or not, in the encodings they come in.

What a file is is seen from its first bytes and its text, never from its name alone.
"""

from __future__ import annotations

import csv
import gzip
import io
import re
import zipfile
import zlib
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

from evdisc.errors import InputError, MissingExtraError

if TYPE_CHECKING:
    import pandas as pd

LARGEST = 200_000_000
GZIP, ZIP, OLD_EXCEL = b"\x1f\x8b", b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
SEPARATORS = "\t;,"
MISSING = frozenset(("", "na", "nan", "n/a", "#n/a", "null", "none", "filtered", "-"))
DECIMAL_COMMA = re.compile(r"^[+-]?\d+,\d+(?:[eE][+-]?\d+)?$")
GROUPED = re.compile(r"^[+-]?\d{1,3}(?:,\d{3})+$")


def read_bytes(path: Path) -> bytes:
    """Bytes of a file, unpacked where it is gzip.

    Raises:
        InputError: missing, empty, a folder, too large, or damaged.
    """
    if path.is_dir():
        raise InputError("is a folder", file=path, expected="a file")
    if not path.is_file():
        raise InputError("does not exist", file=path, expected="a file")
    try:
        with path.open("rb") as file:
            packed = file.read(2) == GZIP
            file.seek(0)
            source = gzip.GzipFile(fileobj=file) if packed else file
            data: bytes = source.read(LARGEST + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise InputError("cannot be read", file=path, advice=str(error)) from None
    if len(data) > LARGEST:
        raise InputError("is too large", file=path, expected=f"at most {LARGEST} bytes")
    if not data.strip():
        raise InputError("is empty", file=path)
    return data


def decode(data: bytes, path: Path) -> str:
    """Text of bytes: UTF-8 with or without mark, UTF-16 by its mark, else Latin-1.

    Raises:
        InputError: it is no text.
    """
    encoding = next((name for mark, name in MARKS if data.startswith(mark)), "utf-8")
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError:
        if encoding != "utf-8":
            raise InputError(f"is damaged {encoding} text", file=path) from None
        text = data.decode("latin-1")
    if "\0" in text:
        raise InputError("is not text", file=path, expected="a text or Excel file")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def read_text(path: Path) -> str:
    """Text of a file with plain line ends; see :func:`read_bytes` and :func:`decode`."""
    return decode(read_bytes(path), path)


def separator(text: str) -> str:
    """The sign between cells: the one that gives the most lines the same number of cells."""
    lines = [line for line in text.split("\n")[:60] if line.strip()]

    def worth(sign: str) -> tuple[int, int]:
        counts = Counter(line.count(sign) for line in lines if sign in line)
        return (max(counts.values()), max(counts)) if counts else (0, 0)

    return max(SEPARATORS, key=worth)


def read_table(path: Path) -> pd.DataFrame:
    """A table as text cells under its header; blank lines and comment lines (#) are left out.

    Raises:
        InputError: it is no table, or a row has more cells than the header.
    """
    import pandas as pd

    data = read_bytes(path)
    if data.startswith(OLD_EXCEL):
        raise InputError("is an Excel 97 file", file=path, expected="XLSX, CSV or TSV")
    if data.startswith(ZIP):
        return _excel(data, path)
    text = decode(data, path)
    sign = separator(text)
    try:
        rows = list(csv.reader(io.StringIO(text), delimiter=sign, strict=False))
    except csv.Error as error:
        raise InputError("is no table", file=path, advice=str(error)) from None
    rows = [[c.strip() for c in r] for r in rows if any(c.strip() for c in r)]
    rows = [r for r in rows if not r[0].startswith("#") or r[0].startswith("#N/A")]
    if len(rows) < 2 or len(rows[0]) < 2:
        raise InputError(
            "is no table", file=path, expected="a header and rows, cells parted by , ; or tab"
        )
    return pd.DataFrame(_even(rows, path), columns=_header(rows, path), dtype="object")


def _even(rows: list[list[str]], path: Path) -> list[list[str]]:
    """Rows of the header's width; a header that lacks the name of the first column has it blank."""
    width = len(rows[0]) + all(len(r) == len(rows[0]) + 1 for r in rows[1:])
    out = []
    for n, row in enumerate(rows[1:], 2):
        if len(row) > width and any(row[width:]):
            raise InputError(
                f"row {n} has {len(row)} cells", file=path, expected=f"{width} as in the header"
            )
        if len(row) < width:
            raise InputError(
                f"row {n} has {len(row)} cells and the header {width}", file=path,
                advice="is the file cut off?",
            )  # fmt: skip
        out.append(row[:width])
    return out


def _header(rows: list[list[str]], path: Path) -> list[str]:
    first = rows[0]
    if all(len(r) == len(first) + 1 for r in rows[1:]):
        first = ["", *first]
    return _named(first, path)


def _named(names: list[str], path: Path) -> list[str]:
    """Headings, one of each; a blank one after the first is called by its place."""
    twins = [n for n, count in Counter(names).items() if count > 1 and n]
    if twins:
        raise InputError("column appears twice", file=path, value=twins[0])
    return [n or (f"column {i}" if i else n) for i, n in enumerate(names)]


def _excel(data: bytes, path: Path) -> pd.DataFrame:
    import pandas as pd

    try:
        import openpyxl  # noqa: F401
    except ImportError:
        raise MissingExtraError("openpyxl", "omics") from None
    try:
        frame = pd.read_excel(io.BytesIO(data), dtype=str, keep_default_na=False, header=None)
    except (ValueError, KeyError, OSError, zlib.error, zipfile.BadZipFile) as error:
        raise InputError("is no Excel table", file=path, advice=str(error)) from None
    rows = [[str(c).strip() for c in row] for row in frame.to_numpy().tolist()]
    rows = [r for r in rows if any(r)]
    if len(rows) < 2:
        raise InputError("is no table", file=path, expected="a header and rows")
    return pd.DataFrame(rows[1:], columns=_named(rows[0], path), dtype="object")


def headings(frame: pd.DataFrame) -> list[str]:
    """Names of the columns as text."""
    return [str(c) for c in frame.columns]


def numeric(column: pd.Series) -> bool:
    """Whether most cells of a column are numbers or missing, and one is a number."""
    cells = [str(c) for c in column]
    good = [as_number(c) is not None for c in cells]
    blank = [c.casefold() in MISSING for c in cells]
    return any(good) and sum(g or b for g, b in zip(good, blank, strict=True)) > 0.5 * len(cells)


def as_number(text: str) -> float | None:
    """The number a cell holds; a decimal comma is read, thousands grouped by commas are not."""
    try:
        value = float(text)
    except ValueError:
        if DECIMAL_COMMA.match(text) and not GROUPED.match(text):
            return float(text.replace(",", "."))
        return None
    return value if value == value and abs(value) != float("inf") else None


def numbers(frame: pd.DataFrame, path: Path, *, missing: bool) -> pd.DataFrame:
    """Cells as numbers, NaN where missing.

    Args:
        missing: whether a cell may be empty.

    Raises:
        InputError: a cell is no number; names row and column.
    """
    import numpy as np

    out = frame.copy()
    for column in frame.columns:
        cells = [str(c) for c in frame[column]]
        values = [as_number(c) for c in cells]
        for row, (cell, value) in enumerate(zip(cells, values, strict=True)):
            if value is None and not (missing and cell.casefold() in MISSING):
                grouped = GROUPED.match(cell)
                raise InputError(
                    f"row '{frame.index[row]}', column '{column}'", file=path, value=cell,
                    expected="a number without thousands marks" if grouped else "a number",
                )  # fmt: skip
        out[column] = np.array([np.nan if v is None else v for v in values], dtype=np.float64)
    return out.astype("float64")
