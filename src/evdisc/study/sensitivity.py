"""What exposure depends on: rank correlation of vesicles and copies per cell with the draws.

Only numbers upstream of the exposure are looked at (:mod:`evdisc.simulate.upstream`), and of those
drawn for one molecule the ones of that molecule: what another does to the cells, and the cells to
the uptake, is left out (our choice).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from evdisc.evidence.parameters import ParameterRow
from evdisc.study.chance import FEWEST, by_chance
from evdisc.study.influence import influences

Floats = NDArray[np.float64]
#: numbers named for each
MOST = 12
#: what is ranked -> state variable that holds it
HELD = {"vesicles_per_cell": "vesicles_entered", "copies_per_cell": "cargo_copies"}


def sensitivity(
    rows: Mapping[str, ParameterRow], draws: Floats, names: Sequence[str], table: Floats,
    acting: Mapping[str, Collection[str]],
) -> dict[str, Any]:  # fmt: skip
    """Drawn numbers that move the exposure of an arm most, with their sampling error.

    Args:
        rows: identity -> evidence row, in the order of the columns of ``draws``.
        draws: (members, parameters).
        names: names of the delivery table, in the order of the columns of ``table``.
        table: (members, names) of one arm.
        acting: each of :data:`HELD` -> keys that can act on it.

    Returns for ``vesicles_per_cell``, and for ``copies_per_cell`` with the ``cargo`` it is for, the
    most plentiful: ``tested``, the numbers looked at; ``by_chance``, how many of them would lie
    beyond two sampling errors if none mattered; ``numbers``, the first twelve and all that is drawn
    for the cargo. None of them where the members are too few to rank.
    """
    copies = {n: np.nanmedian(table[:, i]) for i, n in enumerate(names) if n.startswith("copies:")}
    cargoes = [n.partition(":")[2] for n in copies]

    def ranked(name: str, what: str) -> dict[str, Any]:
        own, column = name.partition(":")[2], table[:, names.index(name)]
        if np.isfinite(column).sum() < FEWEST:
            return {"tested": 0, "by_chance": 0.0, "numbers": []}
        others = [c for c in cargoes if c != own]
        kept = [
            identity for identity, row in rows.items()
            if row.key in acting[what] and drawn_for(identity) not in others
        ]  # fmt: skip
        every = influences(rows, draws, column, kept)
        found = [*every[:MOST], *(e for e in every[MOST:] if own and e["context"] == own)]
        told = ("key", "context", "tier", "influence", "sampling_error", "word")
        numbers = [{k: e[k] for k in told} for e in found]
        return {"tested": len(kept), "by_chance": by_chance(len(kept)), "numbers": numbers}

    out: dict[str, Any] = {"vesicles_per_cell": ranked("vesicles_per_cell", "vesicles_per_cell")}
    if copies:
        first = max(copies, key=lambda n: (copies[n], n))
        of = {"cargo": first.partition(":")[2]}
        out |= of | {"copies_per_cell": ranked(first, "copies_per_cell")}
    return out


def drawn_for(identity: str) -> str:
    """The molecule a number is drawn for, empty where for all (``key#step:molecule``)."""
    return identity.partition("#")[2].rpartition(":")[2]
