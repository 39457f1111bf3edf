"""Macro steps: they grow after each event and meet every event and output time exactly.

    dt -> min(1.25 dt, largest step), from the first step on after each event

Where less than two steps are left to an output time, two equal ones are taken. Our choice.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

GROWTH = 1.25


@dataclass(frozen=True)
class Event:
    """Something that happens at once: ``kind`` names the mechanisms, ``size`` goes to the clock."""

    time: float
    kind: str
    size: tuple[float, ...]


def output_times(duration: float, every: float) -> NDArray[np.float64]:
    """Times at which series are recorded, s; the end is always among them."""
    count = max(int(duration / every + 1e-9), 1)
    times: NDArray[np.float64] = every * np.arange(count + 1, dtype=np.float64)
    if times[-1] < duration - 1e-6:
        times = np.append(times, duration)
    times[-1] = min(times[-1], duration)
    return times


def steps(
    restarts: Iterable[float], outputs: NDArray[np.float64], first: float, largest: float
) -> NDArray[np.float64]:
    """Times of all macro steps, s.

    A step grows by :data:`GROWTH` from ``first`` to ``largest`` and starts again at each of
    ``restarts``.
    """
    end = float(outputs[-1])
    breaks = sorted({0.0, *(t for t in restarts if t < end), end})
    times = [0.0]
    for start, stop in pairwise(breaks):
        marks = [t for t in outputs if start < t < stop] + [stop]
        now, size = start, first
        for mark in marks:
            while now < mark - 1e-6:
                left = mark - now
                # two equal steps rather than one full and one sliver
                step = left if left <= size else (0.5 * left if left < 2 * size else size)
                now = mark if step == left else now + step
                times.append(now)
                size = min(size * GROWTH, largest)
    return np.array(times)
