"""How probable an arrow is: independent studies combine, repeats in one paper count once.

What one laboratory tells in one chain is one story: its links stand or fall together, so a chain
of four links from one paper is as probable as that paper, not its fourth power. In an ensemble
every story has one uniform draw per member, and an arrow holds where a story that supports it
drew below its belief.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from evdisc.evidence.claims import BACKGROUND_PROOFS, Claim
from evdisc.evidence.tables import Row

#: proofs in which the arrow was broken or shown directly
LOSS_OF_FUNCTION = ("knock-down", "reporter assay")
#: kinds of support, the strongest first; each has a row ``claim_probability`` of its own
KINDS = ("loss of function", "textbook", "single study", "published network", "inferred")
#: belief(kind) -> probability given to one study with that kind of support
Belief = Callable[[str], float]


def support(claim: Claim) -> str:
    """Kind of support a claim gives: by its proof, and ``inferred`` where its tier is assumed."""
    if claim.proof in BACKGROUND_PROOFS:
        return claim.proof
    if claim.tier == "assumed":
        return "inferred"
    return "loss of function" if claim.proof in LOSS_OF_FUNCTION else "single study"


@dataclass(frozen=True)
class Arrow:
    """All claims for one signed arrow between two names."""

    source: str
    target: str
    sign: int
    source_type: str
    target_type: str
    claims: tuple[Claim, ...]

    @property
    def identity(self) -> str:
        """Stable name of the arrow, for draws and reports."""
        return f"{self.source} {'->' if self.sign > 0 else '-|'} {self.target}"

    def cells(self) -> set[str]:
        """Cell types in which the arrow was seen; empty string where none is named."""
        return {name.strip() for c in self.claims for name in c.cell.split(";")}

    def independent(self, sources: Mapping[str, Row]) -> dict[str, str]:
        """Laboratory (or study) -> strongest kind of support it gave."""
        kinds: dict[str, str] = {}
        for claim in self.claims:
            lab = sources[claim.study].get("laboratory") or claim.study
            kinds[lab] = min(kinds.get(lab, KINDS[-1]), support(claim), key=KINDS.index)
        return kinds

    def stories(self, sources: Mapping[str, Row]) -> dict[str, str]:
        """Story -> kind of support; a laboratory has one story for an arrow."""
        told: dict[str, str] = {}
        for lab, kind in self.independent(sources).items():
            own = next(
                c
                for c in self.claims
                if (sources[c.study].get("laboratory") or c.study) == lab and support(c) == kind
            )
            told[f"{lab}|{own.chain or self.identity}"] = kind
        return told

    def holds(self, sources: Mapping[str, Row], belief: Belief, chance: Belief) -> bool:
        """Whether the arrow holds in a member; ``chance(story)`` is its uniform draw."""
        return any(
            chance("story:" + story) < belief(kind) for story, kind in self.stories(sources).items()
        )

    def probability(self, sources: Mapping[str, Row], belief: Belief) -> float:
        """Chance that the arrow is real: 1 minus the chance that every laboratory erred."""
        return combined(belief(kind) for kind in self.independent(sources).values())

    def arithmetic(self, sources: Mapping[str, Row], belief: Belief) -> str:
        """The sum behind :meth:`probability`, as one would write it down."""
        kinds = self.independent(sources)
        total = self.probability(sources, belief)
        told = ", ".join(f"{belief(kind):.2f} ({kind}, {lab})" for lab, kind in kinds.items())
        if len(kinds) == 1:
            return told
        wrong = "".join(f"(1 - {belief(kind):.2f})" for kind in kinds.values())
        return f"{told}: 1 - {wrong} = {total:.2f}"


def combined(beliefs: Iterable[float]) -> float:
    """Chance that at least one of several independent studies is right."""
    return 1.0 - math.prod(1.0 - b for b in beliefs)


def arrows(claims: Iterable[Claim]) -> list[Arrow]:
    """Group signed claims by source, target and sign, in order of appearance."""
    grouped: dict[tuple[str, str, int], list[Claim]] = {}
    for claim in claims:
        if claim.sign:
            grouped.setdefault(claim.edge, []).append(claim)
    return [
        Arrow(s, t, sign, own[0].source_type, own[0].target_type, tuple(own))
        for (s, t, sign), own in grouped.items()
    ]


def along(path: Sequence[Arrow], sources: Mapping[str, Row], belief: Belief) -> float:
    """Weight of a chain: the chance that all its arrows hold, story by story.

    Exact: between two beliefs of its supporters a draw decides nothing, so the draws of the few
    stories of a path are enumerated interval by interval.
    """
    supports = [arrow.stories(sources) for arrow in path]
    levels: dict[str, list[float]] = {}
    for told in supports:
        for story, kind in told.items():
            levels.setdefault(story, [0.0, 1.0]).append(belief(kind))
    cuts = {story: sorted(set(found)) for story, found in levels.items()}
    total = 0.0
    for lows in itertools.product(*(found[:-1] for found in cuts.values())):
        drawn = dict(zip(cuts, lows, strict=True))
        if all(any(drawn[s] < belief(k) for s, k in told.items()) for told in supports):
            total += math.prod(
                found[found.index(drawn[story]) + 1] - drawn[story] for story, found in cuts.items()
            )
    return total
