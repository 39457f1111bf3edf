"""The front of a search: ways no other beats in effect, dose, punctures and vesicles made.

    on the front = no other way is at least as good in all of them and better in one

Pareto's rule, under each delivery hypothesis by itself.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from evdisc.study.asked import Asked
from evdisc.study.variants import HYPOTHESES

Floats = NDArray[np.float64]
COSTS = ("dose", "punctures", "made")


def front(values: Floats) -> NDArray[np.bool_]:
    """(trials,) True where no other trial is at least as good in all and better in one.

    Args:
        values: (trials, objectives), less is better.
    """
    no_worse = (values[:, None] <= values[None]).all(axis=2)
    better = (values[:, None] < values[None]).any(axis=2)
    return np.asarray(~(no_worse & better).any(axis=0))


def content(
    rows: Sequence[Mapping[str, Any]], about: Asked, broken: Counter[str], band: float
) -> dict[str, Any]:
    """Trials with their place on the front of each hypothesis, the best, and what was left out."""
    costs = np.array([[float(r[c]) for c in COSTS] for r in rows])
    on: dict[str, list[bool]] = {}
    for h in HYPOTHESES:
        effect = np.array([-r["hypotheses"][h]["median"] for r in rows])
        on[h] = [bool(b) for b in front(np.column_stack([effect, costs]))]
    told = [
        {"number": i, **r, "front": {h: on[h][i] for h in HYPOTHESES}} for i, r in enumerate(rows)
    ]
    failed = sum(r["failed"] for r in rows)
    return {
        "readout": {"name": about.name, "at": about.words, "unit": about.about.unit,
                    "better": about.about.better or 1, "band": band},
        "rows": told, "best": {h: best(told, h) for h in HYPOTHESES},
        "left_out": {"count": sum(broken.values()), "reasons": dict(broken.most_common())},
        "warnings": [f"{failed} members of all trials failed and are left out"] if failed else [],
        "assumed": ["ranges of the search (search_range)"],
    }  # fmt: skip


def best(rows: Sequence[Mapping[str, Any]], hypothesis: str) -> dict[str, int]:
    """Trial with the largest median gain, and with the largest gain in the worst members.

    Of equals the one with fewer vesicles to make is best.
    """
    return {
        by: max(rows, key=lambda r: (r["hypotheses"][hypothesis][by], -r["made"]))["number"]
        for by in ("median", "q05")
    }
