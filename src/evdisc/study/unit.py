"""The experimental unit: what is given a treatment at random, and what is merely measured.

ARRIVE 2.0 asks for it (item 1b). Discs of one animal are alike, so that counting each disc of a
treated animal as a unit of its own finds effects that are not there.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from evdisc.errors import InputError, nearest
from evdisc.protocol.specs import DiscStudy, DishStudy

#: routes by which every disc of the animal gets the product
SYSTEMIC = ("intravenous", "intramuscular")
MEANING = {
    "level": "one disc level; an animal is a block whose levels get different treatments",
    "animal": "one animal; all its levels get the same treatment and their mean is compared",
    "donor": "cells of one donor; a block whose wells get different treatments",
}
OPTIONS = {"disc": ("level", "animal"), "dish": ("donor",)}


@dataclass(frozen=True)
class Unit:
    """The experimental unit of a plan.

    Attributes:
        name: level, animal or donor.
        inside: True where an animal (or donor) holds several treatments.
        levels: names of the discs (or wells) used in each animal (or donor).
    """

    name: str
    inside: bool
    levels: tuple[str, ...]

    @property
    def holder(self) -> str:
        """What holds the levels: animal or donor."""
        return "donor" if self.name == "donor" else "animal"

    @property
    def part(self) -> str:
        """What is measured in it: level or well."""
        return "well" if self.name == "donor" else "level"

    @property
    def meaning(self) -> str:
        """The unit in words."""
        return MEANING[self.name]


def require_unit(study: DiscStudy | DishStudy, asked: str | None) -> str:
    """The unit a user states, if it fits the study.

    Raises:
        InputError: none is stated, it is unknown, or it makes no sense in this study.
    """
    valid = OPTIONS[study.kind]
    words = "; ".join(f"{name}: {MEANING[name]}" for name in valid)
    if asked is None:
        raise InputError(
            "the experimental unit is not stated, and everything hangs on it", key="--unit",
            expected=f"--unit {' or --unit '.join(valid)} ({words})",
        )  # fmt: skip
    if study.kind == "dish" and asked in ("level", "animal", "well"):
        why = {
            "well": "wells of one donor are repeats of one measurement, not units",
        }.get(asked, f"a dish has no {asked}s")
        raise InputError(why, key="--unit", value=asked, expected="donor")
    if asked not in valid:
        raise InputError(
            "is no experimental unit", key="--unit", value=asked, expected=" | ".join(valid),
            nearest=nearest(asked, valid),
        )  # fmt: skip
    if asked == "level" and isinstance(study, DiscStudy) and study.therapy is not None:
        route = study.therapy.delivery.route
        if route in SYSTEMIC:
            raise InputError(
                f"{route} vesicles reach every level of the animal, so levels are no units",
                key="--unit", value=asked, expected="animal",
            )  # fmt: skip
    return asked


def unit_of(name: str, levels: Sequence[str], groups: int) -> Unit:
    """The unit with its levels; wells are as many as there are groups.

    Raises:
        InputError: an animal with one level cannot be a block, or a level is named twice.
    """
    if name == "donor":
        if levels:
            raise InputError("a donor has wells, one for each group", key="--level",
                             value=levels[0], expected="no --level")  # fmt: skip
        return Unit(name, True, tuple(f"well {i + 1}" for i in range(groups)))
    if len(set(levels)) < len(levels):
        raise InputError("names a level twice", key="--level", value=", ".join(levels))
    if name == "level" and len(levels) < 2:
        raise InputError(
            "an animal with one level cannot hold two treatments", key="--level",
            value=len(levels), expected="two levels or more, or --unit animal",
        )  # fmt: skip
    return Unit(name, name == "level", tuple(levels))
