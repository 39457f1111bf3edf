import dataclasses

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evdisc.diagnose.cohort import Columns, cohort
from evdisc.diagnose.generated import as_csv, assumptions, shares, simulate
from evdisc.diagnose.table import read_table
from evdisc.errors import InputError
from evdisc.evidence.library import load

TWO = {1: 1.0, 5: 1.0}


def test_the_file_says_everywhere_that_nobody_was_measured(tmp_path):
    path = tmp_path / "cohort.csv"
    path.write_text(as_csv(simulate(20, TWO, 1)), "utf-8")
    lines = path.read_text("utf-8").splitlines()
    assert lines[0].startswith("# simulated by evdisc")
    assert lines[3].split(",")[:3] == ["id", "simulated", "pfirrmann"]
    assert all(line.split(",")[1] == "yes" for line in lines[4:])
    table = read_table(path)
    assert table.simulated
    found = cohort(table, Columns("pfirrmann"))
    assert found.simulated
    assert found.kind == "counts"
    assert "simulated" not in found.features
    # without its first lines the column still says it
    path.write_text("\n".join(lines[3:]), "utf-8")
    assert read_table(path).simulated


def test_every_assumption_is_a_row_of_the_evidence_marked_assumed():
    library = load()
    for key in assumptions():
        assert library.resolve(key).tier == "assumed"


@given(st.integers(0, 2**32), st.integers(2, 60))
def test_grades_are_dealt_as_asked_and_a_seed_is_a_cohort(seed, patients):
    made = simulate(patients, {2: 1.0, 4: 3.0}, seed, changed={"molecules": 12})
    assert abs((made.grades == 2).sum() - patients / 4) <= 0.5
    again = simulate(patients, {2: 1.0, 4: 3.0}, seed, changed={"molecules": 12})
    assert (made.counts == again.counts).all()
    assert (made.counts >= 0).all()


def test_markers_move_by_what_is_assumed_and_nothing_else_moves():
    made = simulate(6000, TWO, 3, changed={"marker_response": 0.5, "molecules": 60, "markers": 4,
                                          "disc_share": 0.0})  # fmt: skip
    level = np.log2((made.counts + 0.5) / made.counts.sum(axis=1, keepdims=True))
    plenty = made.counts.mean(axis=0) > 200
    moved = level[made.grades == 5].mean(axis=0) - level[made.grades == 1].mean(axis=0)
    rest = np.setdiff1d(np.flatnonzero(plenty), made.markers)
    drift = np.median(moved[rest])
    assert np.abs(moved[rest] - drift).max() < 0.12
    for marker, sign in zip(made.markers, made.signs, strict=True):
        if plenty[marker]:
            assert moved[marker] - drift == pytest.approx(2.0 * sign, abs=0.15)


def test_a_disc_that_sheds_all_vesicles_moves_markers_by_its_own_fold():
    quiet = {"marker_response": 0.0, "molecules": 60, "markers": 30, "disc_fold": 2.0}
    one = simulate(3000, TWO, 4, changed=quiet | {"disc_share": 1.0})
    none = simulate(3000, TWO, 4, changed=quiet | {"disc_share": 1e-6})

    def moved(made):
        level = np.log2((made.counts + 0.5) / made.counts.sum(axis=1, keepdims=True))
        change = level[made.grades == 5].mean(axis=0) - level[made.grades == 1].mean(axis=0)
        plenty = made.counts.mean(axis=0) > 200
        marker = np.isin(np.arange(60), made.markers)
        return np.median(change[marker & plenty]) - np.median(change[~marker & plenty])

    assert moved(one) == pytest.approx(4.0, abs=0.15)
    assert moved(none) == pytest.approx(0.0, abs=0.1)


def test_other_molecules_change_nobody_elses_age():
    few = simulate(50, TWO, 5, changed={"molecules": 10})
    many = simulate(50, TWO, 5, changed={"molecules": 40})
    assert (few.age == many.age).all()
    assert (few.grades == many.grades).all()
    assert dataclasses.asdict(few)["seed"] == 5


@pytest.mark.parametrize("text", ["1", "", "a,b", "1:0,2:1", "1:-1,2", "1:inf,2", "1,99"])
def test_grades_that_are_none_are_refused(text):
    with pytest.raises(InputError, match="list of grades"):
        shares(text)


def test_an_assumption_that_is_none_offers_the_nearest():
    with pytest.raises(InputError, match="did you mean 'cohort_marker_response'"):
        assumptions({"marker_respons": 1.0})
    with pytest.raises(InputError, match=">= 0"):
        assumptions({"dispersion": float("nan")})
