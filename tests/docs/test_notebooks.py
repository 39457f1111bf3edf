"""The cells of the notebooks run from top to bottom, and hold no output."""

import json
from pathlib import Path
from typing import Any

import pytest

FOLDER = Path(__file__).parents[2] / "examples" / "notebooks"
NOTEBOOKS = sorted(FOLDER.glob("*.ipynb"))


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda p: p.stem)
def test_a_notebook_holds_no_output(path):
    notebook = json.loads(path.read_text("utf-8"))
    assert notebook["nbformat"] == 4
    code = [c for c in notebook["cells"] if c["cell_type"] == "code"]
    assert code
    assert all(c["outputs"] == [] and c["execution_count"] is None for c in code)


@pytest.mark.parametrize("name", ["cargo", "vesicles"])
def test_a_notebook_of_measurements_runs(name, tmp_path, monkeypatch):
    import matplotlib
    import matplotlib.pyplot as plt

    matplotlib.use("Agg")
    (tmp_path / "notebooks").mkdir()
    (tmp_path / "measured").symlink_to(FOLDER.parent / "measured")
    monkeypatch.chdir(tmp_path / "notebooks")
    notebook = json.loads((FOLDER / f"{name}.ipynb").read_text("utf-8"))
    names: dict[str, Any] = {}
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code":
            exec(compile("".join(cell["source"]), f"{name}.ipynb", "exec"), names)
    if name == "cargo":
        assert "copies per cell" in names["rows"][0]["verdict"]
    else:
        assert names["row"].tier == "measured"
    plt.close("all")
