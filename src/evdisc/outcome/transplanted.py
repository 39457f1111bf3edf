"""Transplanted cells: how many of those given live, and the vesicles they gave off in place.

    transplanted cells = 100 sum of V_r c_r / cells given so far
    vesicles given off = vesicles that came into the disc - doses of vesicles

c_r is transplanted cells per m3, the mean over a region, and V_r its volume, m3. Definitions of
our choice.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from evdisc.outcome.cell_counts import REGIONS
from evdisc.outcome.readout import Readout
from evdisc.protocol.specs import VESICLE_ARMS, DiscStudy, DishStudy
from evdisc.simulate.disc import member_grid, product_of
from evdisc.simulate.member import Member
from evdisc.simulate.run import Run

Floats = NDArray[np.float64]

TRANSPLANTED = Readout(
    "transplanted cells", "%", 0, "living transplanted cells, of those given so far", "cell fate",
    100.0,
)  # fmt: skip


def cells_of(study: DiscStudy | DishStudy) -> float:
    """Living cells one injection of a study gives."""
    therapy = study.therapy if isinstance(study, DiscStudy) else None
    return (therapy.delivery.cells or 0.0) if therapy else 0.0


def transplanted(study: DiscStudy, member: Member, arm: str, run: Run) -> dict[str, Floats]:
    """The read-out at the output times; empty where a study gives no cells, 0 in other arms."""
    if not cells_of(study):
        return {}
    given = _given(study, arm, run.times)
    share = np.divide(alive(study, member, run), given, out=np.zeros_like(given), where=given > 0)
    return {TRANSPLANTED.name: 100.0 * share}


def cell_numbers(study: DiscStudy, member: Member, arm: str, run: Run) -> dict[str, float]:
    """Cells given, those alive at the end, their share, and vesicles they gave off in the disc.

    Returns ``cells:NAME``; empty where a study gives no cells.
    """
    if not cells_of(study) or study.therapy is None:
        return {}
    delivery = study.therapy.delivery
    product = product_of(study, member)
    whole = product.whole_share if product and arm in VESICLE_ARMS else 0.0
    doses = whole * delivery.dose * sum(t <= study.duration for t in delivery.schedule)
    given = float(_given(study, arm, run.times)[-1])
    living = float(alive(study, member, run)[-1])
    return {
        "cells:given": given, "cells:alive": living,
        "cells:alive_share": living / given if given else 0.0,
        "cells:secreted": max(run.balance["injected"] - doses, 0.0) if given else 0.0,
    }  # fmt: skip


def alive(study: DiscStudy, member: Member, run: Run) -> Floats:
    """Living transplanted cells in the disc at the output times."""
    grid = member_grid(study, member)
    volumes = [float(grid.volume[grid.region == i].sum()) for i in range(len(REGIONS))]
    columns = (run.series[f"transplanted_cells|{r}"] for r in REGIONS)
    counts = [volume * column for volume, column in zip(volumes, columns, strict=True)]
    return np.asarray(np.sum(counts, axis=0))


def _given(study: DiscStudy, arm: str, times: Floats) -> Floats:
    """Cells given before each time; a record is taken before what happens at its time."""
    schedule = study.therapy.delivery.schedule if study.therapy and arm == "treated" else ()
    before = np.searchsorted(np.asarray(schedule, dtype=np.float64), times)
    return np.asarray(cells_of(study) * before, dtype=np.float64)
