"""Limits and scales of imports, which are rows of evidence that no simulation reads."""

from __future__ import annotations

from evdisc.errors import EvidenceError
from evdisc.evidence.library import Library
from evdisc.evidence.parameters import ParameterRow


def limit_row(library: Library, key: str, subject: str = "") -> ParameterRow:
    """The most specific row of ``key``, whatever it is used for.

    Raises:
        EvidenceError: there is none.
    """
    rows = [r for r in library.parameters.get(key, ()) if r.matches({"subject": subject})]
    if not rows:
        raise EvidenceError("no value known", key=key, value=subject or None)
    return max(rows, key=lambda r: r.specificity)


def limit(library: Library, key: str, subject: str = "") -> float:
    """Median of :func:`limit_row`, in the SI unit of the row."""
    return limit_row(library, key, subject).median
