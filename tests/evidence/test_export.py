import csv
import io
import json
from importlib import resources

import pytest

from evdisc.evidence.chains import END
from evdisc.evidence.export import FORMATS, export
from evdisc.evidence.library import load

LIBRARY = load()


def belief(kind):
    return {"loss of function": 0.8, "single study": 0.5, "inferred": 0.3}[kind]


def written(form):
    return export(form, LIBRARY, belief)


def test_csv_gives_the_shipped_table_byte_for_byte():
    shipped = resources.files("evdisc.evidence").joinpath("data/claims.csv").read_bytes()
    assert written("csv").encode() == shipped


def test_json_holds_every_claim_with_the_weight_of_its_arrow():
    found = json.loads(written("json"))
    assert len(found["claims"]) == len(LIBRARY.claims)
    by_id = {c["claim"]: c for c in found["claims"]}
    assert by_id["cheng2018.mir21-pten"]["weight"] == 0.5
    assert by_id["hu2024_microneedle.mir378-mir378target"]["weight"] is None
    assert {s["study"] for s in found["sources"]} >= {c["study"] for c in found["claims"]}


def test_graphml_loads_in_networkx():
    networkx = pytest.importorskip("networkx")
    graph = networkx.parse_graphml(written("graphml"))
    assert graph.is_directed()
    assert graph.number_of_edges() == len(LIBRARY.claims)
    edges = graph.get_edge_data("miR-21", "PTEN")
    assert edges["cheng2018.mir21-pten"]["sign"] == -1
    assert edges["cheng2018.mir21-pten"]["weight"] == pytest.approx(0.5)
    assert graph.nodes["PTEN"]["human"] == "PTEN"
    assert networkx.has_path(graph, "BMSC vesicles", "apoptosis")


def test_sif_is_three_columns_a_plain_reader_takes():
    rows = list(csv.reader(io.StringIO(written("sif")), delimiter="\t"))
    assert {len(row) for row in rows} == {3}
    pairs = {(source, target) for source, _, target in rows}
    assert pairs == {(c.source, c.target) for c in LIBRARY.claims}


def test_indra_json_has_one_statement_per_signed_claim():
    found = json.loads(written("indra"))
    assert len(found) == len([c for c in LIBRARY.claims if c.sign])
    assert len({s["id"] for s in found}) == len(found)
    by_id = {s["evidence"][0]["source_id"]: s for s in found}
    target = by_id["cheng2018.mir21-pten"]
    assert target["type"] == "DecreaseAmount"
    assert target["obj"]["db_refs"]["HGNC"] == "9588"
    assert target["subj"]["db_refs"]["MIRBASE"] == "MI0000077"
    ends = [s for s in found if s["evidence"][0]["annotations"].get("step") == END]
    assert not any(s["evidence"][0]["epistemics"]["direct"] for s in ends)


@pytest.mark.slow
def test_indra_reads_its_json():
    indra = pytest.importorskip("indra.statements", reason="INDRA is not installed")
    statements = indra.stmts_from_json(json.loads(written("indra")))
    assert len(statements) == len([c for c in LIBRARY.claims if c.sign])
    assert all(s.evidence[0].source_api == "evdisc" for s in statements)


def test_bel_has_one_line_per_claim():
    lines = written("bel").splitlines()
    told = [line for line in lines if " decreases " in line or " increases " in line]
    assert len(told) == len([c for c in LIBRARY.claims if c.sign])
    assert 'm(EVDISC:"miR-21") decreases p(EVDISC:"PTEN")' in told


def test_jsonld_links_claims_to_entities_and_studies():
    graph = {node["@id"]: node for node in json.loads(written("jsonld"))["@graph"]}
    claims = [node for node in graph.values() if node["@type"] == "Claim"]
    assert len(claims) == len(LIBRARY.claims)
    for claim in claims:
        assert claim["subject"]["@id"] in graph
        assert claim["object"]["@id"] in graph
        assert claim["wasDerivedFrom"] in graph


def test_every_format_is_the_same_twice():
    for form in FORMATS:
        assert written(form) == written(form)
