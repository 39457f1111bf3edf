"""The table of published therapies: whole, canonical, and honest about what is left out."""

import pytest

from evdisc.errors import EvidenceError
from evdisc.evidence import therapies as table
from evdisc.evidence.library import load
from evdisc.evidence.therapies import CONTRASTS, problems, therapies


def test_the_table_keeps_its_rules():
    assert list(problems(load())) == []
    assert len({r.id for r in therapies()}) == len(therapies())


def test_every_kind_of_contrast_is_there_with_its_source():
    rows = [r for r in therapies() if r.contrast != "plain"]
    assert {r.contrast for r in rows} == set(CONTRASTS) - {"plain"}
    for row in rows:
        assert row.note, row.id
        assert row.study in load().sources, row.id


def test_a_study_behind_claims_is_marked_and_hingert_is_out_of_the_model():
    told = {c.study for c in load().claims}
    assert all((r.used == "claims") == (r.study in told) for r in therapies())
    numbers = [p for rows in load().parameters.values() for p in rows if p.source == "hingert2020"]
    assert all(p.use == "record" for p in numbers)  # never read by a mechanism
    arrows = [c for c in load().claims if c.study == "hingert2020" and c.step != "end"]
    assert arrows == []  # net effects alone, which are no arrows


def test_a_row_without_a_reason_or_with_an_unknown_word_is_refused(monkeypatch):
    good = dict(zip(table.COLUMNS, (getattr(therapies()[0], c) for c in table.COLUMNS),
                    strict=True))  # fmt: skip
    with pytest.raises(EvidenceError, match="unknown direction"):
        table._parse(good | {"direction": "upp"})
    bad = table._parse(good | {"model": "", "note": ""})
    monkeypatch.setattr(table, "therapies", lambda: (bad, bad))
    lines = list(problems(load()))
    assert any("no reason" in line for line in lines)
    assert any("appears twice" in line for line in lines)
