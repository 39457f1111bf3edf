"""What only whole processes show: kill and resume, kernels from the cache, spawned workers."""

import json
import os
import signal
import subprocess
import sys
import time

import pytest

from studies import RAT, SHORT

pytestmark = pytest.mark.slow

SETS = [word for text in SHORT for word in ("--set", text)]


def command(folder, *more):
    return [sys.executable, "-m", "evdisc.cli", "run", str(RAT), *SETS, "--members", "24",
            "--out", str(folder), "--json", *more]  # fmt: skip


def test_a_study_killed_by_sigkill_resumes_to_the_identical_result(tmp_path):
    whole = json.loads(subprocess.check_output(command(tmp_path / "whole")))
    victim = subprocess.Popen(command(tmp_path / "killed", "--jobs", "2"), start_new_session=True)
    members = tmp_path / "killed" / "members"
    deadline = time.monotonic() + 120
    while not list(members.glob("*.npz")) and time.monotonic() < deadline:
        assert victim.poll() is None, "ended before it could be killed"
        time.sleep(0.005)
    os.killpg(victim.pid, signal.SIGKILL)
    victim.wait()
    kept = len(list(members.glob("*.npz")))
    assert 0 < kept < 6
    assert not (tmp_path / "killed" / "result.json").exists()
    resumed = json.loads(subprocess.check_output(command(tmp_path / "killed")))
    assert resumed == whole
    diagnostics = json.loads((tmp_path / "killed" / "diagnostics.json").read_text())
    assert 0 < diagnostics["members_computed"] < 24
    for name in ("result.json", "series.parquet", "report.html"):
        same = (tmp_path / "killed" / name).read_bytes()
        assert same == (tmp_path / "whole" / name).read_bytes(), name


def test_a_study_killed_ten_times_at_random_moments_ends_identical(tmp_path):
    import random

    small = [
        sys.executable, "-m", "evdisc.cli", "run", str(RAT), "--members", "200", "--jobs", "2",
        *(w for text in (
            "numerics.radial_cells=8", "numerics.axial_cells=5", "duration=14 d",
            "numerics.largest_step=1 d", "therapy.delivery.schedule=[7 d]", "compare=[untreated]",
        ) for w in ("--set", text)),
    ]  # fmt: skip
    whole, killed = tmp_path / "whole", tmp_path / "killed"
    subprocess.run([*small, "--out", str(whole)], check=True, stdout=subprocess.DEVNULL)
    moments, members, kept = random.Random(7), killed / "members", [0]
    for _ in range(10):
        victim = subprocess.Popen(
            [*small, "--out", str(killed)], start_new_session=True, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )  # fmt: skip
        # at once or after one or two more of the 40 tasks, and a moment into the next
        goal, deadline = kept[-1] + moments.randrange(3), time.monotonic() + 120
        while len(list(members.glob("*.npz"))) < goal and time.monotonic() < deadline:
            time.sleep(0.005)
        time.sleep(moments.uniform(0.0, 0.3))
        assert victim.poll() is None, kept
        os.killpg(victim.pid, signal.SIGKILL)
        victim.wait()
        kept.append(len(list(members.glob("*.npz"))))
    assert kept[-1] > 2, kept
    assert kept == sorted(kept)
    subprocess.run([*small, "--out", str(killed)], check=True, stdout=subprocess.DEVNULL)
    for name in ("result.json", "series.parquet", "report.html"):
        assert (killed / name).read_bytes() == (whole / name).read_bytes(), name
    assert not list(killed.rglob("*.part"))


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory):
    """Result of the short study in one piece."""
    folder = tmp_path_factory.mktemp("undisturbed") / "r"
    return json.loads(subprocess.check_output(command(folder)))


LITTLE_ROOM = """
import resource, signal, sys
from evdisc.cli import main
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
room = int(sys.argv[1])
resource.setrlimit(resource.RLIMIT_FSIZE, (room, room))
sys.argv = ["evdisc", *sys.argv[2:]]
main()
"""


@pytest.mark.parametrize("room", [2_000, 60_000, 900_000])
def test_a_disk_without_room_gives_one_line_and_loses_nothing_finished(tmp_path, room, undisturbed):
    folder = tmp_path / "r"
    cramped = [sys.executable, "-c", LITTLE_ROOM, str(room), *command(folder)[3:]]
    done = subprocess.run(cramped, capture_output=True, text=True, check=False)
    assert done.returncode == 2, done.stderr
    assert done.stderr.startswith("evdisc: "), done.stderr
    assert "Traceback" not in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
    assert not list(folder.rglob("*.part"))
    kept = {p.name: p.read_bytes() for p in (folder / "members").glob("*.npz")}
    assert json.loads(subprocess.check_output(command(folder))) == undisturbed
    for name, data in kept.items():
        assert (folder / "members" / name).read_bytes() == data


def test_kernels_just_compiled_and_kernels_from_the_cache_give_the_same_numbers(tmp_path):
    env = os.environ | {"NUMBA_CACHE_DIR": str(tmp_path / "kernels")}
    found = []
    for name in ("compiled", "cached"):
        few = [*command(tmp_path / name), "--set", "ensemble.members=2"]
        few[few.index("24")] = "2"
        subprocess.run(few, env=env, check=True, stdout=subprocess.DEVNULL)
        found.append((tmp_path / name / "series.parquet").read_bytes())
    assert found[0] == found[1]


COUNT = """
import gc, sys, runpy
from numba.core.dispatcher import Dispatcher
from evdisc.cli import main
sys.argv = ["evdisc"] + sys.argv[1:]
try:
    main()
except SystemExit as stop:
    assert not stop.code, stop.code
kernels = [o for o in gc.get_objects() if isinstance(o, Dispatcher)]
ours = [k for k in kernels if k.py_func.__module__.startswith("evdisc")]
misses = {k.py_func.__qualname__: sum(k.stats.cache_misses.values()) for k in ours}
print(len(ours), {k: n for k, n in misses.items() if n}, file=sys.stderr)
assert len(ours) > 30 and not any(misses.values())
"""


@pytest.mark.parametrize("protocol", [RAT, RAT.with_name("np-dish-il1b-mir-410.yaml")])
def test_a_second_process_compiles_nothing(tmp_path, protocol):
    subprocess.run([sys.executable, "-m", "evdisc.cli", "warm-up"], check=True)
    done = subprocess.run(
        [sys.executable, "-c", COUNT, "run", str(protocol), "--members", "1",
         "--out", str(tmp_path / "r"), "--json"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]


def test_members_keys_and_numbers_of_the_shipped_example(tmp_path):
    twenty = [sys.executable, "-m", "evdisc.cli", "run", str(RAT), "--members", "20", "--json"]
    one = json.loads(subprocess.check_output([*twenty, "--out", str(tmp_path / "one")]))
    two = json.loads(
        subprocess.check_output([*twenty, "--jobs", "2", "--out", str(tmp_path / "two")])
    )
    assert one == two
    assert one["members"] == 20
    assert one["failed"] == {}
