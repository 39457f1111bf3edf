"""Members of the cell ensemble that published experiments left standing.

Drawn by weight from the prior ensemble of :mod:`evdisc.validate.cell_ensemble`; any study takes
its cells from them. ``evdisc validate --refit`` writes them anew.
"""

from __future__ import annotations

import csv
import io
from functools import lru_cache
from importlib import resources

#: seed of the ensemble whose members are listed
SEED = 2026
COLUMN = "member"


@lru_cache(maxsize=1)
def posterior_members() -> tuple[int, ...]:
    """Numbers of the members, one for each draw; a heavy member stands there several times."""
    place = resources.files("evdisc.evidence").joinpath("data/posterior.csv")
    rows = csv.DictReader(io.StringIO(place.read_text("utf-8")))
    return tuple(int(row[COLUMN]) for row in rows)


def table(members: list[int]) -> str:
    """The members as the text of the table."""
    return "\n".join([COLUMN, *map(str, members)]) + "\n"
