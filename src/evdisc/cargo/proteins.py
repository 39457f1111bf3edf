"""Protein tables: MaxQuant, DIA-NN, FragPipe, or a plain matrix; recognised by their columns.

Contaminants, reverse hits and proteins known by a modified site alone are dropped and counted.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from evdisc.cargo.tabular import as_number, headings, numbers, numeric
from evdisc.errors import InputError

if TYPE_CHECKING:
    import pandas as pd

CONTAMINANT = re.compile(r"(?:^|[;| ])(?:con__|cont_|contam_|contaminant_)", re.IGNORECASE)
REVERSE = re.compile(r"(?:^|[;| ])(?:rev_|rev__|xxx_|decoy_)", re.IGNORECASE)
#: heading of the samples of each format, the better quantity first
MAXQUANT = ("iBAQ ", "LFQ intensity ", "Intensity ")
FRAGPIPE = (" MaxLFQ Intensity", " Intensity")
DIANN = ("Protein.Group", "Protein.Ids", "Protein.Names", "Genes", "First.Protein.Description",
         "N.Sequences", "N.Proteotypic.Sequences", "Global.Q.Value")  # fmt: skip


@dataclass(frozen=True)
class ProteinTable:
    """A protein table as read.

    Attributes:
        format: what it was recognised as.
        quantity: which of its quantities is used.
        values: (protein, sample) signal, NaN where not seen; index gene or protein name.
        mass: kDa of each protein, NaN where the table states none.
        dropped: reason -> rows left out.
    """

    format: str
    quantity: str
    values: pd.DataFrame
    mass: pd.Series
    dropped: dict[str, int]


def protein_format(columns: list[str]) -> str | None:
    """Format of a table by its columns; None for none of the known ones."""
    has = set(columns)
    if {"Protein IDs", "Majority protein IDs"} & has and any(
        c.startswith("Intensity") for c in has
    ):
        return "MaxQuant proteinGroups"
    if "Protein.Group" in has and {"Genes", "Protein.Names"} & has:
        return "DIA-NN matrix"
    if {"Protein", "Protein ID"} <= has and any(c.endswith(" Intensity") for c in has):
        return "FragPipe combined_protein"
    return None


def read_proteins(raw: pd.DataFrame, path: Path) -> ProteinTable:
    """A protein table from its text cells.

    Raises:
        InputError: no column of samples, a negative value, or none left.
    """
    found = protein_format(list(raw.columns)) or "plain matrix"
    columns, quantity = _samples(raw, found)
    if not columns:
        raise InputError(f"{found} without a column of samples", file=path)
    names, mass = _names(raw, found), _mass(raw)
    dropped, kept = _sifted(raw, names)
    values = raw.loc[kept, list(columns)].set_axis(names[kept], axis=0)
    values = numbers(values.rename(columns=columns), path, missing=True)
    _not_negative(values, path)
    values = values.where(values > 0)
    empty = values.isna().all(axis=1)
    if empty.any():
        dropped["no signal in any sample"] = int(empty.sum())
    values, own = values[~empty], mass[kept].set_axis(values.index)[~empty]
    if values.empty:
        raise InputError("no protein is left", file=path, advice=f"dropped: {dropped}")
    twins = values.index.duplicated(keep=False)
    if twins.any():
        # one gene, several protein groups: their signals add
        dropped["groups joined to another of the same gene"] = int(values.index.duplicated().sum())
        values = values.groupby(level=0, sort=False).sum(min_count=1)
        own = own.groupby(level=0, sort=False).mean().loc[values.index]
    return ProteinTable(found, quantity, values, own, dropped)


def _samples(raw: pd.DataFrame, found: str) -> tuple[dict[str, str], str]:
    """Columns of samples -> name of the sample, and the quantity they hold."""
    names = headings(raw)
    if found == "MaxQuant proteinGroups":
        for head in MAXQUANT:
            own = {
                c: c.removeprefix(head) for c in names if c.startswith(head) and c != head.strip()
            }
            own = {c: n for c, n in own.items() if n != "peptides"}
            if own:
                return own, head.strip()
    elif found == "FragPipe combined_protein":
        for tail in FRAGPIPE:
            own = {c: c.removesuffix(tail) for c in names if c.endswith(tail)}
            own = {c: n for c, n in own.items()
                   if not n.endswith((" Unique", " Total", " Razor", "Combined"))}  # fmt: skip
            if own:
                return own, tail.strip()
    elif found == "DIA-NN matrix":
        return {c: c for c in names if c not in DIANN and numeric(raw[c])}, "MaxLFQ quantity"
    return {c: c for c in names if numeric(raw[c])}, "signal"


def _names(raw: pd.DataFrame, found: str) -> pd.Series:
    """Gene of each row, else its protein; the first of several."""
    gene = {"MaxQuant proteinGroups": "Gene names", "DIA-NN matrix": "Genes",
            "FragPipe combined_protein": "Gene"}.get(found)  # fmt: skip
    text = [c for c in headings(raw) if not numeric(raw[c])]
    named = [c for c in text if c.strip().casefold() in ("gene", "genes", "gene names", "symbol")]
    first = gene if gene in raw else (named[0] if named else text[0] if text else raw.columns[0])
    other = next((c for c in ("Majority protein IDs", "Protein.Group", "Protein ID") if c in raw),
                 first)  # fmt: skip
    own = raw[first].where(raw[first] != "", raw[other])
    return own.str.split(";").str[0].str.strip()


def _mass(raw: pd.DataFrame) -> pd.Series:
    import pandas as pd

    column = next(
        (c for c in headings(raw) if c.casefold() in ("mol. weight [kda]", "mass_kda")), None
    )
    if column is None:
        return pd.Series(float("nan"), index=raw.index)
    return raw[column].map(lambda cell: as_number(str(cell))).astype("float64")


def _sifted(raw: pd.DataFrame, names: pd.Series) -> tuple[dict[str, int], pd.Series]:
    identity = names.copy()
    for column in (
        "Protein IDs",
        "Majority protein IDs",
        "Protein.Group",
        "Protein",
        "Protein.Ids",
    ):
        if column in raw:
            identity = identity + " " + raw[column]
    reverse = identity.str.contains(REVERSE)
    contaminant = identity.str.contains(CONTAMINANT)
    site = identity.str.contains("^$")
    for column, mask in (("Reverse", "reverse"), ("Potential contaminant", "contaminant"),
                         ("Only identified by site", "site")):  # fmt: skip
        if column in raw:
            marked = raw[column].str.strip() == "+"
            reverse = reverse | marked if mask == "reverse" else reverse
            contaminant = contaminant | marked if mask == "contaminant" else contaminant
            site = site | marked if mask == "site" else site
    unnamed = names == ""
    counts = {
        "reverse hits": int(reverse.sum()),
        "contaminants": int((contaminant & ~reverse).sum()),
        "identified by a modified site alone": int((site & ~contaminant & ~reverse).sum()),
        "without a name": int((unnamed & ~site & ~contaminant & ~reverse).sum()),
    }
    kept = ~(reverse | contaminant | site | unnamed)
    return {k: n for k, n in counts.items() if n}, kept


def _not_negative(values: pd.DataFrame, path: Path) -> None:
    import numpy as np

    rows, columns = np.nonzero(values.to_numpy() < 0)
    if rows.size:
        raise InputError(
            f"row '{values.index[rows[0]]}', column '{values.columns[columns[0]]}'", file=path,
            value=float(values.to_numpy()[rows[0], columns[0]]),
            expected="signals that are not negative and no logarithms",
        )  # fmt: skip
