"""Allocation: which animal and level gets which group, drawn from a seed, under codes.

Animals that get one treatment are drawn in blocks as long as there are groups, so that the groups
stay balanced however many animals come. Animals that hold several treatments get them by the
layout, and the positions of the levels are evened out over the groups.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from evdisc.study.layout import Layout, inside
from evdisc.study.unit import Unit

FORMAT = "evdisc-allocation/1"
#: letters of a code; those that are easily misread are left out
LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ"


@dataclass(frozen=True)
class Allocation:
    """A drawn allocation: (animal, level, code) rows, and the key to the codes."""

    rows: tuple[tuple[str, str, str], ...]
    key: dict[str, str]

    def counts(self) -> dict[str, int]:
        """Group -> rows that get it."""
        codes = [code for _, _, code in self.rows]
        return {group: codes.count(code) for code, group in self.key.items()}


def allocate(
    unit: Unit, groups: Sequence[str], per_group: int, rng: np.random.Generator
) -> Allocation:
    """Draw an allocation with ``per_group`` units in each group (one more in some blocks)."""
    key = codes(groups, rng)
    code_of = {group: code for code, group in key.items()}
    if unit.inside:
        layout = inside(per_group, len(groups), len(unit.levels), rng)
        placed = positions(layout, len(unit.levels), rng)
        rows = [
            (name(unit, int(a)), unit.levels[place], code_of[groups[g]])
            for a, g, place in zip(layout.animal, layout.group, placed, strict=True)
        ]
        rows.sort(key=lambda r: (r[0], unit.levels.index(r[1])))
        return Allocation(tuple(rows), key)
    drawn = np.concatenate([rng.permutation(len(groups)) for _ in range(per_group)])
    rows = [
        (name(unit, a), level, code_of[groups[g]])
        for a, g in enumerate(drawn) for level in unit.levels
    ]  # fmt: skip
    return Allocation(tuple(rows), key)


def name(unit: Unit, number: int) -> str:
    """Name of an animal or donor, counted from 1."""
    return f"{unit.holder} {number + 1:03d}"


def codes(groups: Sequence[str], rng: np.random.Generator) -> dict[str, str]:
    """Code -> group; no code begins with the letter of another."""
    first = rng.permutation(list(LETTERS))[: len(groups)]
    rest = rng.choice(list(LETTERS), size=(len(groups), 2))
    return {f"{a}{b}{c}": group for a, (b, c), group in zip(first, rest, groups, strict=True)}


def positions(layout: Layout, levels: int, rng: np.random.Generator) -> NDArray[np.int64]:
    """Level of each unit, so that no group sits at one level more often than it must."""
    from scipy.optimize import linear_sum_assignment

    seen = np.zeros((layout.groups, levels))
    out = np.zeros(layout.group.size, dtype=np.int64)
    for animal in range(layout.animals):
        units = np.flatnonzero(layout.animal == animal)
        cost = seen[layout.group[units]] ** 2 + rng.random((units.size, levels))
        _, out[units] = linear_sum_assignment(cost)
        seen[layout.group[units], out[units]] += 1.0
    return out


def sheet_csv(unit: Unit, allocation: Allocation) -> str:
    """The blinded sheet as CSV: animal, level, code, and room for what is seen."""
    header = (unit.holder, unit.part, "code")
    return _csv(header, allocation.rows)


def key_csv(allocation: Allocation) -> str:
    """The key as CSV: to be kept from whoever injects, keeps or measures the animals."""
    return _csv(("code", "group"), sorted(allocation.key.items()))


def _csv(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    buffer = io.StringIO()
    buffer.write(f"# {FORMAT}\n")
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    return buffer.getvalue()
