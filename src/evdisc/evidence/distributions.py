"""How an uncertain number is spread, and its quantile function.

``value`` is the median and ``low``-``high`` the 5 % and 95 % points for ``normal``,
``lognormal`` and ``logitnormal``; the two halves may differ in width, so a stated median and
a stated 90 % range are both honoured exactly. For ``uniform`` and ``loguniform`` ``low`` and
``high`` are the bounds. ``bernoulli`` is 1 with probability ``value``.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from statistics import NormalDist

Scale = Callable[[float], float]
NORMAL = NormalDist()
Z95 = NORMAL.inv_cdf(0.95)
NAMES = ("fixed", "normal", "lognormal", "logitnormal", "uniform", "loguniform", "bernoulli")


def quantile(name: str, value: float, low: float, high: float, u: float) -> float:
    """Quantile ``u`` in (0, 1) of a distribution of this module, in the unit of ``value``."""
    if name == "fixed":
        return value
    if name == "bernoulli":
        return 1.0 if u > 1.0 - value else 0.0
    if name == "uniform":
        return low + u * (high - low)
    if name == "loguniform":
        return math.exp(math.log(low) + u * (math.log(high) - math.log(low)))
    forward, back = _SCALES[name]
    centre = forward(value)
    z = NORMAL.inv_cdf(u)
    reach = centre - forward(low) if z < 0 else forward(high) - centre
    return back(centre + z / Z95 * reach)


def problem(name: str, value: float, low: float, high: float) -> str | None:
    """Say what is wrong with the numbers of a distribution, or None."""
    if name not in NAMES:
        return f"unknown distribution '{name}', one of {', '.join(NAMES)}"
    if name == "fixed":
        return None
    if name == "bernoulli":
        return None if 0 <= value <= 1 else "a probability lies between 0 and 1"
    if not (low <= value <= high and low < high):
        return "expected low <= value <= high and low < high"
    if name in ("lognormal", "loguniform") and low <= 0:
        return "a logarithmic spread needs low > 0"
    if name == "logitnormal" and not (low > 0 and high < 1):
        return "a logit-normal spread needs 0 < low and high < 1"
    return None


def _logit(x: float) -> float:
    return math.log(x / (1.0 - x))


def _expit(x: float) -> float:
    return 1.0 / (1.0 + math.exp(-x))


_SCALES: dict[str, tuple[Scale, Scale]] = {
    "normal": (float, float),
    "lognormal": (math.log, math.exp),
    "logitnormal": (_logit, _expit),
}
