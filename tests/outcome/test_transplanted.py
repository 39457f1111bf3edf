"""Transplanted cells: their survival is told where they are given, and compared at equal effort."""

import numpy as np
import pytest

import studies
from evdisc.errors import InputError
from evdisc.evidence.library import load
from evdisc.manufacture.frame import Asked
from evdisc.manufacture.plan import plan
from evdisc.outcome.transplanted import cell_numbers, transplanted
from evdisc.report.render import write_report
from evdisc.report.terminal import dose_lines
from evdisc.simulate import disc
from evdisc.study import run
from evdisc.study.dose import dose_table
from evdisc.study.effort import per_cell
from evdisc.study.preflight import preflight
from evdisc.study.worker import draw

CELLS = ("therapy.delivery.dose=0 particles", "therapy.delivery.cells=1e4 cells")
NAME = "transplanted cells"


def one(*overrides, arm="treated"):
    study = studies.rat(*CELLS, *overrides).spec
    member = draw(study, 0, load())
    return study, member, disc.run_arm(study, member, arm, "stoichiometric")


def test_survival_is_the_share_of_those_given():
    study, member, seen = one("numerics.output_every=1 h", "therapy.delivery.schedule=[2 d, 4 d]")
    share = transplanted(study, member, "treated", seen)[NAME]
    days = seen.times / 86400.0
    assert (share[days <= 2.0] == 0.0).all()
    first, second = (share[np.searchsorted(days, t, side="right")] for t in (2.0, 4.0))
    kept = 100.0 * (1.0 - member.values.number("injection_leak"))
    assert first == pytest.approx(kept, rel=0.02)
    before = share[np.searchsorted(days, 4.0)]
    assert second == pytest.approx(0.5 * (before + kept), rel=0.02)
    assert (np.diff(share[days > 4.1]) < 0.0).all()


def test_numbers_at_the_end_agree_with_the_course():
    study, member, seen = one("therapy.delivery.dose=1e6 particles")
    found = cell_numbers(study, member, "treated", seen)
    share = transplanted(study, member, "treated", seen)[NAME][-1]
    assert found["cells:given"] == 1e4
    assert 100.0 * found["cells:alive_share"] == pytest.approx(share)
    # what 4 days of secretion give lies between what the last alive and all given would have made
    secreted = found["cells:secreted"] / (member.values.number("secretion_per_cell") * 4 * 86400.0)
    assert found["cells:alive"] < secreted < 1e4


def test_an_arm_without_cells_has_none():
    study, member, seen = one("compare=[untreated, vehicle]", arm="vehicle")
    assert not transplanted(study, member, "vehicle", seen)[NAME].any()
    assert set(cell_numbers(study, member, "vehicle", seen).values()) == {0.0}
    plain = studies.rat().spec
    assert transplanted(plain, member, "treated", seen) == {}
    assert cell_numbers(plain, member, "treated", seen) == {}


def test_the_readout_is_asked_for_with_cells_alone():
    preflight(studies.rat(*CELLS, f"readouts=[{NAME}]"), load())
    with pytest.raises(InputError, match=r"therapy\.delivery\.cells"):
        preflight(studies.rat(f"readouts=[{NAME}]"), load())


def test_the_bolus_of_a_flask_is_that_of_manufacture():
    study = studies.rat("ensemble.members=200").spec
    library = load()
    each = per_cell(study, [draw(study, m, library) for m in range(200)], library)
    made = plan(Asked(study, platforms=("static flask",), draws=200), library)
    need = made["need"]["vesicles_in_medium"]["median"]
    cells = made["platforms"][0]["cells"]["median"]
    assert np.median(each) == pytest.approx(
        need / cells * made["need"]["kept"]["median"], rel=0.4
    )  # medians of products, and other draws of the secretion


def test_run_report_and_dose_tell_of_cells_and_of_a_bolus_by_as_many(tmp_path):
    protocol = studies.rat(*CELLS, "ensemble.members=2", f"readouts=[{NAME}, GAG]")
    result = run(protocol, tmp_path / "cells").result
    told = result["readouts"][NAME]["hypotheses"]["stoichiometric"]["arms"]
    assert told["treated"]["median"][-1] > 0.0
    assert told["untreated"]["median"][-1] == 0.0
    given = result["delivery"]["treated"]["cells_given"]
    assert given["given"]["median"] == 1e4
    assert given["secreted"]["q05"] > 0.0
    assert given["bolus"]["q05"] > 0.0
    page = write_report(tmp_path / "cells").read_text("utf-8")
    assert "vesicles they gave off in the disc" in page
    table = dose_table(protocol)
    for name, numbers in table["delivery"]["cells_given"].items():
        assert numbers == pytest.approx(given[name], rel=1e-2)
    text = dose_lines(table)
    assert "living cells given in all" in text
    assert "vesicles of a bolus as many cells make" in text


def test_without_cells_nothing_is_told_of_them():
    table = dose_table(studies.rat("ensemble.members=1"))
    assert table["delivery"]["cells_given"] == {}
    assert "living cells given" not in dose_lines(table)
