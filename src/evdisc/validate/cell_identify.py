"""What the experiments taught: which parameters and stories they moved, and which studies did it.

Draws of a member are uniform numbers; weighed by the experiments they are uniform no more where
something was learnt. A narrowing or a shift near zero means that nothing constrains the parameter.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from evdisc.cell.blueprint import CLASSES, blueprint
from evdisc.evidence.experiments import experiments
from evdisc.evidence.library import Library
from evdisc.evidence.posterior import SEED
from evdisc.simulate.draws import MemberDraws
from evdisc.validate.cell_ensemble import Ensemble
from evdisc.validate.cell_scores import study_scores, weigh

Floats = NDArray[np.float64]

#: standard deviation of a uniform number
UNIFORM = float(np.sqrt(1.0 / 12.0))
#: a shift of the mean quantile below which nothing was learnt
LEAST = 0.05


@dataclass(frozen=True)
class Learnt:
    """What the experiments say of one drawn number.

    Attributes:
        name: parameter, or story behind arrows.
        shift: mean quantile minus one half; for a story, chance that it holds minus the prior's.
        width: spread of the quantile relative to the prior's; 1 where nothing was learnt.
    """

    name: str
    shift: float
    width: float


def information(ensemble: Ensemble) -> Mapping[str, float]:
    """Study -> nats by which it alone moves the members from the prior."""
    studies, scores = study_scores(ensemble.folds, experiments())
    found = {}
    for j, study in enumerate(studies):
        weight = weigh(scores[:, [j]])
        found[study] = float((weight * np.log(weight * len(weight) + 1e-300)).sum())
    return dict(sorted(found.items(), key=lambda kv: -kv[1]))


def parameters(ensemble: Ensemble, library: Library) -> list[Learnt]:
    """The numbers all arrows share: strengths of the classes, beliefs, lending."""
    plan = blueprint(library)
    asked = [("edge_class_strength", c) for c in CLASSES]
    asked += [("claim_probability", k) for k in plan.supports] + [("claim_borrowed_share", "")]
    rows = [library.resolve(key, subject=subject) for key, subject in asked]
    drawn = _draws(ensemble, [f"{r.identity}#" for r in rows])
    weight = weigh(study_scores(ensemble.folds, experiments())[1])
    return [
        Learnt(" ".join(a).strip(), *_moved(u, weight)) for a, u in zip(asked, drawn.T, strict=True)
    ]


def stories(ensemble: Ensemble, library: Library) -> list[Learnt]:
    """Stories of the claims, the most moved first; a textbook fact is a story of its own."""
    plan = blueprint(library)
    drawn = _draws(ensemble, ["chance|story:" + s for s in plan.told])
    kinds = {story: kind for told in plan.stories for story, kind in told}
    belief = {k: library.resolve("claim_probability", subject=k).median for k in plan.supports}
    weight = weigh(study_scores(ensemble.folds, experiments())[1])
    out = []
    for story, u in zip(plan.told, drawn.T, strict=True):
        held = u < belief[kinds[story]]
        out.append(Learnt(story, float(weight @ held - held.mean()), _moved(u, weight)[1]))
    return sorted(out, key=lambda row: -abs(row.shift))


def _draws(ensemble: Ensemble, identities: list[str]) -> Floats:
    """(members, identities) uniform numbers."""
    members = range(len(ensemble.folds))
    return np.array([MemberDraws(SEED, m).many(identities) for m in members])


def _moved(u: Floats, weight: Floats) -> tuple[float, float]:
    mean = float(weight @ u)
    return mean - 0.5, float(np.sqrt(weight @ (u - mean) ** 2)) / UNIFORM
