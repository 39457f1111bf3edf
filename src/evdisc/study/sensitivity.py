"""What exposure depends on: rank correlation of vesicles and copies per cell with the draws."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from evdisc.evidence.parameters import ParameterRow
from evdisc.study.influence import influences

Floats = NDArray[np.float64]
#: numbers named for each
MOST = 12


def sensitivity(
    rows: Mapping[str, ParameterRow], draws: Floats, names: Sequence[str], table: Floats
) -> dict[str, Any]:
    """Drawn numbers that move the exposure of an arm most, with their sampling error.

    Args:
        rows: identity -> evidence row, in the order of the columns of ``draws``.
        draws: (members, parameters).
        names: names of the delivery table, in the order of the columns of ``table``.
        table: (members, names) of one arm.

    Returns a list for ``vesicles_per_cell``, and one for ``copies_per_cell`` with the ``cargo`` it
    is for: the most plentiful.
    """

    def ranked(name: str) -> list[dict[str, Any]]:
        # what is drawn for another molecule can only be related by chance
        own = ("", name.partition(":")[2])
        kept = [i for i, identity in enumerate(rows) if identity.partition("#")[2] in own]
        some = {identity: row for i, (identity, row) in enumerate(rows.items()) if i in kept}
        found = influences(some, draws[:, kept], table[:, names.index(name)])
        return [
            {k: e[k] for k in ("key", "context", "tier", "influence", "sampling_error")}
            for e in found[:MOST] if e["influence"] != 0.0
        ]  # fmt: skip

    out: dict[str, Any] = {"vesicles_per_cell": ranked("vesicles_per_cell")}
    copies = {n: np.nanmedian(table[:, i]) for i, n in enumerate(names) if n.startswith("copies:")}
    if copies:
        first = max(copies, key=lambda n: (copies[n], n))
        out |= {"cargo": first.partition(":")[2], "copies_per_cell": ranked(first)}
    return out
