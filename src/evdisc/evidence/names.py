"""Names users type: canonical names, synonyms, and what kind of dose a stimulus takes.

Matching ignores case, spaces, hyphens and the spelling of Greek letters (IL-1β = IL1beta).
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources

from evdisc.errors import EvidenceError, nearest

GREEK = {
    "α": "alpha", "β": "beta", "γ": "gamma", "δ": "delta", "κ": "k", "kappa": "k", "µ": "u",
    "μ": "u",
}  # fmt: skip
COLUMNS = ("kind", "name", "synonyms", "unit_kind", "identifiers", "note")


@dataclass(frozen=True)
class Name:
    """One canonical name; ``unit_kind`` says which quantity a stimulus is dosed in."""

    kind: str
    name: str
    synonyms: tuple[str, ...]
    unit_kind: str
    note: str


def fold(text: str) -> str:
    """``text`` as names are compared: lower case, Greek spelled out, no blanks or hyphens."""
    folded = text.strip().casefold()
    for letter, spelled in GREEK.items():
        folded = folded.replace(letter, spelled)
    return "".join(c for c in folded if c not in " -_/")


@lru_cache(maxsize=1)
def table() -> tuple[Name, ...]:
    """All names of the vocabulary.

    Raises:
        EvidenceError: the table is malformed.
    """
    text = resources.files("evdisc.evidence").joinpath("data/names.csv").read_text("utf-8")
    rows = csv.reader(text.splitlines(), strict=True)
    header = tuple(next(rows))
    if header != COLUMNS:
        raise EvidenceError("not a names table", file="evidence/names.csv", line=1)
    return tuple(
        Name(kind, name, tuple(s for s in synonyms.split("|") if s), unit, note)
        for kind, name, synonyms, unit, _, note in rows
    )


def kinds() -> list[str]:
    """Kinds of names."""
    return list(dict.fromkeys(n.kind for n in table()))


def names(kind: str) -> list[str]:
    """Canonical names of a kind."""
    return [n.name for n in table() if n.kind == kind]


def find(kind: str, text: str) -> Name | None:
    """The entry of ``kind`` that ``text`` names, or None."""
    return _index(kind).get(fold(text))


def canonical(kind: str, text: str) -> str:
    """Canonical name for what a user typed.

    Raises:
        EvidenceError: no such name; offers the nearest.
    """
    found = find(kind, text)
    if found is None:
        raise EvidenceError(
            f"no such {kind.replace('_', ' ')}", value=text, expected=one_of(names(kind)),
            nearest=nearest(text, names(kind)),
        )  # fmt: skip
    return found.name


def one_of(valid: list[str], most: int = 12) -> str:
    """Valid names in one line; a long list is cut and says where the rest is."""
    if len(valid) <= most:
        return " | ".join(valid)
    return " | ".join(valid[:most]) + " | ... (evdisc vocabulary lists all)"


@lru_cache(maxsize=64)
def _index(kind: str) -> dict[str, Name]:
    index: dict[str, Name] = {}
    for entry in table():
        if entry.kind == kind:
            for spelled in (entry.name, *entry.synonyms):
                index.setdefault(fold(spelled), entry)
    return index
