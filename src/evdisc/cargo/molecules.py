"""Names of cargo: which names in the evidence stand for the molecule a user names.

A bare miRNA name (``miR-21``) and its named arm (``miR-21-5p``) stay distinct but linked: a
product that carries one acts through what is known of both, and the link is reported.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from evdisc.errors import InputError, nearest
from evdisc.evidence.library import Library

SPECIES_PREFIX = re.compile(r"^(hsa|mmu|rno|bta|ssc|ocu)-", re.IGNORECASE)
ARM = re.compile(r"-[35]p$", re.IGNORECASE)
CARGO_TYPES = ("miRNA", "circRNA", "lncRNA", "mRNA", "antagomir", "protein", "organelle")


@lru_cache(maxsize=10_000)
def fold(name: str) -> str:
    """Name without species prefix, case, spaces and hyphens."""
    return re.sub(r"[\s_-]", "", SPECIES_PREFIX.sub("", name.strip())).casefold()


def linked(name: str, known: Iterable[str]) -> list[str]:
    """Known names that mean the molecule ``name``: itself, or its bare or armed form."""
    same, bare = fold(name), fold(ARM.sub("", name.strip()))
    armed = ARM.search(name.strip()) is not None
    hits = []
    for candidate in known:
        # an arm and a bare name are linked; two different arms are not
        one_armed = armed != bool(ARM.search(candidate))
        if fold(candidate) == same or (one_armed and fold(ARM.sub("", candidate)) == bare):
            hits.append(candidate)
    return hits


@lru_cache(maxsize=10_000)
def kind(name: str, library: Library) -> str:
    """Kind of molecule a cargo is (miRNA, protein ...) by the claims; miRNA where none says."""
    if name.strip().casefold().endswith("plasmid"):
        return "plasmid"
    kinds: dict[str, str] = {}
    for claim in library.claims:
        for named, own in ((claim.source, claim.source_type), (claim.target, claim.target_type)):
            if own in CARGO_TYPES:
                kinds.setdefault(named, own)
    return next((kinds[hit] for hit in linked(name, kinds)), "miRNA")


@lru_cache(maxsize=16)
def known_cargo(library: Library) -> tuple[str, ...]:
    """Every molecule some claim says a vesicle carries or a cargo does."""
    names = {c.source for c in library.claims if c.source_type in CARGO_TYPES}
    names |= {c.target for c in library.claims if c.relation in ("delivers", "loads", "enriches")}
    return tuple(sorted(names))


def require_known(
    name: str, library: Library, key: str = "therapy.vesicle.cargo.molecule"
) -> list[str]:
    """Known names for ``name``, which the user wrote under ``key``.

    Raises:
        InputError: no claim mentions the molecule; offers the nearest.
    """
    hits = linked(name, known_cargo(library))
    if not hits:
        raise InputError(
            "no claim mentions this cargo",
            key=key,
            value=name,
            expected="a molecule of the evidence or of an overlay named under evidence.overlays",
            nearest=nearest(name, known_cargo(library)),
        )
    return hits
