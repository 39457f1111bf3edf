"""The container file, as far as it can be read without an engine."""

import re
import shutil
import sys
import tomllib
import zipfile

import pytest

from release.archives import ROOT, run

TEXT = (ROOT / "Containerfile").read_text("utf-8").replace("\\\n", " ")
LINES = [line for line in TEXT.splitlines() if line and not line.startswith("#")]


def instructions(name: str) -> list[str]:
    return [line.split(None, 1)[1] for line in LINES if line.split()[0] == name]


def copied() -> list[str]:
    own = [line.split() for line in instructions("COPY") if not line.startswith("--from")]
    return [word for words in own for word in words[:-1]]


def test_every_file_it_copies_exists():
    assert {"src", "pyproject.toml", "hatch_build.py", "README.md", "LICENSE"} <= set(copied())
    assert [name for name in copied() if not (ROOT / name).exists()] == []


def test_the_ignore_file_lets_in_what_is_copied_and_nothing_else():
    lines = (ROOT / ".dockerignore").read_text("utf-8").splitlines()
    rules = [line for line in lines if line and not line.startswith("#")]
    assert rules[0] == "*"
    assert {rule[1:] for rule in rules if rule.startswith("!")} == set(copied())
    assert {"**/__pycache__", "**/*.nbi", "**/*.nbc"} <= set(rules)


def test_images_are_plain_public_names():
    images = {line.split()[0] for line in instructions("FROM")}
    assert images == {"python:3.11-slim"}
    assert "://" not in TEXT


def test_it_runs_evdisc_as_an_ordinary_user_with_warm_kernels():
    names = [line.split()[0] for line in LINES]
    user = len(names) - 1 - names[::-1].index("USER")
    assert instructions("USER") == ["evdisc"]
    assert [line for line in LINES[user:] if "evdisc warm-up" in line]
    assert instructions("ENTRYPOINT") == ['["evdisc"]']


def test_its_extras_exist():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    told = re.search(r'^ARG EXTRAS="([\w,]+)"$', TEXT, flags=re.M)
    assert told
    assert set(told[1].split(",")) <= set(project["optional-dependencies"])


def test_a_stage_declares_the_arguments_it_reads():
    """An ARG holds in its own stage only."""
    stages = TEXT.split("\nFROM ")[1:]
    for stage in stages:
        declared = set(re.findall(r"^(?:ARG|ENV) (.+)$", stage, flags=re.M))
        known = {word.split("=")[0] for line in declared for word in line.split()}
        assert set(re.findall(r"\$\{?([A-Z_]+)", stage)) <= known | {"PWD"}


@pytest.mark.slow
def test_what_it_copies_is_enough_to_build(tmp_path):
    """The first stage, done here: no git, the commit told by a variable."""
    for package in ("build", "hatchling"):
        pytest.importorskip(package, reason=f"{package} is not installed")
    stage = tmp_path / "build"
    stage.mkdir()
    for name in copied():
        source = ROOT / name
        copy = shutil.copytree if source.is_dir() else shutil.copy
        copy(source, stage / name)
    done = run(
        sys.executable, "-m", "build", "--no-isolation", "--wheel", "--outdir", tmp_path, stage,
        env={"EVDISC_COMMIT": "abc1234"},
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    (wheel,) = tmp_path.glob("evdisc-*.whl")
    assert zipfile.ZipFile(wheel).read("evdisc/commit.txt") == b"abc1234\n"
