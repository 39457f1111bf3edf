"""The notebook runs cell by cell, and the commands of the page run."""

import json
import re
import shlex
from pathlib import Path

import pytest
from typer.testing import CliRunner

from evdisc.cli import app

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "targets.md").read_text("utf-8")
COMMANDS = re.findall(r"^evdisc (cargo targets .+)$", PAGE, flags=re.M)


@pytest.fixture(autouse=True)
def at_the_root(tmp_path, monkeypatch):
    monkeypatch.setenv("EVDISC_DATA_HOME", str(tmp_path / "data"))
    (tmp_path / "examples").symlink_to(ROOT / "examples", target_is_directory=True)
    monkeypatch.chdir(tmp_path)


def test_the_notebook_runs_from_top_to_bottom():
    book = json.loads((ROOT / "examples" / "notebooks" / "targets.ipynb").read_text("utf-8"))
    code = ["".join(c["source"]) for c in book["cells"] if c["cell_type"] == "code"]
    names = {}
    for number, cell in enumerate(code):
        exec(compile(cell, f"cell {number}", "exec"), names)
    assert "no canonical site" in names["mir21"].disagreements[0].verdict
    assert "8mer" in set(names["table"]["type"])
    assert all(len(line) == len(names["strongest"].duplex[0]) for line in names["strongest"].duplex)


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_of_the_page_runs(command):
    result = CliRunner().invoke(app, shlex.split(command))
    assert result.exit_code == 0, result.output


def test_the_python_of_the_page_runs():
    (block,) = re.findall(r"```python\n(.*?)```", PAGE, flags=re.S)
    names = {}
    exec(compile(block, "docs/targets.md", "exec"), names)
    assert names["answer"].disagreements
