"""The layout of an experiment: which group each unit is in, and which animal it sits in.

    v = c' C^- c,  C = R apart,  C = R - N K^-1 N' inside

v is the variance of a contrast c over that of one unit, C^- the pseudo-inverse of the information,
R the units of each group, K those of each animal, N those of each group in each animal (John and
Williams 1995, Cyclic and Computer Generated Designs, chapter 1).

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
#: eigenvalues of the information below this share of the largest are rounding, by our choice
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


@dataclass(frozen=True)
class Contrast:
    """Difference of two groups in a layout, by ordinary least squares.

    Attributes:
        variance: variance of the estimate over that of one unit.
        freedom: degrees of freedom of the error.
    """

    variance: float
    freedom: int


def contrast(layout: Layout, arm: int, versus: int) -> Contrast | None:
    """Contrast of group ``arm`` against group ``versus``.

    Inside animals by the reduced normal equations of a block design, C = R - N K^-1 N' (John and
    Williams 1995, Cyclic and Computer Generated Designs, chapter 1). None where the layout cannot
    give it: a group is empty, no animals connect the two, or no error is left.
    """
    counts = np.bincount(layout.group, minlength=layout.groups).astype(np.float64)
    information, rank = np.diag(counts), int(np.count_nonzero(counts))
    if layout.inside:
        meets = np.zeros((layout.groups, layout.animals))
        np.add.at(meets, (layout.group, layout.animal), 1.0)
        information = information - (meets / meets.sum(axis=0)) @ meets.T
        border = ESTIMABLE * counts.max()
        rank = layout.animals + int(np.linalg.matrix_rank(information, border, hermitian=True))
    inverse = np.linalg.pinv(information, ESTIMABLE, hermitian=True)
    wanted = np.zeros(layout.groups)
    wanted[arm] += 1.0
    wanted[versus] -= 1.0
    freedom = layout.group.size - rank
    if freedom < 1 or np.abs(information @ inverse @ wanted - wanted).max() > ESTIMABLE:
        return None
    return Contrast(float(wanted @ inverse @ wanted), freedom)


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
