"""The notebook and the code of the documentation run, and say what they promise."""

import json
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_the_notebook_runs_from_top_to_bottom():
    path = ROOT / "examples" / "notebooks" / "diagnose.ipynb"
    notebook = json.loads(path.read_text("utf-8"))
    assert notebook["nbformat"] == 4
    names: dict[str, object] = {}
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code":
            assert cell["outputs"] == []
            exec(compile("".join(cell["source"]), f"{path.name} {cell['id']}", "exec"), names)
    assert names["result"]["verdict"] == "signal"
    assert names["nothing"]["verdict"] == "no signal"
    assert names["refused"]["auc"] is None
    assert names["refused"]["verdict"] == "confounded"
    assert names["result"]["simulated"]
    # most of what the folds choose every time are true markers
    sure = [n for n, share in names["chosen"].items() if share == "100% of the folds"]
    assert sum(n in names["truth"] for n in sure) > len(sure) / 2


def test_the_python_of_the_page_runs(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    text = (ROOT / "docs" / "diagnose.md").read_text("utf-8")
    (block,) = re.findall(r"```python\n(.*?)```", text, flags=re.S)
    # the same call with the quick model and few relabelled tables
    block = block.replace(
        "Settings(repeats=1)", "Settings(models='quick', repeats=1, permutations=3)"
    )
    exec(compile(block, "diagnose.md", "exec"), {})
    assert "'kind': 'AUC'" in capsys.readouterr().out


def test_every_option_of_the_page_exists():
    import typer.main

    from evdisc.cli import app

    command = typer.main.get_command(app).commands["diagnose"]
    options = {name for option in command.params for name in option.opts}
    text = (ROOT / "docs" / "diagnose.md").read_text("utf-8")
    assert set(re.findall(r"(--[a-z][a-z-]+)", text)) <= options
