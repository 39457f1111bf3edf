"""What the Tab key offers, asked the way each shell asks."""

import os
import shutil
import subprocess
import sys

import pytest
from typer.main import get_command

from evdisc import cli_completion
from evdisc.cli import app
from release.archives import ROOT, evdisc, run


def asked(shell: str, *words: str) -> list[str]:
    """Words offered for the last of ``words``, by the protocol of a shell."""
    line = " ".join(("evdisc", *words))
    told = {
        "bash": {"COMP_WORDS": "\n".join(("evdisc", *words)), "COMP_CWORD": str(len(words))},
        "zsh": {"_TYPER_COMPLETE_ARGS": line},
        "fish": {"_TYPER_COMPLETE_ARGS": line, "_TYPER_COMPLETE_FISH_ACTION": "get-args"},
    }[shell]
    done = evdisc(env={"_EVDISC_COMPLETE": f"complete_{shell}"} | told)
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    # fish puts the help behind a tab
    return [line.partition("\t")[0] for line in done.stdout.splitlines() if line]


@pytest.mark.parametrize("shell", ["bash", "fish"])
@pytest.mark.parametrize(
    ("words", "offered"),
    [
        (("dish", "--cell", "N"), ["NP", "notochordal", "NPSC", "NP-MSC"]),
        (("rank", "ra"), ["rat-caudal", "rabbit-lumbar"]),
        (("study", "optimise", "x.yaml", "--against", "c"), ["carrier"]),
        (("vesicles", "import", "x.csv", "--cell", "bm"), ["BMSC"]),
        (("vocabulary", "pre"), ["preconditioning", "preset"]),
        (("netw",), ["network"]),
        (("nutrition", "./mine"), []),  # nothing fits: the shell offers files
    ],
)
def test_names_are_offered(shell, words, offered):
    assert asked(shell, *words) == offered


def test_zsh_is_answered_in_its_own_words():
    assert asked("zsh", "plan", "x.yaml", "--checklist", "ar") == [
        "_arguments '*: :((\"ARRIVE 2.0\"))'"
    ]


def test_bash_gets_blanks_escaped_but_not_within_a_quotation():
    assert asked("bash", "rank", "--for", "disc\\ he") == ["disc\\ height\\ index"]
    assert asked("bash", "rank", "--for", '"disc he') == ["disc height index"]


def test_options_are_still_offered():
    assert asked("bash", "dish", "--spe") == ["--species"]


@pytest.fixture(scope="module")
def parameters():
    """Command -> parameter -> its help."""
    table = {}
    for path, parameter in cli_completion.parameters(get_command(app)):
        table.setdefault(path, {})[parameter.name] = getattr(parameter, "help", None) or ""
    return table


def test_every_offer_belongs_to_a_parameter(parameters):
    stale = [
        f"{command} {name}"
        for command, offers in cli_completion.OFFERS.items()
        for name in offers
        if name not in parameters.get(command, {})
    ]
    assert stale == []


def test_every_vocabulary_has_words():
    for command, offers in cli_completion.OFFERS.items():
        for name, words in offers.items():
            found = list(words())
            assert found, f"{command} {name}"
            assert len(set(found)) == len(found), f"{command} {name}"


def test_closed_choices_are_those_of_the_code():
    from evdisc.cargo.normalise import METHODS
    from evdisc.diagnose.candidates import MODELS
    from evdisc.evidence.export import FORMATS
    from evdisc.protocol.specs import KINDS
    from evdisc.study.rank import BY, EQUAL
    from evdisc.study.search_space import OVER

    offers = cli_completion.OFFERS
    for command, name, valid in (
        ("cargo import", "method", METHODS), ("diagnose", "models", MODELS),
        ("evidence export", "form", FORMATS), ("vocabulary", "keys", KINDS),
        ("rank", "by", BY), ("rank", "equal", EQUAL), ("study optimise", "over", OVER),
    ):  # fmt: skip
        assert set(offers[command][name]()) == set(valid), f"{command} {name}"


def test_an_answer_loads_nothing_heavy():
    heavy = {"numpy", "pandas", "pydantic", "numba", "pint"}
    code = (
        "import sys; from evdisc import cli_completion as c;"
        "[list(words()) for offers in c.OFFERS.values() for words in offers.values()];"
        "print(*sys.modules)"
    )
    done = run(sys.executable, "-c", code, env={"PYTHONPATH": str(ROOT / "src")})
    assert done.returncode == 0, done.stderr
    assert not heavy & set(done.stdout.split())


# as the installed command is called; the shell is named instead of found by the parent process
AS_EVDISC = "import sys; sys.argv[0] = 'evdisc'; from evdisc.__main__ import main; main()"
NAMED = {"_TYPER_COMPLETE_TEST_DISABLE_SHELL_DETECTION": "1"}


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_scripts_are_shown_and_installed(shell, tmp_path):
    own = NAMED | {"HOME": str(tmp_path), "XDG_CONFIG_HOME": str(tmp_path / ".config")}
    command = [sys.executable, "-c", AS_EVDISC]
    env = own | {"PYTHONPATH": str(ROOT / "src")}
    shown = run(*command, "--show-completion", shell, env=env)
    assert shown.returncode == 0, shown.stderr
    assert f"_EVDISC_COMPLETE=complete_{shell}" in shown.stdout
    assert list(tmp_path.rglob("*")) == []
    done = run(*command, "--install-completion", shell, env=env)
    assert done.returncode == 0, done.stderr
    written = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert any("_EVDISC_COMPLETE" in path.read_text("utf-8") for path in written)


def test_bash_itself_completes(tmp_path):
    """The script that is shown, sourced by a real bash that calls its function."""
    bash = shutil.which("bash")
    if bash is None:
        pytest.skip("bash is not installed")
    caller = tmp_path / "evdisc"
    caller.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m evdisc "$@"\n', "utf-8")
    caller.chmod(0o755)
    env = NAMED | {"PYTHONPATH": str(ROOT / "src")}
    script = run(sys.executable, "-c", AS_EVDISC, "--show-completion", "bash", env=env).stdout
    asked = (
        f"{script}\nCOMP_WORDS=(evdisc dish --species ra); COMP_CWORD=3\n"
        '_evdisc_completion evdisc\nprintf "%s\\n" "${COMPREPLY[@]}"\n'
    )
    env["PATH"] = f"{tmp_path}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        [bash, "--norc", "-c", asked], env=os.environ | env, capture_output=True,
        encoding="utf-8", check=True,
    )  # fmt: skip
    assert done.stdout.split() == ["rat", "rabbit"]
