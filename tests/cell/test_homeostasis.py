"""The healthy cell rests, returns from a disturbance, and responds in degrees."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evdisc.cell.assay import assay
from evdisc.cell.blueprint import STIMULUS, blueprint
from evdisc.cell.dose import drive, targets
from evdisc.cell.hill import hill, slope
from evdisc.cell.network import compile_network
from evdisc.cell.rest import rest
from evdisc.cell.scramble import scramble
from evdisc.cell.why import paths
from evdisc.evidence.library import load
from evdisc.simulate.draws import MemberDraws
from evdisc.simulate.values import Values

LIBRARY = load()
CONTEXT = {"species": "human", "grade": "1"}


def network(member=0, cell="NP", believe_all=False):
    values = Values(LIBRARY, CONTEXT, MemberDraws(11, member))
    return compile_network(LIBRARY, (cell,), values, believe_all=believe_all)


@pytest.mark.parametrize("believe_all", [False, True])
@pytest.mark.parametrize("member", range(5))
def test_the_undisturbed_cell_stays_where_it_is(member, believe_all):
    net = network(member, believe_all=believe_all)
    later = assay(net, 0, [{}], [100 * 86400.0])[0, :, 0]
    np.testing.assert_allclose(later, net.healthy, atol=1e-9)


@pytest.mark.parametrize("believe_all", [False, True])
@pytest.mark.parametrize("member", range(8))
def test_a_small_disturbance_dies_out(member, believe_all):
    net = network(member, believe_all=believe_all)
    own = net.healthy > 0
    start = net.healthy[:, None].copy()
    start[own, 0] = np.clip(
        net.healthy[own] + np.where(np.arange(own.sum()) % 2, 0.02, -0.01), 0, 1
    )
    later = assay(net, 0, [{}], [300 * 86400.0], 1e-6, start)[0, :, 0]
    np.testing.assert_allclose(later, net.healthy, atol=2e-3)


def test_wash_out_of_a_cytokine_brings_signalling_back():
    net = network(3, believe_all=True)
    node = net.nodes.index(STIMULUS + "IL-1beta")
    hit = assay(net, 0, [{node: 0.5}], [86400.0])[0]
    assert np.abs(hit[:, 0] - net.healthy).max() > 0.1
    back = assay(net, 0, [{}], [200 * 86400.0], start=hit)[0, :, 0]
    np.testing.assert_allclose(back, net.healthy, atol=1e-2)


@given(st.floats(0.0, 1.0), st.integers(1, 3), st.floats(0.05, 0.9))
def test_the_slope_of_the_hill_function(x, n, k):
    step = 1e-7
    low, high = max(x - step, 0.0), min(x + step, 1.0)
    assert slope(x, n, k) == pytest.approx(
        (hill(high, n, k) - hill(low, n, k)) / (high - low), rel=1e-3, abs=1e-4
    )


def value(key, subject):
    return Values(LIBRARY, CONTEXT).number(key, subject)


@given(st.floats(1e-9, 1e-3), st.floats(1.01, 100.0))
def test_a_larger_dose_drives_more_and_a_larger_lack_less(dose, factor):
    assert drive("IL-17A", dose, value) < drive("IL-17A", dose * factor, value)
    assert drive("hypoxia", dose, value) >= drive("hypoxia", dose * factor, value)


def test_named_stimuli_reach_their_nodes():
    nodes = blueprint(LIBRARY).nodes
    assert targets("TBHP", nodes) == ["TBHP", "oxidative stress"]
    assert targets("pH", nodes) == ["acidity"]
    assert targets("nonsense", nodes) == []
    assert drive("hypoxia", 0.0, value) == 1.0
    assert drive("acidity", 6.0, value) > 0.9 > 0.1 > drive("acidity", 7.2, value)


def test_il_1beta_moves_matrix_and_protease_by_degrees_over_decades():
    doses = np.logspace(-2, 2, 13)  # ng/mL
    up, down = [], []
    for member in range(40):
        values = Values(LIBRARY, CONTEXT, MemberDraws(11, member))
        net = compile_network(LIBRARY, ("NP",), values)
        node = net.nodes.index(STIMULUS + "IL-1beta")
        drives = [{node: drive("IL-1beta", d * 1e-6, values.number)} for d in doses]
        seen = assay(net, 0, drives, [48 * 3600.0], 1e-5)[0]
        up.append(seen[net.nodes.index("MMP13")])
        down.append(seen[net.nodes.index("ACAN")])
    for curve, sign in ((np.median(up, axis=0), 1), (np.median(down, axis=0), -1)):
        assert (sign * np.diff(curve) > -1e-4).all()
        share = (curve - curve[0]) / (curve[-1] - curve[0])
        ten, ninety = np.interp((0.1, 0.9), share, np.log10(doses))
        assert ninety - ten >= 1.0


@pytest.mark.parametrize("name", ["TGF-beta1", "IL-10", "IL-4"])
def test_protective_ligands_have_effects(name):
    net = network(0, believe_all=True)
    node = net.nodes.index(STIMULUS + name)
    seen = assay(net, 0, [{}, {node: 0.9}], [48 * 3600.0])[0]
    moved = np.abs(seen[:, 1] - seen[:, 0])
    assert (moved > 0.02).sum() > 10


def test_a_stimulated_network_settles_or_says_that_it_does_not():
    quiet = rest(network(0, believe_all=True), 0)
    assert not quiet.cycles
    assert quiet.amplitude < 1e-6
    cycling = 0
    for member in range(6):
        net = network(member)
        found = rest(net, 0, {net.nodes.index(STIMULUS + "LPS"): 0.9})
        assert found.cycles == bool(found.nodes)
        cycling += found.cycles
    assert cycling < 6


def test_paths_share_out_the_whole_move():
    net = network(1, believe_all=True)
    node = net.nodes.index(STIMULUS + "IL-1beta")
    seen = assay(net, 0, [{}, {node: 0.9}], [6 * 3600.0], 1e-6)[0]
    found = paths(net, 0, seen[:, 0], seen[:, 1], "NF-kB")
    assert found[0].arrows[0].startswith(STIMULUS + "IL-1beta")
    assert all(p.arrows[-1].endswith(" NF-kB") for p in found)
    assert 0.3 < sum(p.share for p in found) <= 1.0 + 1e-9


@settings(max_examples=5, deadline=None)
@given(st.integers(0, 1000), st.sampled_from(["signs", "rewired"]))
def test_scrambled_networks_keep_degrees_and_rest(seed, how):
    net = network(2)
    other = scramble(net, how, seed)
    assert sorted(other.source) == sorted(net.source)
    assert sorted(other.sign) == sorted(net.sign)
    np.testing.assert_array_equal(other.first, net.first)
    later = assay(other, 0, [{}], [20 * 86400.0])[0, :, 0]
    np.testing.assert_allclose(later, net.healthy, atol=1e-9)
