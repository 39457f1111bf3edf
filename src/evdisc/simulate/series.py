"""Series of a run: label -> values at the output times, cut out of their table when asked for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from evdisc.mechanism.variables import VARIABLES

Floats = NDArray[np.float64]


class Series(Mapping[str, Floats]):
    """What was recorded, by label.

    A disc variable is called ``name``, a sector variable ``name`` and ``name:weakest``, any other
    ``name|REGION``, and ``name:NODE|REGION`` or ``name:CARGO|REGION`` where it has that axis.

    Args:
        tables: variable -> (times, columns), see :func:`labelled`.
        nodes, cargoes, regions: names of these axes.
    """

    def __init__(
        self, tables: Mapping[str, Floats], nodes: tuple[str, ...], cargoes: tuple[str, ...],
        regions: tuple[str, ...],
    ) -> None:  # fmt: skip
        self._tables = tables
        self._places = _places(tuple(tables), nodes, cargoes, regions)

    def __getitem__(self, label: str) -> Floats:
        name, column = self._places[label]
        return self._tables[name][:, column]

    def __iter__(self) -> Iterator[str]:
        return iter(self._places)

    def __len__(self) -> int:
        return len(self._places)


@lru_cache(maxsize=100)
def _places(
    names: tuple[str, ...], nodes: tuple[str, ...], cargoes: tuple[str, ...],
    regions: tuple[str, ...],
) -> dict[str, tuple[str, int]]:  # fmt: skip
    each = {"node": nodes, "cargo": cargoes, "": ()}
    return {
        label: (name, column)
        for name in names
        for column, label in enumerate(labelled(name, each[VARIABLES[name].per], regions))
    }


def labelled(name: str, each: tuple[str, ...], regions: tuple[str, ...]) -> tuple[str, ...]:
    """Labels of a variable's columns, one for each node or cargo and region."""
    v = VARIABLES[name]
    if v.held == "disc":
        return (name,)
    if v.held == "sector":
        return name, f"{name}:weakest"
    labels = [f"{name}:{label}" for label in each] if v.per else [name]
    return tuple(f"{label}|{r}" for label in labels for r in regions)
