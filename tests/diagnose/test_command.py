"""The command as a user types it: files, page, JSON, refusals."""

import base64
import json
import re

import pytest
from typer.testing import CliRunner

from cohorts import two_studies
from evdisc.cli import app
from evdisc.errors import EvdiscError

FEW = ["--models", "quick", "--repeats", "1", "--permutations", "5"]


def call(*words):
    result = CliRunner().invoke(app, ["diagnose", *map(str, words)])
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.stdout


def refusal(*words):
    with pytest.raises(EvdiscError) as caught:
        call(*words)
    assert caught.value.exit_code == 2
    return str(caught.value)


@pytest.fixture(scope="module")
def shelf(tmp_path_factory):
    shelf = tmp_path_factory.mktemp("shelf")
    call("--simulate", 48, "--grades", "2,3,4", "--set", "marker_response=1", "--set",
         "molecules=60", "--out", shelf / "cohort.csv")  # fmt: skip
    told = call(shelf / "cohort.csv", "--outcome", "pfirrmann", "--out", shelf / "found", "--json",
                *FEW)  # fmt: skip
    return shelf, json.loads(told)


def test_json_is_one_object_with_the_keys_promised(shelf):
    _, told = shelf
    for key in ("outcome", "samples", "groups", "auc", "verdict", "baseline", "permutation_p",
                "calibration", "panel", "needed", "model", "warnings", "simulated"):  # fmt: skip
        assert key in told
    assert told["simulated"] is True
    assert told["auc"]["low"] <= told["auc"]["value"] <= told["auc"]["high"]
    assert json.loads((shelf[0] / "found" / "result.json").read_text("utf-8")) == told


def test_the_page_is_self_contained_and_each_figure_has_its_data(shelf):
    folder = shelf[0] / "found"
    text = (folder / "report.html").read_text("utf-8")
    bare = re.sub(r"<script>.*?</script>", "", text, flags=re.S)
    links = re.findall(r'(?:src|href)="([^"]+)"', bare)
    assert [x for x in links if not x.startswith(("data:", "https://doi.org/"))] == []
    assert text.count('class="plot"') == text.count("data (CSV)") == 5
    data = re.search(r'download="roc.csv" href="data:text/csv;base64,([^"]+)"', text)[1]
    assert base64.b64decode(data).decode().startswith("false_positive,true_positive,low,high")
    for words in ("SIMULATED", "How many patients", "TRIPOD+AI", "Grade by grade", "Decision curve",
                  "evdisc "):  # fmt: skip
        assert words in bare, words
    card = (folder / "MODEL_CARD.md").read_text("utf-8")
    assert "SIMULATED" in card
    assert "Research" in card


def test_a_folder_is_not_written_over(shelf):
    table, folder = shelf[0] / "cohort.csv", shelf[0] / "found"
    before = (folder / "result.json").read_bytes()
    assert "--fresh" in refusal(table, "--outcome", "pfirrmann", "--out", folder, *FEW)
    assert (folder / "result.json").read_bytes() == before
    strange = shelf[0] / "strange"
    strange.mkdir()
    (strange / "thesis.txt").write_text("mine", "utf-8")
    text = refusal(table, "--outcome", "pfirrmann", "--out", strange, "--fresh", *FEW)
    assert "not of a diagnosis" in text
    assert [p.name for p in strange.iterdir()] == ["thesis.txt"]
    assert "is there already" in refusal("--simulate", 20, "--out", table)


def test_new_samples_are_told_by_the_stored_model(shelf):
    folder, told = shelf[0] / "found", shelf[1]
    out = shelf[0] / "said.csv"
    words = (shelf[0] / "cohort.csv", "--model", folder / "model.evdisc", "--out", out)
    said = json.loads(call(*words, "--json"))
    assert said["simulated"]
    assert said["levels"] == told["outcome"]["levels"]
    assert len(said["predictions"]) == 48
    assert out.read_text("utf-8").splitlines()[1].startswith("P0001,yes,")
    assert "P0001" in call(*words, "--fresh")


def test_a_refusal_is_no_failure_and_leaves_no_model(tmp_path):
    table = two_studies(tmp_path)
    text = call(table, "--outcome", "class", "--study", "study", "--out", tmp_path / "x", *FEW)
    assert text.startswith("No accuracy is given: class and 'study' cannot be told apart.")
    assert sorted(p.name for p in (tmp_path / "x").iterdir()) == ["report.html", "result.json"]
    page = (tmp_path / "x" / "report.html").read_text("utf-8")
    assert "accuracy refused" in page
    assert "confounded" in page


def test_the_null_study_counts_intervals(shelf):
    table = shelf[0] / "cohort.csv"
    told = json.loads(call(table, "--outcome", "pfirrmann", "--null-study", 3, "--json", *FEW))
    assert told["seeds"] == len(told["rows"]) == 3
    assert told["covered"] == sum(r["low"] <= 0.5 <= r["high"] for r in told["rows"])


def test_words_that_do_not_go_together(shelf):
    table = shelf[0] / "cohort.csv"
    assert "no table named" in refusal()
    assert "no outcome named" in refusal(table)
    assert "does not go with" in refusal(table, "--outcome", "pfirrmann", "--model", "x.evdisc")
    assert "does not go with" in refusal(table, "--simulate", 10)
    assert "expected cohort.csv" in refusal("--simulate", 10)
    assert "name=number" in refusal("--simulate", 10, "--set", "x", "--out", "c.csv")
    assert "penalised" in refusal(table, "--outcome", "pfirrmann", "--models", "deep")
    assert "expected counts | positive | plain" in refusal(
        table, "--outcome", "pfirrmann", "--values", "percent"
    )


def test_a_missing_package_is_told_with_the_command_that_brings_it(shelf, monkeypatch):
    import importlib.util

    real = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda n, *a: None if n == "skops" else real(n, *a)
    )
    text = refusal(shelf[0] / "cohort.csv", "--outcome", "pfirrmann")
    assert "pip install 'evdisc[diagnose]'" in text
