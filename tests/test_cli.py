import json
import re
import subprocess
import sys

import pytest
from typer.testing import CliRunner

from evdisc import __version__
from evdisc.cli import app, asked, main
from studies import DISH, RAT

SMALL = [
    "--set", "numerics.radial_cells=8", "--set", "numerics.axial_cells=6", "--set",
    "duration=4 d", "--set", "therapy.delivery.schedule=[2 d]", "--members", "2",
]  # fmt: skip


def evdisc(monkeypatch, capsys, *arguments):
    """Run the command line in this process: (exit code, stdout, stderr)."""
    monkeypatch.setattr(sys, "argv", ["evdisc", *map(str, arguments)])
    with pytest.raises(SystemExit) as stop:
        main()
    out = capsys.readouterr()
    code = stop.value.code
    return 0 if code is None else code, out.out, out.err


@pytest.fixture
def cli(monkeypatch, capsys):
    return lambda *arguments: evdisc(monkeypatch, capsys, *arguments)


def test_run_writes_a_folder_and_prints_one_json_object(cli, tmp_path):
    code, out, err = cli("run", RAT, *SMALL, "--out", tmp_path / "r", "--json")
    assert (code, err) == (0, "")
    result = json.loads(out)
    assert result == json.loads((tmp_path / "r" / "result.json").read_text())
    assert (tmp_path / "r" / "report.html").stat().st_size > 1_000_000
    code, out, err = cli("run", RAT, *SMALL, "--out", tmp_path / "r")
    assert code == 0
    assert "disc height index" in out
    assert "treated" in out
    assert str(tmp_path / "r" / "report.html") in out.replace("\n", "")
    code, out, _ = cli("cite", tmp_path / "r")
    assert code == 0
    assert "@misc{cheng2018," in out


def test_check_says_valid_and_the_normal_form(cli):
    code, out, _ = cli("check", DISH)
    assert code == 0
    assert "valid dish protocol" in out
    code, out, _ = cli("check", RAT, "--json")
    assert json.loads(out)["protocol"]["therapy"]["delivery"]["dose"] == 1e8


def test_dish_answers_one_question(cli):
    code, out, _ = cli(
        "dish", "--cell", "NP", "--species", "human", "--stimulus", "IL-1beta=10 ng/mL",
        "--hours", "24", "--readout", "MMP13", "--members", "8", "--json",
    )  # fmt: skip
    assert code == 0
    result = json.loads(out)
    assert list(result["readouts"]) == ["MMP13"]
    assert result["arms"] == ["treated", "untreated"]
    assert result["readouts"]["MMP13"]["effect"]["q95"] > 0


def test_dish_with_bare_cargo_counts_copies(cli):
    code, out, _ = cli(
        "dish", "--cell", "NP", "--stimulus", "IL1b=10 ng/mL for 6 h", "--hours", "12",
        "--cargo", "miR-410=500 copies/cell", "--members", "2", "--json",
    )  # fmt: skip
    assert code == 0
    copies = json.loads(out)["delivery"]["treated"]["copies_per_cell"]["miR-410"]
    assert copies["median"] == pytest.approx(500, rel=0.2)


def test_nutrition_prints_a_table_and_draws_a_picture(cli, tmp_path):
    code, out, _ = cli(
        "nutrition", "human-lumbar", "--set", "disc.endplate_diffusivity_factor=1",
        "--set", "disc.rate_law=published", "--json", "--figure", tmp_path / "n.png",
    )  # fmt: skip
    assert code == 0
    nucleus = json.loads(out)["regions"]["NP"]
    assert nucleus["oxygen_kPa"]["min"] == pytest.approx(1.286, rel=0.01)
    assert nucleus["glucose_mM"]["min"] == pytest.approx(1.369, rel=0.01)
    assert (tmp_path / "n.png").read_bytes()[:4] == b"\x89PNG"
    assert cli("nutrition", RAT)[0] == 0


def test_dose_gives_the_table_and_the_verdict(cli):
    code, out, _ = cli("dose", RAT, *SMALL[:-2], "--set", "ensemble.members=4")
    assert code == 0
    assert "copies of miR-21-5p per cell" in out
    assert "copies are needed for half of the effect" in out


def test_explain_shows_readers_and_origin(cli):
    code, out, _ = cli("explain", "gag_turnover")
    assert code == 0
    assert "read by: matrix" in out
    assert "Sivan" in out
    code, out, _ = cli("explain", "glucose", "--json")
    assert json.loads(out)["owned_by"] == ["nutrition", "medium"]


def test_every_parameter_of_the_evidence_has_a_reader(cli):
    from evdisc.evidence.library import load
    from evdisc.simulate.explain import explain

    library = load()
    for key, rows in library.parameters.items():
        if any(r.use == "model" for r in rows):
            assert explain(key, library)["read_by"], key


def test_vocabulary_lists_names(cli):
    code, out, _ = cli("vocabulary", "species")
    assert (code, out.startswith("species: human, rat")) == (0, True)
    assert "IL-1beta" in json.loads(cli("vocabulary", "--json")[1])["stimulus"]
    code, _, err = cli("vocabulary", "specie")
    assert code == 2
    assert "did you mean 'species'" in err


def test_help_and_version():
    runner = CliRunner()
    assert f"evdisc {__version__}" in runner.invoke(app, ["--version"]).output
    for command in ("run", "check", "dish", "nutrition", "dose", "explain", "cite"):
        assert runner.invoke(app, [command, "--help"]).exit_code == 0


