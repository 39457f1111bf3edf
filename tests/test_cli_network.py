"""`evdisc network` as a user types it."""

import json

import pytest

from typed import run


def test_own_network_to_overlay_to_model(tmp_path, capsys):
    mine = tmp_path / "mine.sif"
    mine.write_text("aggrecan\tinhibits\tMMP13\nMyGene\tactivates\tACAN\n", "utf-8")
    overlay = tmp_path / "mine.csv"
    code, out, _ = run(
        capsys, "network", "import", str(mine), "--study", "own2026", "--to", str(overlay), "--json"
    )
    told = json.loads(out)
    assert (code, told["edges"], told["names_not_known"]) == (0, 2, ["MyGene"])
    assert "ACAN,gene,MMP13,gene,-1" in overlay.read_text("utf-8")
    before = json.loads(run(capsys, "network", "check", "--json")[1])
    after = json.loads(run(capsys, "network", "check", "--overlay", str(overlay), "--json")[1])
    assert after["arrows"] == before["arrows"] + 2
    assert after["nodes"] == before["nodes"] + 1
    code, _, err = run(
        capsys, "network", "import", str(mine), "--study", "cheng2018", "--to", str(overlay)
    )
    assert (code, "study already" in err) == (2, True)


def test_simulate_tells_the_time_course_its_error_and_draws(tmp_path, capsys):
    figure, picture = tmp_path / "t.png", tmp_path / "m.svg"
    code, out, _ = run(
        capsys, "network", "simulate", "--stimulus", "IL-1beta=10 ng/mL", "--cargo", "miR-155-5p",
        "--readout", "MMP13", "--figure", str(figure), "--map", str(picture), "--json",
    )  # fmt: skip
    told = json.loads(out)
    assert code == 0
    assert told["activities"]["MMP13"][-1] > told["activities"]["MMP13"][0] + 0.3
    assert told["shortcut_error"] < 5e-3
    assert not told["cycles"]
    assert figure.stat().st_size > 5000
    assert "NF-kB" in picture.read_text("utf-8")


def test_interleukin_dose_is_no_switch(capsys, tmp_path):
    figure = tmp_path / "d.png"
    code, out, _ = run(
        capsys, "network", "dose", "IL-1beta", "--doses", "0.01,0.03,0.1,0.3,1,3,10,30,100 ng/mL",
        "--members", "40", "--figure", str(figure), "--json",
    )  # fmt: skip
    told = json.loads(out)["readouts"]
    assert code == 0
    assert told["ACAN"]["median"] == sorted(told["ACAN"]["median"], reverse=True)
    assert told["MMP13"]["median"] == sorted(told["MMP13"]["median"])
    assert told["MMP13"]["decades"] >= 1.0
    assert told["ACAN"]["decades"] >= 1.0
    assert figure.exists()


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["export"], "--sbml"),
        (["export", "x.txt"], "--sbml"),
        (["export", "--sif", "--stimulus", "IL-1beta"], "holds no stimulus"),
        (["export", "--sbml", "--cell", "NPP"], "NP"),
        (["simulate", "--stimulus", "IL1b=1 ng/mL", "--cargo", "miR-9999"], "no claim mentions"),
        (["simulate", "--stimulus", "IL-1beta=1 mM"], "dimension"),
        (["simulate", "--readout", "ACANN"], "ACAN"),
        (["simulate", "--member", "one"], "SEED:NUMBER"),
        (["simulate", "--figure", "a.gif"], ".png"),
        (["dose", "IL-1beta", "--doses", "10, 1 ng/mL"], "rising"),
        (["dose", "IL-1beta", "--doses", "1, 10"], "unit"),
        (["import", "nowhere.sif", "--study", "a1", "--to", "b.csv"], "no such file"),
    ],
)
def test_bad_words_are_one_line_and_exit_2(capsys, tmp_path, monkeypatch, words, told):
    monkeypatch.chdir(tmp_path)
    code, _, err = run(capsys, "network", *words)
    assert code == 2
    assert told in err
    assert len(err.strip().splitlines()) == 1
    assert not list(tmp_path.iterdir())
