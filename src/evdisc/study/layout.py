"""The layout of an experiment: which group each unit is in, and which animal it sits in.

Two ways to give treatments to animals whose discs are nested in them. *Apart*: an animal gets one
treatment, and its mean is what is compared. *Inside*: an animal is a block whose discs get
different treatments, and the comparison is made within animals. In balanced layouts the test of
a contrast is that of the linear mixed model with a random intercept for the animal; inside
incomplete blocks it is the intra-block analysis, which needs no estimate of that variance.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
ESTIMABLE = 1e-8


@dataclass(frozen=True, eq=False)
class Layout:
    """Units of an experiment.

    Attributes:
        group: (units,) number of the group of each unit.
        animal: (units,) number of the animal (or donor) of each unit.
        groups: how many groups there are.
        inside: True where an animal is a block.
    """

    group: Ints
    animal: Ints
    groups: int
    inside: bool

    @property
    def animals(self) -> int:
        """How many animals there are."""
        return int(self.animal.max()) + 1 if self.animal.size else 0

    def kept(self, alive: NDArray[np.bool_]) -> Layout:
        """The layout without the animals that are lost; ``alive`` is (animals,)."""
        left = alive[self.animal]
        renumbered = np.cumsum(alive) - 1
        return Layout(self.group[left], renumbered[self.animal[left]], self.groups, self.inside)

    def columns(self) -> Floats:
        """(units, columns) indicators of the groups and, inside, of the animals."""
        of_groups = np.eye(self.groups)[self.group]
        if not self.inside:
            return of_groups
        return np.hstack([of_groups, np.eye(self.animals)[self.animal]])


@dataclass(frozen=True, eq=False)
class Contrast:
    """Difference of two groups in a layout, by ordinary least squares.

    Attributes:
        weights: (units,) the estimate is their product with the data.
        span: (units, rank) orthonormal columns; what they leave of the data is error.
        freedom: degrees of freedom of the error.
    """

    weights: Floats
    span: Floats
    freedom: int

    @property
    def variance(self) -> float:
        """Variance of the estimate over that of one unit."""
        return float(self.weights @ self.weights)


def contrast(layout: Layout, arm: int, versus: int) -> Contrast | None:
    """Contrast of group ``arm`` against group ``versus``.

    None where the layout cannot give it: a group is empty, the groups are in no animals that
    connect them, or no degree of freedom is left for the error.
    """
    if not layout.group.size:
        return None
    columns = layout.columns()
    left, sizes, right = np.linalg.svd(columns, full_matrices=False)
    real = sizes > sizes[0] * max(columns.shape) * np.finfo(float).eps
    span, freedom = left[:, real], columns.shape[0] - int(real.sum())
    wanted = np.zeros(columns.shape[1])
    wanted[arm] += 1.0
    wanted[versus] -= 1.0
    weights = span @ ((right[real] @ wanted) / sizes[real])
    if freedom < 1 or np.abs(columns.T @ weights - wanted).max() > ESTIMABLE:
        return None
    return Contrast(weights, span, freedom)


def apart(per_group: int, groups: int) -> Layout:
    """Each animal gets one treatment; its mean is one unit."""
    group = np.repeat(np.arange(groups), per_group)
    return Layout(group, np.arange(group.size), groups, inside=False)


def inside(per_group: int, groups: int, levels: int, rng: np.random.Generator) -> Layout:
    """Animals as blocks of ``levels`` discs, each disc of an animal in another group.

    As many animals as give each group ``per_group`` discs or one more. Each animal takes the groups
    used least so far, of these the ones met least in one animal; ties are drawn.
    """
    size = min(levels, groups)
    animals = -(-per_group * groups // size)
    used = np.zeros(groups)
    met = np.zeros((groups, groups))
    rows = []
    for _ in range(animals):
        chosen: list[int] = []
        for _ in range(size):
            together = met[:, chosen].sum(axis=1)
            order = np.lexsort((rng.random(groups), together, used))
            chosen.append(next(int(g) for g in order if g not in chosen))
        used[chosen] += 1
        met[np.ix_(chosen, chosen)] += 1
        rows.append(chosen)
    group = np.array(rows, dtype=np.int64).ravel()
    return Layout(group, np.repeat(np.arange(animals), size), groups, inside=True)
