"""Studies in which measured cargo is tried: a user's protocol, or the usual disc and dish."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from evdisc.evidence.library import Library
from evdisc.protocol.specs import DiscStudy, DishStudy
from evdisc.protocol.yaml_io import LoadedProtocol, from_document, validate
from evdisc.study.measured import vesicle_of
from evdisc.study.usual import document, stated

PRESET = "rat-caudal"
HOUR = 3600.0
#: what the page shows first
DISC_READOUTS = ("disc height index", "living cells", "GAG")
DISH_READOUTS = ("viability", "MMP13", "ACAN", "IL-6")


def frames(
    protocol: LoadedProtocol | None, cell: str, members: int, seed: int, library: Library
) -> tuple[LoadedProtocol, LoadedProtocol, list[str]]:
    """A dish and a disc, and what was chosen for the user in words.

    A protocol stands for the one of its kind, with its own vesicle; the other is the usual one with
    vesicles of the same parent cell.

    Raises:
        InputError: the protocol gives no vesicles.
    """
    given = None if protocol is None else protocol.spec
    if given is not None:
        cell = vesicle_of(given).source.cell
    size = {"members": members, "seed": seed}
    said = []
    if isinstance(given, DishStudy):
        assert protocol is not None
        dish = _sized(protocol, size)
    else:
        dish = from_document(usual_dish(cell, library) | {"ensemble": size})
        said.append(f"dish: {dish.spec.title}")
    if isinstance(given, DiscStudy):
        assert protocol is not None
        disc = _sized(protocol, size)
    else:
        own = document(PRESET, library)
        own["therapy"]["vesicle"] = {"source": {"cell": cell}}
        own |= {"ensemble": size, "readouts": list(DISC_READOUTS),
                "title": f"Measured cargo in a punctured {PRESET} disc"}  # fmt: skip
        disc = from_document(own)
        delivery = own["therapy"]["delivery"]
        said.append(
            f"disc: {PRESET}, {own['disc']['insult']['puncture']['gauge']} G puncture, "
            f"{delivery['dose']} on {', '.join(delivery['schedule'])}, {own['duration']}"
        )
    return dish, disc, said


def usual_dish(cell: str, library: Library) -> dict[str, Any]:
    """Nucleus cells under IL-1beta with the published dose of a culture, as a protocol."""
    density = _number(library, "comparison_dish_density", 1e9)
    il_1beta = _number(library, "comparison_dish_il_1beta", 1e-6)
    hours = _number(library, "comparison_dish_duration", HOUR)
    dose = _number(library, "culture_dose", 1e6, species="human")
    return {
        "evdisc": 1, "kind": "dish",
        "title": f"NP cells under {il_1beta:g} ng/mL IL-1beta with {dose:.2g} vesicles/mL",
        "cells": [{"type": "NP", "species": "human", "density": f"{density:g} cells/mm^3"}],
        "stimuli": [{"name": "IL-1beta", "dose": f"{il_1beta:g} ng/mL"}],
        "therapy": {"vesicle": {"source": {"cell": cell}},
                    "concentration": f"{dose:g} particles/mL", "at": "1 h"},
        "compare": ["untreated"], "duration": f"{hours:g} h", "readouts": list(DISH_READOUTS),
        "numerics": {"output_every": f"{hours / 12:g} h"},
    }  # fmt: skip


def _number(library: Library, key: str, per: float, **context: str) -> float:
    row = stated(library, key, **context)
    assert row is not None, key
    return row.median / per


def _sized(protocol: LoadedProtocol, size: Mapping[str, int]) -> LoadedProtocol:
    sets: Sequence[str] = [f"ensemble.{k}={v}" for k, v in size.items()]
    return validate(protocol.text, protocol.file, sets)
