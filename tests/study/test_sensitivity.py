"""What exposure depends on: known dependences are found, other molecules are left out."""

import numpy as np
import pytest

import studies
from evdisc.evidence.library import load
from evdisc.report.exposure_figures import exposure_figures
from evdisc.report.render import render
from evdisc.study import run
from evdisc.study.influence import drawn_row
from evdisc.study.sensitivity import sensitivity


def test_a_known_dependence_comes_first_and_other_cargo_is_left_out():
    study = studies.rat().spec
    names = ["uptake_coefficient", "native_copies_per_vesicle#miR-217", "cargo_half_life#miR-21-5p"]
    rows = {name: drawn_row(study, name, load()) for name in names}
    draws = np.random.default_rng(0).uniform(size=(400, 3))
    copies = draws[:, 2] ** 3 * draws[:, 0]
    table = np.stack([draws[:, 0] + draws[:, 1], copies, 0.1 * copies], axis=1)
    found = sensitivity(
        rows, draws, ["vesicles_per_cell", "copies:miR-21-5p", "copies:miR-217"], table
    )
    assert [e["key"] for e in found["vesicles_per_cell"]] == ["uptake_coefficient"]
    assert found["cargo"] == "miR-21-5p"
    first = found["copies_per_cell"][0]
    assert (first["key"], first["context"]) == ("cargo_half_life", "miR-21-5p")
    assert first["influence"] > 0.6
    assert first["sampling_error"] == pytest.approx(0.0517, abs=1e-3)
    assert all(e["context"] != "miR-217" for e in found["copies_per_cell"])


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
    assert row["sensitivity"]["vesicles_per_cell"]
    assert "sensitivity" not in done.result["delivery"]["untreated"]


def test_the_page_has_its_figures(done):
    shown = exposure_figures(done.result, done.folder)
    assert [f.name for f in shown] == [
        "exposure map", "by cell", "sensitivity vesicles_per_cell", "sensitivity copies_per_cell"
    ]  # fmt: skip
    assert shown[0].csv.startswith("hypothesis,r_mm,z_mm,days")
    days = [float(line.rsplit(",", 1)[1]) for line in shown[0].csv.splitlines()[1:]]
    assert 0.0 < max(days) <= 4.0  # from the dose to the end
    page = render(done.folder)
    for words in ("Exposure", "Time above half of the effect", "Who gets how much", "The product"):
        assert words in page, words


def test_a_dish_tells_by_cell_type_without_a_map(tmp_path):
    protocol = studies.dish("ensemble.members=2")
    found = run(protocol, tmp_path / "dish")
    row = found.result["delivery"]["treated"]
    assert set(row["by_cell"]) == {"NP"}
    assert "days_over_half_effect" not in row["by_cell"]["NP"]
    assert exposure_figures(found.result, found.folder)[0].name == "by cell"
    assert "Who gets how much" in render(found.folder)
