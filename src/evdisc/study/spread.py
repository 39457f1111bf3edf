"""Spread between units of one group: from a pilot table, from a publication, or not known.

    cv of an animal's mean = sqrt(between^2 + within^2 / levels)
    cv drawn = cv sqrt(freedom / chi-square of freedom) of a pilot
    standard deviation = cv x predicted level, or cv x mean of the pilot for units such as ms

between and within are the spreads between animals and between levels of one, as shares of the mean
(:mod:`evdisc.study.pilot`); the draw is the scaled inverse chi-square law of a normal sample's
variance. That the coefficient carries over to another level is our choice.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from evdisc.errors import InputError
from evdisc.evidence.library import Library
from evdisc.evidence.parameters import ParameterRow
from evdisc.outcome.readouts import describe
from evdisc.study.pilot import Pilot
from evdisc.study.unit import Unit
from evdisc.study.usual import stated

Floats = NDArray[np.float64]
#: units that stand for a share of a healthy or earlier level
RELATIVE = ("%", "fold of healthy")


@dataclass(frozen=True)
class Spread:
    """Coefficient of variation of one unit, and how well it is known.

    Attributes:
        cv: standard deviation of a unit over the mean it was seen at.
        mean: that mean where the outcome has a unit of its own (ms, kPa, a grade), so that the
            standard deviation itself carries over; None where outcomes are relative, and the
            coefficient does.
        basis: pilot or published.
        words: where it comes from.
        source: study it comes from; empty for a pilot.
        freedom: degrees of freedom of a pilot.
        row: evidence row of a published spread.
    """

    cv: float
    basis: str
    words: str
    source: str = ""
    freedom: int = 0
    row: ParameterRow | None = None
    mean: float | None = None

    def at(self, level: float) -> float:
        """What the coefficient is a share of, where the predicted level is ``level``."""
        return level if self.mean is None else self.mean

    def drawn(self, rng: np.random.Generator, count: int) -> Floats:
        """Coefficients of variation that are as likely as the data let them be.

        From a pilot by the scaled inverse chi-square law of a normal sample's variance, from a
        publication by the range of its row.
        """
        if self.row is not None:
            row = self.row
            return np.array([row.at(u) for u in rng.random(count)])
        out: Floats = self.cv * np.sqrt(self.freedom / rng.chisquare(self.freedom, count))
        return out


def spread_of(
    outcome: str, unit: Unit, species: str, pilot: Pilot | None, library: Library
) -> Spread | None:
    """Spread of an outcome for a unit; None where nobody has stated it.

    Raises:
        InputError: the pilot has one level per animal and levels are the units.
    """
    bare = outcome.split(" (")[0]
    named = next((n for n in (outcome, bare) if pilot and n in pilot.components), None)
    if pilot is not None and named is not None:
        return _from_pilot(named, unit, pilot)
    row = stated(library, "published_spread", subject=bare, species=species)
    seen = stated(library, "published_mean", subject=bare, species=species)
    about = describe(outcome, "dish" if unit.name == "donor" else "disc").unit
    if row is None or unit.name == "donor":
        return None
    mean = seen.value if seen is not None and seen.unit == about else None
    return Spread(row.median, "published", row.note, source=row.source, row=row, mean=mean)


def _from_pilot(outcome: str, unit: Unit, pilot: Pilot) -> Spread:
    told = pilot.components[outcome]
    about = describe(outcome, "dish" if unit.name == "donor" else "disc").unit
    mean = None if about in RELATIVE else told.mean
    if unit.inside:
        if told.within is None or told.freedom_within < 1:
            raise InputError(
                f"has one {unit.part} per {unit.holder}, and so no spread inside one",
                file=pilot.file, key=outcome,
                expected=f"two {unit.part}s or more in each {unit.holder}, or another --unit",
            )  # fmt: skip
        words = f"between {unit.part}s of one {unit.holder}, pilot of {told.animals} {unit.holder}s"
        return Spread(told.within, "pilot", words, freedom=told.freedom_within, mean=mean)
    if told.between is None or told.within is None:
        words = f"between animals with one level each, pilot of {told.animals} animals"
        return Spread(told.mean_of_animal, "pilot", words, freedom=told.freedom_between, mean=mean)
    count = len(unit.levels)
    cv = math.hypot(told.between, told.within / math.sqrt(count))
    words = (
        f"mean of {count} level(s) of an animal, pilot of {told.animals} animals "
        f"(between animals {told.between:.3g}, between levels {told.within:.3g} of the mean)"
    )
    return Spread(cv, "pilot", words, freedom=told.freedom_between, mean=mean)
