"""What exposure depends on: known dependences are found, other molecules are left out."""

import numpy as np
import pytest

import studies
from evdisc.evidence.library import load
from evdisc.report.exposure_figures import exposure_figures, sensitivities
from evdisc.report.render import render
from evdisc.study import run
from evdisc.study.influence import BESIDE, assumed, drawn_row
from evdisc.study.sensitivity import sensitivity


def test_a_known_dependence_comes_first_and_other_cargo_is_left_out():
    study = studies.rat().spec
    names = ["uptake_coefficient", "native_copies_per_vesicle#miR-217", "cargo_half_life#miR-21-5p",
             "t2_fibrous_share", "batch_cargo#batch"]  # fmt: skip
    rows = {name: drawn_row(study, name, load()) for name in names}
    draws = np.random.default_rng(0).uniform(size=(400, 5))
    copies = draws[:, 2] ** 3 * draws[:, 0]
    table = np.stack([draws[:, 0] + draws[:, 1], copies, 0.1 * copies], axis=1)
    labels = ["vesicles_per_cell", "copies:miR-21-5p", "copies:miR-217"]
    copies_of = {"uptake_coefficient", "native_copies_per_vesicle", "cargo_half_life"}
    acting = {"vesicles_per_cell": {"uptake_coefficient"},
              "copies_per_cell": copies_of | {"batch_cargo"}}  # fmt: skip
    found = sensitivity(rows, draws, labels, table, acting)
    assert found["vesicles_per_cell"]["tested"] == 1
    assert [e["key"] for e in found["vesicles_per_cell"]["numbers"]] == ["uptake_coefficient"]
    assert found["cargo"] == "miR-21-5p"
    every = found["copies_per_cell"]["numbers"]
    first = every[0]
    assert (first["key"], first["context"]) == ("cargo_half_life", "miR-21-5p")
    assert first["influence"] > 0.6
    assert first["word"] == "stands out"
    assert found["copies_per_cell"]["by_chance"] == pytest.approx(0.0455 * 3, abs=0.05)
    assert {e["key"] for e in every} == {"uptake_coefficient", "cargo_half_life", "batch_cargo"}
    assert first["sampling_error"] == pytest.approx(0.0517, abs=1e-3)
    few = sensitivity(rows, draws[:19], labels, table[:19], acting)
    assert few["copies_per_cell"] == {"tested": 0, "by_chance": 0.0, "numbers": []}


def test_pure_chance_is_called_so_and_few_members_rank_nothing():
    study = studies.rat().spec
    names = ["annulus_repair", "acid_width", "collagen_turnover", "hazard_half"]
    rows = {name: drawn_row(study, name, load()) for name in names}
    rng = np.random.default_rng(4)
    draws, effect = rng.uniform(size=(40, 4)), rng.normal(size=40)
    found = assumed(rows, draws, effect, {"annulus_repair", "acid_width"}, {"collagen_turnover"})
    assert [e["word"] for e in found] == ["may be chance"] * 2 + [BESIDE]
    assert [e["key"] for e in found][2:] == ["collagen_turnover"]
    assert found[2]["influence"] is None
    few = assumed(rows, draws[:19], effect[:19], set(names), set())
    assert [e["key"] for e in few] == sorted(names)
    assert all(e["influence"] is None for e in few)


@pytest.fixture(scope="module")
def done(tmp_path_factory):
    protocol = studies.rat("therapy.delivery.dose=1e10 particles", "ensemble.members=4")
    return run(protocol, tmp_path_factory.mktemp("runs") / "one")


def test_the_result_holds_exposure_by_cell(done):
    row = done.result["delivery"]["treated"]
    assert set(row["by_cell"]) == {"NP", "AF", "EPC"}
    nucleus = row["by_cell"]["NP"]
    assert nucleus["vesicles_per_cell"] == row["vesicles_per_cell"]
    assert nucleus["copies_per_cell"] == row["copies_per_cell"]
    annulus = row["by_cell"]["AF"]
    assert nucleus["vesicles_per_cell"]["median"] > annulus["vesicles_per_cell"]["median"]
    assert nucleus["days_over_half_effect"]["vesicles"]["q95"] > 0.0
    assert row["sensitivity"]["vesicles_per_cell"]["numbers"] == []
    listed = {e["key"] for e in done.result["assumed"]}
    assert "native_copies_per_vesicle" in listed
    assert not {"lost_to_lysosome", "ageing_endplate_rate", "depot_half_life"} & listed
    assert "sensitivity" not in done.result["delivery"]["untreated"]


def test_the_page_has_its_figures(done):
    shown = exposure_figures(done.result, done.folder)
    assert [f.name for f in shown] == ["exposure map", "by cell"]
    assert shown[0].csv.startswith("hypothesis,r_mm,z_mm,days")
    days = [float(line.rsplit(",", 1)[1]) for line in shown[0].csv.splitlines()[1:]]
    assert 0.0 < max(days) <= 4.0  # from the dose to the end
    page = render(done.folder)
    for words in (
        "A ranking takes 20 members",
        "Exposure",
        "Time above half of the effect",
        "Who gets how much",
        "The product",
    ):
        assert words in page, words


def test_bars_tell_what_chance_would_give():
    rows = [{"key": "a", "context": "general", "tier": "assumed", "influence": r, "word": w,
             "sampling_error": 0.25}
            for r, w in ((0.9, "stands out"), (-0.1, "may be chance"))]  # fmt: skip
    ranked = {"tested": 70, "by_chance": 3.2, "numbers": rows}
    shown = sensitivities({"vesicles_per_cell": ranked, "cargo": "x", "copies_per_cell": ranked})
    assert [f.title for f in shown] == ["What vesicles per cell hang on",
                                        "What copies of x per cell hang on"]  # fmt: skip
    assert "70 numbers can act on it; if none did, some 3.2" in shown[0].caption
    assert "a,general,assumed,0.9,0.25,stands out" in shown[0].csv


def test_a_dish_tells_by_cell_type_without_a_map(tmp_path):
    protocol = studies.dish("ensemble.members=2")
    found = run(protocol, tmp_path / "dish")
    row = found.result["delivery"]["treated"]
    assert set(row["by_cell"]) == {"NP"}
    assert "days_over_half_effect" not in row["by_cell"]["NP"]
    assert exposure_figures(found.result, found.folder)[0].name == "by cell"
    assert "Who gets how much" in render(found.folder)
