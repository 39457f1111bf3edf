"""Check: the rules every claim, source and entity must keep, shipped or added."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from evdisc.evidence.chains import Chain, chains
from evdisc.evidence.claims import Claim
from evdisc.evidence.entities import find_entities
from evdisc.evidence.library import Library
from evdisc.evidence.names import find as find_name
from evdisc.evidence.therapies import problems as of_therapies

TABLE_ROW = re.compile(r":T\d+\.\d+$")


def problems(library: Library, claims: Iterable[Claim] | None = None) -> list[str]:
    """What is wrong, one line each; all claims are looked at unless some are named."""
    looked_at = library.claims if claims is None else tuple(claims)
    touched = {c.chain for c in looked_at if c.chain}
    lines = [line for claim in looked_at for line in _of_claim(claim, library)]
    for key, chain in chains(library.claims).items():
        if key in touched:
            lines += _of_chain(chain)
    if claims is None:
        lines += _of_parameters(library)
        lines += _of_entities(library)
        lines += of_therapies(library)
    return lines


def _of_claim(claim: Claim, library: Library) -> Iterator[str]:
    for end in ("source", "target"):
        name, kind = getattr(claim, end), getattr(claim, end + "_type")
        entity = library.entities.get(name)
        if entity is None:
            known = find_entities(name, library.entities.values())
            hint = f"; did you mean '{known[0].name}'?" if known else ""
            yield (
                f"{claim.claim}: column {end}: '{name}' is no entity; expected a canonical "
                f"name, or a row for it under entities{hint}"
            )
        elif kind not in entity.types:
            yield (
                f"{claim.claim}: column {end}_type: '{name}' is {' or '.join(entity.types)}, "
                f"got '{kind}'"
            )
    for column, kinds in (
        ("cell", ("recipient_cell", "parent_cell")),
        ("species", ("species",)),
        ("parent_cell", ("parent_cell",)),
    ):
        for part in (p.strip() for p in getattr(claim, column).split(";")):
            if part and not any(find_name(kind, part) for kind in kinds):
                yield f"{claim.claim}: column {column}: '{part}' is not in the vocabulary"
    if claim.tier == "derived" and claim.via and claim.via not in library.sources:
        yield f"{claim.claim}: column via: '{claim.via}' is not in the sources"


def _of_chain(chain: Chain) -> Iterator[str]:
    for reading in chain.readings():
        effect = f"{reading.effect.source} on {reading.effect.target}"
        if not reading.path and not chain.unknown and reading.effect.source_type != "vesicle":
            yield (
                f"{chain.key}: no links lead from {effect} and no unknown link says where the "
                "record breaks off"
            )
        elif reading.path and not reading.agrees:
            yield f"{chain.key}: the links from {effect} do not give the sign of the net effect"
    if TABLE_ROW.search(chain.key):
        if not chain.cargoes:
            yield f"{chain.key}: no vesicle delivers anything"
        if not chain.effects:
            yield f"{chain.key}: no net effect is recorded"


def _of_parameters(library: Library) -> Iterator[str]:
    for rows in library.parameters.values():
        for row in rows:
            for column, study in (("source", row.source), ("via", row.via)):
                if study and study not in library.sources:
                    yield f"{row.key}: column {column}: '{study}' is not in the sources"


def _of_entities(library: Library) -> Iterator[str]:
    used = {name for c in library.claims for name in (c.source, c.target)}
    for entity in library.entities.values():
        for name in entity.related:
            if name not in library.entities:
                yield f"{entity.name}: column related: '{name}' is no entity"
        if entity.name not in used:
            yield f"{entity.name}: no claim speaks of it"
