"""Chains: vesicle -> cargo -> target -> pathway -> phenotype, as one study tells it.

A reported net effect (step ``end``) is held against the links of its chain: either they lead
from the cargo to the phenotype with the same sign, or an unknown link says where the record
breaks off. No link is invented to close a chain.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from evdisc.evidence.claims import Claim

END = "end"


@dataclass(frozen=True)
class Reading:
    """A net effect and the links that carry it; ``path`` is empty where the record breaks off."""

    effect: Claim
    path: tuple[Claim, ...]

    @property
    def agrees(self) -> bool:
        """Whether the signs along the path give the sign of the net effect."""
        return math.prod(c.sign for c in self.path) == self.effect.sign


@dataclass(frozen=True)
class Chain:
    """All claims of one table row or passage."""

    key: str
    claims: tuple[Claim, ...]

    @property
    def links(self) -> tuple[Claim, ...]:
        """Signed steps."""
        return tuple(c for c in self.claims if c.step != END and c.sign)

    @property
    def unknown(self) -> tuple[Claim, ...]:
        """Links the record leaves open."""
        return tuple(c for c in self.claims if c.step != END and not c.sign)

    @property
    def effects(self) -> tuple[Claim, ...]:
        """Net effects as reported."""
        return tuple(c for c in self.claims if c.step == END)

    @property
    def cargoes(self) -> tuple[str, ...]:
        """What the vesicle of the chain delivers."""
        return tuple(c.target for c in self.claims if c.relation == "delivers" and c.sign)

    def readings(self) -> list[Reading]:
        """Every net effect with the shortest path of links that explains it."""
        return [Reading(e, shortest(self.links, e.source, e.target)) for e in self.effects]


def chains(claims: Iterable[Claim]) -> dict[str, Chain]:
    """Claims grouped by chain, steps in order; claims without a chain are left out."""
    grouped: dict[str, list[Claim]] = {}
    for claim in claims:
        if claim.chain:
            grouped.setdefault(claim.chain, []).append(claim)
    return {
        key: Chain(key, tuple(sorted(own, key=lambda c: _order(c.step))))
        for key, own in grouped.items()
    }


def shortest(links: Sequence[Claim], start: str, goal: str) -> tuple[Claim, ...]:
    """Shortest path of links from ``start`` to ``goal``; empty where there is none."""
    reached: dict[str, tuple[Claim, ...]] = {start: ()}
    frontier = [start]
    while frontier and goal not in reached:
        following = []
        for link in links:
            if link.source in frontier and link.target not in reached:
                reached[link.target] = (*reached[link.source], link)
                following.append(link.target)
        frontier = following
    return reached.get(goal, ())


def _order(step: str) -> tuple[int, str]:
    digits = "".join(c for c in step if c.isdigit())
    return (10**6, step) if step == END else (int(digits or 0), step)
