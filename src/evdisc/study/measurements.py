"""Measurements a laboratory could make: which unknowns each settles, and what it takes.

A table in ``data/measurements.csv``. Effort is our own rough guess, tier assumed, and says so.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import Any

import numpy as np
from numpy.typing import NDArray

from evdisc.evidence.weights import Arrow

Floats = NDArray[np.float64]
#: the row whose effort stands for any sign that studies dispute
SIGN = "disputed sign"
#: members that must hold a sign, and that must not, for it to be looked at
FEWEST = 3


@dataclass(frozen=True)
class Measurement:
    """One measurement.

    Attributes:
        name: what it is called.
        settles: keys of the unknowns it tells, some with a place (``key|region=NP``).
        hypothesis: whether it tells which delivery hypothesis holds.
        how: what is done, in a line.
        effort: class of the work, weeks, animals, tier and note.
    """

    name: str
    settles: tuple[str, ...]
    hypothesis: bool
    how: str
    effort: dict[str, Any]

    def columns(self, names: Sequence[str]) -> list[int]:
        """Places of its unknowns among the draws of a study."""
        return [i for i, name in enumerate(names) if self.tells(name)]

    def tells(self, identity: str) -> bool:
        """Whether it tells a draw."""
        place = identity.partition("#")[0]
        return place in self.settles or place.partition("|")[0] in self.settles


@lru_cache(maxsize=1)
def measurements() -> tuple[Measurement, ...]:
    """All measurements of the table."""
    text = resources.files("evdisc.study").joinpath("data/measurements.csv").read_text("utf-8")
    return tuple(_measurement(row) for row in csv.DictReader(text.splitlines(), strict=True))


def _measurement(row: dict[str, str]) -> Measurement:
    effort = {
        "class": row["class"], "weeks": [int(row["weeks_low"]), int(row["weeks_high"])],
        "animals": int(row["animals"]), "tier": row["tier"], "note": row["note"],
    }  # fmt: skip
    settles = tuple(key for key in row["settles"].split(";") if key)
    return Measurement(row["name"], settles, row["hypothesis"] == "yes", row["how"], effort)


def disputed_signs(arrows: Sequence[Arrow], held: Floats) -> Iterator[tuple[str, list[int]]]:
    """Arrows that studies give two signs: a name, and the places of both.

    Args:
        arrows: arrows of the network.
        held: (members, arrows) 1 where a member holds the arrow.
    """
    places: dict[tuple[str, str, str, str], list[int]] = {}
    for i, a in enumerate(arrows):
        places.setdefault((a.source, a.source_type, a.target, a.target_type), []).append(i)
    count = held.sum(axis=0)
    for (source, _, target, _), both in places.items():
        told = {arrows[i].sign for i in both}
        if len(told) > 1 and any(FEWEST <= count[i] <= len(held) - FEWEST for i in both):
            yield f"{source} to {target}", both
