"""All evidence in one object: shipped tables, a protocol's overlays, and the resolver."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from evdisc.errors import EvidenceError, nearest
from evdisc.evidence.claims import Claim, parse_background, parse_claim
from evdisc.evidence.entities import Entity, parse_entity
from evdisc.evidence.parameters import CONTEXT, ParameterRow, parse_row
from evdisc.evidence.tables import COLUMNS, Row, read_overlay, shipped


@dataclass(frozen=True, eq=False)
class Library:
    """Sources, claims, parameters and the things claims speak of; frozen once loaded.

    ``background`` holds what any textbook or published network says of every disc cell, in the
    form of claims; it is no part of the atlas.
    """

    sources: Mapping[str, Row]
    claims: tuple[Claim, ...]
    parameters: Mapping[str, tuple[ParameterRow, ...]]
    entities: Mapping[str, Entity] = field(default_factory=dict)
    overlaid: frozenset[str] = field(default_factory=frozenset)
    background: tuple[Claim, ...] = ()
    found: dict[tuple[str, frozenset[tuple[str, str]]], ParameterRow] = field(default_factory=dict)
    subjects: dict[str, frozenset[str]] = field(default_factory=dict)

    def resolve(self, key: str, **context: str) -> ParameterRow:
        """Return the most specific ``use: model`` row of ``key`` that fits ``context``.

        Context names: subject, preset, cell, region, grade, species. A user's overlay row wins
        over a shipped row of the same specificity.

        Raises:
            EvidenceError: unknown key, or no row fits.
        """
        asked = key, frozenset(context.items())
        if asked not in self.found:
            self.found[asked] = self.ranked(key, **context)[0]
        return self.found[asked]

    def first(self, key: str, subjects: tuple[str, ...], **context: str) -> ParameterRow:
        """:meth:`resolve` for the first of ``subjects`` that has a row.

        Raises:
            EvidenceError: none has.
        """
        asked = "\0".join((key, *subjects)), frozenset(context.items())
        if asked not in self.found:
            fitting = (s for s in subjects if self._has(key, s, context))
            self.found[asked] = self.resolve(key, **context, subject=next(fitting, subjects[-1]))
        return self.found[asked]

    def _has(self, key: str, subject: str, context: Mapping[str, str]) -> bool:
        # most subjects asked for have no row: told before all rows are gone through
        named = self._named(key)
        if subject not in named and "" not in named:
            return False
        asked = {**context, "subject": subject}
        return any(r.use == "model" and r.matches(asked) for r in self.parameters.get(key, ()))

    def _named(self, key: str) -> frozenset[str]:
        """Subjects of the rows of a parameter; an empty one where a row is of any subject."""
        if key not in self.subjects:
            rows = self.parameters.get(key, ())
            self.subjects[key] = frozenset(dict(r.context).get("subject", "") for r in rows)
        return self.subjects[key]

    def ranked(self, key: str, **context: str) -> list[ParameterRow]:
        """All rows of ``key`` fitting ``context``, the one used first.

        Raises:
            EvidenceError: unknown key, or no row fits.
        """
        if key not in self.parameters:
            raise EvidenceError("unknown parameter", key=key, nearest=nearest(key, self.parameters))
        rows = [r for r in self.parameters[key] if r.use == "model" and r.matches(context)]
        if not rows:
            asked = ", ".join(f"{k} {v}" for k, v in context.items() if v) or "any context"
            raise EvidenceError("no value known", key=key, value=asked, expected="a row for it")
        return sorted(rows, key=lambda r: -r.specificity)


Tables = dict[str, list[tuple[Row, object]]]


def shipped_tables() -> Tables:
    """Rows of the shipped tables, each with the file it came from."""
    return {name: [(row, f"evidence/{name}.csv") for row in shipped(name)] for name in COLUMNS}


def load(overlays: Iterable[Path] = ()) -> Library:
    """Load the shipped evidence and the named overlay files.

    Raises:
        EvidenceError: a table is malformed; names file, row and column.
    """
    paths = tuple(overlays)
    if not paths:
        return _shipped()
    tables = shipped_tables()
    touched: set[str] = set()
    for path in paths:
        for name, rows in read_overlay(Path(path)).items():
            # overlay rows first: at equal specificity the first row wins
            tables[name] = [(row, path) for row in rows] + tables[name]
            touched |= {row["key"] for row in rows if name == "parameters"}
    return build(tables, touched)


@lru_cache(maxsize=1)
def _shipped() -> Library:
    """The shipped evidence alone, read once in a process."""
    return build(shipped_tables(), set())


def build(tables: Tables, touched: set[str]) -> Library:
    """Check rows and join them to a library; ``touched`` are keys an overlay brings.

    Raises:
        EvidenceError: a row is malformed, appears twice, or names a study nobody lists.
    """
    sources = {row["study"]: row for row, _ in reversed(tables["sources"])}
    claims = tuple(parse_claim(row, file) for row, file in tables["claims"])
    _unique((c.claim for c in claims), "claim")
    for claim in claims:
        if claim.study not in sources:
            raise EvidenceError(
                "study is not in the sources",
                key=claim.claim,
                value=claim.study,
                nearest=nearest(claim.study, sources),
            )
    grouped: dict[str, list[ParameterRow]] = {}
    for row, file in tables["parameters"]:
        parsed = parse_row(row, file)
        grouped.setdefault(parsed.key, []).append(parsed)
    parameters = {key: tuple(rows) for key, rows in grouped.items()}
    entities = [parse_entity(row, file) for row, file in tables["entities"]]
    _unique((e.name for e in entities), "entity")
    background = tuple(parse_background(row, file) for row, file in tables["background"])
    for fact in background:
        if fact.study not in sources:
            raise EvidenceError(
                "study is not in the sources", key=fact.claim, value=fact.study,
                nearest=nearest(fact.study, sources),
            )  # fmt: skip
    _unique((f.claim for f in background), "background fact")
    return Library(
        sources, claims, parameters, {e.name: e for e in entities}, frozenset(touched),
        background=background,
    )  # fmt: skip


def _unique(names: Iterable[str], what: str) -> None:
    seen: set[str] = set()
    for name in names:
        if name in seen:
            raise EvidenceError(f"{what} appears twice", value=name)
        seen.add(name)


def context_text(row: ParameterRow) -> str:
    """The context of a row in words, for a terminal or a report."""
    order = {c: i for i, c in enumerate(CONTEXT)}
    return ", ".join(v for _, v in sorted(row.context, key=lambda kv: order[kv[0]])) or "general"
