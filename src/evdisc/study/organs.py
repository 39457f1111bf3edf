"""Vesicles and cargo in the organs, member by member: courses, peaks, and where all of it went.

    vesicles in an organ = share of the dose there x whole vesicles given
    copies in an organ = vesicles there x copies per vesicle

Copies are those of vesicles not yet broken down. Definitions of our choice.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from evdisc.outcome.effects import bands, triple
from evdisc.protocol.specs import VESICLE_ARMS, DiscStudy, DishStudy
from evdisc.simulate import disc
from evdisc.simulate.body import ORGANS, BodyCourse, body_course, doses_given
from evdisc.simulate.member import Member


def add_organs(rows: dict[str, Any], study: DiscStudy | DishStudy, drawn: Sequence[Member]) -> None:
    """Add ``organs`` (peak share of the dose) to each arm, and ``body`` to the treated one.

    ``body`` is empty where nothing goes through the body, else holds ``hours`` after the last dose,
    ``course`` (pool -> share of the dose at these), ``vesicles_given``, ``went`` (place -> share
    there or broken down there at the end) and, by organ, ``peak_hours``, ``peak_vesicles`` and
    ``peak_copies`` of each cargo.
    """
    found = [body_course(study, m.values) for m in drawn] if isinstance(study, DiscStudy) else []
    courses = [c for c in found if c is not None]
    for arm, row in rows.items():
        there = courses if arm in VESICLE_ARMS else []
        row["organs"] = {o: _spread(c.peak[o] for c in there) for o in ORGANS}
    if "treated" in rows:
        rows["treated"]["body"] = {}
        if isinstance(study, DiscStudy) and courses:
            rows["treated"]["body"] = _body(study, drawn, courses)


def _body(
    study: DiscStudy, drawn: Sequence[Member], courses: Sequence[BodyCourse]
) -> dict[str, Any]:
    assert study.therapy is not None
    products = [p for p in (disc.product_of(study, m) for m in drawn) if p is not None]
    whole = np.array([p.whole_share for p in products])
    given = whole * study.therapy.delivery.dose * len(doses_given(study))
    peaks = {o: given * np.array([c.peak[o] for c in courses]) for o in ORGANS}
    copies = {
        name: np.array([p.copies[i] for p in products])
        for i, name in enumerate(products[0].cargoes)
    }
    return {
        "hours": [float(f"{h:.6g}") for h in courses[0].hours],
        "course": {pool: bands(np.array([c.shares[pool] for c in courses]))
                   for pool in courses[0].shares},
        "vesicles_given": triple(given),
        "went": {place: _spread(c.went[place] for c in courses) for place in courses[0].went},
        "peak_hours": {o: _spread(c.peak_hours[o] for c in courses) for o in ORGANS},
        "peak_vesicles": {o: triple(peaks[o]) for o in ORGANS},
        "peak_copies": {
            o: {name: triple(peaks[o] * each) for name, each in copies.items()} for o in ORGANS
        },
    }  # fmt: skip


def _spread(numbers: Iterable[float]) -> dict[str, float | None]:
    """Median and range; 0 where nothing is there."""
    return triple(np.array(list(numbers) or [0.0]))
