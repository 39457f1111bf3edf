"""Small-RNA counts: a matrix of miRNA and samples -> counts under current names.

Names are repaired where that is certain, each repair listed; rows that say the same miRNA are
joined: equal rows are one, others add.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from evdisc.cargo.mirna_names import Named, looks_like_mirna, repaired, species_of, without_species
from evdisc.cargo.tabular import numbers, numeric
from evdisc.errors import InputError

if TYPE_CHECKING:
    import pandas as pd


#: a species with a smaller share of the names than this was added, as cel-miR-39 is
FEW = 0.05


@dataclass(frozen=True)
class CountTable:
    """miRNA counts as read.

    Attributes:
        counts: (miRNA, sample) counts; index current name without species prefix.
        names: one row a name of the table: given, name, repair, doubt.
        joined: names that stood in several rows and how those were joined.
        others: rows whose name is no miRNA's, such as spike-ins.
        species: species prefixes of the names.
        notes: what a reader must know of the numbers.
    """

    counts: pd.DataFrame
    names: pd.DataFrame
    joined: dict[str, str]
    others: pd.DataFrame
    species: tuple[str, ...]
    notes: tuple[str, ...]


def name_column(raw: pd.DataFrame) -> str | None:
    """The column that holds miRNA names, or None."""
    best, most = None, 0.5
    for column in raw.columns:
        cells = [str(c) for c in raw[column]]
        share = sum(map(looks_like_mirna, cells)) / max(len(cells), 1)
        if share > most:
            best, most = column, share
    return best


def read_counts(
    raw: pd.DataFrame, path: Path, reference: Collection[str] = ()
) -> CountTable:  # fmt: skip
    """Counts from the text cells of a table.

    Raises:
        InputError: no column of names, a missing, negative or unreadable count.
    """
    import pandas as pd

    column = name_column(raw)
    if column is None:
        raise InputError(
            "no column of miRNA names", file=path, expected="names such as hsa-miR-21-5p"
        )
    samples = [c for c in raw.columns if c != column and c.strip() and numeric(raw[c])]
    if not samples:
        raise InputError("no column of counts", file=path)
    given = [str(c).strip() for c in raw[column]]
    values = numbers(raw[samples].set_axis(given, axis=0), path, missing=False)
    _not_negative(values, path)
    named = [repaired(n, reference) for n in given]
    mirna = _of_host(named)
    species = tuple(sorted(species_of(n.name for n, m in zip(named, mirna, strict=True) if m)))
    table = pd.DataFrame(
        [(n.given, n.name, n.repair, n.doubt) for n in named],
        columns=["given", "name", "repair", "doubt"],
    )
    own = values[mirna].set_axis(_short(named, mirna, species), axis=0)
    counts, joined = _joined(own)
    others = values[[not m for m in mirna]]
    return CountTable(counts, table, joined, others, species, _notes(counts))


def _of_host(named: list[Named]) -> list[bool]:
    """Which names are miRNA of the host; a miRNA of a species with few names was added."""
    mirna = [looks_like_mirna(n.given) for n in named]
    of = [next(iter(species_of([n.name])), "") for n in named]
    count = Counter(s for s, m in zip(of, mirna, strict=True) if m)
    added = {s for s in count if s and count[s] < FEW * sum(count.values())}
    return [m and s not in added for s, m in zip(of, mirna, strict=True)]


def _short(named: list[Named], mirna: list[bool], species: tuple[str, ...]) -> list[str]:
    """Names without species prefix; with it where a table holds several species."""
    own = [n.name for n, m in zip(named, mirna, strict=True) if m]
    return own if len(species) > 1 else [without_species(n) for n in own]


def _not_negative(values: pd.DataFrame, path: Path) -> None:
    import numpy as np

    rows, columns = np.nonzero(values.to_numpy() < 0)
    if rows.size:
        raise InputError(
            f"row '{values.index[rows[0]]}', column '{values.columns[columns[0]]}'", file=path,
            value=float(values.to_numpy()[rows[0], columns[0]]),
            expected="counts that are not negative and no logarithms",
        )  # fmt: skip


def _joined(own: pd.DataFrame) -> tuple[pd.DataFrame, dict[str, str]]:
    twins = own.index[own.index.duplicated()].unique()
    how = {}
    for name in twins:
        rows = own.loc[name]
        same = len(rows.drop_duplicates()) == 1
        how[str(name)] = f"{len(rows)} equal rows, one kept" if same else f"{len(rows)} rows added"
    if not how:
        return own, {}
    distinct = own.reset_index(names="name").drop_duplicates().set_index("name")
    return distinct.groupby(level=0, sort=False).sum(), how


def _notes(counts: pd.DataFrame) -> tuple[str, ...]:
    import numpy as np

    values, notes = counts.to_numpy(), []
    if np.abs(values - np.round(values)).max(initial=0.0) > 1e-6:
        notes.append("counts are no whole numbers; DESeq2 gets them rounded")
    sizes = values.sum(axis=0)
    if len(sizes) > 1 and np.allclose(sizes, sizes[0], rtol=1e-3) and sizes[0] > 0:
        notes.append(
            f"all samples sum to {sizes[0]:.4g}: the table is normalised already, so library "
            "sizes say nothing and a test on counts is not valid"
        )
    return tuple(notes)
