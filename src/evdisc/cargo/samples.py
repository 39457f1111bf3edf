"""The sample sheet: which column of a table is which sample of which group and batch."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from evdisc.cargo.tabular import as_number, headings, read_table
from evdisc.errors import InputError, nearest

if TYPE_CHECKING:
    import pandas as pd

#: column -> other headings it is known by
HEADINGS = {
    "sample": ("sample", "sample_id", "sampleid", "sample name", "run", "name", "library", "id"),
    "group": ("group", "condition", "treatment", "class", "arm"),
    "batch": ("batch", "lane", "plate", "donor", "day", "sequencing run"),
    "particles": ("particles", "vesicles", "particle count"),
    "volume_ul": ("volume_ul", "volume ul", "volume (ul)", "input_ul"),
}
NUMBERS = ("particles", "volume_ul")
KNOWN_AS = {other: name for name, others in HEADINGS.items() for other in others}


def read_samples(path: Path) -> pd.DataFrame:
    """The sheet as a table: index sample; group, batch (``""`` where left out), and, NaN where left
    out, particles (vesicles the library was made from) and volume_ul (of suspension it was made
    from, uL).

    Raises:
        InputError: no column of samples, a sample without a group or listed twice, or no number
            where one belongs.
    """  # fmt: skip
    import numpy as np

    raw = read_table(path)
    known = [(c, KNOWN_AS.get(c.strip().casefold())) for c in headings(raw)]
    names = {c: name for c, name in known if name}
    if len(set(names.values())) < len(names):
        raise InputError("two columns mean the same", file=path, value=", ".join(names))
    sheet = raw.rename(columns=names)[list(names.values())].astype(str)
    for needed in ("sample", "group"):
        if needed not in sheet:
            raise InputError(
                f"has no column '{needed}'", file=path, value=", ".join(map(str, raw.columns)),
                expected="sample, group and, where known, batch, particles, volume_ul",
            )  # fmt: skip
    for row, (sample, group) in enumerate(zip(sheet["sample"], sheet["group"], strict=True), 2):
        if not sample or not group:
            raise InputError(f"row {row} has no sample or no group", file=path, value=sample)
    twice = sheet["sample"][sheet["sample"].duplicated()]
    if len(twice):
        raise InputError("sample appears twice", file=path, value=twice.iloc[0])
    if "batch" not in sheet:
        sheet["batch"] = ""
    for column in NUMBERS:
        cells = list(sheet[column]) if column in sheet else [""] * len(sheet)
        sheet[column] = np.array([_positive(c, column, path) for c in cells], dtype=np.float64)
    return sheet.set_index("sample")[["group", "batch", *NUMBERS]]


def _positive(cell: str, column: str, path: Path) -> float:
    if cell.strip().casefold() in ("", "na", "nan"):
        return float("nan")
    value = as_number(cell)
    if value is None or value <= 0:
        raise InputError(f"column {column}", file=path, value=cell, expected="a number above 0")
    return value


def matched(columns: Sequence[str], sheet: pd.DataFrame, table: Path, path: Path) -> dict[str, str]:
    """Column of the table -> sample of the sheet; columns the sheet does not name are left out.

    A column may carry the folder and ending of a file (``runs/S1.raw``, ``S1.count``).

    Raises:
        InputError: a sample of the sheet has no column; offers the nearest.
    """
    out: dict[str, str] = {}
    for sample in sheet.index:
        hits = [c for c in columns if c == sample] or [
            c for c in columns if _bare(c) == _bare(str(sample))
        ]
        if len(hits) != 1:
            what = "has no column in the table" if not hits else "fits several columns of the table"
            near = None if hits else nearest(str(sample), columns)
            raise InputError(
                f"sample {what} {table}", file=path, value=str(sample), nearest=near,
                expected=", ".join(columns[:6]) + (" ..." if len(columns) > 6 else ""),
            )  # fmt: skip
        out[hits[0]] = str(sample)
    if len(out) < len(sheet):
        raise InputError("two samples mean the same column of the table", file=path)
    return out


def _bare(name: str) -> str:
    last = re.split(r"[\\/]", name.strip())[-1]
    return re.sub(r"\.(count|counts|raw|d|mzml|wiff|bam|fastq|gz)$", "", last.casefold())
