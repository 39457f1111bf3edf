"""Pairs: two products at half the dose each, under the hypothesis that copies decide.

Where vesicles per cell decide, nobody knows how two products share a cell, so nothing is said.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from itertools import combinations

from evdisc.study.cases import Case, drawn, given_cases, product_for
from evdisc.study.products import Product
from evdisc.study.stages import Setup
from evdisc.study.stated import same_surface


def pair_cases(
    best: Sequence[Product], equal_cost: bool, setup: Setup
) -> tuple[list[Case], list[str]]:
    """A case for each pair of products, and the pairs that cannot be mixed in this model.

    Products whose surfaces differ, or that are given on different ways, are not mixed.
    """
    member = drawn(setup.frame, 0, setup.library)
    made = {p.name: product_for(p.vesicle, member, setup.library) for p in best}
    cases, left_out = [], []
    for one, other in combinations(best, 2):
        key = f"{one.name} + {other.name}"
        if same_surface(made[one.name], made[other.name]) and one.delivery == other.delivery:
            cases.append(Case(
                key=key, vesicles=(one.vesicle, other.vesicle), delivery=one.delivery,
                equal_cost=equal_cost, hypotheses=("stoichiometric",),
            ))  # fmt: skip
        else:
            left_out.append(key)
    return cases, left_out


def seconds_of_a_run(setup: Setup, cases: Sequence[Case]) -> float:
    """Seconds that one run of such a case takes here and now."""
    if not cases:
        return 0.0
    began = time.perf_counter()
    given_cases(setup.frame, cases, [0], setup.library)
    return time.perf_counter() - began
