"""How a node of a cell's network moved in one member, and by which paths."""

from __future__ import annotations

from dataclasses import dataclass

from evdisc.cell.why import Path


@dataclass(frozen=True)
class Move:
    """A move and what carried it.

    Attributes:
        change: of the node's activity.
        paths: what carried it, the strongest first.
        day: when it was seen, d; 0 where time does not matter.
    """

    change: float
    paths: list[Path]
    day: float = 0.0
