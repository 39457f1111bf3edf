"""Sample size from the predicted effect and the spread, by simulated experiments.

    size = predicted effect / standard deviation of a unit
    n = smallest number a group with power >= the power asked for
    assurance = power with effect and spread drawn instead of fixed

Power is that of :mod:`evdisc.study.power`, the standard deviation that of
:mod:`evdisc.study.spread`; the effect is drawn from the members. No number is given where it would
mean nothing, by our choice: an effect that is predicted to be none or is not resolved gets the
detectable difference, an outcome whose spread nobody states gets a curve.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from evdisc.outcome.effects import rounded, triple
from evdisc.study.layout import Layout, apart, contrast, inside
from evdisc.study.power import Rules, detectable, exact, power, smallest
from evdisc.study.predicted import Predicted
from evdisc.study.spread import Spread
from evdisc.study.unit import Unit

Floats = NDArray[np.float64]
#: beyond this many units a group the answer is of no use
MOST = 100
#: group sizes of the detectable table, and coefficients of variation of a curve
SIZES = (6, 8, 10)
VARIATIONS = (0.05, 0.1, 0.15, 0.2, 0.3, 0.4)

STATUS = {
    "sized": "number follows from the predicted effect and the spread",
    "beyond reach": f"more than {MOST} units in each group",
    "none predicted": "no difference that matters is predicted; see what would be detectable",
    "unresolved": "the sign of the effect is not resolved; see what would be detectable",
    "spread unknown": "nobody states the spread; the answer is a curve against it",
}


@dataclass(frozen=True, eq=False)
class Design:
    """What all sizes of one plan share.

    Attributes:
        unit: experimental unit.
        groups: names of the groups.
        rules: power, level, losses, seed.
        correlated: (outcomes, outcomes) correlation in one unit of the outcomes named.
        layouts: layouts made so far, by units a group.
    """

    unit: Unit
    groups: tuple[str, ...]
    rules: Rules
    correlated: Callable[[Sequence[str]], Floats]
    layouts: dict[int, Layout] = field(default_factory=dict)

    def layout(self, per_group: int) -> Layout:
        """Layout with so many units in each group."""
        if per_group not in self.layouts:
            rng = self.rules.generator(per_group)
            count = len(self.groups)
            self.layouts[per_group] = (
                inside(per_group, count, len(self.unit.levels), rng)
                if self.unit.inside else apart(per_group, count)
            )  # fmt: skip
        return self.layouts[per_group]

    def expected(self, per_group: int) -> Layout:
        """Layout after the losses that are to be expected."""
        lost = self.rules.attrition
        if not self.unit.inside:
            return apart(int(np.floor(per_group * (1.0 - lost))), len(self.groups))
        whole = self.layout(per_group)
        stay = int(np.floor(whole.animals * (1.0 - lost)))
        return whole.kept(np.arange(whole.animals) < stay)

    def animals(self, per_group: int) -> int:
        """Animals (or donors) in the whole experiment."""
        return self.layout(per_group).animals


def sized(
    design: Design, pair: tuple[int, int], predicted: Sequence[Predicted],
    spreads: Mapping[str, Spread | None],
) -> dict[str, Any]:  # fmt: skip
    """Sample size of one contrast under one hypothesis, for all outcomes of the family."""
    family = len(predicted)
    known = [p for p in predicted if spreads[p.outcome] is not None and p.level > 0.0]
    study = _Study(design, pair, known, [s for p in known if (s := spreads[p.outcome])], family)
    rows = {p.outcome: _row(study, p, spreads[p.outcome]) for p in predicted}
    sizes = [r["n"] for r in rows.values()]
    full = all(r["status"] == "sized" for r in rows.values())
    first = rows[predicted[0].outcome]["n"]
    return {
        "arm": predicted[0].arm, "versus": predicted[0].versus,
        "hypothesis": predicted[0].hypothesis, "outcomes": rows, "n_primary": first,
        "animals_primary": design.animals(first) if first else None,
        "n_all": study.together() if full else None,
        "n_each": max(sizes, default=None) if full else None,
    }  # fmt: skip


@dataclass(frozen=True, eq=False)
class _Study:
    """One contrast: outcomes with a known spread, in standard deviations of a unit."""

    design: Design
    pair: tuple[int, int]
    known: Sequence[Predicted]
    spreads: Sequence[Spread]
    family: int

    @property
    def sizes(self) -> Floats:
        return np.array([
            p.median / (s.cv * s.at(p.level)) for p, s in zip(self.known, self.spreads, strict=True)
        ])  # fmt: skip

    @property
    def root(self) -> Floats:
        from scipy.linalg import eigh

        values, vectors = eigh(self.design.correlated([p.outcome for p in self.known]))
        out: Floats = vectors * np.sqrt(np.maximum(values, 0.0))
        return out

    def powers(self, per_group: int) -> Any:
        layout = self.design.layout(per_group)
        return power(layout, self.pair, self.sizes, self.root, self.design.rules, self.family)

    def assured(self, per_group: int) -> Any:
        """Power averaged over what the members and the spread's data leave open."""
        rules = self.design.rules
        rng = rules.generator(per_group, 1)
        drawn = []
        for p, s in zip(self.known, self.spreads, strict=True):
            good = p.differences[np.isfinite(p.differences)]
            effect = rng.choice(good, rules.experiments)
            drawn.append(effect / (s.drawn(rng, rules.experiments) * s.at(p.level)))
        layout = self.design.layout(per_group)
        return power(
            layout, self.pair, np.stack(drawn, axis=1), self.root, rules, self.family,
            signs=self.signs,
        )  # fmt: skip

    @property
    def signs(self) -> Floats:
        """Directions that count as a success: the predicted ones, a benefit where none is."""
        told = [{"up": 1, "down": -1}.get(p.direction, p.better) for p in self.known]
        return np.array(told, dtype=np.float64)

    def enough(self, index: int) -> Callable[[int], bool]:
        return lambda n: self.powers(n).each[index] >= self.design.rules.power

    def together(self) -> int | None:
        return smallest(lambda n: self.powers(n).all >= self.design.rules.power, MOST)


