"""`evdisc vesicles import`, `evdisc cargo import` and `report` as a person types them."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

ROOT = Path(__file__).parents[1]
MEASURED = ROOT / "examples" / "measured"


def evdisc(*args, cwd=None):
    env = os.environ | {"PYTHONPATH": str(ROOT / "src"), "PYTHONUTF8": "1"}
    code = "from evdisc.cli import main; main()"
    return subprocess.run([sys.executable, "-W", "error", "-c", code, *map(str, args)], cwd=cwd,
                          env=env, capture_output=True, encoding="utf-8", check=False)  # fmt: skip


def test_vesicles_import_writes_what_it_says(tmp_path):
    done = evdisc("vesicles", "import", MEASURED / "sizes.csv", "--dilution", 500, "--blank",
                  MEASURED / "blank.csv", "--protein", MEASURED / "protein.csv", "--cell", "BMSC",
                  "--isolation", "UC", "--out", tmp_path / "v", "--json")  # fmt: skip
    assert done.returncode == 0, done.stderr
    summary = json.loads(done.stdout)
    assert summary == json.loads((tmp_path / "v" / "vesicles.json").read_text("utf-8"))
    sizes = pd.read_csv(tmp_path / "v" / "sizes.csv")
    assert list(sizes) == ["file", "run", "diameter_nm", "per_ml"]
    # bins in which the blank holds more than the sample are empty, not negative
    total = sizes.groupby("run")["per_ml"].sum()
    assert total.mean() == pytest.approx(summary["concentration_per_ml"]["mean"], rel=0.01)
    text = (tmp_path / "v" / "vesicle.yaml").read_text("utf-8")
    assert "isolation: ultracentrifugation" in text
    assert 'class="plot"' in (tmp_path / "v" / "report.html").read_text("utf-8")


def test_the_blocks_make_a_protocol_that_is_valid(tmp_path):
    done = evdisc("vesicles", "import", MEASURED / "sizes.csv", "--dilution", 500, "--protein",
                  MEASURED / "protein.csv", "--cell", "BMSC", "--out", tmp_path)  # fmt: skip
    assert done.returncode == 0, done.stderr
    head = "evdisc: 1\nkind: disc\ntitle: mine\ndisc: {preset: rat-caudal}\nduration: 3 weeks\n"
    blocks = (tmp_path / "vesicle.yaml").read_text("utf-8")
    (tmp_path / "mine.yaml").write_text(head + blocks, "utf-8")
    checked = evdisc("check", tmp_path / "mine.yaml")
    assert checked.returncode == 0, checked.stderr


def test_cargo_import_with_a_comparison(tmp_path):
    done = evdisc("cargo", "import", MEASURED / "proteinGroups.txt", "--samples",
                  MEASURED / "samples.csv", "--compare", "hypoxia:normoxia", "--out",
                  tmp_path / "c", "--json")  # fmt: skip
    assert done.returncode == 0, done.stderr
    summary = json.loads(done.stdout)
    assert summary["compared"][0]["method"] == "moderated t"
    table = pd.read_csv(tmp_path / "c" / "difference-hypoxia-normoxia.csv")
    assert list(table)[:4] == ["feature", "group", "versus", "log2_fold"]
    assert len(pd.read_csv(tmp_path / "c" / "values.csv")) == 30 * 6


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (("vesicles", "import", "none.csv"), "does not exist"),
        (("vesicles", "import", MEASURED / "samples.csv"), "format not recognised"),
        (("vesicles", "import", MEASURED / "sizes.csv", "--cell", "BMCS"), "did you mean 'BMSC'"),
        (("cargo", "import", MEASURED / "mirna-counts.csv", "--samples", MEASURED / "sizes.csv"),
         "has no column 'sample'"),
        (("cargo", "import", MEASURED / "mirna-counts.csv", "--samples", MEASURED / "samples.csv",
          "--compare", "hypoxia"), "expected GROUP:VERSUS"),
        (("cargo", "import", MEASURED / "mirna-counts.csv", "--samples", MEASURED / "samples.csv",
          "--normalise", "quantile"), "no such normalisation"),
        (("cargo", "report", MEASURED / "mirna-counts.csv", "--samples", MEASURED / "samples.csv",
          "--spike-in", "cel-miR-39-3p"), "--spike-in"),
        (("cargo", "report", MEASURED / "mirna-counts.csv", "--samples", MEASURED / "samples.csv",
          "--copies-per-vesicle", "-1"), "is no count"),
    ],
)  # fmt: skip
def test_bad_input_is_one_line_and_exit_2(args, message, tmp_path):
    done = evdisc(*args, cwd=tmp_path)
    assert done.returncode == 2, done.stdout
    assert message in done.stderr
    assert done.stderr.count("\n") == 1
    assert done.stdout == ""
    assert list(tmp_path.iterdir()) == []


def test_a_folder_with_other_files_is_left_alone(tmp_path):
    (tmp_path / "samples.csv").write_text((MEASURED / "samples.csv").read_text("utf-8"), "utf-8")
    before = (tmp_path / "samples.csv").read_bytes()
    table = MEASURED / "mirna-counts.csv"
    for command in (("cargo", "import", table), ("cargo", "report", table)):
        done = evdisc(*command, "--samples", "samples.csv", "--out", ".", cwd=tmp_path)
        assert done.returncode == 2
        assert "holds a file that is read, got 'samples.csv'" in done.stderr
    done = evdisc("vesicles", "import", MEASURED / "sizes.csv", "--out", ".", cwd=tmp_path)
    assert "holds files of another origin" in done.stderr
    assert (tmp_path / "samples.csv").read_bytes() == before
    assert [p.name for p in tmp_path.iterdir()] == ["samples.csv"]


def test_an_import_may_be_repeated_into_its_own_folder(tmp_path):
    args = ("vesicles", "import", MEASURED / "sizes.csv", "--out", tmp_path / "v", "--json")
    first, again = evdisc(*args), evdisc(*args)
    assert again.returncode == 0, again.stderr
    assert first.stdout == again.stdout
