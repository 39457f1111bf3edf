"""`evdisc plan` as a user types it."""

import json

import pytest

from evdisc.cli import main
from evdisc.study.execute import run as run_study
from evdisc.study.plan import simulated
from studies import DISH, EXAMPLES, RAT, SHORT, rat

SETS = [word for one in SHORT for word in ("--set", one)]
PILOT = str(EXAMPLES / "pilot-template.csv")


def run(capsys, *words):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sys.argv", ["evdisc", *words])
        try:
            main()
            code = 0
        except SystemExit as stop:
            code = stop.code or 0
    seen = capsys.readouterr()
    return code, seen.out, seen.err


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return run_study(simulated(rat(), 3), tmp_path_factory.mktemp("cli") / "run").folder


def test_plan_prints_one_json_object_and_writes_the_folder(tmp_path, capsys, folder):
    out = tmp_path / "plan"
    words = ("plan", str(RAT), *SETS, "--unit", "animal", "--run", str(folder), "--pilot", PILOT)
    code, text, err = run(capsys, *words, "--out", str(out), "--json")
    assert (code, err) == (0, "")
    result = json.loads(text)
    assert result == json.loads((out / "plan.json").read_text("utf-8"))
    assert {"groups", "unit", "outcomes", "sample_size", "detectable", "time_points", "falsify",
            "checklists", "assumed", "warnings"} <= set(result)  # fmt: skip
    code, _, err = run(capsys, *words, "--out", str(out))
    assert (code, "--fresh" in err) == (2, True)
    code, text, _ = run(capsys, *words, "--out", str(out), "--fresh")
    assert code == 0
    assert "plan.docx" in text


@pytest.mark.parametrize(("more", "words"), [
    ([], "--unit: the experimental unit is not stated"),
    (["--unit", "disc"], "is no experimental unit"),
    (["--unit", "animal", "--power", "1.2"], "--power"),
    (["--unit", "animal", "--pilot", "no.csv"], "no.csv: cannot be read"),
    (["--unit", "animal", "--run", "no"], "holds no finished run"),
    (["--checklist", "arive"], "did you mean 'ARRIVE 2.0'?"),
    (["--unit", "animal", "--answers", PILOT], "--checklist NAME too"),
])  # fmt: skip
def test_bad_input_is_one_line_exit_2_and_nothing_written(
    tmp_path, capsys, monkeypatch, more, words
):
    monkeypatch.chdir(tmp_path)
    code, out, err = run(capsys, "plan", str(RAT), *SETS, *more)
    assert (code, out) == (2, "")
    assert words in err
    assert err.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


def test_a_dish_is_told_its_unit(capsys):
    code, _, err = run(capsys, "plan", str(DISH), "--unit", "level")
    assert (code, "a dish has no levels" in err, "donor" in err) == (2, True, True)


def test_a_run_folder_answers_in_part_and_must_be_of_the_protocol(capsys, folder):
    words = ("plan", str(RAT), "--checklist", "arrive", "--run", str(folder))
    code, text, _ = run(capsys, *words, *SETS, "--json")
    assert code == 0
    row = next(r for r in json.loads(text)["rows"] if r["item"] == "2b")
    assert (row["status"], "3 members" in row["answer"]) == ("partly", True)
    code, out, err = run(capsys, *words)
    assert (code, out, "another protocol" in err) == (2, "", True)


def test_one_checklist_needs_no_unit_and_takes_answers(tmp_path, capsys):
    out = tmp_path / "lists"
    code, text, err = run(capsys, "plan", str(RAT), "--checklist", "evtrack", "--out", str(out))
    assert (code, err) == (0, "")
    assert "EV-METRIC 0 %: 0 of 9 components" in text
    path = out / "ev-track.csv"
    lines = path.read_text("utf-8").splitlines()
    done = [line.replace(",open,,", ",answered,yes,", 1) for line in lines]
    path.write_text("\n".join(done) + "\n", "utf-8")
    words = ("plan", str(RAT), "--checklist", "EV-TRACK", "--answers", str(path))
    code, text, _ = run(capsys, *words, "--json")
    assert code == 0
    assert json.loads(text)["ev_metric"]["score"] == 100.0
    code, _, err = run(capsys, *words, "--out", str(out))
    assert (code, "is there already" in err) == (2, True)
    assert ",answered,yes," in path.read_text("utf-8")
