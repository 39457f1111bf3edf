"""Which measured molecules the evidence knows as cargo, and what it says they do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from evdisc.cargo.mirna_names import without_species
from evdisc.cargo.molecules import ARM, fold, kind, known_cargo, linked
from evdisc.evidence.claims import Claim
from evdisc.evidence.library import Library

EFFECTS = ("phenotype", "process")
KINDS = {"mirna": "miRNA", "protein": "protein"}


def acting(shares: Mapping[str, float], library: Library, what: str) -> dict[str, str]:
    """Measured name -> name of the evidence it acts through; most plentiful first.

    Where the evidence names a miRNA without its arm, the more plentiful arm is taken for it.

    Args:
        shares: measured name -> share.
        library: the evidence.
        what: ``mirna`` or ``protein``.
    """
    names = [n for n in known_cargo(library) if kind(n, library) == KINDS[what]]
    order = sorted(shares, key=lambda n: (-shares[n], n))
    if what == "protein":
        known = {fold(n): n for n in names} | _genes(names, library)
        return {n: known[fold(n)] for n in order if fold(n) in known}
    exact = {_key(n): n for n in names}
    out: dict[str, str] = {}
    taken: set[str] = set()
    for name in order:
        bare = ARM.sub("", _key(name))
        if _key(name) in exact:
            out[name] = exact[_key(name)]
        elif bare in exact and bare not in taken:
            out[name] = exact[bare]
        if name in out:
            taken.add(bare)
    return out


def other_arms(acts: Mapping[str, str], shares: Mapping[str, float]) -> list[str]:
    """Measured arms that are not taken to act, because the other arm stands for the bare name."""
    bare = {ARM.sub("", _key(n)) for n in acts}
    return [n for n in shares if n not in acts and ARM.sub("", _key(n)) in bare]


def not_found(
    native: Sequence[str], acts: Mapping[str, str], library: Library, what: str
) -> list[str]:
    """Molecules of a native profile that the measurement looked for and did not find."""
    own = [n for n in native if kind(n, library) == KINDS[what]]
    return [n for n in own if not linked(n, [*acts, *acts.values()])]


def _key(name: str) -> str:
    """A miRNA name for comparison; its hyphens count, for miR-129-1 is not miR-1291."""
    return without_species(name).casefold()


def _genes(names: Sequence[str], library: Library) -> dict[str, str]:
    """Gene symbol of a protein of the evidence -> its name there."""
    out: dict[str, str] = {}
    for name in names:
        entity = library.entities.get(name)
        for symbol in () if entity is None else entity.words:
            out.setdefault(fold(symbol), name)
    return out


def said_of(name: str, library: Library) -> list[Claim]:
    """Claims that a molecule does something, its targets first, then effects."""
    known = sorted({c.source for c in library.claims})
    hits = set(linked(name, known))
    own = [c for c in library.claims if c.source in hits and c.sign]
    return sorted(own, key=lambda c: (c.target_type in EFFECTS, c.target.casefold(), c.claim))