BAD = {
    "misspelt key": ("dosee: 1e8 particles", "did you mean 'dose'"),
    "no unit": ("dose: 1e8", "has no unit"),
    "wrong unit": ("dose: 1e8 mL", "wrong dimension"),
    "negative dose": ("dose: -1 particles", "is negative"),
    "tab": ("\tdose: 1e8 particles", "cannot start any token"),
    "tag": ("dose: !!python/object:os.system 1", "tags are not allowed"),
}


@pytest.mark.parametrize("fault", BAD)
def test_a_bad_protocol_is_one_line_exit_2_and_writes_nothing(cli, tmp_path, fault):
    wrong, words = BAD[fault]
    path = tmp_path / "bad.yaml"
    path.write_text(RAT.read_text().replace("dose: 1e8 particles", wrong))
    code, out, err = cli("run", path, "--out", tmp_path / "r")
    assert (code, out) == (2, "")
    assert re.fullmatch(r"evdisc: [^\n]+\n", err), err
    assert words in err
    assert "bad.yaml:" in err
    assert [p.name for p in tmp_path.iterdir()] == ["bad.yaml"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("run", "nowhere.yaml"), "does not exist"),
        (("run", "."), "is a folder"),
        (("run", RAT, "--jobs", "0"), "at least one worker"),
        (("run", RAT, "--set", "disc.preset=rat-tail"), "did you mean 'rat-caudal'"),
        (("run", RAT, "--set", "nonsense"), "not an override"),
        (("run", RAT, "--members", "0"), "greater than or equal to 1"),
        (("check", RAT, "--set", "therapy.vesicle.cargo.0.molecule=miR-9"), "no claim mentions"),
        (("check", RAT, "--set", "disc.insult.puncture.gauge=17"), "known diameter"),
        (("check", RAT, "--set", "evidence.overlays=[no.csv]"), "overlay not found"),
        (("dish", "--cell", "NPX"), "no such recipient cell"),
        (("dish", "--stimulus", "IL-1beta=10 mM"), "wrong dimension"),
        (("dish", "--stimulus", "=3"), "cannot be read"),
        (("nutrition", "human-lumber"), "did you mean 'human-lumbar'"),
        (("nutrition", "rat-caudal", "--figure", "x.doc"), "picture"),
        (("dose", RAT, "--set", "therapy=none"), "has no therapy"),
        (("explain", "gag_turnovr"), "did you mean 'gag_turnover'"),
        (("cite", "."), "not a run folder"),
    ],
)
def test_bad_arguments_are_one_line_and_exit_2(cli, tmp_path, monkeypatch, arguments, words):
    monkeypatch.chdir(tmp_path)
    code, out, err = cli(*arguments)
    assert (code, out) == (2, "")
    assert re.fullmatch(r"evdisc: [^\n]+\n", err), err
    assert words in err
    assert list(tmp_path.iterdir()) == []


def test_a_folder_of_another_protocol_is_exit_2(cli, tmp_path):
    assert cli("run", RAT, *SMALL, "--out", tmp_path / "r", "--json")[0] == 0
    code, _, err = cli("run", RAT, *SMALL, "--seed", "9", "--out", tmp_path / "r")
    assert code == 2
    assert "belongs to another protocol" in err


def test_all_members_failing_is_exit_1(cli, tmp_path, monkeypatch):
    from evdisc.errors import SolveError
    from evdisc.simulate import disc

    def fail(*_):
        raise SolveError("no steady state")

    monkeypatch.setattr(disc, "run_arm", fail)
    code, _, err = cli("run", RAT, *SMALL, "--out", tmp_path / "r")
    assert code == 1
    assert "every member failed" in err
    assert "no steady state" in err


def test_progress_goes_to_stderr_only(tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "evdisc.cli", "check", str(RAT), "--json"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert json.loads(done.stdout)["valid"]
    assert done.stderr == ""


@pytest.mark.parametrize("words", [["dose", "--help"], ["warm-up", "--help"], ["dose"]])
def test_a_command_alone_says_what_it_says_among_all(words):
    alone, all_ = asked(words), asked([])
    assert len(alone.registered_commands) == 1
    assert not alone.registered_groups
    assert len(all_.registered_commands) > 5
    assert all_.registered_groups
    one, two = (CliRunner().invoke(which, words) for which in (alone, all_))
    assert (one.exit_code, one.output) == (two.exit_code, two.output)


@pytest.mark.parametrize("words", [[], ["--help"], ["doze"], ["evidence", "find"], ["--version"]])
def test_anything_else_meets_every_command(words):
    assert asked(words) is app


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["dose", RAT, "--members", 3], "evdisc: No such option: --members; see evdisc dose"),
        (["validate", "extra"], "unexpected extra argument"),
        (["run"], "evdisc: Missing argument 'protocol'; see evdisc run --help"),
        (["dish", "--hours", "long"], "Invalid value for '--hours'"),
        (["evidence", "nosuch"], "No such command 'nosuch'; see evdisc evidence --help"),
    ],
)
def test_wrong_words_are_one_line(cli, words, said):
    code, out, err = cli(*words)
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert said in err


def test_no_words_show_the_help(cli):
    code, out, err = cli()
    assert code == 2
    assert "Usage: evdisc" in out + err
    assert cli("run", "--help")[0] == 0


@pytest.mark.parametrize("key", ["therapy.delivery.gauge", "disc.insult.puncture.gauge"])
def test_an_unknown_needle_is_refused_under_its_full_key(cli, key):
    code, _, err = cli("check", RAT, "--set", f"{key}=35")
    assert code == 2
    assert f"{key}: needle gauge without a known diameter, got 35" in err
