"""How probable an arrow is: independent studies combine, repeats in one paper count once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from evdisc.evidence.claims import Claim
from evdisc.evidence.tables import Row

#: proofs in which the arrow was broken or shown directly
LOSS_OF_FUNCTION = ("knock-down", "reporter assay")


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
        """Laboratory (or study) -> strongest kind of proof it gave."""
        kinds: dict[str, str] = {}
        for claim in self.claims:
            lab = sources[claim.study].get("laboratory") or claim.study
            strong = claim.proof in LOSS_OF_FUNCTION
            if strong or lab not in kinds:
                kinds[lab] = "loss of function" if strong else "single study"
        return kinds

    def probability(self, sources: Mapping[str, Row], belief: Callable[[str], float]) -> float:
        """Chance that the arrow is real: 1 minus the chance that every laboratory erred.

        ``belief(kind)`` is the probability given to one ``single study`` or one study with
        ``loss of function``.
        """
        wrong = 1.0
        for kind in self.independent(sources).values():
            wrong *= 1.0 - belief(kind)
        return 1.0 - wrong


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
