from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evdisc.evidence.library import load
from evdisc.evidence.weights import along, arrows, combined, support

LIBRARY = load()
BY_NAME = {a.identity: a for a in arrows(LIBRARY.claims)}
BELIEF = {"loss of function": 0.8, "single study": 0.5, "inferred": 0.3}.__getitem__


def test_support_follows_proof_and_tier():
    by_id = {c.claim: c for c in LIBRARY.claims}
    assert support(by_id["cheng2018.mir21-pten"]) == "single study"
    assert support(by_id["zhu2020_mir532.mir5325p-rassf5"]) == "loss of function"
    assert support(by_id["liao2021.prdx2-inflammasome"]) == "inferred"


def test_the_arithmetic_is_the_probability():
    for arrow in BY_NAME.values():
        told = arrow.arithmetic(LIBRARY.sources, BELIEF)
        value = arrow.probability(LIBRARY.sources, BELIEF)
        assert f"{value:.2f}" in told
    told = BY_NAME["NLRP3 -> pyroptosis"].arithmetic(LIBRARY.sources, BELIEF)
    assert "(1 - 0.50)(1 - 0.50)" in told


def test_one_laboratory_counts_once():
    arrow = BY_NAME["miR-410 -| NLRP3"]
    again = replace(arrow.claims[0], claim="x", study="xia2019")
    twice = replace(arrow, claims=(arrow.claims[0], replace(arrow.claims[0], claim="y")))
    other = replace(arrow, claims=(arrow.claims[0], again))
    assert twice.probability(LIBRARY.sources, BELIEF) == 0.5
    assert other.probability(LIBRARY.sources, BELIEF) == 0.75


def test_a_chain_told_by_one_paper_is_as_probable_as_the_paper():
    path = [BY_NAME[n] for n in ("miR-217 -| EZH2", "EZH2 -| FOXO3", "FOXO3 -> autophagy")]
    assert along(path, LIBRARY.sources, BELIEF) == pytest.approx(0.5)


def test_a_chain_over_two_papers_needs_both():
    path = [BY_NAME[n] for n in ("miR-21 -| PTEN", "miR-410 -| NLRP3")]
    assert along(path, LIBRARY.sources, BELIEF) == pytest.approx(0.25)


@given(st.lists(st.floats(0.01, 0.99), min_size=1, max_size=5))
def test_more_studies_never_make_an_arrow_less_probable(beliefs):
    assert max(beliefs) - 1e-12 <= combined(beliefs) <= 1.0


def test_drawn_arrows_hold_as_often_as_their_weight_says():
    from evdisc.simulate.draws import uniform

    arrow = BY_NAME["NLRP3 -> pyroptosis"]
    held = [
        arrow.holds(LIBRARY.sources, BELIEF, lambda story, m=m: uniform(1, m, story))
        for m in range(2000)
    ]
    expected = arrow.probability(LIBRARY.sources, BELIEF)
    assert sum(held) / len(held) == pytest.approx(expected, abs=0.03)


def test_the_weight_of_a_path_is_how_often_all_its_arrows_hold():
    from evdisc.simulate.draws import uniform

    path = [BY_NAME[n] for n in ("MALAT1 -| miR-217", "miR-217 -| SIRT1", "NLRP3 -> pyroptosis")]
    held = [
        all(a.holds(LIBRARY.sources, BELIEF, lambda s, m=m: uniform(2, m, s)) for a in path)
        for m in range(3000)
    ]
    expected = along(path, LIBRARY.sources, BELIEF)
    assert sum(held) / len(held) == pytest.approx(expected, abs=0.03)
