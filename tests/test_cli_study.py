"""`evdisc study next|optimise` and `evdisc fit` as a user types them."""

import json

import pytest

from comparisons import TINY
from evdisc.cli import main
from studies import DISH, EXAMPLES, RAT

SETS = [word for one in (*TINY, "duration=6 d") for word in ("--set", one)]
QPCR = EXAMPLES / "fit" / "dish-qpcr.csv"


def run(capsys, *words):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sys.argv", ["evdisc", *map(str, words)])
        try:
            main()
            code = 0
        except SystemExit as stop:
            code = stop.code or 0
    seen = capsys.readouterr()
    return code, seen.out, seen.err


def whole(page):
    """A page that needs nothing from outside."""
    text = page.read_text("utf-8")
    assert "{{" not in text.split("<main>")[1].split("<pre>")[0]
    assert "<script src" not in text
    assert "data:text/csv;base64," in text
    return text


def test_fit_and_a_run_from_it(tmp_path, capsys):
    out = tmp_path / "p.json"
    words = ("fit", DISH, QPCR, "--members", 14, "--out", out, "--runs", tmp_path / "runs")
    code, text, err = run(capsys, *words, "--json")
    assert (code, err) == (0, "")
    stored = json.loads(out.read_text("utf-8"))
    assert json.loads(text) == {k: v for k, v in stored.items() if k != "sha256"}
    page = whole(tmp_path / "p.html")
    assert "What dish-qpcr.csv teaches" in page
    code, text, _ = run(capsys, *words)
    assert code == 0
    assert "independent members of 14" in text
    code, text, _ = run(capsys, "run", DISH, "--set", f"ensemble.posterior={out}", "--members", 2,
                        "--out", tmp_path / "run", "--json")  # fmt: skip
    assert code == 0
    assert any("posterior of dish-qpcr.csv" in w for w in json.loads(text)["warnings"])


def test_fit_says_which_row_is_wrong_and_writes_nothing(tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    data = tmp_path / "data.csv"
    data.write_text(QPCR.read_text("utf-8").replace("NLRP3", "NLPR3"), "utf-8")
    code, out, err = run(capsys, "fit", DISH, data)
    assert (code, out) == (2, "")
    assert "data.csv:3: readout" in err
    assert "did you mean 'NLRP3'?" in err
    assert err.count("\n") == 1
    assert list(tmp_path.iterdir()) == [data]
    code, _, err = run(capsys, "fit", DISH, tmp_path / "none.csv")
    assert (code, "cannot be read" in err) == (2, True)


def test_next_prints_one_json_object_and_writes_the_page(tmp_path, capsys):
    out = tmp_path / "next"
    words = ("study", "next", DISH, "--for", "NLRP3", "--members", 12, "--out", out)
    code, text, err = run(capsys, *words, "--json")
    assert (code, err) == (0, "")
    assert json.loads(text) == json.loads((out / "result.json").read_text("utf-8"))
    page = whole(out / "report.html")
    assert "What to measure next" in page
    assert "our own rough guess" in page
    code, text, _ = run(capsys, *words)
    assert code == 0
    assert "effort (own rough guess)" in text
    assert "dose response" in text


def test_optimise_prints_the_front_and_writes_the_page(tmp_path, capsys):
    out = tmp_path / "opt"
    words = ("study", "optimise", RAT, *SETS, "--over", "dose,carrier", "--limit", "punctures <= 1",
             "--members", 1, "--trials", 2, "--out", out)  # fmt: skip
    code, text, err = run(capsys, *words, "--json")
    assert (code, err) == (0, "")
    result = json.loads(text)
    assert result == json.loads((out / "result.json").read_text("utf-8"))
    page = whole(out / "report.html")
    assert "How best to give the vesicles" in page
    best = result["rows"][result["best"]["stoichiometric"]["median"]]
    assert f'--set "{best["settings"][0]}"' in page.replace("&#34;", '"')
    code, text, _ = run(capsys, *words)
    assert code == 0
    assert "front if delivered copies decide" in text


def test_bad_input_is_one_line_and_exit_2(tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for words, said in (
        (("study", "optimise", DISH), "is no disc study"),
        (("study", "optimise", RAT, "--over", "doze"), "did you mean 'dose'?"),
        (("study", "optimise", RAT, "--limit", "few punctures"), "--limit: cannot be read"),
        (("study", "next", RAT, "--for", "GAGG"), "did you mean 'GAG'?"),
        (("fit", RAT, QPCR.with_name("dish-dose-response.csv")), "csv:2: dose: wrong dimension"),
    ):
        code, out, err = run(capsys, *words)
        assert (code, out, err.count("\n")) == (2, "", 1), err
        assert said in err
    assert list(tmp_path.iterdir()) == []
