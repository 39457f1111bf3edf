"""The safety panel: facts, flags and gaps, never a score; and where the dose went."""

import json

import pytest

import studies
from evdisc.evidence.library import load
from evdisc.report.body_figures import whereabouts
from evdisc.study import run
from evdisc.study.safety import flags, safety
from evdisc.vesicle.known_targets import off_targets


@pytest.fixture(scope="module")
def result(tmp_path_factory):
    protocol = studies.rat(
        "ensemble.members=2", "compare=[untreated, knock-out]",
        "therapy.delivery.carrier=GelMA", "therapy.delivery.schedule=[1 d, 3 d]",
        "therapy.vesicle.engineering=[{method: sonication, cargo: [miR-378], purified: false}]",
    )  # fmt: skip
    return run(protocol, tmp_path_factory.mktemp("runs") / "one").result


def test_panel_names_flags_free_cargo_targets_and_gaps(result):
    panel = result["safety"]
    assert any("2 doses" in flag for flag in panel["flags"])
    assert any("human vesicles in rat" in flag for flag in panel["flags"])
    assert panel["free_cargo"] == ["miR-378"]
    assert {"cargo", "target", "sign", "claim"} <= set(panel["off_target"][0])
    assert panel["unknown"]
    assert "score" not in json.dumps(panel)


def test_shares_of_the_dose_add_up_in_each_member(result):
    where = result["delivery"]["treated"]["where"]
    assert set(where) == {"taken_up", "decayed", "in_disc", "leaked", "outside"}
    assert 0.9 < sum(share["median"] for share in where.values()) < 1.1
    figure = whereabouts(result)
    assert "still in the disc" in figure.json
    assert figure.csv.startswith("where,median")


def test_blood_shows_its_organs():
    protocol = studies.rat("therapy.delivery.route=intravenous", "ensemble.members=1")
    from evdisc.study.dose import dose_table

    row = dose_table(protocol)["delivery"]
    assert row["organs"]["liver"]["median"] > row["organs"]["kidney"]["median"] > 0.0
    assert row["where"]["outside"]["median"] > 0.99
    assert any("through the body" in flag for flag in flags(protocol.spec))


def test_cells_of_pluripotent_source_are_flagged():
    cells = ("therapy.delivery.cells=1e4 cells", "therapy.vesicle.source.cell=iPSC")
    assert any("tumour" in flag for flag in flags(studies.rat(*cells).spec))
    assert not any("tumour" in flag for flag in flags(studies.rat(cells[0]).spec))


def test_a_study_without_therapy_has_no_panel():
    assert safety(studies.rat("therapy=none", "compare=[untreated]").spec, {}, load()) == {}


def test_known_targets_are_claims():
    rows = off_targets(("miR-21-5p",), load())
    assert ("PTEN", -1) in {(row["target"], row["sign"]) for row in rows}
