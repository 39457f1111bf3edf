"""Which gene a UTR belongs to, and which claims say that a miRNA lowers it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from evdisc.cargo.molecules import linked
from evdisc.evidence.claims import Claim
from evdisc.evidence.entities import Entity
from evdisc.evidence.library import Library
from evdisc.evidence.names import fold

#: a header may say the gene outright, or in brackets as RefSeq does
NAMED = re.compile(
    r"(?:gene_symbol|gene_name|gene|symbol|GN)[=:]\s*([A-Za-z0-9.@_-]+)", re.IGNORECASE
)
BRACKETED = re.compile(r"\(([A-Za-z0-9-]+)\)")
WORD = re.compile(r"[A-Za-z0-9-]+")
GENE_TYPES = {"gene", "protein", "mRNA"}
#: relations by which a cargo acts on its own target
DIRECT = {"targets", "inhibits", "regulates"}


@dataclass(frozen=True)
class Gene:
    """Gene of a UTR: its symbol, and the name the evidence has for it (empty where it has none)."""

    symbol: str
    name: str


class Genes:
    """Finds the gene a FASTA header names."""

    def __init__(self, entities: Mapping[str, Entity]) -> None:
        self.known: dict[str, str] = {}
        for entity in entities.values():
            if GENE_TYPES & set(entity.types):
                for word in (entity.name, *entity.human, *entity.rat, *entity.mouse):
                    self.known.setdefault(fold(word), entity.name)
                for word in entity.synonyms:
                    self.known.setdefault(fold(word), entity.name)

    def of(self, header: str) -> Gene | None:
        """The gene a header names, or None.

        In this order: ``gene=SYMBOL``, a symbol in brackets, a word the evidence knows as a gene.
        """
        outright = NAMED.search(header)
        if outright:
            return self._gene(outright.group(1))
        for word in (*BRACKETED.findall(header), *WORD.findall(header.replace("_", " "))):
            if fold(word) in self.known:
                return self._gene(word)
        bracketed = BRACKETED.search(header)
        return self._gene(bracketed.group(1)) if bracketed else None

    def _gene(self, symbol: str) -> Gene:
        return Gene(symbol, self.known.get(fold(symbol), ""))


def reports(names: Iterable[str], library: Library) -> dict[str, list[Claim]]:
    """Target -> claims that one of these miRNAs acts on it directly and not upwards.

    A net effect (step ``end``) is no report of a target.
    """
    sources = {c.source for c in library.claims if c.source_type == "miRNA"}
    same = {hit for name in names for hit in linked(name, sources)}
    found: dict[str, list[Claim]] = {}
    for claim in library.claims:
        direct = claim.relation in DIRECT and claim.target_type in GENE_TYPES
        if claim.source in same and direct and claim.sign <= 0 and claim.step != "end":
            found.setdefault(claim.target, []).append(claim)
    return found
