"""The safety panel: facts, flags and gaps, never a score; and where the dose went."""

import json

import pytest

import studies
from evdisc.evidence.library import load
from evdisc.report.body_figures import organ_course, organ_table, whereabouts
from evdisc.report.render import write_report
from evdisc.report.terminal import dose_lines
from evdisc.study import run
from evdisc.study.dose import dose_table
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
    row = dose_table(protocol)["delivery"]
    assert row["organs"]["liver"]["median"] > row["organs"]["kidney"]["median"] > 0.0
    assert row["where"]["outside"]["median"] > 0.99
    body = row["body"]
    went = {place: share["median"] for place, share in body["went"].items()}
    assert sum(went.values()) == pytest.approx(1.0)
    assert went["liver"] > 2 * max(went["lung"], went["spleen"], went["kidney"])
    assert body["peak_vesicles"]["liver"]["median"] == pytest.approx(
        1e8 * row["organs"]["liver"]["median"]
    )
    assert body["peak_copies"]["liver"]["miR-21-5p"]["median"] == pytest.approx(
        0.01 * body["peak_vesicles"]["liver"]["median"]
    )
    text = dose_lines(dose_table(protocol))
    assert text.index("liver: took up") < text.index("spleen: took up")
    assert any("through the body" in flag for flag in flags(protocol.spec))


@pytest.fixture(scope="module", params=["1 d", "2 h"])
def bled(request, tmp_path_factory):
    protocol = studies.rat(
        "therapy.delivery.route=intravenous", "ensemble.members=2", "compare=[untreated]",
        "duration=3 d", "therapy.delivery.schedule=[1 d]",
        f"numerics.output_every={request.param}",
    )  # fmt: skip
    folder = tmp_path_factory.mktemp("runs") / "blood"
    return run(protocol, folder).result, write_report(folder).read_text("utf-8")


def test_peaks_do_not_hang_on_how_often_a_run_is_recorded(bled):
    organs = bled[0]["safety"]["organs"]
    found = {organ: 100.0 * share["median"] for organ, share in organs.items()}
    assert found["liver"] == pytest.approx(4.4, abs=0.1)
    assert found["kidney"] == pytest.approx(0.5, abs=0.1)
    assert all(s["q95"] == 0.0 for s in bled[0]["delivery"]["untreated"]["organs"].values())


def test_the_report_shows_organs_over_time_and_as_bands_of_the_dose(bled):
    result, page = bled
    bands = whereabouts(result)
    assert "liver: " in bands.json
    assert "depot" not in bands.json
    curves = organ_course(result)
    assert all(f'"name":"{o}"' in curves.json for o in ("liver", "spleen", "lung", "kidney"))
    assert curves.csv.startswith("pool,hours")
    table = organ_table(result)
    assert table["rows"][0][0] == "liver"  # what took up most comes first, as published
    assert f"copies of {table['cargoes'][0]} then" in page
    assert "Vesicles in blood and organs" in page


def test_a_dose_into_the_disc_has_no_organs(result):
    assert result["delivery"]["treated"]["body"] == {}
    assert organ_course(result) is None
    assert organ_table(result) == {}


def test_cells_of_pluripotent_source_are_flagged():
    cells = ("therapy.delivery.cells=1e4 cells", "therapy.vesicle.source.cell=iPSC")
    assert any("tumour" in flag for flag in flags(studies.rat(*cells).spec))
    assert not any("tumour" in flag for flag in flags(studies.rat(cells[0]).spec))


def test_a_study_without_therapy_has_no_panel():
    assert safety(studies.rat("therapy=none", "compare=[untreated]").spec, {}, load()) == {}


def test_known_targets_are_claims():
    rows = off_targets(("miR-21-5p",), load())
    assert ("PTEN", -1) in {(row["target"], row["sign"]) for row in rows}
