"""A user's pilot table: how much animals and their discs differ when nothing else does.

    within^2 = SS of residuals / their degrees of freedom
    between^2 = (SS of animals after groups - df within^2) / tr(Z' M Z), at least 0

One row per disc (or well), columns ``animal`` (or ``donor``), ``group``, perhaps ``level``, and one
per outcome. Variance components by the method of moments with the groups as fixed effects (Searle,
Casella and McCulloch 1992, Variance Components, chapter 5): Z tells which animal a row is of, M
takes the groups' means off, df are the degrees of freedom of the animals; exact for any number of
discs per animal. Both are given as shares of the mean.
"""

from __future__ import annotations

import csv
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from evdisc.errors import InputError, nearest
from evdisc.evidence.names import fold, one_of

Floats = NDArray[np.float64]
LARGEST = 5_000_000
#: a variance that rounding alone gives, as a share of the squared mean
NOTHING = 1e-14


@dataclass(frozen=True)
class Components:
    """Spread of one outcome in a pilot table, as shares of its mean.

    Attributes:
        outcome: name of the read-out.
        mean: mean of the table, in its own unit.
        between: standard deviation between animals; None where it cannot be told from the rest.
        within: standard deviation between levels of one animal; None where animals have one level.
        mean_of_animal: standard deviation of an animal's mean as the table has it.
        freedom_between: animals less groups.
        freedom_within: degrees of freedom between levels of one animal.
        animals: animals in the table.
    """

    outcome: str
    mean: float
    between: float | None
    within: float | None
    mean_of_animal: float
    freedom_between: int
    freedom_within: int
    animals: int


@dataclass(frozen=True, eq=False)
class Pilot:
    """A pilot table as read; ``correlation`` is that of the outcomes between units."""

    file: Path
    levels: tuple[str, ...]
    components: dict[str, Components]
    correlation: Floats

    def correlation_of(self, outcomes: Sequence[str]) -> Floats:
        """(outcomes, outcomes) correlation of those named; nothing between others."""
        names = list(self.components)
        out = np.eye(len(outcomes))
        for i, one in enumerate(outcomes):
            for j, other in enumerate(outcomes):
                if i != j and one in names and other in names:
                    out[i, j] = self.correlation[names.index(one), names.index(other)]
        return out


def read_pilot(path: Path, holder: str, known: Sequence[str]) -> Pilot:
    """Read and analyse a pilot table; ``holder`` is animal or donor.

    Raises:
        InputError: file, line and column of the first fault.
    """
    header, rows = _rows(path)
    names = _outcomes(path, header, holder, known)
    animals = _codes(path, header, rows, holder)
    groups = _codes(path, header, rows, "group")
    _require_animals(path, holder, animals, groups)
    data = np.array(
        [[_number(path, line, n, row[header.index(n)]) for n in names] for line, row in rows]
    )
    levels: tuple[str, ...] = ()
    if "level" in header:
        column = header.index("level")
        levels = tuple(dict.fromkeys(row[column] for _, row in rows if row[column]))
    told = [known_name(n, known) or n for n in names]
    parts = {
        name: _components(path, name, data[:, i], animals, groups) for i, name in enumerate(told)
    }
    return Pilot(path, levels, parts, _correlation(data, groups))


def known_name(text: str, known: Sequence[str]) -> str | None:
    """The read-out a heading names, whatever its case, blanks and hyphens."""
    return next((name for name in known if fold(name) == fold(text)), None)


