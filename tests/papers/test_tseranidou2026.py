"""The published 82-node nucleus network, its equations, its medians and its cycles.

Tseranidou et al. 2026, JOR Spine 9:e70172; medians at time 100 under a clamped receptor.
"""

from functools import cache

import numpy as np
import pytest

from evdisc.cell.semi_quantitative import SignedGraph, late, simulate
from evdisc.evidence.tables import shipped


@cache
def graph():
    rows = [r for r in shipped("background") if r["study"] == "tseranidou2026"]
    edges = {(r["original_source"], r["original_target"], int(r["sign"])) for r in rows}
    return SignedGraph.of(sorted(edges))


@cache
def basal():
    rng = np.random.default_rng(1)
    start = rng.uniform(0.0, 1.0, len(graph().nodes))
    return simulate(graph(), [100.0], start, {})[-1]


@cache
def clamped(name):
    return late(graph(), basal(), {name: 1.0})


def test_the_whole_published_topology_is_there():
    assert len(graph().source) == 199
    assert len(graph().nodes) >= 82


def test_medians_under_a_clamped_toll_like_receptor():
    state = clamped("TLR").at_100
    published = {"ACAN": 0.023, "MMP3": 0.468, "MMP13": 0.187, "IL-6": 0.924}
    found = {name: state[graph().nodes.index(name)] for name in published}
    assert found == pytest.approx(published, abs=0.01)


def test_the_published_state_is_one_phase_of_a_cycle():
    assert clamped("TLR").oscillates
    assert clamped("TNF").oscillates
    assert {"MMP3"} <= set(clamped("TLR").nodes)
    assert not clamped("IL-1β").oscillates


def test_protective_ligands_hardly_move_the_saturated_network():
    rest = simulate(graph(), [2000.0], basal(), {})[-1]
    for name in ("TGF-β", "IL-10", "IL-4", "GDF5"):
        moved = np.abs(simulate(graph(), [2000.0], rest, {name: 1.0})[-1] - rest)
        others = np.delete(moved, graph().nodes.index(name))
        assert np.median(others) <= 0.02
