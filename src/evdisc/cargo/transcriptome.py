"""All miRNAs against all UTRs: sites as columns, miRNA by miRNA, never all in memory."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from evdisc.cargo import sites as site
from evdisc.cargo.fasta import Sequences
from evdisc.cargo.genes import reports
from evdisc.cargo.mature import Mature
from evdisc.cargo.seed_sites import Index
from evdisc.cargo.targets import FORMAT, Question, genes_of
from evdisc.errors import InputError

if TYPE_CHECKING:
    import pyarrow as pa

COLUMNS = ("mirna", "utr", "gene", "start", "end", "type", "energy", "evidence", "format")


def scan(
    matures: Sequence[Mature], utrs: Sequences, where: Index, question: Question,
    progress: Callable[[int, int], None] | None = None,
) -> Iterator[site.Sites]:  # fmt: skip
    """Canonical sites of each miRNA; with energies and under a limit where the question names one.

    Duplexes without a seed match are searched where ``question.duplexes`` is true: for thousands of
    miRNAs on a transcriptome that takes days.
    """
    window = round(question.library.resolve("duplex_window").median)
    below = question.energy_below
    for n, mirna in enumerate(matures, 1):
        own = site.canonical(utrs, where, mirna)
        if below is not None:
            own = site.with_energies(own, utrs, window)
            if question.duplexes:
                own = site.joined([own, site.duplexes(utrs, mirna, below, own)])
            own = own.where(own.energies < below)
        if progress:
            progress(n, len(matures))
        yield own


def tally(own: site.Sites) -> dict[str, int]:
    """Number of sites of each type."""
    counted = np.bincount(own.types, minlength=len(site.TYPES))
    return {kind: int(n) for kind, n in zip(site.TYPES, counted, strict=True) if n}


class Rows:
    """Sites as rows of a tidy table."""

    def __init__(self, utrs: Sequences, question: Question) -> None:
        import pyarrow as pa

        if question.genes is None:
            question = replace(question, genes=genes_of(utrs, question.library))
        self.question, genes = question, question.genes or ()
        self.utrs = pa.array(utrs.names)
        self.genes = pa.array([g.symbol if g else "" for g in genes])
        self.known = np.array([g.name if g else "" for g in genes])

    def of(self, own: site.Sites) -> pa.RecordBatch:
        """The sites of one miRNA, columns of :data:`COLUMNS`."""
        import pyarrow as pa

        records = pa.array(own.records)
        told = list(reports((own.mirna.name,), self.question.library))
        reported = np.isin(self.known, told)[own.records].astype(np.int8)
        kinds = pa.array(["canonical", "canonical; reported", "duplex only",
                          "duplex only; reported"])  # fmt: skip
        evidence = reported + 2 * (own.types == site.DUPLEX_ONLY)
        energies = np.round(own.energies.astype(float), 2)
        columns = [
            _same(own.mirna.name, len(own)), self.utrs.take(records), self.genes.take(records),
            pa.array(own.starts), pa.array(own.ends),
            pa.array(site.TYPES).take(pa.array(own.types)),
            pa.array(energies, mask=np.isnan(energies)), kinds.take(pa.array(evidence)),
            _same(FORMAT, len(own)),
        ]  # fmt: skip
        return pa.RecordBatch.from_arrays(columns, names=list(COLUMNS))


def _same(text: str, times: int) -> Any:
    import pyarrow as pa

    return pa.repeat(text, times)


def write_csv(path: Path, batches: Iterable[pa.RecordBatch]) -> int:
    """Write a table as it comes, then put it in place; returns the number of rows.

    Raises:
        InputError: it cannot be written; what was there stays.
    """
    import pyarrow as pa
    from pyarrow import csv

    written, writer = 0, None
    with replacing(path) as draft:
        for batch in batches:
            if writer is None:
                options = csv.WriteOptions(quoting_style="needed")
                writer = csv.CSVWriter(str(draft), batch.schema, write_options=options)
            writer.write_table(pa.Table.from_batches([batch]))
            written += batch.num_rows
        if writer is not None:
            writer.close()
        else:
            draft.write_text(",".join(COLUMNS) + "\n", "utf-8")
    return written


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """A draft beside a file; takes its place when all went well, and is gone when not.

    Raises:
        InputError: it cannot be written; what was there stays.
    """
    draft = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        yield draft
        draft.replace(path)
    except OSError as error:
        raise InputError("cannot be written", file=path, advice=error.strerror) from error
    finally:
        draft.unlink(missing_ok=True)
