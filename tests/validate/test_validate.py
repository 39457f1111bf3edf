import base64
import json
import re

import pytest
from typer.testing import CliRunner

from evdisc.cli import app
from evdisc.errors import InputError
from evdisc.evidence.library import load
from evdisc.report.validation_page import FORMAT, Answer, page
from evdisc.validate.cell_cases import table as experiments
from evdisc.validate.run import validate
from evdisc.validate.table_rows import stored as table_rows
from evdisc.validate.therapy_cases import headline
from evdisc.validate.therapy_cases import table as therapy_rows
from typed import run


@pytest.fixture(scope="module")
def results():
    return validate(load())


def test_every_development_case_is_there(results):
    named = {r.case for r in results}
    assert {f"V{n:02d}" for n in (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 16, 17, 18)} <= named


def test_every_case_names_a_source_and_every_failure_a_cause(results):
    library = load()
    for r in results:
        assert r.source in library.sources, r.case
        assert r.checks
        if r.verdict == "fail":
            assert r.cause


def test_what_fails_is_known_and_nothing_else(results):
    assert {r.case for r in results if r.verdict == "fail"} == {
        "V08", "osmotic table", "diurnal height", "cells", "therapies: contrasts",
    }  # fmt: skip


def test_a_case_may_be_named_and_an_unknown_one_offers_the_nearest():
    assert [r.case for r in validate(load(), ["V03"])] == ["V03"]
    with pytest.raises(InputError, match="did you mean 'V03'"):
        validate(load(), ["v3"])


def test_the_command_prints_a_table_or_json():
    out = CliRunner().invoke(app, ["validate", "--case", "V04", "--json"])
    assert json.loads(out.stdout)["cases"][0]["verdict"] == "pass"
    assert "expected" in CliRunner().invoke(app, ["validate", "--case", "V04"]).stdout


@pytest.fixture(scope="module")
def text(results):
    answer = Answer(results, experiments(), table_rows(), therapy_rows(), headline(), "a day")
    return page(answer, load(), ["validate", "--out", "v.html"])


def test_the_page_is_self_contained_and_holds_every_case_and_row(results, text):
    bare = re.sub(r"<script>.*?</script>", "", text, flags=re.S)
    links = re.findall(r'(?:src|href)="([^"]+)"', bare)
    assert [x for x in links if not x.startswith(("data:", "https://doi.org/", "#case-"))] == []
    assert bare.count("<section") == len(results)
    assert bare.count("<tr>") > sum(len(r.checks) for r in results)
    for r in results:
        assert f"{r.case}: " in bare
        for check in r.checks:
            assert str(check.tolerance) in bare
    used = sum(r.used for r in results)
    unscored = sum(r["use"] == "not scored" for r in therapy_rows()) + len(table_rows())
    assert bare.count('class="tag">not scored<') == 1 + 2 * used + unscored
    assert f', {FORMAT}">' in bare[:2000]
    assert "evdisc validate --out v.html" in bare


@pytest.mark.parametrize(
    ("name", "rows"),
    [("therapies", therapy_rows), ("cells", experiments), ("tables", table_rows)],
)
def test_every_row_has_its_data_with_interval_verdict_and_cause(text, name, rows):
    pattern = rf'download="validation-{name}.csv" href="data:text/csv;base64,([^"]+)"'
    head, *lines = base64.b64decode(re.search(pattern, text)[1]).decode().splitlines()
    assert len(lines) == len(rows())
    assert head.endswith(",cause")
    assert "90 %" in head or "predicted" in head


def test_scores_of_the_therapies_stand_beside_the_rule(text):
    scores = headline()
    assert [s["rule"] for s in scores][:2] == [0.0, 0.0]
    assert all(s["q05"] <= s["model"] <= s["q95"] for s in scores)
    assert scores[-1]["rule"] > 90.0 > scores[-1]["model"]
    assert f"On the {scores[0]['rows']} contrasts the rule cannot get" in text


def test_single_cases_make_a_page_without_rows(results):
    text = page(Answer(results[:1]), load(), ["validate", "--case", "V01"])
    assert "Therapies against the rule" not in text
    assert text.count("<section") == 1


@pytest.mark.parametrize(
    ("out", "words"),
    [("v.txt", "is no page"), ("no/v.html", "folder does not exist"),
     ("thesis.html", "would overwrite what is no such page")],
)  # fmt: skip
def test_what_is_no_such_page_is_not_overwritten(tmp_path, capsys, out, words):
    (tmp_path / "thesis.html").write_text("years of work", "utf-8")
    code, said, err = run(capsys, "validate", "--out", tmp_path / out)
    assert (code, said, err.count("\n")) == (2, "", 1)
    assert words in err
    assert (tmp_path / "thesis.html").read_text("utf-8") == "years of work"


def test_a_page_of_its_own_is_renewed(tmp_path, capsys, results, monkeypatch):
    monkeypatch.setattr("evdisc.validate.run.validate", lambda *_: results[:2])
    out = tmp_path / "v.html"
    for _ in range(2):
        code, said, _ = run(capsys, "validate", "--case", "V01", "--out", out)
        assert (code, f"page: {out}" in said) == (0, True)


@pytest.mark.parametrize("jobs", ["0", "-2"])
def test_no_workers_are_refused(capsys, jobs):
    code, out, err = run(capsys, "validate", "--jobs", jobs)
    assert (code, out) == (2, "")
    assert err == f"evdisc: --jobs: needs at least one worker, got {jobs}\n"


@pytest.mark.parametrize(
    ("name", "words"),
    [("file", "is a file; expected a work folder"),
     ("file/below", "cannot be a work folder"),
     ("thesis", "holds files that are not of a refit; expected a new or empty folder"),
     ("damaged", "edges.json: is damaged (name another folder)"),
     ("other", "holds work on other tables")],
)  # fmt: skip
def test_a_refit_takes_no_folder_that_is_not_its_own(tmp_path, capsys, name, words):
    (tmp_path / "file").write_text("mine", "utf-8")
    for folder, held, content in (
        ("thesis", "thesis.txt", "mine"), ("damaged", "edges.json", "{"),
        ("other", "edges.json", "{}"),
    ):  # fmt: skip
        (tmp_path / folder).mkdir()
        (tmp_path / folder / held).write_text(content, "utf-8")
    before = {p: p.is_file() and p.read_bytes() for p in tmp_path.rglob("*")}
    code, out, err = run(capsys, "validate", "--refit", tmp_path / name)
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert words in err
    assert {p: p.is_file() and p.read_bytes() for p in tmp_path.rglob("*")} == before


def test_a_damaged_chunk_of_a_refit_is_named(tmp_path):
    from evdisc.errors import FolderError
    from evdisc.validate.cell_ensemble import _chunk

    chunk = tmp_path / "all-0.npy"
    chunk.write_bytes(b"no array")
    with pytest.raises(FolderError, match=r"all-0\.npy: is damaged \(delete it"):
        _chunk(chunk)
