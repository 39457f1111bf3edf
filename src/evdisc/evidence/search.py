"""Search: claims, entities, studies and parameters that speak of a text or a key."""

from __future__ import annotations

from dataclasses import dataclass

from evdisc.errors import EvidenceError, nearest
from evdisc.evidence.claims import Claim
from evdisc.evidence.entities import Entity, family, find_entities
from evdisc.evidence.library import Library
from evdisc.evidence.names import fold
from evdisc.evidence.parameters import ParameterRow
from evdisc.evidence.tables import Row


@dataclass(frozen=True)
class Found:
    """What speaks of a text."""

    claims: tuple[Claim, ...]
    entities: tuple[Entity, ...]
    sources: tuple[Row, ...]
    parameters: tuple[ParameterRow, ...]

    def __bool__(self) -> bool:
        return bool(self.claims or self.entities or self.sources or self.parameters)


def find(text: str, library: Library) -> Found:
    """Everything in which all words of ``text`` occur; synonyms of an entity count as its name."""
    words = [w for w in (fold(part) for part in text.split()) if w]
    exact = {e.name for e in find_entities(text, library.entities.values())}

    def holds(*cells: str) -> bool:
        folded = "\n".join(fold(cell) for cell in cells)
        return bool(words) and all(word in folded for word in words)

    def source_text(study: str) -> tuple[str, ...]:
        row = library.sources[study]
        return (row["authors"], row["year"], row["title"], row["journal"])

    return Found(
        claims=tuple(
            c
            for c in library.claims
            if exact & {c.source, c.target}
            or holds(c.claim, c.chain, c.source, c.target, c.cell, c.insult, c.note,
                     c.parent_cell, *source_text(c.study))
        ),
        entities=tuple(e for e in library.entities.values() if holds(*e.words, e.note)),
        sources=tuple(s for s in library.sources.values() if holds(*s.values())),
        parameters=tuple(
            row
            for rows in library.parameters.values()
            for row in rows
            if holds(row.key, row.note, *(value for _, value in row.context))
        ),
    )  # fmt: skip


def about(key: str, library: Library) -> tuple[str, list[Claim]]:
    """Kind of ``key`` (claim, chain, study or entity) and its claims.

    A chain may be named by its table row alone: ``T1.05``.

    Raises:
        EvidenceError: nothing has this name; offers the nearest.
    """
    claims = library.claims
    for kind, own in (
        ("claim", [c for c in claims if c.claim == key]),
        ("chain", [c for c in claims if key in (c.chain, c.chain.rpartition(":")[2])]),
        ("study", [c for c in claims if c.study == key]),
    ):
        if own:
            return kind, own
    entities = find_entities(key, library.entities.values())
    if entities:
        named = family(entities[0].name, library.entities)
        return "entity", [c for c in claims if named & {c.source, c.target}]
    if key in library.sources:
        return "study", []
    known = [c.claim for c in claims] + [c.chain for c in claims] + list(library.sources)
    known += [word for e in library.entities.values() for word in e.words]
    raise EvidenceError(
        "no claim, chain, study or entity of this name", value=key, nearest=nearest(key, known)
    )
