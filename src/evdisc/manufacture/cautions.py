"""What a reader of a plan must know: the warnings."""

from __future__ import annotations

from typing import Any

import numpy as np

from evdisc.manufacture import isolation
from evdisc.manufacture.draws import Draws
from evdisc.manufacture.frame import Frame
from evdisc.manufacture.platforms import WHEEL, WHEEL_CELLS

#: share of draws over the passage limit, and distance from a measured figure, worth a warning
LEAST_SHARE, FAR = 0.05, 5.0


def cautions(made: Frame, rows: list[dict[str, Any]]) -> list[str]:
    """Warnings of a plan and of its platforms, each once."""
    want = made.want
    out = [w for w in made.product.warnings if "yield" in w]
    if not np.any(made.per_dose > 0.0):
        out.append("the dose is 0: no vesicles are made")
    if made.draws.borrowed:
        out.append(f"figures of human cells stand in for {want.vesicle.source.species} ones")
    if want.cells:
        out.append("living cells are given too: their expansion is told, their own release is not")
    if not made.asked.chain and want.vesicle.isolation == isolation.NOT_STATED:
        out.append(f"the protocol does not say how vesicles are isolated: {isolation.USUAL} is "
                   "taken")  # fmt: skip
    if made.asked.chain and want.vesicle.isolation not in (isolation.NOT_STATED, *made.asked.chain):
        out.append(f"the protocol isolates by {want.vesicle.isolation}; here it is "
                   + " -> ".join(made.asked.chain))  # fmt: skip
    if len(made.chain.steps) > 1:
        out.append("recoveries of single steps on raw medium are taken to multiply in a chain")
    if want.route in ("intravenous", "intramuscular"):
        out.append(f"by the route {want.route} a small share of the dose reaches the disc: see "
                   "evdisc dose")  # fmt: skip
    out += [f"the overlay's {key} is read by no step of this plan" for key in _unread(made.draws)]
    for row in rows:
        out += _of_platform(row, want.vesicle.source.cell)
    return list(dict.fromkeys(out))


def _unread(draws: Draws) -> list[str]:
    """Overlay rows for planning that the plan did not read."""
    rows = draws.library.parameters
    planned = {k for k in draws.library.overlaid if all(r.use == "plan" for r in rows[k])}
    return sorted(planned - {r.key for r in draws.used.values()})


def _of_platform(row: dict[str, Any], parent: str) -> list[str]:
    out, grown = [], row["expansion"]
    if grown["probability_limit_exceeded"] >= LEAST_SHARE:
        vials = grown["vials_within_limit"]["q95"]
        needed = "no number of vials keeps it" if vials is None else f"{vials:.3g} vials keep it"
        out.append(
            f"{row['platform']}: grown from one vial, cells pass the limit of passage "
            f"{grown['passage_limit']:g} in {100 * grown['probability_limit_exceeded']:.0f} % of "
            f"draws; {needed}"
        )
    if row["platform"] == WHEEL and parent not in WHEEL_CELLS:
        out.append(f"{WHEEL}: no run of {parent} was found, {WHEEL_CELLS[0]} stands in")
    for seen in row["published"]:
        ratio = seen["published_over_planned"]
        if ratio is not None and not 1.0 / FAR <= ratio <= FAR:
            out.append(
                f"{row['platform']}: {seen['what']} was measured at {ratio:.2g} times the "
                "concentration of this plan; what a cell gives is known to a decade only"
            )
    if row["platform"] == "fixed bed":
        out.append("fixed bed: no vesicle study was found, every number of it is a guess")
    return out
