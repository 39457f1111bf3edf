"""Effects: paired members -> difference, interval, direction, probability of benefit.

    d = level of the arm - level of the other, member by member
    effect = median of d,  range = 5 % and 95 % quantiles of d
    band = b full scale, or b |median level of the other| where there is no full scale
    probability of benefit = share of members with d > band, or d < -band where less is better
    none where the range lies within the band, else up or down where it does not hold 0,
        else unresolved

b is ``equivalence_band``. The members of both arms share all draws, so what they have in common
falls out of d. The rule is our choice; the probability is that of the model's members and not of
patients.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
NOISE = 1e-9


@dataclass(frozen=True)
class Effect:
    """Difference between two arms over an ensemble, in the read-out's unit."""

    median: float
    q05: float
    q95: float
    direction: str
    band: float
    probability_of_benefit: float


def quantiles(samples: Floats) -> tuple[float, float, float]:
    """Median, 5 % and 95 % of the finite samples (NaN where there are none)."""
    good = samples[np.isfinite(samples)]
    if not good.size:
        return float("nan"), float("nan"), float("nan")
    low, middle, high = np.quantile(good, (0.05, 0.5, 0.95))
    return float(middle), float(low), float(high)


def rounded(x: float) -> float | None:
    """Eight significant digits; None for NaN, which JSON cannot hold."""
    return None if not np.isfinite(x) else float(f"{x:.8g}")


def triple(samples: Floats) -> dict[str, float | None]:
    """Median, q05 and q95 as JSON numbers."""
    middle, low, high = quantiles(samples)
    return {"median": rounded(middle), "q05": rounded(low), "q95": rounded(high)}


def bands(samples: Floats) -> dict[str, list[float | None]]:
    """Median, q05 and q95 of (members, times) at each time; failed members are left out."""
    good = samples[np.isfinite(samples).all(axis=1)]  # a member failed in all its times or in none
    if not good.size:
        return {key: [None] * samples.shape[1] for key in ("median", "q05", "q95")}
    low, middle, high = np.quantile(good, (0.05, 0.5, 0.95), axis=0)
    return {
        key: [rounded(x) for x in row]
        for key, row in (("median", middle), ("q05", low), ("q95", high))
    }


def direction(low: float, high: float, band: float) -> str:
    """Word for a 90 % interval: none inside the equivalence band, unresolved if it straddles 0."""
    if -band <= low and high <= band:
        return "none"
    if low > 0.0:
        return "up"
    if high < 0.0:
        return "down"
    return "unresolved"


def effect(
    arm: Floats, versus: Floats, relative_band: float, better: int, full: float = 0.0
) -> Effect:
    """Effect of ``arm`` against ``versus`` (members,), paired member by member.

    ``relative_band`` is the equivalence band as a share of ``full``, or of the compared level
    where that is 0; ``better`` is the sign of a benefit, 0 where there is none (the probability is
    then of a rise); what lies within the band is no benefit.
    """
    level, _, _ = quantiles(versus)
    difference = arm - versus
    # what is smaller than two processors agree on is no difference
    difference[np.abs(difference) < NOISE * max(abs(level), 1.0)] = 0.0
    middle, low, high = quantiles(difference)
    band = relative_band * (full or abs(level))
    good = difference[np.isfinite(difference)]
    chance = float(np.mean((better or 1) * good > band)) if good.size else float("nan")
    return Effect(middle, low, high, direction(low, high, band), band, chance)
