"""Predicted targets as an overlay of claims: weak edges that act only where a protocol names them.

Only canonical sites become claims. A pair the evidence reports already gets none, or the same arrow
would count twice. Proof is ``inferred``, the weakest the evidence knows, and the tier ``assumed``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from evdisc.cargo.genes import GENE_TYPES
from evdisc.cargo.mature import PREFIX
from evdisc.cargo.molecules import fold, linked
from evdisc.cargo.targets import Pair, Targets
from evdisc.evidence.additions import Tables
from evdisc.evidence.library import Library
from evdisc.evidence.tables import replace_file, write_rows

STUDY = "evdisc_targets"
SOURCE = {
    "study": STUDY, "authors": "The evdisc developers", "laboratory": "evdisc",
    "title": "Canonical miRNA sites in the user's own UTRs", "setting": "in silico",
    "note": "computed from sequence by evdisc cargo targets; no experiment",
}  # fmt: skip


@dataclass(frozen=True)
class Overlay:
    """Rows of the overlay, and how many pairs are not in it for which reason."""

    rows: Tables
    reported: int
    unnamed: int


def overlay(found: Targets, library: Library) -> Overlay:
    """Claims for every miRNA and gene with a canonical site that the evidence does not report."""
    rows: Tables = {"sources": [SOURCE], "claims": [], "entities": []}
    reported = unnamed = 0
    written: set[tuple[str, str]] = set()
    for pair in found.pairs:
        if not pair.canonical:
            continue
        reported += bool(pair.reported)
        unnamed += not pair.gene
        if pair.reported or not pair.gene:
            continue
        source = _mirna(pair.mirna, found.mirna, library, rows)
        target, kind = _gene(pair.gene, library, rows)
        if (source, target) not in written:
            written.add((source, target))
            rows["claims"].append(_claim(source, target, kind, pair))
    return Overlay(rows, reported, unnamed)


def write_overlay(path: Path, made: Overlay) -> None:
    """Write the overlay file, whole or not at all.

    Raises:
        EvidenceError: it cannot be written.
    """
    replace_file(path, write_rows(made.rows))


def _claim(source: str, target: str, kind: str, pair: Pair) -> dict[str, str]:
    sites = "1 canonical site" if pair.canonical == 1 else f"{pair.canonical} canonical sites"
    return {
        "claim": f"{STUDY}.{_slug(source)}-{_slug(target)}", "record": "evdisc:targets",
        "study": STUDY, "tier": "assumed", "source": source, "source_type": "miRNA",
        "target": target, "target_type": kind, "sign": "-1", "relation": "targets",
        "proof": "inferred", "setting": "in silico",
        "note": f"{sites} of {pair.mirna} in {pair.utr}; predicted from sequence alone",
    }  # fmt: skip


def _mirna(name: str, asked: str, library: Library, rows: Tables) -> str:
    """The evidence's name of the miRNA; a row of its own where it has none.

    The name the user asked for wins, then the one with the arm.
    """
    known = [e.name for e in library.entities.values() if "miRNA" in e.types]
    hits = [k for k in known if fold(k) == fold(asked)] or linked(name, known)
    same = [k for k in hits if fold(k) in (fold(asked), fold(name))] or hits
    if same:
        return same[0]
    bare = PREFIX.sub("", name)
    _add(rows, bare, "miRNA")
    return bare


def _gene(symbol: str, library: Library, rows: Tables) -> tuple[str, str]:
    """The evidence's name and type of a gene; a row of its own where it has none."""
    for entity in library.entities.values():
        if fold(symbol) in {fold(word) for word in entity.words}:
            kinds = [t for t in entity.types if t in GENE_TYPES]
            if kinds:
                return entity.name, kinds[0]
    _add(rows, symbol, "gene")
    return symbol, "gene"


def _add(rows: Tables, name: str, kind: str) -> None:
    if all(row["name"] != name for row in rows["entities"]):
        rows["entities"].append({"name": name, "types": kind})


def _slug(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower())
