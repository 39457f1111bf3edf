"""The claims against a listing of the review's table rows that was made apart from them."""

import csv
from pathlib import Path

import pytest

from evdisc.evidence.chains import END, chains
from evdisc.evidence.check import problems
from evdisc.evidence.conflicts import conflicts
from evdisc.evidence.gaps import coverage, gaps, unknown_links
from evdisc.evidence.library import load

LISTING = Path(__file__).parent / "review_rows.csv"
ROWS = list(csv.DictReader(LISTING.read_text("utf-8").splitlines()))
LIBRARY = load()
CHAINS = chains(LIBRARY.claims)


def test_the_listing_holds_all_rows_of_both_tables():
    assert len([r for r in ROWS if r["row"].startswith("T1")]) == 23
    assert len([r for r in ROWS if r["row"].startswith("T2")]) == 16


@pytest.mark.parametrize("row", ROWS, ids=lambda r: r["row"])
def test_every_table_row_is_a_chain_with_its_cargo_study_and_effects(row):
    chain = CHAINS[f"chen2025:{row['row']}"]
    assert row["cargo"] in chain.cargoes
    assert {LIBRARY.sources[c.study]["review_ref"] for c in chain.claims} == {row["reference"]}
    assert {c.parent_cell for c in chain.claims} == {row["parent"]}
    told = {(c.target, c.sign) for c in chain.effects}
    for effect in row["effects"].split("; "):
        name, _, way = effect.rpartition(" ")
        assert (name, 1 if way == "up" else -1) in told, effect


@pytest.mark.parametrize("row", ROWS, ids=lambda r: r["row"])
def test_every_effect_is_carried_by_links_or_an_unknown_link_is_named(row):
    chain = CHAINS[f"chen2025:{row['row']}"]
    for reading in chain.readings():
        assert (reading.path and reading.agrees) or chain.unknown


@pytest.mark.parametrize(
    "row", [r for r in ROWS if r["row"].startswith("T2")], ids=lambda r: r["row"]
)
def test_the_engineering_step_is_a_claim_of_its_own(row):
    chain = CHAINS[f"chen2025:{row['row']}"]
    steps = [c for c in chain.claims if c.relation in ("loads", "enriches", "raises yield")]
    assert any(c.source_type == "engineering" for c in steps)


def test_the_shipped_evidence_keeps_every_rule():
    assert problems(LIBRARY) == []


def test_there_is_one_row_per_study_and_arrow_in_a_chain():
    seen = [(c.study, c.chain, c.source, c.target, c.sign, c.step == END) for c in LIBRARY.claims]
    assert len(seen) == len(set(seen))


def test_more_than_240_claims_rest_on_the_review():
    assert len([c for c in LIBRARY.claims if c.via == "chen2025"]) > 400


def test_the_contradictions_a_reader_of_the_review_finds_are_found_by_rule():
    found = {(c.rule, c.about) for c in conflicts(LIBRARY)}
    assert {
        ("opposite sign", "autophagy and apoptosis"),
        ("good here, bad there", "autophagy"),
        ("good here, bad there", "Wnt/beta-catenin"),
        ("remedy and harm", "miR-217"),
        ("pushed both ways", "Wnt/beta-catenin"),
        ("pushed both ways", "PI3K/Akt"),
        ("pushed both ways", "TGF-beta"),
        ("several sole mediators", "miR-31 / miR-31-5p"),
        ("several sole mediators", "miR-155 / miR-155-5p"),
        ("several sole cargoes", "BMSC vesicles"),
    } <= found


def test_a_conflict_says_what_differs_and_what_would_settle_it():
    for conflict in conflicts(LIBRARY):
        assert len(conflict.sides) > 1
        assert conflict.differs.endswith(".")
        assert conflict.settle
        assert all(side.claims for side in conflict.sides)


def test_no_conflict_without_contradiction():
    quiet = LIBRARY.claims[:0]
    assert (
        conflicts(type(LIBRARY)(LIBRARY.sources, quiet, LIBRARY.parameters, LIBRARY.entities)) == []
    )


def test_gaps_of_known_cargoes():
    by_name = {g.cargo: g for g in gaps(LIBRARY)}
    assert "never in vivo" in by_name["miR-142-3p"].missing
    assert "never in vivo" not in by_name["miR-21"].missing
    assert "no loss-of-function" not in by_name["CAHM"].missing
    assert "no loss-of-function" in by_name["miR-21"].missing
    assert "unknown link" in by_name["miR-378"].missing
    assert "single study" in by_name["miR-21"].missing


def test_every_unknown_link_says_why():
    unknown = unknown_links(LIBRARY)
    assert len(unknown) > 30
    assert all(c.note for c in unknown)


def test_coverage_counts_studies_not_claims():
    seen = coverage(LIBRARY)
    assert seen["miR-21", "NP", "in vivo"] == 1
    assert ("miR-21-5p", "AF", "in vivo") not in seen


def test_every_study_of_a_claim_of_the_review_has_its_reference():
    for claim in LIBRARY.claims:
        if claim.via == "chen2025":
            assert LIBRARY.sources[claim.study]["review_ref"], claim.claim
