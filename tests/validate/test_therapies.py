"""Published therapies: what is run, what is left out, and when a row counts as a hit."""

import json

import pytest

from evdisc.cell.blueprint import blueprint
from evdisc.evidence.library import load
from evdisc.evidence.therapies import therapies
from evdisc.report.validation_text import therapy_table
from evdisc.validate import therapy_scores
from evdisc.validate.therapy_cases import table, use
from evdisc.validate.therapy_runs import later_arrows, protocol, row_results, sides
from evdisc.validate.therapy_scores import cause, frozen, rule, scored, stored, verdict

ROWS = {r.id: r for r in therapies()}


def found(direction="up", share=1.0, acting=("miR-21",)):
    both = {"direction": direction, "share_up": share}
    return {"both": both, "stoichiometric": both, "potency": both, "acting": list(acting)}


def test_leaving_a_study_out_keeps_its_cargo_on_the_target_and_deletes_what_rests_on_it_alone():
    arrows = blueprint(load()).arrows
    gone = {(a.source, a.target) for a, out in
            zip(arrows, later_arrows(load(), "zhu2020_mir532"), strict=True) if out}  # fmt: skip
    assert ("RASSF5", "apoptosis") in gone
    assert ("miR-532-5p", "RASSF5") not in gone
    shared = {(a.source, a.target) for a in arrows if len({c.study for c in a.claims}) > 1}
    assert not gone & shared
    assert not later_arrows(load(), "wei2026").any()


@pytest.mark.parametrize("row", [r for r in therapies() if r.model], ids=lambda r: r.id)
def test_a_contrast_changes_what_it_says_and_nothing_else(row):
    first, second = sides(row)
    if row.contrast == "plain":
        assert second is None
    elif second is not None:
        ours, theirs = json.loads(first.document), json.loads(second.document)
        differs = [k for k in ours if ours[k] != theirs[k]]
        assert (differs, first.arm) != ([], second.arm)
        assert len(differs) <= 1
        assert first.left_out == second.left_out


def test_primed_vesicles_and_gel_lose_just_that_in_the_other_arm():
    source = protocol(ROWS["IVD046.4"])["therapy"]["vesicle"]["source"]
    assert source == {"cell": "MSC", "preconditioning": "hypoxia"}
    assert protocol(ROWS["IVD046.4"], True)["therapy"]["vesicle"]["source"] == {"cell": "MSC"}
    assert protocol(ROWS["gel.1"])["therapy"]["delivery"]["carrier"] == "thermosensitive gel"
    assert protocol(ROWS["gel.1"], True)["therapy"]["delivery"]["carrier"] == "none"


def test_unresolved_and_unmoved_are_never_hits():
    up = ROWS["IVD001"]
    assert verdict(up, found("up")) == "hit"
    assert verdict(up, found("down")) == verdict(up, found("none")) == "miss"
    assert verdict(up, found("unresolved")) == "unresolved"
    assert verdict(up, found("none", share=None)) == "unresolved"
    assert verdict(up, None) == "not simulated"
    # a gel that changes nothing was published; no link is no such prediction, no dose is
    assert verdict(ROWS["IVD013.2"], found("none", share=None)) == "unresolved"
    assert verdict(ROWS["zero.1"], found("none", share=None)) == "hit"
    assert "no link leads" in cause(up, found("none", None, acting=()), "unresolved")


def test_the_rule_gets_plain_rows_and_no_contrast_between_two_arms_with_vesicles():
    plain = [r for r in therapies() if r.contrast == "plain" and r.model]
    right = [rule(r) == r.direction for r in plain]
    assert sum(right) / len(right) > 0.95
    between = [r for r in therapies() if r.model and r.contrast in ("knock-out", "primed")]
    assert {rule(r) for r in between} == {"none"}
    assert all(r.direction != "none" for r in between)


def test_a_changed_band_rule_or_table_changes_the_hash(monkeypatch):
    before = frozen()
    monkeypatch.setattr(therapy_scores, "RAISED", (*therapy_scores.RAISED, "ROS"))
    assert frozen() != before
    monkeypatch.undo()
    monkeypatch.setattr(therapy_scores, "table_bytes", lambda: b"other")
    assert frozen() != before


def test_the_stored_results_hold_every_row_and_each_row_has_a_verdict_and_its_cause():
    assert stored()["frozen"] == frozen()
    assert {r["id"] for r in stored()["rows"]} == {r.id for r in therapies() if r.model}
    for row in scored():
        assert row.verdict in ("hit", "miss", "unresolved", "not simulated")
        assert (row.cause == "") == row.hit, row.row.id
        assert use(row).startswith("used") or row.row.used == "no" or row.found is None
        assert row.found is None or row.found["failed"] == 0


def test_every_row_is_told_with_what_was_seen_and_predicted_and_why():
    rows = json.loads(json.dumps(table(), allow_nan=False))
    assert [r["id"] for r in rows] == list(ROWS)
    text = therapy_table(rows)
    for row in rows:
        assert row["id"] in text
        assert row["cause"] in text
        assert {"direction", "predicted", "rule", "verdict", "use"} <= set(row)


def test_no_vesicle_no_effect_and_a_row_computed_now_is_the_stored_one():
    nothing = row_results(ROWS["zero.1"], load(), 3)
    assert nothing["both"]["direction"] == "none"
    assert nothing["both"]["share_up"] is None
    row = ROWS["IVD062"]
    now = row_results(row, load(), 3)["differences"]
    old = next(r for r in stored()["rows"] if r["id"] == row.id)["differences"]
    for hypothesis in now:
        assert now[hypothesis] == pytest.approx(old[hypothesis][:3], abs=1e-3)
