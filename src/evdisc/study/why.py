"""Why a read-out of a dish moved: paths over the members of an ensemble, with their studies."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import numpy as np

from evdisc.evidence.library import Library
from evdisc.protocol.specs import DishStudy
from evdisc.simulate.dish_paths import moved, studies_of_arrows
from evdisc.study.worker import draw

#: paths told
MOST = 12
#: change of an activity that counts as a move
LEAST = 1e-3


def why(study: DishStudy, readout: str, library: Library) -> dict[str, Any]:
    """Paths by which ``readout`` moved in the first cell type of a dish.

    Returns:
        ``readout``, ``members``, ``moved`` (share of members by direction) and ``paths``: arrows,
        mean share of the move over all members, share of members that have the path, studies.

    Raises:
        InputError: the network has no such node.
    """
    told = studies_of_arrows(library)
    count = study.ensemble.members
    carried: dict[tuple[str, ...], list[float]] = defaultdict(list)
    moves = []
    for number in range(count):
        change, found = moved(study, draw(study, number, library), readout)
        moves.append(change)
        for path in found:
            carried[path.arrows].append(path.share)
    ranked = sorted(carried.items(), key=lambda kv: -abs(sum(kv[1])))[:MOST]
    return {
        "readout": readout,
        "members": count,
        "moved": {
            "up": float(np.mean([m > LEAST for m in moves])),
            "down": float(np.mean([m < -LEAST for m in moves])),
            "median": float(np.median(moves)),
        },
        "paths": [
            {
                "arrows": list(arrows), "share": sum(shares) / count,
                "members": len(shares) / count,
                "studies": sorted({s for a in arrows for s in told[a]}),
            }
            for arrows, shares in ranked
        ],
    }  # fmt: skip
