"""Which measured molecules the evidence knows as cargo, and what it says they do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from evdisc.cargo.molecules import ARM, fold, kind, known_cargo, linked
from evdisc.evidence.claims import Claim
from evdisc.evidence.library import Library

EFFECTS = ("phenotype", "process")


def acting(shares: Mapping[str, float], library: Library, what: str) -> dict[str, str]:
    """Measured name -> name of the evidence it acts through; most plentiful first.

    Where the evidence names a miRNA without its arm, the more plentiful arm is taken for it.

    Args:
        shares: measured name -> share, in the order of plenty.
        library: the evidence.
        what: ``mirna`` or ``protein``.
    """
    wanted = "miRNA" if what == "mirna" else "protein"
    names = [n for n in known_cargo(library) if kind(n, library) == wanted]
    folded = {fold(n): n for n in names} | _genes(names, library)
    out: dict[str, str] = {}
    bare_taken: set[str] = set()
    for name in sorted(shares, key=lambda n: -shares[n]):
        exact = folded.get(fold(name))
        bare = fold(ARM.sub("", name))
        if exact:
            out[name] = exact
            bare_taken.add(bare)
        elif wanted == "miRNA" and bare not in bare_taken:
            hits = linked(name, names)
            if hits:
                out[name] = hits[0]
                bare_taken.add(bare)
    return out


def other_arms(acts: Mapping[str, str], shares: Mapping[str, float], library: Library) -> list[str]:
    """Measured arms that are not taken to act, because the other arm stands for the bare name."""
    names = known_cargo(library)
    return [n for n in shares if n not in acts and linked(n, names)]


def _genes(names: Sequence[str], library: Library) -> dict[str, str]:
    """Gene symbol of a protein of the evidence -> its name there."""
    out = {}
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
