"""Twenty users and a browser at once: no error, no job lost, not even when the server is killed."""

from __future__ import annotations

import importlib.util
import json
import sys

import pytest

from served import ROOT

USERS = 20


@pytest.fixture(scope="module")
def crowd():
    spec = importlib.util.spec_from_file_location("app_benchmark", ROOT / "benchmarks" / "app.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules["app_benchmark"] = module
    spec.loader.exec_module(module)
    return module


@pytest.mark.slow
@pytest.mark.parametrize("kill", [False, True])
def test_no_error_and_no_lost_job(crowd, tmp_path, browser_page, kill):
    served = crowd.Killable(tmp_path / "workspace")
    try:
        browser_page.goto(served.base + "/design")
        browser_page.wait_for_selector("text=Valid protocol")
        everyone = crowd.crowd(served, USERS, kill)
        assert [e for u in everyone for e in u.errors] == []
        assert {u.state for u in everyone} == {"done"}
        results = list(served.workspace.glob("users/*/jobs/*/out/result.json"))
        assert len(results) == USERS
        for path in results:
            found = json.loads(path.read_text("utf-8"))
            assert (found["members"], found["failed"]) == (2, {})
        browser_page.wait_for_selector("text=Valid protocol")
        assert browser_page.problems == []
    finally:
        served.stop()
    assert "Traceback" not in served.told()
