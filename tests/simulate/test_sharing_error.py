"""A disc whose cells share networks against the same disc with a network in every cell."""

import numpy as np
import pytest

from evdisc.evidence.library import load
from evdisc.protocol.yaml_io import from_document
from evdisc.simulate import disc
from evdisc.study.oracle import apart
from evdisc.study.worker import draw

DAYS = 30


def study(edge):
    return from_document({
        "evdisc": 1, "kind": "disc", "title": "shared networks",
        "disc": {"preset": "rat-caudal", "insult": {"puncture": {"gauge": 21, "at": "0 d"}}},
        "therapy": {
            "vesicle": {"source": {"cell": "BMSC"}},
            "delivery": {"dose": "1e8 particles", "volume": "2 uL", "schedule": ["5 d"]},
        },
        "compare": ["untreated"], "duration": f"{DAYS} d",
        "numerics": {"radial_cells": 24, "axial_cells": 30, "patch_edge": edge},
    }).spec  # fmt: skip


def run(edge, member):
    return disc.run_arm(study(edge), draw(study(edge), member, load()), "treated", "stoichiometric")


@pytest.mark.slow
@pytest.mark.parametrize("member", [0, 2, 3])
def test_a_network_for_many_cells_tells_each_cell_s_fate(member):
    shared, own = run(3, member), run(1, member)
    for name in ("living_cells", "gag"):
        found = apart(shared.snapshots[name][-1], own.snapshots[name][-1])
        assert found["root_mean_square"] < 0.01
        assert found["largest"] < 0.06
    for mean in ("living_cells|NP", "gag|AF", "living_cells|CEP"):
        full = np.abs(own.series[mean]).max()
        assert np.abs(shared.series[mean] - own.series[mean]).max() < 0.02 * full
    assert abs(shared.balance["error"]) < 1e-8
