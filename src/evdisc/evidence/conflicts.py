"""Conflicts, found by rule: where the record speaks against itself, and what would settle it."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from evdisc.evidence.chains import Chain, chains, shortest
from evdisc.evidence.claims import Claim
from evdisc.evidence.entities import Entity, family
from evdisc.evidence.library import Library

#: kinds of thing that a cargo can push up or down
PUSHED = ("pathway", "process", "complex")
REMOVERS = ("circRNA", "lncRNA", "antagomir")
#: columns in which the two sides of a conflict may differ
COMPARED = ("cell", "insult", "species", "parent_cell", "proof", "setting")


@dataclass(frozen=True)
class Side:
    """One side of a conflict: what it says, and the claims that say it."""

    says: str
    claims: tuple[Claim, ...]

    def values(self, column: str) -> set[str]:
        """What the side's claims hold in a column."""
        cells = (getattr(c, column).split(";") for c in self.claims)
        return {part.strip() for parts in cells for part in parts if part.strip()}


@dataclass(frozen=True)
class Conflict:
    """Two or more sides that cannot all hold in one cell."""

    rule: str
    about: str
    sides: tuple[Side, ...]
    settle: str

    @property
    def differs(self) -> str:
        """What differs between the sides, in a sentence."""
        found = []
        for column in COMPARED:
            values = [side.values(column) for side in self.sides]
            if any(v != values[0] for v in values):
                told = " against ".join(_distinct(", ".join(sorted(v)) for v in values))
                found.append(f"{column.replace('_', ' ')} ({told})")
        if not found:
            return "Nothing in the record differs between the sides."
        return "The sides differ in " + "; ".join(found) + "."


def conflicts(library: Library) -> list[Conflict]:
    """Every conflict of the claims, rule by rule."""
    rules: tuple[Callable[[Library], Iterable[Conflict]], ...] = (
        opposite_signs, good_and_bad_by_cell, delivered_and_removed, pushed_both_ways,
        sole_mediators, sole_cargoes,
    )  # fmt: skip
    return [found for rule in rules for found in rule(library)]


def opposite_signs(library: Library) -> Iterable[Conflict]:
    """Same source and target, opposite sign."""
    signed: dict[tuple[str, str], dict[int, list[Claim]]] = {}
    for claim in library.claims:
        if claim.sign:
            own = signed.setdefault((claim.source, claim.target), {})
            own.setdefault(claim.sign, []).append(claim)
    for (source, target), by_sign in signed.items():
        if len(by_sign) > 1:
            yield Conflict(
                "opposite sign",
                f"{source} and {target}",
                tuple(
                    Side(f"{source} {'raises' if sign > 0 else 'lowers'} {target}", tuple(own))
                    for sign, own in sorted(by_sign.items())
                ),
                f"one study that moves {source} up and down in both cells under one insult and "
                f"reads {target}",
            )


def good_and_bad_by_cell(library: Library) -> Iterable[Conflict]:
    """A process or pathway that helps one cell type and harms another."""
    sides: dict[str, dict[str, list[Claim]]] = {}
    for claim in library.claims:
        worth = claim.sign * _goodness(claim.target, library.entities)
        if claim.source_type in PUSHED and worth and claim.step != "end":
            for cell in _cells(claim):
                key = f"{'good' if worth > 0 else 'bad'} in {cell}"
                sides.setdefault(claim.source, {}).setdefault(key, []).append(claim)
    for name, own in sides.items():
        good = {k[8:] for k in own if k.startswith("good")}
        bad = {k[7:] for k in own if k.startswith("bad")}
        if good and bad - good:
            yield Conflict(
                "good here, bad there",
                name,
                tuple(Side(f"{name} is {k}", tuple(c)) for k, c in sorted(own.items())),
                f"one vesicle on all these cells side by side, with {name} blocked in each",
            )


