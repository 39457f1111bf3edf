"""Macro steps: they grow after each event and meet every event and output time exactly.

    dt -> min(1.25 dt, largest step), from the first step on after each event
    dt <= max(largest step / 2, t / 14) at the time t after an injury

An injury sets everything in motion, a dose little. Where less than two steps are left to an output
time, two equal ones are taken. Our choice.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

GROWTH = 1.25
#: steps after an injury: this share of the largest, until so many of them have passed
HELD, CALM = 0.5, 14.0


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
    restarts: Iterable[float], outputs: NDArray[np.float64], first: float, largest: float,
    injuries: Iterable[float] = (),
) -> NDArray[np.float64]:  # fmt: skip
    """Times of all macro steps, s.

    A step grows by :data:`GROWTH` from ``first`` to ``largest`` and starts again at each of
    ``restarts``; after each of ``injuries``, which are among them, it stays smaller for a while.
    """
    end = float(outputs[-1])
    breaks = sorted({0.0, *(t for t in restarts if t < end), end})
    hurt = sorted(injuries)
    times = [0.0]
    for start, stop in pairwise(breaks):
        marks = [t for t in outputs if start < t < stop] + [stop]
        injured = max((t for t in hurt if t <= start), default=-np.inf)
        now, size = start, first
        for mark in marks:
            while now < mark - 1e-6:
                left = mark - now
                longest = min(size, max(HELD * largest, (now - injured) / CALM))
                # two equal steps rather than one full and one sliver
                step = left if left <= longest + 1e-6 else min(0.5 * left, longest)
                now = mark if step == left else now + step
                times.append(now)
                size = min(size * GROWTH, largest)
    return np.array(times)
