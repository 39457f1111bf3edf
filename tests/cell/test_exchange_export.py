"""The exported network is the network: other software computes the same, other formats read."""

from functools import cache

import networkx as nx
import numpy as np
import pytest

from evdisc.cell.assay import assay
from evdisc.cell.exchange_export import (
    Cargo,
    held_edges,
    identifiers,
    to_graphml,
    to_sbml,
    to_sbml_qual,
    to_sif,
)
from evdisc.cell.exchange_import import read_edges
from evdisc.cell.full_ode import full_ode
from evdisc.errors import InputError
from evdisc.evidence.library import load
from evdisc.simulate.network_case import as_a_run, network_case, told

HOURS = np.linspace(0.0, 48.0, 13)
STIMULI = (
    "IL-1beta", "TNF-alpha", "TBHP", "compression", "LPS", "TGF-beta1", "IL-10", "hypoxia",
    "high glucose", "acidity",
)  # fmt: skip


@cache
def case(*stimuli, cargo=()):
    return network_case(load(), "NP", stimuli, cargo, (1, 3))


@cache
def model():
    """One file with two cargoes, every stimulus a constant that can be set."""
    one = case(cargo=("miR-21-5p=0 copies/cell", "miR-155-5p=0 copies/cell"))
    cargoes = tuple(Cargo(**(vars(c) | {"copies": 700.0})) for c in one.cargoes)
    text = to_sbml(
        one.network, 0, title="test", start=one.network.healthy, drive={}, cargoes=cargoes,
        told=told(load()),
    )  # fmt: skip
    return one.network, cargoes, text


def conditions():
    """(drives, value of each in the file)."""
    network, _, _ = model()
    out = [{network.nodes.index("stimulus:" + name): 0.6} for name in STIMULI[:9]]
    both = (STIMULI[0], STIMULI[5])
    return [*out, {network.nodes.index("stimulus:" + name): 0.3 for name in both}]


def columns():
    network, _, _ = model()
    return ["x_" + i for i in identifiers(network.nodes)]


def test_roadrunner_copasi_and_ours_agree_to_1e_5_in_ten_conditions(record_property):
    basico = pytest.importorskip("basico")
    roadrunner = pytest.importorskip("roadrunner")
    network, cargoes, text = model()
    ids = identifiers(network.nodes)
    peer = roadrunner.RoadRunner(text)
    peer.integrator.relative_tolerance, peer.integrator.absolute_tolerance = 1e-10, 1e-12
    peer.timeCourseSelections = columns()
    data = basico.load_model_from_string(text)
    worst = shortcut = 0.0
    for drive in conditions():
        exact = full_ode(network, 0, drive, cargoes, (3600.0 * HOURS).tolist())
        peer.resetAll()
        for node, value in drive.items():
            peer[f"drive_{ids[node]}"] = value
        first = np.array(peer.simulate(0, 48, 13))
        for node in {n for d in conditions() for n in d}:
            basico.set_parameters(
                network_name(network, node), initial_value=drive.get(node, 0.0), exact=True,
                model=data,
            )  # fmt: skip
        course = basico.run_time_course(
            start_time=0, duration=48, intervals=12, r_tol=1e-10, a_tol=1e-12, use_sbml_id=True,
            model=data,
        )  # fmt: skip
        second = course[columns()].to_numpy()
        assert np.abs(exact[-1] - network.healthy).max() > 0.05
        for other in (first, second):
            worst = max(worst, float((np.abs(other - exact) / np.maximum(exact, 1e-6)).max()))
        held = network_case(load(), "NP", (), (), (1, 3))
        mine = type(held)(network, drive, cargoes)
        shortcut = max(shortcut, as_a_run(mine, (3600.0 * HOURS).tolist()))
    record_property("worst relative difference", worst)
    record_property("error of a run's integrator", shortcut)
    assert worst < 1e-5
    assert shortcut < 5e-3


def network_name(network, node):
    return f"drive of {network.nodes[node]}"


def test_the_file_is_valid_says_what_it_leaves_out_and_who_says_so():
    libsbml = pytest.importorskip("libsbml")
    document = libsbml.readSBMLFromString(model()[2])
    assert document.getNumErrors() == 0
    found = document.getModel()
    assert "Left out" in found.getNotesString()
    aggrecan = found.getParameter("x_ACAN")
    assert aggrecan.getCVTerm(0).getResourceURI(0) == "https://identifiers.org/HGNC:319"
    rules = [found.getRateRuleByVariable(c) for c in columns()]
    assert sum("claims: " in rule.getNotesString() for rule in rules) > 100
    terms = [rule.getCVTerm(0) for rule in rules if rule.getNumCVTerms()]
    assert len(terms) > 10
    for term in terms:
        assert term.getBiologicalQualifierType() == libsbml.BQB_IS_DESCRIBED_BY
        assert term.getResourceURI(0).startswith("https://doi.org/10.")


@pytest.mark.slow
def test_the_file_keeps_every_rule_of_sbml_units_too():
    libsbml = pytest.importorskip("libsbml")
    assert libsbml.readSBMLFromString(model()[2]).checkConsistency() == 0


def test_run_integrator_converges_to_the_full_equations():
    one = case("IL-1beta=10 ng/mL")
    times = (3600.0 * HOURS).tolist()
    exact = full_ode(one.network, 0, one.drive, (), times)
    errors = [
        np.abs(assay(one.network, 0, [one.drive], times, tol)[:, :, 0] - exact).max()
        for tol in (1e-3, 1e-5, 1e-7)
    ]
    assert errors[0] > 5 * errors[1] > 25 * errors[2]
    assert errors[2] < 1e-6


def test_signed_edge_lists_come_back_as_they_went(tmp_path):
    network = case().network
    expected = {
        (network.nodes[s], network.nodes[t], int(network.sign[e]))
        for e, s, t in held_edges(network, 0)
    }
    assert len(expected) > 100
    for name, text in (("a.sif", to_sif(network, 0)), ("a.xml", to_sbml_qual(network, 0))):
        (tmp_path / name).write_text(text, "utf-8")
        found = {(e.source, e.target, e.sign) for e in read_edges(tmp_path / name)}
        assert found == expected, name
    (tmp_path / "a.graphml").write_text(to_graphml(network, 0), "utf-8")
    graph = nx.read_graphml(tmp_path / "a.graphml")
    named = nx.get_node_attributes(graph, "name")
    signs = graph.edges(data="sign")
    assert {(named[s], named[t], sign) for s, t, sign in signs} == expected


@pytest.mark.parametrize("key", ["copies", "own", "half_effect", "half_life"])
def test_cargo_of_impossible_numbers_is_refused(key):
    good = {"name": "a", "node": 0, "copies": 1.0, "own": 1.0, "half_effect": 1.0, "half_life": 1.0}
    with pytest.raises(InputError, match=key):
        Cargo(**(good | {key: -1.0}))
    with pytest.raises(InputError, match=key):
        Cargo(**(good | {key: float("nan")}))


def test_names_that_fold_to_one_identifier_stay_apart():
    assert identifiers(["a-b", "a b", "a_b", "β"]) == ["a_b", "a_b_2", "a_b_3", "unnamed"]
