import json

import pytest
from typer.testing import CliRunner

from evdisc.cli import app
from evdisc.errors import InputError
from evdisc.evidence.library import load
from evdisc.validate.run import validate


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
