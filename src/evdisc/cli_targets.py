"""The command line of miRNA targets: `evdisc cargo targets|mirbase`. Part of the door."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from evdisc.cli_evidence import AsJson, emit
from evdisc.cli_progress import watched
from evdisc.errors import InputError

if TYPE_CHECKING:
    from evdisc.cargo.fasta import Sequences
    from evdisc.cargo.targets import Question, Targets

app = typer.Typer(rich_markup_mode=None)

#: sites of `all` that --json lists; more need --out
LISTED = 100_000


@app.command()
def targets(
    mirna: Annotated[str, typer.Argument(help="miRNA, e.g. miR-21-5p or hsa-miR-21-5p; or all.")],
    utr: Annotated[Path, typer.Option("--utr", help="UTRs (FASTA, may be gzip).")],
    alignment: Annotated[
        Path | None, typer.Option("--alignment", help="Aligned FASTA, records UTR|species.")
    ] = None,
    accessibility: Annotated[
        bool, typer.Option("--accessibility", help="Fold the target around each site (ViennaRNA).")
    ] = False,
    energy_below: Annotated[
        float | None, typer.Option("--energy-below", help="Only duplexes under this, kcal/mol.")
    ] = None,
    shuffles: Annotated[
        int, typer.Option("--shuffles", min=0, help="Shuffle each UTR: how often is it as strong?")
    ] = 0,
    species: Annotated[
        str, typer.Option("--species", help="human, rat or mouse, where the name does not say.")
    ] = "",
    out: Annotated[Path | None, typer.Option("--out", help="Table of sites (CSV).")] = None,
    page: Annotated[Path | None, typer.Option("--page", help="Page of sites (HTML).")] = None,
    overlay: Annotated[
        Path | None, typer.Option("--overlay", help="Write canonical sites as weak claims (CSV).")
    ] = None,
    as_json: AsJson = False,
) -> None:  # fmt: skip
    """Find target sites of a miRNA in your UTRs, beside what the evidence reports."""
    from evdisc.cargo.conservation import read_alignment
    from evdisc.cargo.fasta import read_fasta
    from evdisc.cargo.mature import find
    from evdisc.cargo.targets import Question
    from evdisc.cargo.targets import targets as find_targets
    from evdisc.evidence.library import load

    every = mirna.strip().casefold() == "all"
    _checked(
        every, energy_below,
        {"--alignment": alignment, "--accessibility": accessibility, "--page": page,
         "--overlay": overlay, "--shuffles": shuffles},
    )  # fmt: skip
    found = None if every else find(mirna, species=species)
    utrs = read_fasta(utr)
    question = Question(
        load(), energy_below, alignment=read_alignment(alignment) if alignment else None,
        accessibility=accessibility, shuffles=shuffles,
    )  # fmt: skip
    if found is None:
        _all(species or "human", utrs, question, out, as_json)
        return
    with watched("bases") as bar:
        answer = find_targets(
            found, utrs, question, progress=lambda done, total: bar(done, total, 0)
        )
    _written(answer, question, out, page, overlay)
    _told(answer.notes)
    if as_json:
        emit(as_dict(answer))
        return
    from evdisc.report.targets_text import targets_text

    print(targets_text(answer))


@app.command()
def mirbase(
    file: Annotated[Path, typer.Argument(help="mature.fa of miRBase (FASTA, may be gzip).")],
    as_json: AsJson = False,
) -> None:
    """Read a miRBase file once; every later command knows its miRNAs."""
    from evdisc.cargo.mirbase import read_fasta_file, store

    read = read_fasta_file(file)
    path = store(read)
    if as_json:
        emit({"file": str(file), "stored": str(path), "sequences": len(read.rows),
              "species": read.species})  # fmt: skip
        return
    most = ", ".join(f"{name} {n}" for name, n in list(read.species.items())[:8])
    more = f" and {len(read.species) - 8} more species" if len(read.species) > 8 else ""
    first, last = read.rows[0], read.rows[-1]
    print(f"{len(read.rows)} mature miRNAs of {len(read.species)} species: {most}{more}")
    print(f"first {first[0]} {first[1]} {first[2]}\nlast  {last[0]} {last[1]} {last[2]}")
    print(f"kept in {path}")


def as_dict(answer: Targets) -> dict[str, Any]:
    """The answer as one JSON object."""
    from dataclasses import asdict

    from evdisc.cargo.targets import FORMAT

    return {
        "format": FORMAT, "mirna": answer.mirna, "matures": [asdict(m) for m in answer.matures],
        "sites": [asdict(s) for s in answer.sites], "pairs": [asdict(p) for p in answer.pairs],
        "disagreements": [asdict(p) for p in answer.disagreements], "notes": list(answer.notes),
    }  # fmt: skip


def _checked(every: bool, energy_below: float | None, one_only: dict[str, Any]) -> None:
    named = [option for option, given in one_only.items() if given]
    if every and named:
        raise InputError("goes with one miRNA, not with all", key=named[0])
    if energy_below is not None and not isfinite(energy_below):
        raise InputError(
            "is no energy", key="--energy-below", value=energy_below, expected="kcal/mol, e.g. -16"
        )


def _written(
    answer: Targets, question: Question, out: Path | None, page: Path | None, overlay: Path | None
) -> None:
    if out is not None:
        from evdisc.cargo.targets import FORMAT
        from evdisc.cargo.transcriptome import replacing

        with replacing(out) as draft:
            answer.frame().assign(format=FORMAT).to_csv(draft, index=False, lineterminator="\n")
        _told([f"wrote {out}"])
    if page is not None:
        from evdisc.report.targets_page import write_targets_page

        write_targets_page(page, answer, question.library)
        _told([f"wrote {page}"])
    if overlay is not None:
        from evdisc.cargo.target_overlay import overlay as made_of
        from evdisc.cargo.target_overlay import write_overlay

        made = made_of(answer, question.library)
        write_overlay(overlay, made)
        _told([
            f"wrote {overlay}: {len(made.rows['claims'])} predicted claims; left out: "
            f"{made.reported} reported already, {made.unnamed} of a UTR whose gene is not named"
        ])  # fmt: skip


def _all(
    species: str, utrs: Sequences, question: Question, out: Path | None, as_json: bool
) -> None:
    """Every known miRNA of a species; sites go to a file as they are found."""
    from evdisc.cargo import transcriptome
    from evdisc.cargo.mature import library, of_species
    from evdisc.cargo.seed_sites import index
    from evdisc.cargo.targets import FORMAT

    matures = of_species(library(), species)
    _told([*utrs.notes, f"{len(matures)} miRNAs on {len(utrs)} UTRs, {utrs.bases:,} bases"])
    counts: list[dict[str, Any]] = []
    rows, listed, total = transcriptome.Rows(utrs, question), [], 0
    with watched("miRNAs") as bar:
        where = index(utrs.codes)

        def told(done: int, of: int) -> None:
            bar(done, of, 0)

        def batches() -> Iterator[Any]:
            nonlocal total
            for own in transcriptome.scan(matures, utrs, where, question, told):
                counts.append({"mirna": own.mirna.name, **transcriptome.tally(own)})
                total += len(own)
                if out is not None or total <= LISTED:
                    yield rows.of(own)

        if out is not None:
            transcriptome.write_csv(out, batches())
        else:
            listed = [row for batch in batches() for row in batch.to_pylist()]
    if out is not None:
        _told([f"wrote {out}: {total:,} sites"])
    complete = out is None and total <= LISTED
    if not complete and out is None:
        _told([f"{total:,} sites are too many to list here: name a file with --out"])
    if as_json:
        emit({"format": FORMAT, "mirna": "all", "total": total, "mirnas": counts,
              "sites": listed if complete else [], "listed": complete})  # fmt: skip
        return
    from evdisc.report.targets_text import counts_text

    print(counts_text(counts, total))


def _told(lines: Any) -> None:
    for line in lines:
        sys.stderr.write(f"evdisc: {line}\n")
