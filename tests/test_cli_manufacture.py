"""`evdisc manufacture` as a user types it."""

import base64
import csv
import io
import json
import re
from pathlib import Path

import pytest

from evdisc.cli import main

EXAMPLES = Path(__file__).parents[1] / "examples" / "manufacture"
PATIENT, DISH = EXAMPLES / "human-disc-patient-dose.yaml", EXAMPLES / "np-dish-batches.yaml"
PRICES = EXAMPLES / "prices-invented.yaml"


def run(capsys, *words):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sys.argv", ["evdisc", "manufacture", *map(str, words)])
        try:
            main()
            code = 0
        except SystemExit as stop:
            code = stop.code or 0
    seen = capsys.readouterr()
    return code, seen.out, seen.err


def test_json_is_one_object_and_the_seed_decides(capsys):
    words = (PATIENT, "--subjects", 20, "--draws", 500, "--json")
    code, out, err = run(capsys, *words)
    assert (code, err) == (0, "")
    result = json.loads(out)
    assert len(result["platforms"]) == 6
    assert result["doses"]["doses"] == 20
    assert run(capsys, *words)[1] == out
    assert run(capsys, *words, "--seed", 2)[1] != out


def test_flasks_and_a_bioreactor_side_by_side_in_the_terminal(capsys):
    code, out, _ = run(capsys, PATIENT, "--platform", "flask,hollow fibre", "--subjects", 20)
    assert code == 0
    assert "A batch falls short of one dose more often than not: static flask" in out
    assert "Fewest batches: hollow fibre" in out
    assert "EUR" not in out
    assert "not intradiscal" in out


def test_the_page_holds_every_figure_with_its_data(tmp_path, capsys):
    page = tmp_path / "plan.html"
    code, out, err = run(
        capsys, PATIENT, "--subjects", 20, "--isolation", "tangential flow -> size exclusion",
        "--prices", PRICES, "--out", page, "--draws", 500,
    )  # fmt: skip
    assert (code, err) == (0, "")
    assert f"page: {page}" in out
    text = page.read_text("utf-8")
    shown = [name for name in ("schedule", "doses", "losses", "cost") if f'id="{name}"' in text]
    assert shown == ["schedule", "doses", "losses", "cost"]
    links = re.findall(r"data:text/csv;base64,([A-Za-z0-9+/=]+)", text)
    tables = [list(csv.reader(io.StringIO(base64.b64decode(x).decode()))) for x in links]
    assert len(tables) == 4
    assert all(len(t) > 2 for t in tables)
    bars = next(t for t in tables if "start_d" in t[0])
    assert {r[0] for r in bars[1:]} >= {"static flask", "hollow fibre"}
    assert "http://" not in text.split("</script>")[-2]
    assert [p.name for p in tmp_path.iterdir()] == ["plan.html"]


def test_the_schedule_in_a_browser(tmp_path, capsys, browser_page):
    page = tmp_path / "plan.html"
    assert run(capsys, PATIENT, "--platform", "flask", "--out", page, "--draws", 200)[0] == 0
    browser_page.goto(page.as_uri())
    browser_page.wait_for_selector("#schedule .barlayer .point")
    drawn = browser_page.locator("#schedule .barlayer .point").count()
    assert drawn >= 7
    assert browser_page.problems == []


def test_batches_are_compared_on_demand(tmp_path, capsys):
    page = tmp_path / "plan.html"
    code, out, _ = run(
        capsys, DISH, "--platform", "wheel", "--batches", 200, "--members", 2, "--draws", 200,
        "--out", page, "--json",
    )  # fmt: skip
    assert code == 0
    told = json.loads(out)["batch_comparison"]
    assert told["batches"] == 200
    assert set(told["hypotheses"]) == {"stoichiometric", "potency"}
    assert 'id="response"' in page.read_text("utf-8")


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--platform", "hollow fibr"), "did you mean 'hollow fibre'"),
        (("--isolation", "ultracentrifugatoin"), "did you mean 'ultracentrifugation'"),
        (("--subjects", "0"), "--subjects"), (("--draws", "0"), "--draws"),
        (("--dose", "much"), "--dose"), (("--prices", "no.yaml"), "does not exist"),
        (("--out", "plan.pdf"), "--out"), (("--out", "no/such/plan.html"), "folder does not"),
        (("--set", "therapy=none"), "human-disc-patient-dose.yaml: therapy: has no therapy"),
        (("--batches", "1"), "--batches"), (("--batches", "99", "--keep", "2"), "--keep"),
        (("--set", "therapy.delivery.dosage=1"), "did you mean"),
    ],
)  # fmt: skip
def test_bad_input_is_one_line_exit_2_and_nothing_written(
    tmp_path, capsys, monkeypatch, words, told
):
    monkeypatch.chdir(tmp_path)
    code, out, err = run(capsys, PATIENT, *words)
    assert (code, out) == (2, "")
    assert told in err
    assert err.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("sets", "told"),
    [
        (("therapy.delivery.dose=0 particles",), "No vesicles have to be made"),
        (("therapy.delivery.dose=0 particles", "therapy.delivery.cells=1e6 cells"),
         "cells given as such"),
        (("therapy.delivery.route=intravenous",), "small share of the dose reaches the disc"),
        (("therapy.vesicle.isolation=not stated",), "ultracentrifugation is taken"),
        (("therapy.vesicle.source.cell=NP",), "stands in"),
    ],
)  # fmt: skip
def test_odd_input_is_planned_and_told(tmp_path, capsys, sets, told):
    page = tmp_path / "plan.html"
    words = [w for s in sets for w in ("--set", s)]
    code, out, _ = run(capsys, PATIENT, *words, "--draws", 200, "--out", page)
    assert code == 0
    assert told in out
    assert page.stat().st_size > 10_000
