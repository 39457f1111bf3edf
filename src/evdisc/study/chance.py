"""What chance alone would give, in words, where many numbers are looked at at once.

What lies within two standard errors may be chance. Beyond them it stands out where its p holds at a
false discovery rate of 5 % (Benjamini & Hochberg 1995), else it may be chance among so many.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

#: members it takes to rank numbers by their correlation; see :mod:`evdisc.study.influence`
FEWEST = 20
#: below this many standard errors a finding may be chance
ERRORS = 2.0
#: share of false findings among those that stand out
FALSE_SHARE = 0.05
WORDS = ("may be chance", "may be chance among so many", "stands out")


def words_for(errors: Floats, chance: Floats) -> list[str]:
    """One of :data:`WORDS` for each of the findings tested together.

    Args:
        errors: (findings,) distance from nothing, in standard errors.
        chance: (findings,) p of each.
    """
    from scipy.stats import false_discovery_control  # here, because it takes long to load

    if not len(errors):
        return []
    beyond = abs(errors) >= ERRORS
    stands = beyond & (false_discovery_control(chance) < FALSE_SHARE)
    return [WORDS[int(b) + int(s)] for b, s in zip(beyond, stands, strict=True)]


def tail(errors: Any) -> Any:
    """Two-sided chance of a normal number so many standard errors or more from nothing."""
    from scipy.stats import norm

    return 2.0 * norm.sf(abs(errors))


def by_chance(tested: int) -> float:
    """How many of so many findings would lie beyond two standard errors if none mattered."""
    return round(float(tail(ERRORS)) * tested, 1)
