"""Cells by region: how many live, how many are senescent, how many died and of what.

    living cells = 100 n / n at the start
    senescence = 100 (E + L) / n,  late senescence = 100 L / n
    cells dead of a cause = 100 dead of it so far / n at the start

n is living, E early and L late senescent cells, means over the region. Definitions of our choice.

The nucleus stands without a mark, annulus and endplate as ``NAME (AF)`` and ``NAME (CEP)``. A dead
cell has one cause: a pathway of the network (apoptosis, pyroptosis), hunger or acid (starvation), a
needle (crushed cells), or a sudden loss the protocol asks for (lost cells).
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from evdisc.outcome.readout import Readout

Floats = NDArray[np.float64]

#: regions of a disc, as its series name them
REGIONS = ("NP", "AF", "CEP")
SENESCENT = ("early_senescent_cells", "late_senescent_cells")
#: read-out -> pool of the dead
CAUSES = {
    "apoptosis": "apoptotic_cells", "pyroptosis": "pyroptotic_cells",
    "starvation": "starved_cells", "crushed cells": "crushed_cells", "lost cells": "lost_cells",
}  # fmt: skip
#: causes that a dish knows
IN_A_DISH = ("apoptosis", "pyroptosis", "starvation")


def _dead(name: str, meaning: str) -> Readout:
    return Readout(name, "%", -1, meaning, "cell fate", 100.0)


FATES = (
    Readout("senescence", "%", -1, "senescent share of the living cells", "cell fate", 100.0),
    Readout("late senescence", "%", -1, "living cells locked in senescence", "cell fate", 100.0),
    _dead("dead cells", "cells lost so far, of any cause"),
    _dead("apoptosis", "cells lost to apoptosis so far"),
    _dead("pyroptosis", "cells lost to pyroptosis so far"),
    _dead("starvation", "cells lost to hunger or acid so far"),
    _dead("crushed cells", "cells crushed by a needle so far"),
    _dead("lost cells", "cells lost to a sudden insult so far"),
)


def marked(name: str, region: str) -> str:
    """Name of a read-out in a region."""
    return name if region == "NP" else f"{name} ({region})"


def by_region(series: Mapping[str, Floats]) -> dict[str, Floats]:
    """Read-outs of cells in every region of a disc, %."""
    return {
        marked(name, region): column
        for region in REGIONS
        for name, column in cells(series, region, tuple(CAUSES), "living cells").items()
    }


def cells(
    series: Mapping[str, Floats], place: str, causes: tuple[str, ...], living: str
) -> dict[str, Floats]:
    """Read-outs of the cells of one region or cell type, % of those at the start.

    Senescent cells are a share of the living. ``living`` is what the living are called there.
    """
    now = series[f"living_cells|{place}"]
    start = max(float(now[0]), 1e-9)
    alive = np.maximum(now, 1e-9 * start)
    late = series[f"{SENESCENT[1]}|{place}"]
    dead = {name: 100.0 * series[f"{CAUSES[name]}|{place}"] / start for name in causes}
    return {
        living: 100.0 * now / start,
        "senescence": 100.0 * (series[f"{SENESCENT[0]}|{place}"] + late) / alive,
        "late senescence": 100.0 * late / alive,
        "dead cells": np.sum(list(dead.values()), axis=0),
        **dead,
    }
