"""One number per parameter: evidence row, protocol override, or a member's draw of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from evdisc.errors import AssemblyError
from evdisc.evidence.library import Library
from evdisc.evidence.parameters import ParameterRow
from evdisc.simulate.draws import Spread


class Quantile(Protocol):
    """Uniform numbers in (0, 1) that belong to identities."""

    def __call__(self, identity: str) -> float:
        """The number of one identity."""
        ...

    def many(self, identities: Sequence[str]) -> NDArray[np.float64]:
        """The numbers of many identities."""
        ...


class Median:
    """The quantiles of a run without uncertainty."""

    def __call__(self, identity: str) -> float:
        """One half."""
        return 0.5

    def many(self, identities: Sequence[str]) -> NDArray[np.float64]:
        """One half for each."""
        return np.full(len(identities), 0.5)


class Drawing(NamedTuple):
    """Name of each tag's draw, the evidence rows read, and their spreads with the places."""

    names: tuple[str, ...]
    rows: Mapping[str, ParameterRow]
    spreads: tuple[tuple[NDArray[np.int64], Spread], ...]


class Known(NamedTuple):
    """An evidence row, its name and SI unit, and its SI value where nothing is drawn."""

    row: ParameterRow
    name: str
    unit: str
    fixed: float | None


Context = tuple[tuple[str, str], ...]


@lru_cache(maxsize=20_000)
def _known(library: Library, key: str, subject: str, region: str, context: Context) -> Known:
    """The row of a parameter, the same for all members in a context."""
    row = library.resolve(key, **dict(context), subject=subject, region=region)
    fixed = row.at(0.5) if row.distribution == "fixed" else None
    return Known(row, row.identity, row.si_unit, fixed)


@lru_cache(maxsize=256)
def _rows(
    library: Library, key: str, subjects: tuple[tuple[str, ...], ...], tags: tuple[str, ...],
    context: Context,
) -> Drawing:  # fmt: skip
    """How the values of a parameter for many tags are drawn."""
    found = {s: library.first(key, s, **dict(context)) for s in dict.fromkeys(subjects)}
    rows = [found[candidates] for candidates in subjects]
    groups: dict[str, list[int]] = {}
    for i, row in enumerate(rows):
        groups.setdefault(row.distribution, []).append(i)
    return Drawing(
        tuple(f"{row.identity}#{tag}" for row, tag in zip(rows, tags, strict=True)),
        {row.identity: row for row in rows},
        tuple((np.array(p), Spread.of([rows[i] for i in p])) for p in groups.values()),
    )


@lru_cache(maxsize=256)
def _chances(tags: tuple[str, ...]) -> tuple[str, ...]:
    """Names of the draws that belong to tags."""
    return tuple("chance|" + tag for tag in tags)


@dataclass
class Values:
    """Resolves parameters in one context and remembers which rows were read.

    Attributes:
        library: the evidence.
        context: preset, species, grade, cell of this disc or dish.
        quantile: the member's uniform draws.
        overrides: (key, subject or region) -> SI value stated by the protocol.
        packed: mechanism -> its parameters as an array, the same in all runs of a member.
    """

    library: Library
    context: Mapping[str, str]
    quantile: Quantile = field(default_factory=Median)
    overrides: Mapping[tuple[str, str], float] = field(default_factory=dict)
    used: dict[str, ParameterRow] = field(default_factory=dict)
    drawn: dict[str, float] = field(default_factory=dict)
    packed: dict[str, NDArray[np.float64]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Put the context into the order in which it is looked up."""
        self._place = tuple(sorted(self.context.items()))

    def number(self, key: str, subject: str = "", tag: str = "", region: str = "",
               unit: str | None = None) -> float:  # fmt: skip
        """SI value of a parameter.

        ``tag`` separates draws that share one evidence row (one per edge or node).

        Raises:
            EvidenceError: no row fits. AssemblyError: the row's unit is not ``unit``.
        """
        for place in (subject, region):
            if (key, place) in self.overrides:
                return self.overrides[key, place]
        row, name, own, fixed = _known(self.library, key, subject, region, self._place)
        if unit is not None and own != unit:
            raise AssemblyError(f"{key} is declared in {unit} but its evidence is in {own}")
        self.used.setdefault(name, row)
        if fixed is not None:
            return fixed
        name = f"{name}#{tag}" if tag else name
        if name not in self.drawn:
            self.drawn[name] = row.at(self.quantile(name))
        return self.drawn[name]

    def numbers(
        self, key: str, subjects: Sequence[tuple[str, ...]], tags: Sequence[str]
    ) -> NDArray[np.float64]:
        """SI values of one parameter for many tags; the first subject that has a row counts.

        Raises:
            EvidenceError: no row fits any subject of a tag.
        """
        drawing = _rows(self.library, key, tuple(subjects), tuple(tags), self._place)
        u = self.quantile.many(drawing.names)
        out = np.empty(len(u))
        for places, spread in drawing.spreads:
            out[places] = spread.at(u[places])
        for name, row in drawing.rows.items():
            self.used.setdefault(name, row)
        return out

    def molecular(self, key: str, name: str, kind: str) -> float:
        """:meth:`number` of one molecule: its own row, else that of its kind, drawn for it."""
        rows = self.library.parameters.get(key, ())
        own = any(("subject", name) in row.context for row in rows)
        return self.number(key, name if own else kind, name)

    def chances(self, tags: Sequence[str]) -> NDArray[np.float64]:
        """Uniform draws that belong to ``tags``."""
        return self.quantile.many(_chances(tuple(tags)))

    def subject_value(self, key: str, subject: str, tag: str) -> float:
        """:meth:`number` in the argument order rooms below use."""
        return self.number(key, subject, tag)
