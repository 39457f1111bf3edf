"""Which claims drive the effect: members that hold an arrow against those that do not.

    difference = mean effect of members with it - mean effect of those without
    error = sqrt(s1^2 / n1 + s0^2 / n0)

A member holds a claim or not (publication-bias discount), so the difference says what the claim
does; s and n are spread and number of each side. The p of a difference is that of Welch's test
(1947); the words are those of :mod:`evdisc.study.chance`. Arrows that the same members hold cannot
be told apart and are one entry. With hundreds of arrows some differ by chance; the word says so.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from evdisc.evidence.weights import Arrow
from evdisc.study.chance import by_chance, words_for

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

#: members each side needs at least
FEWEST = 3
#: entries told; all are counted
TOLD = 20


def packed(held: Flags) -> NDArray[np.uint8]:
    """(arrows,) flags as bits."""
    return np.packbits(held)


def unpacked(bits: NDArray[np.uint8], arrows: int) -> Flags:
    """(members, arrows) flags of (members, bytes)."""
    return np.unpackbits(bits.astype(np.uint8), axis=1, count=arrows).astype(bool)


def influence_of_claims(held: Flags, effect: Floats, every: Sequence[Arrow]) -> dict[str, Any]:
    """Arrows by how much the effect differs with and without them.

    Args:
        held: (members, arrows) whether a member holds an arrow in any of its cells.
        effect: (members,) effect whose spread is explained; NaN where a member failed.
        every: the arrows, with their claims.

    Returns:
        ``tested``: distinct sets of arrows that were compared; ``by_chance``: how many of them
        would differ by two standard errors if none mattered; ``claims``: the first twenty.
    """
    good = np.isfinite(effect)
    columns, owner = np.unique(held[good], axis=1, return_inverse=True)
    with_it = columns.sum(axis=0)
    enough = np.flatnonzero((with_it >= FEWEST) & (good.sum() - with_it >= FEWEST))
    if not enough.size:
        return {"tested": 0, "by_chance": 0.0, "claims": []}
    difference, error, chance = compared(columns[:, enough], effect[good])
    spread = np.where(error > 0.0, error, np.inf)
    words = words_for(difference / spread, chance)
    order = sorted(range(enough.size), key=lambda i: (chance[i], -abs(difference[i]), i))
    entries = []
    for i in order[:TOLD]:
        arrows = [int(a) for a in np.flatnonzero(owner.ravel() == enough[i])]
        entries.append({
            "arrows": [every[a].identity for a in arrows],
            "claims": sorted({c.claim for a in arrows for c in every[a].claims}),
            "held_by": int(with_it[enough[i]]), "of": int(good.sum()),
            "difference": _rounded(difference[i]), "standard_error": _rounded(error[i]),
            "word": words[i],
        })  # fmt: skip
    return {
        "tested": int(enough.size), "by_chance": by_chance(enough.size),
        "claims": entries,
    }  # fmt: skip


def compared(held: Flags, effect: Floats) -> tuple[Floats, Floats, Floats]:
    """Difference of the means with and without, its standard error, and Welch's p; (columns,)."""
    from scipy.stats import ttest_ind_from_stats

    means, spreads, counts = [], [], []
    for side in (held, ~held):
        weight = side.astype(np.float64)
        count = weight.sum(axis=0)
        mean = effect @ weight / count
        square = (weight * (effect[:, None] - mean) ** 2).sum(axis=0) / (count - 1.0)
        means.append(mean)
        spreads.append(np.sqrt(square))
        counts.append(count)
    difference = means[0] - means[1]
    error = np.sqrt(sum(s**2 / n for s, n in zip(spreads, counts, strict=True)))
    with np.errstate(invalid="ignore", divide="ignore"):
        test = ttest_ind_from_stats(
            means[0], spreads[0], counts[0], means[1], spreads[1], counts[1], equal_var=False
        )
    chance = np.where(error > 0.0, np.nan_to_num(test.pvalue, nan=1.0), 1.0)
    return difference, np.asarray(error), chance


def _rounded(x: float) -> float:
    return float(f"{x:.8g}")
