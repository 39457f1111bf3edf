"""A published case: what it expects, what the model gives, and whether that is close enough."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from evdisc.evidence.library import Library


@dataclass(frozen=True)
class Check:
    """One number or direction of a case.

    Attributes:
        name: what is compared.
        expected, computed: in ``unit``; ``expected`` may be a range in words.
        tolerance: in words.
        passed: None where the number is reported and not judged.
    """

    name: str
    expected: str
    computed: float
    unit: str
    tolerance: str = "reported"
    passed: bool | None = None


@dataclass(frozen=True)
class Result:
    """A case that was run.

    ``cause`` explains a check that fails, or what a reader must know of one that passes.
    ``used`` is True where the study's numbers are also in the model, so the case checks the
    code and not the science.
    """

    case: str
    title: str
    source: str
    checks: tuple[Check, ...]
    cause: str = ""
    used: bool = False

    @property
    def verdict(self) -> str:
        """``pass``, ``fail``, or ``reported`` where nothing is judged."""
        judged = [c.passed for c in self.checks if c.passed is not None]
        if not judged:
            return "reported"
        return "pass" if all(judged) else "fail"


Runner = Callable[[Library], Result]


def near(name: str, expected: float, computed: float, unit: str, share: float) -> Check:
    """A check that passes within ``share`` of the expected value."""
    close = abs(computed - expected) <= share * abs(expected)
    return Check(name, f"{expected:g}", computed, unit, f"within {100 * share:g} %", bool(close))


def between(name: str, low: float, high: float, computed: float, unit: str) -> Check:
    """A check that passes inside a range."""
    inside = bool(low <= computed <= high)
    return Check(name, f"{low:g} to {high:g}", computed, unit, "range", inside)


def holds(name: str, expected: str, computed: float, unit: str, passed: bool) -> Check:
    """A check of a direction or an order."""
    return Check(name, expected, computed, unit, "direction", bool(passed))


def told(name: str, expected: float | str, computed: float, unit: str) -> Check:
    """A number that is reported beside the published one and not judged."""
    return Check(name, expected if isinstance(expected, str) else f"{expected:g}", computed, unit)
