"""The learning curve: what more patients would bring.

    C(n) = a - b n^-c
    donors near the plateau = (b / 0.02)^(1/c)

C is the concordance with n donors trained on; the inverse power law goes through the points by
least squares (Figueroa 2012, doi:10.1186/1472-6947-12-8), and at the plateau 0.02 is left to gain.
Beyond the points it is a guess, and is called one.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from evdisc.diagnose.candidates import candidates
from evdisc.diagnose.chosen import choose
from evdisc.diagnose.cohort import Cohort
from evdisc.diagnose.concordance import concordance
from evdisc.diagnose.folds import deal, possible, units
from evdisc.diagnose.settings import Settings, generator

Codes = NDArray[np.int64]
SHARES = (0.4, 0.55, 0.7, 0.85, 1.0)
#: donors of the rarer side that a smaller training set must keep
FEWEST = 3
NEAR = 0.02
PARTS = 20
MOST_REPEATS = 3


def learning_curve(
    cohort: Cohort, settings: Settings, within: str | None, tick: Callable[[], None] = lambda: None
) -> dict[str, Any]:
    """Concordance of the quick model at growing numbers of training donors, and the law through it.

    Returns: ``points`` [{donors, value, low, high}], ``law`` {a, b, c} or None, ``at_twice``
    (guess at twice the donors of today), ``near_plateau`` (donors at which less than 0.02 is left
    to gain; None where the curve does not rise).
    """
    quick = settings.quick(min(settings.repeats, MOST_REPEATS))
    points = []
    for share in SHARES:
        point = _point(cohort, quick, share, within)
        points += [point] if point is not None else []
        tick()
    law = _law(points)
    return {"points": points, "law": law, **_guess(law, points, len(np.unique(cohort.donors)))}


def _point(
    cohort: Cohort, settings: Settings, share: float, within: str | None
) -> dict[str, float | int | None] | None:
    codes, levels = cohort.outcome.codes, len(cohort.outcome.levels)
    unit, _ = units(cohort, settings.folds)
    folds = possible(unit, codes, settings.folds)
    options = candidates(settings.panel, settings.models)
    scores = np.empty((settings.repeats, len(codes)))
    strata = np.empty((settings.repeats, len(codes)), dtype=np.int64)
    donors = []
    for repeat in range(settings.repeats):
        random = generator(settings.seed, f"learning {share} {repeat}")
        strata[repeat] = deal(unit, codes, folds, random)
        for number in range(folds):
            out = strata[repeat] == number
            train = _part(np.flatnonzero(~out), cohort.donors, codes, share, random)
            if train is None:
                return None
            donors.append(len(np.unique(cohort.donors[train])))
            model = choose(
                cohort.kind, cohort.values[train], codes[train], unit[train], levels, options,
                settings.inner, random,
            )  # fmt: skip
            scores[repeat, out] = model.above(cohort.values[out]).sum(axis=1)
    if within:
        stratum = cohort.strata[within]
        strata = strata * (int(stratum.max()) + 1) + stratum
    found = concordance(scores, codes, strata, unit)
    return {"donors": round(float(np.mean(donors))), **found.row}


def _part(
    train: Codes, donors: Codes, codes: Codes, share: float, random: np.random.Generator
) -> Codes | None:
    """A share of the training donors, both sides of the outcome alike; None where too few."""
    parts = deal(donors[train], codes[train], PARTS, random)
    part = train[parts < round(PARTS * share)]
    middle = np.median(codes) if codes.max() > 1 else 0
    sides = (codes[part] > middle, codes[part] <= middle)
    enough = all(len(np.unique(donors[part][side])) >= FEWEST for side in sides)
    return part if enough else None


def _law(points: list[dict[str, float | int | None]]) -> dict[str, float] | None:
    from scipy.optimize import least_squares

    told = [p for p in points if p["value"] is not None]
    if len(told) < 3:
        return None
    n = np.array([float(p["donors"] or 0) for p in told])
    value = np.array([float(p["value"] or 0.0) for p in told])

    def miss(x: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.asarray(x[0] - x[1] * (n / n[0]) ** -x[2] - value)

    start = (float(np.clip(value.max() + 0.01, 0.51, 0.99)), 0.05, 0.5)
    fit = least_squares(miss, start, bounds=((0.5, 0.0, 0.2), (1.0, 0.5, 1.5)))
    a, b, c = map(float, fit.x)
    return {"a": a, "b": b * float(n[0]) ** c, "c": c}


def _guess(
    law: dict[str, float] | None, points: list[dict[str, float | int | None]], donors: int
) -> dict[str, float | int | None]:
    if law is None:
        return {"at_twice": None, "near_plateau": None}
    twice = law["a"] - law["b"] * (2.0 * donors) ** -law["c"]
    plateau = (law["b"] / NEAR) ** (1.0 / law["c"]) if law["b"] > 0 else 0.0
    last = int(points[-1]["donors"] or 0)
    flat = plateau <= last
    return {"at_twice": float(twice), "near_plateau": None if flat else int(np.ceil(plateau))}
