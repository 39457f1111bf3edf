"""A ranking killed at work goes on to the same bytes."""

import os
import signal
import subprocess
import sys
import time

import pytest

from comparisons import LOADED, NATIVE, TINY, product

pytestmark = pytest.mark.slow

SETS = [word for text in TINY for word in ("--set", text)]


def test_a_ranking_killed_by_sigkill_resumes_to_the_identical_result(tmp_path):
    files = [product(tmp_path, n, v) for n, v in (("esc", NATIVE), ("loaded", LOADED))]

    def command(folder, *more):
        named = [word for f in files for word in ("--therapies", f)]
        return [sys.executable, "-m", "evdisc.cli", "rank", "rat-caudal", *named, *SETS,
                "--members", "24", "--out", str(tmp_path / folder), "--json", *more]  # fmt: skip

    whole = subprocess.check_output(command("whole"))
    victim = subprocess.Popen(command("killed", "--jobs", "2"), start_new_session=True)
    deadline = time.monotonic() + 120

    def stored():
        return list((tmp_path / "killed" / "stages").glob("product-*/members/*.npz"))

    while not stored() and time.monotonic() < deadline:
        assert victim.poll() is None, "ended before it could be killed"
        time.sleep(0.005)
    os.killpg(victim.pid, signal.SIGKILL)
    victim.wait()
    assert stored()
    assert not (tmp_path / "killed" / "result.json").exists()
    assert subprocess.check_output(command("killed")) == whole
    for name in ("result.json", "report.html"):
        same = (tmp_path / "killed" / name).read_bytes()
        assert same == (tmp_path / "whole" / name).read_bytes(), name
