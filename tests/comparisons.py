"""Small rankings tests share."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from evdisc.study.rank import Question

#: a coarse disc, a few days
TINY = (
    "numerics.radial_cells=8", "numerics.axial_cells=6", "numerics.largest_step=12 h",
    "duration=4 d", "therapy.delivery.schedule=[1 d]",
)  # fmt: skip
PRODUCT = """\
evdisc: 1
kind: disc
title: a product
disc: {{preset: rat-caudal}}
therapy:
  vesicle: {vesicle}
  delivery: {{dose: 3e8 particles, volume: 1 uL, schedule: [2 d]{more}}}
duration: 7 d
"""
NATIVE = "{source: {cell: ESC}}"
RICH = "{source: {cell: ESC}, cargo: [{molecule: miR-21, copies_per_vesicle: 300}]}"
LOADED = "{source: {cell: BMSC}, engineering: [{method: lipofection, cargo: [ATR plasmid]}]}"


def product(folder: Path, name: str, vesicle: str, more: str = "") -> str:
    """A protocol file with a product; its path."""
    path = folder / f"{name}.yaml"
    path.write_text(PRODUCT.format(vesicle=vesicle, more=more), "utf-8")
    return str(path)


def question(*therapies: str, **more: Any) -> Question:
    """A ranking of products in a tiny rat disc, two members, without attribution."""
    asked: dict[str, Any] = {
        "disc": "rat-caudal", "members": 2, "attribute": 0, "overrides": TINY,
        "therapies": therapies or ("atlas",),
    }  # fmt: skip
    return Question(**(asked | more))
