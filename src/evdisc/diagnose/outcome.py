"""The outcome: two classes, or grades in their order."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from evdisc.errors import InputError, nearest

#: more levels than any disc grading has (Pfirrmann 5, modified Pfirrmann 8, Thompson 5)
MOST_LEVELS = 10
ROMAN = {"i": 1, "ii": 2, "iii": 3, "iv": 4, "v": 5, "vi": 6, "vii": 7, "viii": 8}
GRADE = re.compile(r"^(?:grade|pfirrmann|thompson)?[\s_-]*(\d+|[ivIV]+)$", re.IGNORECASE)
#: words for the class that is looked for; else the second in order is
AFFECTED = (
    "case", "disease", "degenerat", "patient", "progress", "yes", "true", "cancer", "idd", "ivdd",
    "ldh", "severe", "herniat",
)  # fmt: skip


@dataclass(frozen=True)
class Outcome:
    """What is to be told.

    Attributes:
        column: its name in the table.
        levels: labels, the lowest first; in a pair the second is the one looked for.
        codes: (n,) index into ``levels`` of each sample.
    """

    column: str
    levels: tuple[str, ...]
    codes: NDArray[np.int64]

    @property
    def ordinal(self) -> bool:
        """Whether there are more than two grades."""
        return len(self.levels) > 2

    @property
    def counts(self) -> dict[str, int]:
        """Samples of each level."""
        return {level: int((self.codes == i).sum()) for i, level in enumerate(self.levels)}


def outcome(column: str, cells: Sequence[str], positive: str | None, file: object) -> Outcome:
    """Read an outcome column without empty cells.

    Args:
        positive: levels looked for, joined by commas, or ``>=X``; everything else is the rest.

    Raises:
        InputError: one class, a continuous outcome, or unordered classes without ``positive``.
    """
    labels = sorted(set(cells))
    if positive is not None:
        return _against_rest(column, cells, positive, file)
    if len(labels) < 2:
        raise InputError(
            "all samples have the same outcome", file=file, key=column, value=labels[0],
            expected="two classes or more",
        )  # fmt: skip
    grades = {label: _grade(label) for label in labels}
    if all(g is not None for g in grades.values()):
        ordered = tuple(sorted(labels, key=lambda s: grades[s] or 0.0))
        _not_continuous(column, len(labels), file)
    elif len(labels) == 2:
        ordered = tuple(sorted(labels, key=lambda s: (_affected(s), s)))
    else:
        raise InputError(
            f"{len(labels)} classes without an order ({', '.join(labels[:5])})", file=file,
            key=column, expected="two classes, or grades that are numbers",
            advice="--positive CLASS sets one class against the rest",
        )  # fmt: skip
    return Outcome(column, ordered, np.array([ordered.index(c) for c in cells]))


def _not_continuous(column: str, levels: int, file: object) -> None:
    if levels > MOST_LEVELS:
        raise InputError(
            f"has {levels} different numbers: is it continuous?", file=file, key=column,
            expected=f"at most {MOST_LEVELS} grades",
            advice="--positive '>=X' makes two classes of it",
        )  # fmt: skip


def _against_rest(column: str, cells: Sequence[str], positive: str, file: object) -> Outcome:
    if match := re.fullmatch(r">=?\s*(-?[\d.]+)", positive.strip()):
        edge = float(match[1])
        over = [_at_least(c, edge, positive.strip().startswith(">="), column, file) for c in cells]
    else:
        wanted = [w.strip() for w in positive.split(",")]
        for word in wanted:
            if word not in cells:
                raise InputError(
                    "no sample has this outcome", file=file, key="--positive", value=word,
                    expected=" | ".join(sorted(set(cells))[:MOST_LEVELS]),
                    nearest=nearest(word, set(cells)),
                )  # fmt: skip
        over = [c in wanted for c in cells]
    if len(set(over)) < 2:
        raise InputError(
            f"{'every' if over[0] else 'no'} sample is it", file=file, key="--positive",
            value=positive, expected="some samples on either side",
        )  # fmt: skip
    name = positive.strip()
    return Outcome(column, (f"not {name}", name), np.array(over, dtype=np.int64))


def _at_least(cell: str, edge: float, equal: bool, column: str, file: object) -> bool:
    value = _grade(cell)
    if value is None:
        raise InputError("is no number", file=file, key=column, value=cell)
    return value >= edge if equal else value > edge


def _grade(label: str) -> float | None:
    """Number of a grade: 3, 3.0, III, grade 3."""
    try:
        return float(label)
    except ValueError:
        match = GRADE.match(label.strip())
    if not match:
        return None
    word = match[1].casefold()
    return float(word) if word.isdigit() else ROMAN.get(word)


def _affected(label: str) -> bool:
    folded = label.casefold()
    negated = folded.startswith(("non", "not", "no ", "un", "stable"))
    return not negated and folded.startswith(AFFECTED)
