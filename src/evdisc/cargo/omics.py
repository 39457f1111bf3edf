"""Import of measured cargo: a table and its sample sheet -> tidy tables with their quality."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from evdisc.cargo.batch import association, batch_warnings, components
from evdisc.cargo.counts import name_column, read_counts
from evdisc.cargo.differential import COLUMNS, deseq, moderated
from evdisc.cargo.normalise import METHODS, Method, cpm, factors, log_cpm
from evdisc.cargo.proteins import protein_format, read_proteins
from evdisc.cargo.quality import sample_quality, shares
from evdisc.cargo.samples import matched, read_samples
from evdisc.cargo.tabular import read_table
from evdisc.errors import InputError, nearest
from evdisc.evidence.library import Library, load

if TYPE_CHECKING:
    import pandas as pd

Kind = Literal["mirna", "protein"]
KINDS: tuple[Kind, ...] = ("mirna", "protein")
FORMAT = "evdisc-cargo/1"


@dataclass(frozen=True)
class CargoImport:
    """Measured cargo as imported.

    Attributes:
        kind: ``mirna`` or ``protein``.
        format: what the table was recognised as.
        values: (feature, sample) reads, or protein signal with NaN where not seen.
        others: rows of a count table that are no miRNA, such as spike-ins.
        mass: kDa of each protein, NaN where not stated; empty for miRNA.
        samples: the sheet, index sample: group, batch, particles, volume_ul.
        names: given, name, repair, doubt of every name (miRNA).
        quality: one row a sample; see :func:`evdisc.cargo.quality.sample_quality`.
        markers: category -> share of the signal, one column a sample.
        factors: normalisation factor of each sample.
        scores: (sample, component) principal components of log2 values.
        batches: how far the components follow group and batch.
        dropped: reason -> rows or samples left out.
        warnings: what a reader must know.
    """

    kind: Kind
    format: str
    values: pd.DataFrame
    others: pd.DataFrame
    mass: pd.Series
    samples: pd.DataFrame
    names: pd.DataFrame
    quality: pd.DataFrame
    markers: pd.DataFrame
    factors: pd.Series
    scores: pd.DataFrame
    batches: pd.DataFrame
    dropped: dict[str, int]
    warnings: tuple[str, ...]

    def tidy(self) -> pd.DataFrame:
        """One row a feature and sample: feature, sample, group, batch, value, normalised.

        ``value`` is reads, or protein signal; ``normalised`` is counts per million of the
        effective library, or log2 signal on the median of the samples.
        """

        own = self.values.rename_axis(index="feature", columns="sample")
        long: pd.Series = own.stack(future_stack=True)  # type: ignore[assignment]
        norm = self.normalised().rename_axis(index="feature", columns="sample")
        out = long.to_frame("value")
        out["normalised"] = norm.stack(future_stack=True)
        out = out.reset_index().join(self.samples[["group", "batch"]], on="sample")
        return out[["feature", "sample", "group", "batch", "value", "normalised"]]

    def normalised(self) -> pd.DataFrame:
        """(feature, sample): counts per million, or log2 signal with equal medians."""
        import pandas as pd

        if self.kind == "mirna":
            data = cpm(self.values.to_numpy(), self.factors.to_numpy())
            return pd.DataFrame(data, self.values.index, self.values.columns)
        return log_signal(self.values)

    def group(self, name: str) -> list[str]:
        """Samples of a group, without those that are near-empty.

        Raises:
            InputError: no such group, or no usable sample in it.
        """
        groups = list(dict.fromkeys(self.samples["group"]))
        if name not in groups:
            raise InputError(
                "no such group in the sample sheet", value=name, expected=" | ".join(groups),
                nearest=nearest(name, groups),
            )  # fmt: skip
        bad = self.near_empty
        own = [s for s in self.samples.index[self.samples["group"] == name] if s not in bad]
        if not own:
            raise InputError("every sample of the group is near-empty", value=name)
        return own

    @property
    def near_empty(self) -> frozenset[str]:
        """Samples without enough reads or signal to count."""
        flagged = self.quality["flags"].str.contains("near-empty|no signal")
        return frozenset(self.quality["sample"][flagged])

    def differential(self, group: str, versus: str) -> pd.DataFrame:
        """``group`` over ``versus``: feature, group, versus, log2_fold, standard_error, p,
        p_adjusted, method. Near-empty samples are left out.

        Raises:
            InputError: see :meth:`group`, or fewer than two samples in a group.
        """  # fmt: skip
        kept = [*self.group(group), *self.group(versus)]
        groups = self.samples["group"].loc[kept]
        if self.kind == "mirna":
            return deseq(self.values[kept], groups, group, versus)
        return moderated(log_signal(self.values[kept]), groups, group, versus)

    def summary(self) -> dict[str, Any]:
        """What was imported, as JSON."""
        named = self.names
        repaired = named[named["repair"] != ""] if len(named) else named
        doubt = named[named["doubt"] != ""] if len(named) else named
        groups = self.samples["group"].value_counts(sort=False)
        return {
            "format": FORMAT, "kind": self.kind, "recognised_as": self.format,
            "features": len(self.values), "samples": len(self.samples),
            "groups": {str(k): int(n) for k, n in groups.items()},
            "dropped": self.dropped,
            "names_repaired": repaired[["given", "name", "repair"]].to_numpy().tolist(),
            "names_in_doubt": doubt[["given", "doubt"]].to_numpy().tolist(),
            "quality": plain(self.quality),
            "factors": {str(k): float(x) for k, x in self.factors.items()},
            "markers": {str(c): {str(k): _finite(x) for k, x in row.items()}
                        for c, row in self.markers.iterrows()},
            "batches": plain(self.batches), "warnings": list(self.warnings),
        }  # fmt: skip


def import_cargo(
    table: Path, samples: Path, kind: str | None = None, *, method: Method = "tmm",
    reference: Collection[str] = (), library: Library | None = None,
) -> CargoImport:  # fmt: skip
    """Import small-RNA counts or a protein table.

    Args:
        table: CSV, TSV or XLSX, gzip or not.
        samples: sheet with the columns sample and group; batch, particles, volume_ul where known.
        kind: ``mirna`` or ``protein``; seen from the table where left out.
        method: normalisation of counts: ``tmm``, ``upper-quartile`` or ``none``.
        reference: current miRNA names, from a miRBase FASTA; rules alone where left out.
        library: evidence that holds the limits; the shipped one where left out.

    Raises:
        InputError: a file cannot be read, is not recognised, or a sample is missing.
    """
    library = load() if library is None else library
    if method not in METHODS:
        raise InputError("no such normalisation", value=method, expected=" | ".join(METHODS))
    raw, sheet = read_table(table), read_samples(samples)
    kind = recognised(raw, table, kind)
    if kind == "mirna":
        return _counts(raw, sheet, table, samples, method, reference, library)
    return _proteins(raw, sheet, table, samples, library)


def recognised(raw: pd.DataFrame, table: Path, kind: str | None) -> Kind:
    """Kind of cargo a table holds, by its columns and names.

    Raises:
        InputError: neither is found; says what was looked for.
    """
    if kind is not None:
        if kind not in KINDS:
            raise InputError("no such kind of cargo", key="--kind", value=kind,
                             expected=" | ".join(KINDS))  # fmt: skip
        return "mirna" if kind == "mirna" else "protein"
    if protein_format(list(raw.columns)):
        return "protein"
    if name_column(raw) is not None:
        return "mirna"
    raise InputError(
        "is neither a miRNA nor a known protein table", file=table,
        expected="a column of miRNA names, or the columns of MaxQuant (Protein IDs, Intensity), "
        "DIA-NN (Protein.Group, Genes) or FragPipe (Protein ID, Intensity); "
        "--kind protein reads a plain matrix",
    )  # fmt: skip


def _counts(
    raw: pd.DataFrame, sheet: pd.DataFrame, table: Path, path: Path, method: Method,
    reference: Collection[str], library: Library,
) -> CargoImport:  # fmt: skip
    import pandas as pd

    read = read_counts(raw, table, reference)
    use = matched(list(read.counts.columns), sheet, table, path)
    counts = read.counts[list(use)].rename(columns=use)[list(sheet.index)]
    others = read.others[list(use)].rename(columns=use)[list(sheet.index)]
    dropped = _unused(read.counts, use)
    quality = sample_quality(counts, "mirna", library)
    own = _factors(counts, quality, method)
    good = [s for s in sheet.index if own[s] == own[s]]
    seen = counts[good][(counts[good] > 0).any(axis=1)]
    log2 = log_cpm(seen.to_numpy(), own[good].to_numpy()) if len(seen) else np.zeros((0, len(good)))
    scores, batches, said = _batches(log2, sheet.loc[good], library)
    words = [*read.notes, *(f"{n}: {how}" for n, how in read.joined.items()), *said]
    if len(read.species) > 1:
        words.append("names of several species: " + ", ".join(read.species))
    if len(others):
        words.append(f"{len(others)} rows are no miRNA and count only as spike-ins: "
                     + ", ".join(map(str, others.index[:5])))  # fmt: skip
    return CargoImport(
        "mirna", "small-RNA counts", counts, others, pd.Series(dtype="float64"), sheet, read.names,
        quality, shares(counts, "mirna"), own.fillna(1.0), scores, batches, dropped, tuple(words),
    )  # fmt: skip


def _factors(counts: pd.DataFrame, quality: pd.DataFrame, method: Method) -> pd.Series:
    """Factor of each sample; NaN for near-empty ones, which would set those of the others."""
    import pandas as pd

    bad = (
        quality["flags"].str.contains("near-empty").to_numpy() | (quality["total"] <= 0).to_numpy()
    )
    if bad.all():
        return pd.Series(1.0, index=counts.columns)
    out = pd.Series(np.nan, index=counts.columns)
    out[~bad] = factors(counts.to_numpy()[:, ~bad], method)
    return out


def _proteins(
    raw: pd.DataFrame, sheet: pd.DataFrame, table: Path, path: Path, library: Library
) -> CargoImport:
    import pandas as pd

    read = read_proteins(raw, table)
    use = matched(list(read.values.columns), sheet, table, path)
    values = read.values[list(use)].rename(columns=use)[list(sheet.index)]
    dropped = read.dropped | _unused(read.values, use)
    quality = sample_quality(values, "protein", library)
    full = log_signal(values).dropna()
    scores, batches, said = _batches(full.to_numpy(), sheet, library)
    gaps = float(values.isna().to_numpy().mean())
    if gaps:
        said.append(f"{100 * gaps:.0f} % of the signals are missing; none is filled in")
    names = pd.DataFrame(columns=["given", "name", "repair", "doubt"])
    return CargoImport(
        "protein", f"{read.format}, {read.quantity}", values, values.iloc[:0], read.mass, sheet,
        names, quality, shares(values.fillna(0.0), "protein"),
        pd.Series(1.0, index=values.columns), scores, batches, dropped, tuple(said),
    )  # fmt: skip


def log_signal(values: pd.DataFrame) -> pd.DataFrame:
    """log2 of signals, every sample shifted to the mean of the samples' medians."""
    log2 = values.where(values > 0).transform(np.log2)
    middle = log2.median(axis=0)
    return log2 - middle + middle.mean()


def _unused(values: pd.DataFrame, use: dict[str, str]) -> dict[str, int]:
    left = len(values.columns) - len(use)
    return {"samples not in the sheet": left} if left else {}


def _batches(
    log2: Any, sheet: pd.DataFrame, library: Library
) -> tuple[pd.DataFrame, pd.DataFrame, list[str]]:
    import pandas as pd

    scores, part = components(log2)
    found = association(scores, part, sheet)
    names = [f"PC{k + 1}" for k in range(scores.shape[1])]
    return (
        pd.DataFrame(scores, index=sheet.index, columns=names), found,
        batch_warnings(found, sheet, library),
    )  # fmt: skip


def plain(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Rows of a table as JSON; NaN is null."""
    return [{str(k): _finite(v) for k, v in row.items()} for row in frame.to_dict(orient="records")]


def _finite(value: Any) -> Any:
    if isinstance(value, (float, np.floating)):
        return float(value) if np.isfinite(value) else None
    return int(value) if isinstance(value, np.integer) else value


__all__ = ["COLUMNS", "CargoImport", "import_cargo"]
