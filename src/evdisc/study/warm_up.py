"""Compile every kernel once, so that no later run waits for it."""

from __future__ import annotations

import time
from typing import Any

from evdisc.evidence.library import load
from evdisc.protocol.yaml_io import from_document
from evdisc.study.worker import run_members

DISC: dict[str, Any] = {
    "evdisc": 1, "kind": "disc", "title": "warm-up",
    "disc": {"preset": "rat-caudal", "insult": {"puncture": {"gauge": 21}}},
    "therapy": {
        "vesicle": {"source": {"cell": "BMSC"}, "cargo": [{"molecule": "miR-21"}]},
        "delivery": {"dose": "1e8 particles", "volume": "2 uL", "schedule": ["2 h"]},
    },
    "duration": "1 d", "ensemble": {"members": 1},
    "numerics": {"radial_cells": 8, "axial_cells": 6},
}  # fmt: skip

#: what else a delivery may be: each brings kernels of its own
OTHERS: tuple[dict[str, Any], ...] = (
    {"carrier": "GelMA"}, {"cells": "1e4 cells"}, {"route": "annulus microneedle"},
    {"route": "depot near annulus"}, {"route": "intravenous"}, {"route": "intramuscular"},
)  # fmt: skip

DISH: dict[str, Any] = {
    "evdisc": 1, "kind": "dish", "title": "warm-up", "cells": [{"type": "NP"}],
    "stimuli": [{"name": "IL-1beta", "dose": "10 ng/mL"}],
    "therapy": {
        "vesicle": {"source": {"cell": "BMSC"}, "cargo": [{"molecule": "miR-21"}]},
        "concentration": "1e9 particles/mL", "at": "1 h",
    },
    "duration": "4 h", "ensemble": {"members": 1},
}  # fmt: skip


def warm_up() -> float:
    """Run tiny discs by all routes and a tiny dish; returns the seconds it took."""
    began = time.perf_counter()
    library = load()
    therapy = DISC["therapy"]
    others = [
        DISC | {"therapy": therapy | {"delivery": therapy["delivery"] | other}} for other in OTHERS
    ]
    for document in (DISC, *others, DISH):
        run_members(from_document(document).spec, [0], library)
    return time.perf_counter() - began
