"""What is asked of a study: a read-out at a time, as in ``disc height index at 8 weeks``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from evdisc.errors import InputError, nearest
from evdisc.evidence.names import find, one_of
from evdisc.outcome.readout import Readout
from evdisc.outcome.readouts import describe
from evdisc.protocol.specs import DiscStudy, DishStudy
from evdisc.study.summary import HEADLINE
from evdisc.units import parse_quantity

DAY = 86400.0


@dataclass(frozen=True)
class Asked:
    """A read-out and the time it is asked at.

    Attributes:
        name: name of the read-out, with its region or cell type in brackets where one is meant.
        time: s; None for the end of the study.
        kind: disc or dish.
    """

    name: str
    time: float | None
    kind: str

    @property
    def about(self) -> Readout:
        """What the read-out is."""
        return describe(self.name, self.kind)

    @property
    def words(self) -> str:
        """The question in words."""
        return f"{self.name} at " + (
            "the end" if self.time is None else f"day {self.time / DAY:g}"
        )  # fmt: skip

    def column(self, times: NDArray[np.float64]) -> int:
        """Place of the recorded time nearest to the one asked for."""
        if self.time is None:
            return len(times) - 1
        return int(np.argmin(np.abs(times - self.time)))


def canonical(name: str) -> str:
    """Name of a read-out as results have it; what stands in brackets is kept."""
    bare, bracket, rest = name.strip().partition(" (")
    entry = find("readout", bare)
    return (entry.name if entry else bare) + bracket + rest


def asked(text: str | None, study: DiscStudy | DishStudy, known: Sequence[str]) -> Asked:
    """Read ``NAME`` or ``NAME at TIME``; the headline at the end where nothing is said.

    Args:
        text: what the user wrote after --for.
        study: the study whose times count.
        known: read-outs the study gives.

    Raises:
        InputError: unknown read-out, or a time that is none or after the end.
    """
    name, _, when = (text or HEADLINE[study.kind]).rpartition(" at ")
    if not name:
        name, when = when, ""
    name = require_readout(name, known, key="--for")
    return Asked(name, require_time(when, study, key="--for") if when else None, study.kind)


def require_readout(
    name: str, known: Sequence[str], *, key: str, file: object = None, line: int | None = None
) -> str:
    """The canonical name of a read-out the study gives.

    Raises:
        InputError: it gives no such read-out; names the nearest.
    """
    found = canonical(name)
    if found not in known:
        raise InputError(
            "is no read-out of this study", key=key, value=name, file=file, line=line,
            expected=one_of(list(known)), nearest=nearest(found, known),
        )  # fmt: skip
    return found


def require_time(
    text: str, study: DiscStudy | DishStudy, *, key: str, file: object = None,
    line: int | None = None,
) -> float:  # fmt: skip
    """A time within the study, s.

    Raises:
        InputError: it has no unit, an unknown one, or is after the end.
    """
    try:
        time = parse_quantity(text, "time")
    except InputError as error:
        raise InputError(
            error.bare, key=key, value=text, file=file, line=line, expected=error.expected,
            nearest=error.nearest,
        ) from None  # fmt: skip
    if time > study.duration * (1.0 + 1e-9):
        raise InputError(
            "is after the end of the study", key=key, value=text, file=file, line=line,
            expected=f"at most {study.duration / DAY:g} d",
        )  # fmt: skip
    return time
