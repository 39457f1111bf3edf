"""The course of all doses through the body, exact at any time, whatever a run records.

    n(t + s) = V exp(L s) V^-1 n(t),  n -> n + dose at each dose
    taken up by muscle = (1 - f) (given there - U)
    taken up by organ i = w_i (given - B - R - U - taken up by muscle)

n are the pools of :mod:`evdisc.delivery.systemic` (B blood, R the rest of the body, U a muscle
depot) and V, L eigenvectors and eigenvalues of its rate matrix; w_i shares of the organs, f the
share of a muscle depot that reaches the blood. What the disc takes from the blood, below a
thousandth, is left out. Times are even on a logarithmic scale after each dose. Our choice.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from evdisc.delivery import systemic
from evdisc.delivery.systemic import POOLS, rates
from evdisc.protocol.specs import DiscStudy
from evdisc.simulate.route import SYSTEMIC
from evdisc.simulate.values import Values

Floats = NDArray[np.float64]
ORGANS = systemic.ORGANS
#: times after a dose, and the first of them, s
MANY, FIRST = 80, 60.0
#: pools a course tells of
TOLD = POOLS[: POOLS.index("elsewhere")]


@dataclass(frozen=True)
class BodyCourse:
    """Vesicles in the body as shares of all that was given.

    Attributes:
        hours: (times,) after the last dose.
        shares: pool -> (times,) after the last dose.
        peak: pool -> largest share at once, after any dose.
        peak_hours: pool -> hours from the dose before to that peak.
        went: organ, muscle, blood or rest -> share at the end that is there or was broken down
            there; they add up to one.
    """

    hours: Floats
    shares: Mapping[str, Floats]
    peak: Mapping[str, float]
    peak_hours: Mapping[str, float]
    went: Mapping[str, float]


def doses_given(study: DiscStudy) -> tuple[float, ...]:
    """Times of the doses a study comes to before it ends, s."""
    times = study.therapy.delivery.schedule if study.therapy else ()
    return tuple(t for t in times if t < study.duration)


def body_course(study: DiscStudy, values: Values) -> BodyCourse | None:
    """The course of one member's doses; None where none goes through the body."""
    route, times = study.therapy.delivery.route if study.therapy else "", doses_given(study)
    if route not in SYSTEMIC or not times:
        return None
    matrix = rates(values.number, values.number("body_mass", values.context["species"]))
    start = POOLS.index("blood" if route == "intravenous" else "muscle")
    modes, now, found = np.linalg.eig(matrix.astype(np.complex128)), np.zeros(len(POOLS)), []
    for time, until in pairwise((*times, study.duration)):
        now[start] += 1.0 / len(times)
        after = grid(until - time)
        found.append((after / 3600.0, advanced(modes, now, after)))
        now = found[-1][1][:, -1].copy()
    hours, shares = found[-1]
    tops = [max(((s[i].max(), h[s[i].argmax()]) for h, s in found), key=lambda top: top[0])
            for i in range(len(TOLD))]  # fmt: skip
    return BodyCourse(
        hours, dict(zip(TOLD, shares, strict=False)),
        {pool: float(top) for pool, (top, _) in zip(TOLD, tops, strict=True)},
        {pool: float(hour) for pool, (_, hour) in zip(TOLD, tops, strict=True)},
        whereabouts(matrix, now, float(start == POOLS.index("muscle"))),
    )  # fmt: skip


def grid(span: float) -> Floats:
    """Times after a dose, s: the dose itself, then even on a logarithmic scale up to ``span``."""
    return np.append(0.0, np.geomspace(min(FIRST, 0.5 * span), span, MANY))


def advanced(modes: tuple[Any, Any], now: Floats, after: Floats) -> Floats:
    """(pools, times) of what starts as ``now`` (pools,), at times ``after`` s; exact.

    ``modes`` are the eigenvalues and eigenvectors of the rate matrix.
    """
    values, vectors = modes
    part = np.linalg.solve(vectors, now.astype(np.complex128))
    out = vectors @ (part[:, None] * np.exp(values[:, None] * after))
    return np.maximum(out.real, 0.0)


def whereabouts(matrix: Floats, now: Floats, into_muscle: float) -> dict[str, float]:
    """Where what was given is or was broken down; ``into_muscle`` of it was given there."""
    pool = dict(zip(POOLS, now, strict=True))
    muscle = POOLS.index("muscle")
    kept = -matrix[POOLS.index("elsewhere"), muscle] / matrix[muscle, muscle]
    by_muscle = kept * (into_muscle - pool["muscle"])
    taken = now.sum() - pool["blood"] - pool["rest"] - pool["muscle"] - by_muscle
    flows = np.array([matrix[POOLS.index(organ), 0] for organ in ORGANS])
    out = dict(zip(ORGANS, taken * flows / flows.sum(), strict=True))
    out |= {"muscle": by_muscle + pool["muscle"], "blood": pool["blood"], "rest": pool["rest"]}
    return {name: float(share) for name, share in out.items()}
