"""Particles per microgram, and the word on what is mostly protein."""

import pytest

import studies
from evdisc.evidence.library import load
from evdisc.study.dose import dose_table
from evdisc.study.purity import in_words, purity

MEMBERS = range(2000)


def of(isolation):
    spec = studies.rat(f"therapy.vesicle.isolation={isolation}").spec
    return purity(spec, load(), MEMBERS)


def test_isolation_matters_where_the_evidence_has_a_number():
    plain, flow = of("ultracentrifugation"), of("tangential-flow filtration")
    assert flow["particles_per_ug"]["median"] == pytest.approx(
        2.0 * plain["particles_per_ug"]["median"], rel=0.1
    )
    assert flow["probability_mostly_protein"] < plain["probability_mostly_protein"]
    # the low end of the general range is the border itself
    assert plain["probability_mostly_protein"] == pytest.approx(0.05, abs=0.015)


def test_a_polymer_is_less_sure_to_be_clean():
    found = of("precipitation")
    assert 0.2 < found["probability_mostly_protein"] < 0.5
    assert "precipitation" in found["words"]
    assert found["mostly_protein_below"] == 1.7e9


def test_words_call_a_likely_protein_by_name():
    assert "more likely than not" in in_words("precipitation", 1.7e9, 0.6, 10)
    assert "in none of 10 members." in in_words("not stated", 1.7e9, 0.0, 10)


def test_the_dose_table_holds_it_and_a_study_without_vesicles_does_not():
    assert dose_table(studies.rat())["product"]["purity"]["isolation"] == "ultracentrifugation"
    assert purity(studies.rat("therapy=none", "compare=[untreated]").spec, load(), MEMBERS) == {}
