"""Would acting on the model do more good than harm? The decision curve.

    net benefit = true positives / n - false positives / n t / (1 - t)

t is the threshold probability at which one would act (Vickers and Elkin 2006,
doi:10.1177/0272989X06295361). It stands beside treating everybody and nobody.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from evdisc.diagnose.grades import resamples
from evdisc.diagnose.settings import generator

Array = NDArray[np.float64]
THRESHOLDS = tuple(round(0.05 * i, 2) for i in range(1, 20))


def decision_curve(
    probabilities: Array, over: NDArray[np.bool_], unit: NDArray[np.int64], seed: int
) -> list[dict[str, Any]]:
    """Net benefit of (repeats, n) probabilities at each threshold, 95 % over resampled donors."""
    edges = np.array(THRESHOLDS)
    odds = edges / (1.0 - edges)
    acted = (probabilities[:, :, None] >= edges).mean(axis=0)
    gain = acted * np.where(over[:, None], 1.0, -odds)
    everybody = np.where(over[:, None], 1.0, -odds)
    weights = resamples(unit, generator(seed, "decision curve"))
    spread = weights @ gain / weights.sum(axis=1, keepdims=True)
    low, high = np.quantile(spread, (0.025, 0.975), axis=0)
    model, everyone = gain.mean(axis=0), everybody.mean(axis=0)
    return [
        {"threshold": t, "model": float(model[i]), "low": float(low[i]), "high": float(high[i]),
         "everybody": float(everyone[i]), "nobody": 0.0}
        for i, t in enumerate(THRESHOLDS)
    ]  # fmt: skip
