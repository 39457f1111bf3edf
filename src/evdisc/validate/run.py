"""Run the cases: all, or those named."""

from __future__ import annotations

from collections.abc import Sequence

from evdisc.errors import InputError, nearest
from evdisc.evidence.library import Library
from evdisc.validate import (
    cell_cases,
    delivery_cases,
    height_cases,
    matrix_cases,
    nutrition_cases,
    osmotic_cases,
    table_cases,
    therapy_cases,
)
from evdisc.validate.case import Result, Runner

CASES: tuple[Runner, ...] = (
    *nutrition_cases.CASES, *matrix_cases.CASES, *osmotic_cases.CASES, *height_cases.CASES,
    *cell_cases.CASES, *table_cases.CASES, *delivery_cases.CASES,
    *therapy_cases.CASES,
)  # fmt: skip


def validate(library: Library, named: Sequence[str] = ()) -> list[Result]:
    """Results of all cases, or of those whose id is named.

    Raises:
        InputError: no case has a named id; offers the nearest.
    """
    results = [case(library) for case in CASES]
    known = [r.case for r in results]
    for name in named:
        if name not in known:
            raise InputError(
                "no such case", key="--case", value=name, expected=" | ".join(known),
                nearest=nearest(name, known),
            )  # fmt: skip
    return [r for r in results if not named or r.case in named]