def delivered_and_removed(library: Library) -> Iterable[Conflict]:
    """One molecule that some vesicles bring as a remedy and others take away as harm."""
    for name in dict.fromkeys(c.target for c in library.claims if c.relation == "delivers"):
        brought = [c for c in library.claims if c.relation == "delivers" and c.target == name]
        removed = [
            c
            for c in library.claims
            if c.target == name and c.sign < 0 and c.source_type in REMOVERS
        ]
        if brought and removed:
            yield Conflict(
                "remedy and harm",
                name,
                (
                    Side(f"{name} is delivered for its benefit", tuple(brought)),
                    Side(f"{name} is removed for the benefit of the cell", tuple(removed)),
                ),
                f"a dose series of {name} alone, beside its inhibitor, in one cell and insult, "
                "with all its claimed targets read",
            )


def pushed_both_ways(library: Library) -> Iterable[Conflict]:
    """A pathway that one therapy raises and another lowers, both for the better."""
    pushed: dict[str, dict[int, list[Claim]]] = {}
    for chain in chains(library.claims).values():
        for name, sign, link in _pushes(chain):
            for one in (name, *sorted(family(name, library.entities) - {name})):
                if _is_pushed(one, library):
                    pushed.setdefault(one, {}).setdefault(sign, []).append(link)
    for name, by_sign in pushed.items():
        if len(by_sign) > 1:
            yield Conflict(
                "pushed both ways",
                name,
                tuple(
                    Side(f"therapy {'raises' if sign > 0 else 'lowers'} {name}", tuple(own))
                    for sign, own in sorted(by_sign.items())
                ),
                f"both products in one cell and insult, {name} read over time and blocked once "
                "in each",
            )


def sole_mediators(library: Library) -> Iterable[Conflict]:
    """One miRNA that different studies credit with different sole targets."""
    targets: dict[frozenset[str], dict[str, list[Claim]]] = {}
    for claim in library.claims:
        acts = claim.source_type == "miRNA" and claim.step != "end" and claim.sign
        if acts and claim.target_type not in ("phenotype", "process"):
            key = family(claim.source, library.entities)
            targets.setdefault(key, {}).setdefault(claim.target, []).append(claim)
    for names, own in targets.items():
        if len(own) > 1 and len({c.study for claims in own.values() for c in claims}) > 1:
            label = " / ".join(sorted(names))
            yield Conflict(
                "several sole mediators",
                label,
                tuple(Side(f"acts through {t}", tuple(c)) for t, c in own.items()),
                f"{label} on cells in which each of these targets is made blind to it, one at a "
                "time",
            )


def sole_cargoes(library: Library) -> Iterable[Conflict]:
    """One product whose whole benefit different studies credit to different single cargoes."""
    loaded = {(c.chain, c.target) for c in library.claims if c.relation == "loads"}
    credited: dict[str, dict[str, list[Claim]]] = {}
    for claim in library.claims:
        native = (claim.chain, claim.target) not in loaded and claim.sign > 0
        if claim.relation == "delivers" and claim.source_type == "vesicle" and native:
            credited.setdefault(claim.source, {}).setdefault(claim.target, []).append(claim)
    for product, own in credited.items():
        if len(own) > 1:
            yield Conflict(
                "several sole cargoes",
                product,
                tuple(Side(f"credits {cargo}", tuple(c)) for cargo, c in own.items()),
                f"{product} of one donor with each of these cargoes removed in turn, and copies "
                "per cell counted for all of them",
            )


def _distinct(values: Iterable[str], most: int = 4) -> list[str]:
    found = list(dict.fromkeys(value or "not stated" for value in values))
    return found if len(found) <= most else [*found[: most - 1], "others"]


def _pushes(chain: Chain) -> Iterable[tuple[str, int, Claim]]:
    starts = chain.cargoes or tuple(dict.fromkeys(e.source for e in chain.effects))
    for cargo in starts:
        for name in dict.fromkeys(c.target for c in chain.links):
            path = shortest(chain.links, cargo, name)
            if path:
                yield name, math.prod(c.sign for c in path), path[-1]


def _is_pushed(name: str, library: Library) -> bool:
    entity = library.entities.get(name)
    return entity is not None and bool(set(entity.types) & set(PUSHED))


def _goodness(name: str, entities: Mapping[str, Entity]) -> int:
    entity = entities.get(name)
    return entity.goodness if entity else 0


def _cells(claim: Claim) -> list[str]:
    return [cell.strip() for cell in claim.cell.split(";") if cell.strip()]