def _rows(path: Path) -> tuple[list[str], list[tuple[int, list[str]]]]:
    try:
        if path.stat().st_size > LARGEST:
            raise InputError("pilot table is too large", file=path, expected="under 5 MB")
        text = path.read_text("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(f"is not UTF-8 text (byte {error.start})", file=path) from None
    except OSError as error:
        raise InputError("cannot be read", file=path, advice=error.strerror) from None
    reader = csv.reader((x for x in text.splitlines()), strict=True)
    try:
        lines = [(reader.line_num, [c.strip() for c in row]) for row in reader if any(row)]
    except csv.Error as error:
        raise InputError(f"is no CSV table: {error}", file=path, line=reader.line_num) from None
    lines = [(line, row) for line, row in lines if not row[0].startswith("#")]
    if len(lines) < 2:
        raise InputError("is empty", file=path, expected="a header and one row per disc")
    header = [c.casefold() if c.casefold() in FIXED else c for c in lines[0][1]]
    for line, row in lines[1:]:
        if len(row) != len(header):
            raise InputError(
                f"row has {len(row)} cells", file=path, line=line,
                expected=f"{len(header)}, as the header",
            )  # fmt: skip
    return header, lines[1:]


FIXED = ("animal", "donor", "level", "well", "group")


def _outcomes(path: Path, header: list[str], holder: str, known: Sequence[str]) -> list[str]:
    for name in (holder, "group"):
        if name not in header:
            raise InputError(
                f"has no column '{name}'", file=path, value=", ".join(header),
                expected=f"{holder}, group, perhaps level, and one column per outcome",
                nearest=nearest(name, header),
            )  # fmt: skip
    if len(set(header)) < len(header):
        raise InputError("has a column twice", file=path, value=", ".join(header))
    names = [c for c in header if c not in FIXED]
    for name in names:
        if known_name(name, known) is None:
            raise InputError(
                "column is no outcome", file=path, value=name, expected=one_of(list(known)),
                nearest=nearest(name, known),
            )  # fmt: skip
    if not names:
        raise InputError("has no outcome", file=path, expected=one_of(list(known)))
    return names


def _codes(path: Path, header: list[str], rows: list[tuple[int, list[str]]], name: str) -> Floats:
    column = header.index(name)
    for line, row in rows:
        if not row[column]:
            raise InputError(f"has no {name}", file=path, line=line, expected=f"a {name}")
    names = list(dict.fromkeys(row[column] for _, row in rows))
    return np.array([names.index(row[column]) for _, row in rows])


def _number(path: Path, line: int, name: str, text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise InputError(
            "not a finite number", file=path, line=line, key=name, value=text,
            expected="a number; leave the whole row out where nothing was measured",
        )  # fmt: skip
    return number


def _require_animals(path: Path, holder: str, animals: Floats, groups: Floats) -> None:
    spare = len(np.unique(animals)) - len(np.unique(groups))
    both = len(np.unique(np.stack([animals, groups]), axis=1).T)
    nested = both == len(np.unique(animals))
    if len(np.unique(animals)) < 2 or (nested and spare < 1):
        raise InputError(
            f"has too few {holder}s to tell a spread", file=path,
            value=f"{len(np.unique(animals))} {holder}s in {len(np.unique(groups))} groups",
            expected=f"two {holder}s or more in one group",
        )  # fmt: skip


def _projector(*codes: Floats) -> Floats:
    columns = np.hstack([np.eye(int(c.max()) + 1)[c] for c in codes])
    left, sizes, _ = np.linalg.svd(columns, full_matrices=False)
    span = left[:, sizes > 1e-10 * sizes[0]]
    out: Floats = span @ span.T
    return out


def _components(path: Path, name: str, y: Floats, animals: Floats, groups: Floats) -> Components:
    mean = float(y.mean())
    if mean <= 0.0:
        raise InputError(
            "mean is not above zero, so that it has no coefficient of variation", file=path,
            key=name, value=mean,
        )  # fmt: skip
    of_groups, of_both = _projector(groups), _projector(groups, animals)
    rank_groups, rank = round(np.trace(of_groups)), round(np.trace(of_both))
    freedom, within_freedom = rank - rank_groups, y.size - rank
    squares = float(y @ (of_both - of_groups) @ y)
    within = float(y @ (y - of_both @ y)) / within_freedom if within_freedom else None
    holders = np.eye(int(animals.max()) + 1)[animals]
    spread = float(np.trace(holders.T @ holders - holders.T @ of_groups @ holders))
    between = max(0.0, (squares - freedom * within) / spread) if within is not None else None
    total = squares / spread if spread > 0.0 else 0.0
    if max(total, within or 0.0) <= NOTHING * mean**2:
        raise InputError("has no spread at all", file=path, key=name, expected="measured values")
    root = {k: None if v is None else math.sqrt(v) / mean for k, v in
            (("between", between), ("within", within))}  # fmt: skip
    return Components(
        name, mean, root["between"], root["within"], math.sqrt(total) / mean, freedom,
        within_freedom, int(animals.max()) + 1,
    )  # fmt: skip


def _correlation(data: Floats, groups: Floats) -> Floats:
    """Correlation of the outcomes after the groups' means are taken off."""
    rest = data - _projector(groups) @ data
    if data.shape[1] == 1:
        return np.eye(1)
    out: Floats = np.array(np.corrcoef(rest, rowvar=False), dtype=np.float64)
    out[~np.isfinite(out)] = 0.0
    return out
