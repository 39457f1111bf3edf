"""Entities: the things claims speak of, with synonyms, identifiers and orthologues.

``miR-155`` and ``miR-155-5p`` are two entities that name each other as related: never one.
A gene has as many orthologues as there are (many to many), each as ``SYMBOL=IDENTIFIER``.
Identifiers: HGNC, MGI, RGD, miRBase stem-loops, GO, CL, ChEBI.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from evdisc.errors import EvidenceError
from evdisc.evidence.claims import TYPES
from evdisc.evidence.names import fold
from evdisc.evidence.tables import Row

BENEFITS = ("", "up", "down")


@dataclass(frozen=True)
class Entity:
    """One row of entities.csv.

    Attributes:
        types: kinds of thing the name may stand for (IL-1beta is a stimulus and a gene).
        benefit: ``up`` where more of it is good for the disc, ``down`` where less is.
        identifiers: GO, CL or ChEBI identifiers.
        human, rat, mouse: symbol -> identifier of the genes or miRNA stem-loops.
        related: names that are linked but distinct.
    """

    name: str
    types: tuple[str, ...]
    benefit: str
    synonyms: tuple[str, ...]
    identifiers: tuple[str, ...]
    human: Mapping[str, str]
    rat: Mapping[str, str]
    mouse: Mapping[str, str]
    related: tuple[str, ...]
    note: str

    @property
    def words(self) -> tuple[str, ...]:
        """Everything the entity may be called or identified by."""
        genes = [g for species in (self.human, self.rat, self.mouse) for g in species]
        ids = [i for species in (self.human, self.rat, self.mouse) for i in species.values()]
        return (self.name, *self.synonyms, *genes, *self.identifiers, *ids)

    @property
    def goodness(self) -> int:
        """+1 where more of it is good, -1 where less is, 0 where the question has no meaning."""
        return {"up": 1, "down": -1}.get(self.benefit, 0)


def parse_entity(row: Row, file: object) -> Entity:
    """Check one table row.

    Raises:
        EvidenceError: no name, an unknown type or benefit, or an orthologue without identifier.
    """

    def fault(column: str, expected: str) -> EvidenceError:
        return EvidenceError(
            f"row {row['#']}, column {column}", file=file, key=row["name"] or None,
            value=row[column], expected=expected,
        )  # fmt: skip

    if not row["name"]:
        raise fault("name", "a name")
    types = _split(row["types"])
    if not types or not set(types) <= set(TYPES):
        raise fault("types", "one or several, joined by |, of " + " | ".join(TYPES))
    if row["benefit"] not in BENEFITS:
        raise fault("benefit", "up | down | empty")
    genes: dict[str, dict[str, str]] = {}
    for species in ("human", "rat", "mouse"):
        pairs = [part.partition("=") for part in _split(row[species])]
        if not all(identifier for _, _, identifier in pairs):
            raise fault(species, "SYMBOL=IDENTIFIER, several joined by |")
        genes[species] = {symbol: identifier for symbol, _, identifier in pairs}
    return Entity(
        row["name"], types, row["benefit"], _split(row["synonyms"]), _split(row["identifiers"]),
        genes["human"], genes["rat"], genes["mouse"], _split(row["related"]), row["note"],
    )  # fmt: skip


def find_entities(text: str, entities: Iterable[Entity]) -> list[Entity]:
    """Entities called or identified by ``text``, the canonical name first."""
    wanted = fold(text)
    hits = [e for e in entities if any(fold(word) == wanted for word in e.words)]
    return sorted(hits, key=lambda e: fold(e.name) != wanted)


def family(name: str, entities: Mapping[str, Entity]) -> frozenset[str]:
    """``name`` and the names linked to it."""
    entity = entities.get(name)
    return frozenset((name, *(entity.related if entity else ())))


def _split(cell: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in cell.split("|") if part.strip())
