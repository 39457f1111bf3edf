"""`evdisc rank` and `evdisc species` as a user types them."""

import json

from comparisons import NATIVE, TINY, product
from studies import RAT
from typed import run

SETS = [word for one in TINY for word in ("--set", one)]


def test_rank_prints_one_json_object_and_writes_the_page(tmp_path, capsys):
    esc, out = product(tmp_path, "esc", NATIVE), tmp_path / "run"
    words = ("rank", "rat-caudal", "--therapies", esc, "--members", "1", *SETS, "--out", str(out))
    code, text, err = run(capsys, *words, "--json")
    assert (code, err) == (0, "")
    result = json.loads(text)
    assert result == json.loads((out / "result.json").read_text("utf-8"))
    assert (out / "report.html").is_file()
    code, text, _ = run(capsys, *words)
    assert code == 0
    assert "21 G puncture on day 0" in text
    assert "report: " in text


def test_an_unknown_preset_is_one_line_exit_2_and_nothing_written(tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    code, out, err = run(capsys, "rank", "rat-caudle")
    assert (code, out) == (2, "")
    assert "did you mean 'rat-caudal'?" in err
    assert err.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


def test_species_of_a_protocol(tmp_path, capsys):
    out = tmp_path / "run"
    code, text, _ = run(
        capsys, "species", str(RAT), "--members", "1", *SETS, "--out", str(out), "--json"
    )
    assert code == 0
    assert len(json.loads(text)["discs"]) == 5
    assert (out / "report.html").is_file()
    code, _, err = run(capsys, "species", str(tmp_path / "no.yaml"))
    assert (code, "does not exist" in err) == (2, True)
