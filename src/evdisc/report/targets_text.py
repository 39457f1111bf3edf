"""Targets of a miRNA for a terminal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from evdisc.cargo.targets import Pair, Site, Targets

#: lines of a table in a terminal; the file of --out holds all
SHOWN = 40


def targets_text(answer: Targets) -> str:
    """Sequences, one line each UTR, one line each site."""
    lines = [f"{m.name}  {m.accession}  5'-{m.sequence}-3'  ({m.source})" for m in answer.matures]
    lines += ["", *_pair_lines(answer.pairs)] if answer.pairs else ["", "no site in any UTR"]
    if answer.sites:
        lines += ["", *_site_lines(answer.sites)]
    return "\n".join(lines)


def counts_text(counts: Sequence[Mapping[str, Any]], total: int) -> str:
    """Number of sites of each type, the miRNAs with most sites first."""
    kinds = [k for k in dict.fromkeys(k for c in counts for k in c) if k != "mirna"]
    ranked = sorted(counts, key=lambda c: (-sum(c.get(k, 0) for k in kinds), c["mirna"]))
    rows = [[c["mirna"], *(str(c.get(k, 0)) for k in kinds)] for c in ranked[:SHOWN]]
    more = _rest(len(ranked), "--json")
    return "\n".join([*_table(["miRNA", *kinds], rows), *more, f"\n{total:,} sites"])


def _pair_lines(pairs: Sequence[Pair]) -> list[str]:
    ranked = sorted(pairs, key=lambda p: (not p.reported, -p.canonical, p.strongest or 0.0))
    shuffled = any(p.chance is not None for p in pairs)
    rows = []
    for p in ranked[:SHOWN]:
        row = [p.mirna, p.utr, p.gene or "?", str(p.canonical), str(p.duplex_only)]
        row.append(_energy(p.strongest))
        if shuffled:
            row.append("" if p.chance is None else f"{p.chance:.2g}")
        rows.append([*row, p.verdict + (f" ({', '.join(p.reported)})" if p.reported else "")])
    head = ["miRNA", "UTR", "gene", "canonical", "duplex only", "strongest"]
    head += ["by chance"] * shuffled + ["what is known"]
    return [*_table(head, rows), *_rest(len(ranked))]


def _site_lines(sites: Sequence[Site]) -> list[str]:
    free = any(s.accessibility is not None for s in sites)
    aligned = any(s.aligned_species for s in sites)
    head = ["UTR", "start", "end", "type", "kcal/mol"]
    head += ["free"] * free + ["conserved"] * aligned + ["cooperates with"]
    rows = []
    for s in sites[:SHOWN]:
        row = [s.utr, str(s.start), str(s.end), s.type, _energy(s.energy)]
        if free:
            row.append("" if s.accessibility is None else f"{s.accessibility:.3g}")
        if aligned:
            row.append(f"{len(s.conserved_in)} of {s.aligned_species}")
        rows.append([*row, ", ".join(map(str, s.cooperates_with))])
    return [*_table(head, rows), *_rest(len(sites))]


def _energy(energy: float | None) -> str:
    return "" if energy is None else f"{energy:.1f}"


def _rest(n: int, where: str = "--out FILE.csv") -> list[str]:
    return [f"... and {n - SHOWN:,} more ({where} holds all)"] if n > SHOWN else []


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    widths = [max(len(r[n]) for r in (head, *rows)) for n in range(len(head))]
    return [
        "  ".join(cell.ljust(w) for cell, w in zip(row, widths, strict=True)).rstrip()
        for row in (head, *rows)
    ]
