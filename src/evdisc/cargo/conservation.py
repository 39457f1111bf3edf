"""Whether a site is there in other species: an aligned FASTA, gaps as ``-``.

Each record is named ``UTR|species`` (or ``UTR species``); all records of a UTR are equally long. A
site is conserved in a species that has a canonical site of the same miRNA, of any type, in
columns that overlap it.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from evdisc.cargo.fasta import Sequences, from_texts, read_aligned
from evdisc.cargo.seed_sites import Index, index, seed_sites
from evdisc.errors import InputError, nearest


@dataclass(frozen=True, eq=False)
class Row:
    """One species in the alignment of one UTR."""

    species: str
    record: int
    columns: NDArray[np.int64]  # column of each base


@dataclass(frozen=True, eq=False)
class Alignment:
    """Aligned UTRs: rows of each by the name of the UTR, and their bases without gaps."""

    rows: dict[str, tuple[Row, ...]]
    sequences: Sequences
    where: Index
    file: Path

    def spans(self, mirna: NDArray[np.int8]) -> dict[int, list[tuple[int, int]]]:
        """Record -> first and last base (from 0) of each canonical site of a miRNA."""
        found = seed_sites(self.sequences.codes, self.where, mirna)
        records = self.sequences.record_of(found.begins)
        first, last = (s - self.sequences.starts[records] for s in found.spans)
        out: dict[int, list[tuple[int, int]]] = {}
        for record, a, b in zip(records, first, last, strict=True):
            out.setdefault(int(record), []).append((int(a), int(b)))
        return out


def read_alignment(path: Path) -> Alignment:
    """Read aligned UTRs.

    Raises:
        InputError: no alignment: a record without species, or rows of unequal length.
    """
    grouped: dict[str, dict[str, str]] = {}
    for header, letters in read_aligned(path):
        utr, species = _named(header, path)
        if species in grouped.setdefault(utr, {}):
            raise InputError("occurs twice", file=path, value=f"{utr}|{species}")
        grouped[utr][species] = letters
    texts: dict[str, str] = {}
    rows: dict[str, tuple[Row, ...]] = {}
    for utr, of_species in grouped.items():
        if len({len(letters) for letters in of_species.values()}) > 1:
            raise InputError(
                f"the rows of {utr} differ in length", file=path, expected="aligned FASTA"
            )
        own = []
        for species, letters in of_species.items():
            columns = np.flatnonzero(np.frombuffer(letters.encode(), np.uint8) != ord("-"))
            own.append(Row(species, len(texts), columns))
            texts[f"{utr}|{species}"] = letters.replace("-", "")
        rows[utr] = tuple(own)
    sequences = from_texts(texts)
    return Alignment(rows, sequences, index(sequences.codes), path)


def reference(alignment: Alignment, utr: str, codes: NDArray[np.int8]) -> Row | None:
    """The row that is the UTR itself, or None where the alignment does not hold the UTR.

    Raises:
        InputError: the alignment names the UTR and none of its rows has its bases.
    """
    rows = alignment.rows.get(utr)
    if rows is None:
        return None
    for row in rows:
        if np.array_equal(alignment.sequences.of(row.record), codes):
            return row
    raise InputError(
        f"no row of {utr} has the bases of the UTR", file=alignment.file,
        expected="one row equal to the record of --utr, gaps aside",
    )  # fmt: skip


def conserved(
    alignment: Alignment, utr: str, own: Row, span: tuple[int, int],
    sites: dict[int, list[tuple[int, int]]],
) -> tuple[str, ...]:  # fmt: skip
    """Other species with a site in columns that overlap those of ``span`` (bases from 0)."""
    left, right = int(own.columns[span[0]]), int(own.columns[span[1]])
    return tuple(
        row.species
        for row in alignment.rows[utr]
        if row is not own
        and any(
            row.columns[a] <= right and left <= row.columns[b] for a, b in sites.get(row.record, [])
        )
    )


def require_overlap(alignment: Alignment, utrs: Sequences) -> None:
    """Check that at least one UTR is aligned.

    Raises:
        InputError: none is; offers the nearest name.
    """
    if not set(alignment.rows) & set(utrs.names):
        known = list(alignment.rows)
        raise InputError(
            "aligns none of the UTRs", file=alignment.file, value=utrs.names[0],
            expected="records named UTR|species", nearest=nearest(utrs.names[0], known),
        )  # fmt: skip


def _named(header: str, path: Path) -> tuple[str, str]:
    first, _, rest = header.partition(" ")
    utr, bar, species = first.rpartition("|")
    if not bar:
        utr, species = first, (rest.split() or [""])[0]
    if not utr or not species:
        raise InputError("no species", file=path, value=header, expected=">UTR|species")
    return utr, species
