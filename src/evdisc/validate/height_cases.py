"""Height: what a day of load takes, and gives back at night."""

from __future__ import annotations

import numpy as np

from evdisc.evidence.library import Library
from evdisc.simulate.assemble import pack
from evdisc.simulate.values import Values
from evdisc.tissue.swelling import MECHANISM, loaded
from evdisc.validate.case import Result, between, told
from evdisc.validate.nutrition_cases import CONTEXT


def diurnal(library: Library) -> Result:
    """Height lost over a day by a human disc."""
    values = Values(library, CONTEXT | {"grade": "1"})
    share = (values.number("nucleus_radius") / values.number("disc_radius")) ** 2
    held = np.zeros(3)
    loaded(share, np.zeros(0), held, pack(MECHANISM.parameters, values))
    lost = 100.0 * held[1]
    return Result(
        "diurnal height", "height lost over a day", "martin2022",
        (between("height lost", 6.1, 8.0, lost, "%"),
         told("volume lost, simulated day", 16.2, lost, "%")),
        "the stiffness is that of a bovine nucleus and a prior for the annulus, the creep time a "
        "prior for small discs; no human value was readable. Not tuned: it moves no other read-out",
    )  # fmt: skip


CASES = (diurnal,)
