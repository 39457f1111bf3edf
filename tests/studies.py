"""Small studies tests share."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from evdisc.protocol.yaml_io import LoadedProtocol, from_document, load_protocol

EXAMPLES = Path(__file__).parent.parent / "examples"
RAT = EXAMPLES / "rat-tail-mir-21.yaml"
DISH = EXAMPLES / "np-dish-il1b-mir-410.yaml"
#: a coarse, short version of the shipped disc example
SHORT = (
    "numerics.radial_cells=10", "numerics.axial_cells=6", "duration=6 d",
    "therapy.delivery.schedule=[2 d]", "ensemble.members=3",
)  # fmt: skip


def rat(*overrides: str) -> LoadedProtocol:
    """The shipped disc example, short and coarse, with overrides."""
    return load_protocol(RAT, [*SHORT, *overrides])


def dish(*overrides: str) -> LoadedProtocol:
    """The shipped dish example with three members."""
    return load_protocol(DISH, ["ensemble.members=3", *overrides])


def document(kind: str = "disc", **more: Any) -> LoadedProtocol:
    """A protocol from keywords."""
    return from_document({"evdisc": 1, "kind": kind, "title": "a test", **more})
