"""Protocols to start from: the shipped examples, and one for every row of the review's tables."""

from __future__ import annotations

import functools
from importlib import resources
from pathlib import Path

#: shipped example -> what it shows
SHIPPED = {
    "rat-tail-mir-21.yaml": "Rat tail disc, punctured; BMSC vesicles with miR-21",
    "np-dish-il1b-mir-410.yaml": "NP cells in a dish with IL-1beta; miR-410",
    "paper-wen2021.yaml": "A published study, from its abstract (Wen 2021)",
}
FIRST = next(iter(SHIPPED))


def example(name: str) -> str:
    """Text of a shipped example: inside an installed package, else in the source tree."""
    inside = resources.files("evdisc").joinpath("examples", name)
    if inside.is_file():
        return inside.read_text("utf-8")
    return (Path(__file__).parents[3] / "examples" / name).read_text("utf-8")


@functools.cache
def rows() -> dict[str, str]:
    """Title -> protocol of every row of the review's tables, written from the evidence."""
    from evdisc.evidence.library import load
    from evdisc.study.atlas import atlas

    return {f"Table row {a.name.removesuffix('.yaml')}": a.text for a in atlas(load())}


def texts() -> dict[str, str]:
    """Everything there is to start from."""
    return {about: example(name) for name, about in SHIPPED.items()} | rows()