def _row(study: _Study, p: Predicted, spread: Spread | None) -> dict[str, Any]:
    row: dict[str, Any] = {
        "effect": triple(p.differences) | {"direction": p.direction}, "unit": p.unit,
        "level": rounded(p.level), "band": rounded(p.band), "spread": None, "n": None,
        "animals": None, "power": None, "assurance": None, "assurance_at": [], "curve": [],
    }  # fmt: skip
    if spread is not None:
        row["spread"] = {"cv": rounded(spread.cv), "basis": spread.basis, "from": spread.words,
                         "source": spread.source, "mean": rounded(spread.at(p.level))}  # fmt: skip
    if p in study.known:
        index = study.known.index(p)
        row["assurance_at"] = [
            {"n": n, "assurance": rounded(study.assured(n).each[index])} for n in SIZES
        ]
    row["status"] = _status(study, p, spread, row)
    row["words"] = STATUS[row["status"]]
    return row


def _status(study: _Study, p: Predicted, spread: Spread | None, row: dict[str, Any]) -> str:
    if p.direction == "none":
        return "none predicted"
    if p.direction == "unresolved":
        return "unresolved"
    if spread is None or p.level <= 0.0:
        row["curve"] = curve(study.design, study.pair, p, study.family)
        return "spread unknown"
    index = [k.outcome for k in study.known].index(p.outcome)
    n = smallest(study.enough(index), MOST)
    if n is None:
        return "beyond reach"
    row |= {
        "n": n, "animals": study.design.animals(n),
        "power": rounded(study.powers(n).each[index]),
        "assurance": rounded(study.assured(n).each[index]),
    }  # fmt: skip
    return "sized"


def curve(
    design: Design, pair: tuple[int, int], p: Predicted, family: int
) -> list[dict[str, float | int | None]]:
    """Units a group against the coefficient of variation of a unit; None above :data:`MOST`.

    By the noncentral F at the level of Holm's first step, after the losses to be expected.
    """
    rules = design.rules
    if p.level <= 0.0:
        return []

    def found(cv: float, n: int) -> bool:
        model = contrast(design.expected(n), *pair)
        size = abs(p.median) / (cv * p.level)
        return model is not None and exact(size, model, rules.level / family) >= rules.power

    return [
        {"cv": cv, "n": smallest(lambda n, cv=cv: found(cv, n), MOST)}  # type: ignore[misc]
        for cv in VARIATIONS
    ]


def detectables(
    design: Design, pair: tuple[int, int], predicted: Sequence[Predicted],
    spreads: Mapping[str, Spread | None],
) -> list[dict[str, Any]]:  # fmt: skip
    """Smallest difference that would be found with 6, 8 and 10 units a group."""
    out = []
    for n in SIZES:
        model = contrast(design.expected(n), *pair)
        size = detectable(model, design.rules, len(predicted)) if model else None
        for p in predicted:
            spread = spreads[p.outcome]
            out.append({
                "n": n, "outcome": p.outcome, "unit": p.unit, "versus": p.versus,
                "standard_deviations": None if size is None else rounded(size),
                "difference": _difference(size, spread, p),
                "by_cv": [] if spread or size is None or p.level <= 0.0 else [
                    {"cv": cv, "difference": rounded(size * cv * p.level)} for cv in VARIATIONS
                ],
            })  # fmt: skip
    return out


def _difference(size: float | None, spread: Spread | None, p: Predicted) -> float | None:
    if size is None or spread is None:
        return None
    return rounded(size * spread.cv * spread.at(p.level))
