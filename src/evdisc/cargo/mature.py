"""Mature miRNA sequences by name: those the evidence speaks of, and a user's own miRBase.

A name may carry a species (``hsa-miR-21-5p``) or not, and an arm or not. What a name is taken for
is told: ``miR-21`` has two arms in miRBase 22.1.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources

from evdisc.cargo.mirbase import parse, read_stored
from evdisc.cargo.molecules import ARM, fold
from evdisc.errors import InputError, nearest

#: species of the shipped table by the name of the evidence, in the order they are tried
SPECIES = {"human": "hsa", "rat": "rno", "mouse": "mmu"}
PREFIX = re.compile(r"^([a-z]{3,4})-(?=(mir|let|lin|lsy|bantam))", re.IGNORECASE)
ANTAGONIST = re.compile(r"^(antago|anti-?)(?=mir)", re.IGNORECASE)
#: arms registered further apart than this were named one after the other: the first had the bare
#: name, its partner a star
LATER = 1000


@dataclass(frozen=True)
class Mature:
    """One mature miRNA."""

    name: str
    accession: str
    sequence: str
    source: str

    @property
    def species(self) -> str:
        """Prefix of the name, e.g. ``hsa``."""
        return self.name.partition("-")[0].casefold()

    @property
    def number(self) -> int:
        """Number of the accession: the order of registration."""
        return int(re.sub(r"\D", "", self.accession) or 0)


@dataclass(frozen=True)
class Found:
    """What a name stands for, and what should be told about it."""

    asked: str
    matures: tuple[Mature, ...]
    notes: tuple[str, ...] = ()


def find(name: str, known: Mapping[str, Mature] | None = None, species: str = "") -> Found:
    """Mature miRNAs a name stands for: one, or both arms where nothing tells them apart.

    Args:
        name: ``hsa-miR-21-5p``, ``miR-21-5p``, ``miR-21``, any case.
        known: by name; default :func:`library`.
        species: human, rat or mouse where the name has no prefix; default the first that has it.

    Raises:
        InputError: no such miRNA; offers the nearest name.
    """
    known = library() if known is None else known
    bare = ANTAGONIST.sub("", name.strip())
    prefix = PREFIX.match(bare)
    stem = bare[prefix.end() :] if prefix else bare
    for wanted in _prefixes(prefix.group(1) if prefix else "", species):
        own = [m for m in known.values() if m.species == wanted]
        found = _in_species(stem, own)
        if found is not None:
            return Found(name, found.matures, found.notes)
    raise _unknown(name, known)


def of_species(known: Mapping[str, Mature], species: str) -> list[Mature]:
    """All miRNAs of a species (``human`` or ``hsa``), in the order of their names.

    Raises:
        InputError: none is known.
    """
    prefix = SPECIES.get(species, species)
    own = sorted((m for m in known.values() if m.species == prefix), key=lambda m: m.name)
    if not own:
        raise InputError(
            "no miRNA of this species is known", key="--species", value=species,
            expected=" | ".join(sorted({m.species for m in known.values()})),
        )  # fmt: skip
    return own


@lru_cache(maxsize=1)
def shipped() -> Mapping[str, Mature]:
    """miRNAs the evidence speaks of, in human, mouse and rat; miRBase 22.1."""
    text = resources.files("evdisc.cargo").joinpath("data/mature.csv").read_text("utf-8")
    return {
        row[0]: Mature(row[0], row[1], row[2], "miRBase 22.1, shipped")
        for row in parse(text, file="cargo/data/mature.csv")
    }


def library() -> dict[str, Mature]:
    """Shipped miRNAs and those of the user's own miRBase, which wins where both have a name.

    Raises:
        InputError: the stored miRBase is damaged.
    """
    stored = read_stored()
    own = {} if stored is None else {r[0]: Mature(*r, stored.title) for r in stored.rows}
    return {**shipped(), **own}


def _prefixes(prefix: str, species: str) -> Iterable[str]:
    if prefix:
        return [prefix.casefold()]
    if species and species not in SPECIES and species not in SPECIES.values():
        raise InputError(
            "no such species", key="--species", value=species, expected=" | ".join(SPECIES),
            nearest=nearest(species, SPECIES),
        )  # fmt: skip
    return [SPECIES.get(species, species)] if species else list(SPECIES.values())


def _in_species(stem: str, own: list[Mature]) -> Found | None:
    """The name itself; its arms; the first of its lettered paralogues (mmu-miR-21a)."""
    arm = ARM.search(stem)
    bare, tail = (stem[: arm.start()], arm.group()) if arm else (stem, "")
    for spelled in (bare, bare + "a"):
        exact = [m for m in own if fold(m.name) == fold(spelled + tail)]
        arms = [m for m in own if fold(ARM.sub("", m.name)) == fold(spelled)]
        told = () if spelled == bare else _lettered(bare, tail, own)
        if exact:
            return Found(stem, tuple(exact[:1]), told)
        if arms and not arm:
            return _either_arm(stem, arms, told)
        unarmed = [m for m in arms if not ARM.search(m.name)]
        if unarmed:
            note = f"{stem} is read as {unarmed[0].name}, which has no second arm in miRBase"
            return Found(stem, tuple(unarmed[:1]), (*told, note))
    return None


def _lettered(bare: str, tail: str, own: list[Mature]) -> tuple[str, ...]:
    """What to tell of a name that miRBase knows with a letter only: the first is taken."""
    like = re.compile(re.escape(bare) + r"[b-z]" + re.escape(tail) + "$", re.IGNORECASE)
    others = sorted(m.name for m in own if like.search(m.name))
    also = f"; not looked at: {', '.join(others)}" if others else ""
    return (f"{bare}{tail} is called {bare}a{tail} in miRBase{also}",)


def _either_arm(stem: str, arms: list[Mature], told: tuple[str, ...]) -> Found:
    """The arm that had the bare name; both where they were registered together."""
    first, *others = sorted(arms, key=lambda m: m.number)
    if others and others[0].number - first.number < LATER:
        note = f"{stem} has two arms and nothing tells which is meant: both are looked at"
        return Found(stem, tuple(arms), (*told, note))
    rest = f"; the other arm is {others[0].name}" if others else ""
    note = f"{stem} is read as {first.name}, the arm that was registered first{rest}"
    return Found(stem, (first,), (*told, note))


def _unknown(name: str, known: Mapping[str, Mature]) -> InputError:
    names = {m.name: "" for m in known.values()}
    if not PREFIX.match(name):
        names = {PREFIX.sub("", n): "" for n in names}
    return InputError(
        "no such miRNA", key="MIRNA", value=name, nearest=nearest(name, names),
        expected="a name of the evidence or of your miRBase",
        advice="read all of miRBase once: evdisc cargo mirbase mature.fa",
    )  # fmt: skip
