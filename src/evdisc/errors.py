"""Every error evdisc raises on purpose: one base, named children, each carrying advice.

A message is one line a user can act on: which file, which key, which value,
what was expected, and the nearest valid name where there is one.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable


def nearest(name: str, valid: Iterable[str]) -> str | None:
    """Return the valid name closest to ``name``, or None when nothing is close.

    Case, spaces, hyphens and underscores are ignored in the comparison.
    """

    def fold(text: str) -> str:
        return "".join(c for c in text.casefold() if c not in " -_/")

    folded: dict[str, str] = {}
    for candidate in valid:
        folded.setdefault(fold(candidate), candidate)
    hits = difflib.get_close_matches(fold(name), folded, n=1, cutoff=0.55)
    return folded[hits[0]] if hits else None


class EvdiscError(Exception):
    """Base of all evdisc errors; ``exit_code`` is what the command line returns."""

    exit_code = 1

    def __init__(self, message: str, *, advice: str | None = None) -> None:
        self.message = " ".join(message.split())
        self.advice = advice
        super().__init__(self.message)

    def __str__(self) -> str:
        return f"{self.message} ({self.advice})" if self.advice else self.message


class InputError(EvdiscError):
    """Something the user wrote cannot be used; nothing was written or overwritten."""

    exit_code = 2

    def __init__(
        self,
        message: str,
        *,
        file: object = None,
        key: str | None = None,
        value: object = None,
        expected: str | None = None,
        nearest: str | None = None,
        line: int | None = None,
        column: int | None = None,
        advice: str | None = None,
    ) -> None:
        self.file, self.key, self.value = file, key, value
        self.expected, self.nearest = expected, nearest
        self.line, self.column = line, column
        self.bare = message
        where = str(file) if file is not None else ""
        if where and line is not None:
            where += f":{line}" + (f":{column}" if column is not None else "")
        parts = [p for p in (where, key) if p]
        text = ": ".join([*parts, message])
        if value is not None:
            text += f", got {_shorten(value)}"
        if expected:
            text += f"; expected {expected}"
        if nearest:
            text += f"; did you mean '{nearest}'?"
        super().__init__(text, advice=advice)

    def found_in(self, file: object) -> InputError:
        """The same error with the file it was found in, unless it names one already."""
        if self.file is not None or file is None:
            return self
        self.file = file
        self.message = f"{file}: {self.message}"
        self.args = (self.message,)
        return self


class UnitError(InputError):
    """A quantity has no unit, an unknown unit, or the wrong dimension."""


class ProtocolError(InputError):
    """A protocol file cannot be read or asks for something that is not valid."""


class EvidenceError(InputError):
    """A row of evidence is malformed, or a key has no row in the asked context."""


class FolderError(InputError):
    """A run folder belongs to another protocol, is locked, unwritable or damaged."""


class MissingExtraError(InputError):
    """An optional dependency is not installed; the message names the pip command."""

    def __init__(self, package: str, extra: str) -> None:
        super().__init__(f"{package} is not installed", expected=f"pip install 'evdisc[{extra}]'")


class AssemblyError(EvdiscError):
    """Mechanisms do not fit together: two owners, an unmet read, a unit mismatch."""


class SolveError(EvdiscError):
    """A numerical solve failed; says which state, where, and what to change."""


class RunError(EvdiscError):
    """A run or study could not be completed."""


def _shorten(value: object, limit: int = 80) -> str:
    text = repr(value)
    return text if len(text) <= limit else text[: limit - 3] + "..."
