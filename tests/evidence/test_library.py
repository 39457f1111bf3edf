import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evdisc.errors import EvidenceError
from evdisc.evidence import distributions
from evdisc.evidence.library import load
from evdisc.evidence.tables import COLUMNS, parse, read_overlay
from evdisc.evidence.weights import arrows

HEADER = ",".join(COLUMNS["parameters"])


@pytest.fixture(scope="module")
def library():
    return load()


def test_a_more_specific_row_wins(library):
    human = library.resolve("gag_turnover", species="human", region="NP")
    assert (human.tier, human.source) == ("measured", "sivan2006")
    assert library.resolve("gag_turnover", species="rat", region="NP").tier == "assumed"


def test_units_become_si(library):
    row = library.resolve("gag_turnover", species="human", region="NP")
    assert row.median == pytest.approx(0.059 / (365.25 * 86400))
    assert library.resolve("endplate_oxygen").median == 5100.0


def test_no_fitting_row_says_what_was_asked(library):
    with pytest.raises(EvidenceError, match="no value known, got 'subject 99G'"):
        library.resolve("needle_diameter", subject="99G")


def test_every_assumed_number_says_why_and_every_derived_one_where(library):
    for rows in library.parameters.values():
        for row in rows:
            assert row.source in library.sources, row.key
            if row.tier == "assumed":
                assert row.note, row.key
            else:
                assert row.source != "evdisc" or row.distribution == "fixed", row.key


def test_no_two_rows_of_a_key_hold_in_the_same_context(library):
    for key, rows in library.parameters.items():
        contexts = [r.context for r in rows]
        assert len(set(contexts)) == len(contexts), key


def test_claims_keep_unknown_links_out_of_the_arrows(library):
    signs = {a.sign for a in arrows(library.claims)}
    assert signs == {1, -1}
    assert any(c.sign == 0 and c.proof == "unknown" for c in library.claims)


def test_the_chain_of_the_first_therapy_is_complete(library):
    found = {(a.source, a.target, a.sign) for a in arrows(library.claims)}
    assert {("miR-21", "PTEN", -1), ("PTEN", "PI3K/Akt", -1), ("PI3K/Akt", "apoptosis", -1),
            ("miR-410", "NLRP3", -1), ("NLRP3", "pyroptosis", 1)} <= found  # fmt: skip


def test_a_single_study_is_less_certain_than_two_laboratories(library):
    by_name = {a.identity: a for a in arrows(library.claims)}

    def belief(kind):
        return 0.8 if kind == "loss of function" else 0.5

    def chance(name):
        return by_name[name].probability(library.sources, belief)

    assert chance("miR-410 -| NLRP3") == pytest.approx(0.5)
    assert chance("NLRP3 -> pyroptosis") > chance("miR-410 -| NLRP3")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a,b\n1,2\n", "not a parameters table"),
        (HEADER + "\nx,1\n", "row has 2 cells"),
        (HEADER + '\n"x\n', "unexpected end of data"),
    ],
)
def test_a_malformed_table_is_named_with_its_line(text, words):
    with pytest.raises(EvidenceError, match=words) as caught:
        parse(text, "parameters", file="mine.csv")
    assert "mine.csv" in str(caught.value)


def test_an_overlay_wins_and_is_read_by_its_header(tmp_path):
    path = tmp_path / "mine.csv"
    path.write_text(HEADER + "\ncargo_half_life,,,,,,,9,fixed,,,d,measured,,evdisc,model,mine\n")
    assert set(read_overlay(path)) == {"parameters"}
    assert load([path]).resolve("cargo_half_life").median == 9 * 86400
    (tmp_path / "bytes.csv").write_bytes(b"\xff\xfe")
    with pytest.raises(EvidenceError, match="not UTF-8 text"):
        read_overlay(tmp_path / "bytes.csv")


SPREADS = st.tuples(
    st.sampled_from(["normal", "lognormal", "uniform", "loguniform", "logitnormal"]),
    st.floats(0.05, 0.45), st.floats(0.5, 0.9), st.floats(0.1, 0.9),
)  # fmt: skip


@given(SPREADS, st.floats(0.001, 0.999), st.floats(0.001, 0.999))
def test_quantiles_rise_and_honour_median_and_range(spread, u, v):
    name, low, high, share = spread
    value = low + share * (high - low)
    assert distributions.problem(name, value, low, high) is None

    def at(q):
        return distributions.quantile(name, value, low, high, q)

    assert (at(u) - at(v)) * (u - v) >= -1e-12
    if name in ("normal", "lognormal", "logitnormal"):
        assert math.isclose(at(0.5), value, rel_tol=1e-9)
        assert math.isclose(at(0.05), low, rel_tol=1e-6)
        assert math.isclose(at(0.95), high, rel_tol=1e-6)
    else:
        assert low - 1e-12 <= at(u) <= high + 1e-12
