"""Why a read-out moved: paths over the members of an ensemble, with their studies."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

import numpy as np

from evdisc.evidence.library import Library
from evdisc.protocol.specs import DiscStudy, DishStudy
from evdisc.simulate import disc_paths, dish_paths
from evdisc.simulate.move import Move
from evdisc.study.worker import draw

#: paths told
MOST = 12
#: change of an activity that counts as a move
LEAST = 1e-3


def why(
    study: DiscStudy | DishStudy, readout: str, library: Library, region: str = "NP"
) -> dict[str, Any]:
    """Paths by which ``readout`` moved: in the first cell type of a dish, or in a region of a disc.

    In a dish the stimulated cell is compared with the healthy one, in a disc the therapy with its
    first control, or the insult alone with the healthy disc.

    Returns:
        ``readout``, ``members``, ``moved`` (share of members by direction) and ``paths``: arrows,
        mean share of the move over all members, share of members that have the path, studies. For a
        disc also ``region``, ``against`` and ``day``: the median of when the arms are furthest
        apart.

    Raises:
        InputError: the network has no such node, the disc no such region. RunError: a run fails.
    """
    members = range(study.ensemble.members)
    if isinstance(study, DishStudy):
        found = [dish_paths.moved(study, draw(study, m, library), readout) for m in members]
        return told(readout, found, library)
    moves = [disc_paths.moved(study, draw(study, m, library), readout, region) for m in members]
    return told(readout, moves, library) | {
        "region": region, "day": float(np.median([m.day for m in moves])),
        "against": study.compare[0] if study.therapy else "healthy",
    }  # fmt: skip


def told(readout: str, found: Sequence[Move], library: Library) -> dict[str, Any]:
    """Moves and paths of all members as one answer; see :func:`why`."""
    studies, count = dish_paths.studies_of_arrows(library), len(found)
    carried: dict[tuple[str, ...], list[float]] = defaultdict(list)
    for move in found:
        for path in move.paths:
            carried[path.arrows].append(path.share)
    moves = [move.change for move in found]
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
                "studies": sorted({s for a in arrows for s in studies[a]}),
            }
            for arrows, shares in ranked
        ],
    }  # fmt: skip
