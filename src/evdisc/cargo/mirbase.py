"""A user's copy of miRBase: read once from FASTA, kept in the user's data folder.

``EVDISC_DATA_HOME`` names another folder. The file is a CSV table under one line that says what
it is; it is written under a temporary name and then put in place.
"""

from __future__ import annotations

import csv
import io
import os
import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from evdisc.cargo.fasta import read_fasta
from evdisc.cargo.turner import LONGEST
from evdisc.errors import InputError

FORMAT = "evdisc-mature/1"
COLUMNS = ["name", "accession", "sequence"]
NAME = re.compile(r"^[A-Za-z0-9]{3,8}-[A-Za-z]")
ACCESSION = re.compile(r"^MIMAT\d+$")
BASES = "ACGUN"
Row = tuple[str, str, str]


@dataclass(frozen=True)
class Stored:
    """What a stored miRBase holds."""

    title: str
    rows: tuple[Row, ...]

    @property
    def species(self) -> dict[str, int]:
        """Sequences of each species, most first."""
        return dict(Counter(name.partition("-")[0] for name, _, _ in self.rows).most_common())


def data_home() -> Path:
    """The user's data folder."""
    named = os.environ.get("EVDISC_DATA_HOME")
    if named:
        return Path(named)
    from platformdirs import user_data_path

    return user_data_path("evdisc", appauthor=False)


def stored_path() -> Path:
    """Where the user's miRBase lies."""
    return data_home() / "mirbase-mature.csv"


def read_fasta_file(path: Path) -> Stored:
    """Mature sequences of a miRBase FASTA file (``mature.fa``).

    Raises:
        InputError: it is no FASTA of mature miRNAs; says which record is not.
    """
    records = read_fasta(path)
    rows = [
        _row(records.headers[n], [BASES[c] for c in records.of(n)], path)
        for n in range(len(records))
    ]
    names = Counter(name for name, _, _ in rows)
    twice = [name for name, times in names.items() if times > 1]
    if twice:
        raise InputError("a name occurs twice", file=path, value=twice[0])
    return Stored(f"miRBase, read from {path.name}", tuple(rows))


def _row(header: str, bases: list[str], path: Path) -> Row:
    words = header.split()
    name, accession = [*words, "", ""][:2]
    if not NAME.match(name):
        raise InputError(
            "is no miRBase name", file=path, value=name, expected=">hsa-miR-21-5p MIMAT0000076 ..."
        )
    if len(bases) > LONGEST:
        raise InputError(
            f"{name} has {len(bases)} bases", file=path, expected="mature sequences (mature.fa)",
            advice="hairpin.fa holds the precursors",
        )  # fmt: skip
    return name, accession if ACCESSION.match(accession) else "", "".join(bases)


def store(read: Stored) -> Path:
    """Keep it in the user's data folder, whole or not at all; returns the path.

    Raises:
        InputError: it cannot be written; what was there stays.
    """
    path = stored_path()
    text = io.StringIO()
    text.write(f"# {FORMAT}; {read.title}\n")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerows([COLUMNS, *read.rows])
    draft = path.with_name(f"{path.name}.{os.getpid()}.partial")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        draft.write_text(text.getvalue(), "utf-8", newline="")
        draft.replace(path)
    except OSError as error:
        raise InputError("cannot be written", file=path, advice=error.strerror) from error
    return path


def read_stored() -> Stored | None:
    """The user's miRBase, or None where none was read.

    Raises:
        InputError: the file is damaged.
    """
    path = stored_path()
    try:
        text = path.read_text("utf-8")
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as error:
        raise _damaged(path) from error
    title = text.partition("\n")[0].partition("; ")[2]
    return Stored(title, tuple(parse(text, file=path)))


def parse(text: str, *, file: object) -> list[Row]:
    """Rows of a table of mature sequences.

    Raises:
        InputError: it is no such table, or a row of it is not whole.
    """
    head, _, table = text.partition("\n")
    if not head.startswith(f"# {FORMAT};"):
        raise _damaged(file)
    header, *rows = csv.reader(table.splitlines()) or [[]]
    if header != COLUMNS or not rows:
        raise _damaged(file)
    for row in rows:
        if len(row) != len(COLUMNS) or not row[2] or set(row[2]) - set(BASES):
            raise _damaged(file)
    return [(name, accession, sequence) for name, accession, sequence in rows]


def _damaged(file: object) -> InputError:
    return InputError(
        "not a whole table of mature sequences", file=file, expected=FORMAT,
        advice="read it again: evdisc cargo mirbase mature.fa",
    )  # fmt: skip
