"""The version is still; the commit is told apart from it."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import evdisc
from evdisc import cli_version
from evdisc.__main__ import main
from release.archives import ROOT, run
from release.archives import evdisc as evdisc_command

pytestmark = pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")


def git(folder: Path, *args: str) -> str:
    who = ["-c", "user.name=a", "-c", "user.email=a@b", "-c", "commit.gpgsign=false"]
    return subprocess.run(
        ["git", *who, *args], cwd=folder, check=True, capture_output=True, encoding="utf-8"
    ).stdout.strip()


@pytest.fixture
def checkout(tmp_path):
    """A checkout with one commit that holds a package under src."""
    package = tmp_path / "src" / "evdisc"
    package.mkdir(parents=True)
    (package / "a.py").write_text("1\n", "utf-8")
    git(tmp_path, "init", "-q")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "-qm", "one")
    return package


def test_the_version_is_plain_and_carries_no_commit():
    assert re.fullmatch(r"\d+\.\d+\.\d+", evdisc.__version__)


def test_a_tag_of_this_commit_is_the_version():
    if not (ROOT / ".git").exists():
        pytest.skip("not a checkout")
    tags = [t for t in git(ROOT, "tag", "--points-at", "HEAD").split() if re.match(r"v\d", t)]
    assert [t for t in tags if t != f"v{evdisc.__version__}"] == []


def test_the_commit_of_a_checkout(checkout):
    head = git(checkout, "rev-parse", "HEAD")
    assert head.startswith(cli_version.commit(checkout))
    assert len(cli_version.commit(checkout)) >= 7


def test_a_tag_does_not_take_the_place_of_the_commit(checkout):
    before = cli_version.commit(checkout)
    git(checkout, "tag", "-a", "v9.9.9", "-m", "v9.9.9")
    assert cli_version.commit(checkout) == before


def test_a_changed_file_is_told(checkout):
    before = cli_version.commit(checkout)
    (checkout / "a.py").write_text("2\n", "utf-8")
    assert cli_version.commit(checkout) == before + "-dirty"


def test_the_surrounding_repository_of_an_installed_copy_is_not_asked(checkout):
    installed = checkout.parents[1] / ".venv" / "site-packages" / "evdisc"
    installed.mkdir(parents=True)
    assert cli_version.commit(installed) == ""
    (installed / "commit.txt").write_text("abc1234\n", "utf-8")
    assert cli_version.commit(installed) == "abc1234"


def test_a_broken_checkout_has_no_commit(tmp_path):
    package = tmp_path / "src" / "evdisc"
    package.mkdir(parents=True)
    (tmp_path / ".git").mkdir()
    assert cli_version.commit(package) == ""


def test_version_is_told_before_anything_else_loads(monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["evdisc", "--version"])
    monkeypatch.setattr(cli_version, "commit", lambda package: "abc1234")
    main()
    assert capsys.readouterr().out == f"evdisc {evdisc.__version__} (commit abc1234)\n"
    monkeypatch.setattr(cli_version, "commit", lambda package: "")
    main()
    assert capsys.readouterr().out == f"evdisc {evdisc.__version__}\n"


@pytest.mark.parametrize("argument", ["--version", "--help"])
def test_python_m_evdisc(argument):
    done = evdisc_command(argument)
    assert done.returncode == 0, done.stderr
    assert "evdisc" in done.stdout


def test_python_m_evdisc_refuses_in_one_line(tmp_path):
    done = evdisc_command("check", tmp_path / "none.yaml")
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1


def test_the_version_needs_neither_tags_nor_history(tmp_path):
    pytest.importorskip("hatchling", reason="hatchling is not installed")
    if not (ROOT / ".git").exists():
        pytest.skip("not a checkout")
    git(tmp_path, "clone", "-q", "--depth=1", "--no-tags", ROOT.as_uri(), "shallow")
    asked = run(sys.executable, "-m", "hatchling", "version", cwd=tmp_path / "shallow")
    assert asked.stdout.strip() == evdisc.__version__, asked.stderr
    assert cli_version.commit(tmp_path / "shallow" / "src" / "evdisc") != ""
