"""How many animals would see an effect: power of an unpaired comparison of two groups.

    size = |effect| / sqrt((variance of one arm + variance of the other) / 2)
    power(n) = P(F(1, 2 n - 2, size^2 n / 2) > F_crit), F_crit of a 5 % test
    animals = smallest n with a power of 80 %

F is the noncentral F distribution of the squared t. The spread is that between members of the model
in each arm: what is not known of a disc. It is not the spread between animals of one laboratory,
which no source states, so the number says how an effect compares with our ignorance and is no
replacement for a pilot study. The test is Student's (1908); to take members for animals is our
choice.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

POWER, LEVEL = 0.8, 0.05
#: beyond this the answer is of no use
MOST = 100_000


def animals_per_arm(effect: float, arm: Floats, versus: Floats) -> int | None:
    """Animals in each of two equal groups for 80 % power, two-sided 5 %, by the t test.

    Args:
        effect: difference to be seen, in the unit of the arms.
        arm, versus: (members,) levels of the two arms; failed members are NaN.

    Returns:
        None where an arm has fewer than two members, nothing differs, or over 100,000 are needed.
    """
    groups = [g[np.isfinite(g)] for g in (arm, versus)]
    if min(g.size for g in groups) < 2 or effect == 0.0 or not math.isfinite(effect):
        return None
    spread = math.sqrt(sum(float(g.var(ddof=1)) for g in groups) / 2.0)
    size = abs(effect) / spread if spread > 0.0 else math.inf
    return 2 if math.isinf(size) else _fewest(size)


def _fewest(size: float) -> int | None:
    """Smallest group for a standardised difference: from below, by the noncentral t."""
    from scipy.stats import norm

    start = 2.0 * ((norm.ppf(1.0 - LEVEL / 2.0) + norm.ppf(POWER)) / size) ** 2
    if start > MOST:
        return None
    count = max(2, math.floor(start))
    while power(size, count) < POWER:
        count += 1
    return count


def power(size: float, count: int) -> float:
    """Chance that two groups of ``count`` show a standardised difference ``size``."""
    from scipy.stats import f, ncf

    freedom = 2 * count - 2
    # the square of t: the noncentral t of SciPy is no number where power is nearly 1
    border = f.ppf(1.0 - LEVEL, 1, freedom)
    return float(ncf.sf(border, 1, freedom, size**2 * count / 2.0))
