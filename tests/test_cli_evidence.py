import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from evdisc.cli import app
from evdisc.errors import EvdiscError

ROOT = Path(__file__).parents[1]


def run(*words):
    return CliRunner().invoke(app, ["evidence", *words])


def as_json(*words):
    result = run(*words, "--json")
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def test_list_filters_and_prints_one_json_object():
    every = as_json("list")["claims"]
    some = as_json("list", "--cell", "AF", "--setting", "in vivo")["claims"]
    assert 0 < len(some) < len(every)
    assert all("AF" in c["cell"] and "in vivo" in c["setting"] for c in some)
    assert "claims" in run("list", "--row", "T1.05").output


@pytest.mark.parametrize(
    ("key", "kind"),
    [("T1.05", "chain"), ("chen2025:T2.09", "chain"), ("cheng2018.mir21-pten", "claim"),
     ("cheng2018", "study"), ("prx-2", "entity"), ("HGNC:9588", "entity")],
)  # fmt: skip
def test_show_knows_claims_chains_studies_and_names(key, kind):
    assert as_json("show", key)["kind"] == kind
    assert run("show", key).exit_code == 0


def test_show_prints_the_arithmetic_of_a_weight():
    assert "1 - (1 - 0.50)(1 - 0.50)" in run("show", "T1.13").output
    assert "known through chen2025" in run("show", "cheng2018.mir21-pten").output


def test_find_conflicts_gaps_check_in_words_and_json():
    assert as_json("find", "miR-31")["claims"]
    assert "nothing speaks of it" in run("find", "zzzz").output
    assert len(as_json("conflicts")["conflicts"]) >= 12
    assert "Settled by" in run("conflicts").output
    assert as_json("gaps")["unknown_links"]
    assert "unknown links" in run("gaps").output
    assert as_json("check")["valid"]


def test_export_and_map_write_a_file_and_keep_stdout_clean(tmp_path):
    for form in ("csv", "json", "graphml", "sif", "indra", "bel", "jsonld"):
        file = tmp_path / f"claims.{form}"
        result = run("export", "--format", form, "--out", str(file))
        assert result.exit_code == 0
        assert result.stdout == ""
        assert file.stat().st_size > 10_000
    assert run("map", str(tmp_path / "map.html")).exit_code == 0
    assert run("export", "--format", "sif").stdout.count("\n") > 300


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("show", "T9.99"), "no claim, chain, study or entity"),
        (("show", "PTENN"), "did you mean 'PTEN'"),
        (("list", "--cell", "NPP"), "did you mean 'NP'"),
        (("list", "--row", "T1.99"), "no such row"),
        (("export", "--format", "xls"), "no such format"),
        (("map", "no/such/folder/x.html"), "cannot be written"),
        (("check", "no-such-file.csv"), "cannot be read"),
    ],
)
def test_bad_input_is_one_line_and_exit_code_2(words, told):
    result = run(*words)
    assert isinstance(result.exception, EvdiscError)
    assert result.exception.exit_code == 2
    assert told in str(result.exception)
    assert "\n" not in str(result.exception)


def test_questions_need_the_standard_library_and_the_terminal_only():
    code = (
        "import sys; from evdisc.cli import app; "
        "app(['evidence', 'conflicts', '--json'], standalone_mode=False); "
        "print(*sys.modules, file=sys.stderr)"
    )
    env = os.environ | {"PYTHONPATH": str(ROOT / "src")}
    done = subprocess.run(
        [sys.executable, "-c", code], env=env, capture_output=True, text=True, check=True
    )
    # pydantic is typer's own
    assert not {"pandas", "pint", "numba", "numpy"} & set(done.stderr.split())
