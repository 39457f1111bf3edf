"""Whole processes: a Dask cluster whose workers die and join, job arrays, a pool that breaks."""

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from clusters import LEAST, cluster, run_command, stored, wait_for
from studies import RAT

pytestmark = pytest.mark.slow

FILES = ("result.json", "series.parquet", "report.html")
#: runs as they are counted: one arm, one member, one hypothesis; three a member here
RUNS_5000 = 1667
#: with longer steps the signalling of member 1022 never ends
FINE = (*LEAST, "numerics.first_step=3 min", "numerics.largest_step=20 min")


def finish(command, **more):
    return subprocess.run(command, capture_output=True, text=True, check=False, **more)


def start(command):
    return subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
        start_new_session=True,
    )  # fmt: skip


def same(folder, whole):
    for name in FILES:
        assert (folder / name).read_bytes() == (whole / name).read_bytes(), name
    assert {n: b for n, (_, b) in stored(folder).items()} == {
        n: b for n, (_, b) in stored(whole).items()
    }
    assert not list(folder.rglob(".*"))


@pytest.fixture(scope="module")
def pool(tmp_path_factory):
    """The short study of 24 members by two processes of this machine."""
    folder = tmp_path_factory.mktemp("pool") / "r"
    subprocess.run(run_command(folder, "--jobs", "2", "--json"), check=True,
                   stdout=subprocess.DEVNULL)  # fmt: skip
    return folder


@pytest.fixture
def two(tmp_path):
    """A cluster of two workers, and their processes."""
    pytest.importorskip("distributed", reason="dask is not installed")
    with cluster(tmp_path / "cluster") as found:
        yield found, [found.worker(), found.worker()]


def test_a_worker_killed_amid_a_study_costs_its_unfinished_tasks_alone(tmp_path, pool, two):
    there, workers = two
    folder = tmp_path / "r"
    study = start(run_command(folder, "--jobs", there.jobs))
    wait_for(lambda: stored(folder), study)
    os.kill(workers[0].pid, signal.SIGKILL)
    kept = stored(folder)
    assert 0 < len(kept) < 6
    there.worker()
    _, said = study.communicate(timeout=300)
    assert study.returncode == 0, said
    assert "Traceback" not in said
    assert stored(folder).items() >= kept.items()
    same(folder, pool)


def test_5000_runs_on_a_cluster_that_loses_workers_equal_the_pool(tmp_path, two):
    there, workers = two
    whole, folder, moments = tmp_path / "whole", tmp_path / "r", random.Random(3)
    began = time.monotonic()
    subprocess.run(
        run_command(whole, "--jobs", "2", members=RUNS_5000, sets=FINE), check=True,
        stdout=subprocess.DEVNULL, timeout=1200,
    )  # fmt: skip
    pool_seconds = time.monotonic() - began
    began = time.monotonic()
    study = start(run_command(folder, "--jobs", there.jobs, members=RUNS_5000, sets=FINE))
    kept = {}
    for round_ in range(3):
        goal = len(kept) + moments.randrange(10, 60)
        wait_for(lambda goal=goal: len(list((folder / "members").glob("*.npz"))) >= goal, study)
        os.kill(workers[round_].pid, signal.SIGKILL)
        kept |= stored(folder)
        workers.append(there.worker())
    _, said = study.communicate(timeout=1200)
    assert study.returncode == 0, said
    assert len(kept) >= 30
    assert stored(folder).items() >= kept.items()
    assert len(stored(folder)) == -(-RUNS_5000 // 5)
    same(folder, whole)
    sys.stdout.write(f"pool {pool_seconds:.0f} s, cluster {time.monotonic() - began:.0f} s\n")


def test_a_worker_of_another_version_is_refused_before_and_amid_a_study(tmp_path, two):
    there, workers = two
    other = there.folder / "other.py"
    other.write_text("import evdisc\nevdisc.__version__ = '0.0.1'\n", "utf-8")
    wrong = there.worker("--preload", str(other), "--name", "wrong")
    wait_for(lambda: "Registered" in (there.folder / "worker.log").read_text("utf-8"))
    time.sleep(3)
    done = finish(run_command(tmp_path / "r", "--jobs", there.jobs))
    assert done.returncode == 2, done.stderr
    assert "worker has evdisc 0.0.1 instead of " in done.stderr
    assert done.stderr.strip().count("\n") == 0
    assert not (tmp_path / "r").exists()
    for process in (*workers, wrong):
        process.kill()
    time.sleep(1)
    study = start(run_command(tmp_path / "r", "--jobs", there.jobs))
    assert "has no worker yet" in study.stderr.readline()
    there.worker("--preload", str(other))
    _, said = study.communicate(timeout=120)
    assert study.returncode == 1
    assert "a worker has evdisc 0.0.1 instead of " in said
    assert "finished members are kept" in said


BREAKS = """
import os
from evdisc.study import tasks

def run_members(*_):
    {deed}

tasks.run_members = run_members
"""


@pytest.mark.parametrize(
    ("deed", "words"),
    [
        ("raise OSError(28, 'No space left')", "failed on a worker: OSError: [Errno 28] No space"),
        ("os._exit(1)", "lost their worker too often, the last tcp://127.0.0.1:"),
    ],
)
def test_a_task_that_breaks_its_workers_ends_in_one_line(tmp_path, monkeypatch, deed, words):
    pytest.importorskip("distributed", reason="dask is not installed")
    monkeypatch.setenv("DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES", "0")
    breaks = tmp_path / "breaks.py"
    breaks.write_text(BREAKS.format(deed=deed), "utf-8")
    with cluster(tmp_path / "cluster") as there:
        there.worker("--preload", str(breaks))
        done = finish(run_command(tmp_path / "r", "--jobs", there.jobs))
    assert done.returncode == 1
    last = done.stderr.splitlines()[-1]
    assert last.startswith("evdisc: members ")
    assert words in last
    assert "Traceback" not in done.stderr
    assert finish(run_command(tmp_path / "r", "--tasks", "5")).returncode == 0


def test_a_ranking_and_species_on_a_cluster_equal_those_of_one_process(tmp_path, two):
    there, _ = two
    sets = [w for text in LEAST if "compare" not in text for w in ("--set", text)]
    for words in (["rank", "rat-caudal", "--by", "cargo"], ["species", str(RAT)]):
        command = [sys.executable, "-m", "evdisc.cli", *words, *sets, "--members", "3", "--out"]
        for jobs in ("1", there.jobs):
            done = finish([*command, str(tmp_path / words[0] / jobs[:4]), "--jobs", jobs])
            assert done.returncode == 0, done.stderr
        one, dask = (tmp_path / words[0] / name / "result.json" for name in ("1", "dask"))
        assert one.read_bytes() == dask.read_bytes()


@pytest.mark.parametrize("who", ["pool", "dask"])
def test_ctrl_c_ends_in_one_line_and_a_folder_that_resumes(tmp_path, pool, two, who):
    jobs = two[0].jobs if who == "dask" else "2"
    folder = tmp_path / "r"
    study = start(run_command(folder, "--jobs", jobs))
    wait_for(lambda: stored(folder), study)
    os.killpg(study.pid, signal.SIGINT)
    _, said = study.communicate(timeout=60)
    assert study.returncode == 1
    assert said.splitlines()[-1] == (
        "evdisc: interrupted (finished members are kept: run again to resume)"
    )
    assert "Traceback" not in said
    kept = stored(folder)
    assert finish(run_command(folder, "--jobs", jobs)).returncode == 0
    assert stored(folder).items() >= kept.items()
    same(folder, pool)


def test_a_scheduler_that_goes_away_is_told_and_the_folder_resumes(tmp_path, pool, two):
    folder = tmp_path / "r"
    study = start(run_command(folder, "--jobs", two[0].jobs))
    wait_for(lambda: stored(folder), study)
    two[0].scheduler.kill()
    _, said = study.communicate(timeout=120)
    assert study.returncode == 1
    assert said.splitlines()[-1].startswith("evdisc: the Dask scheduler went away")
    assert finish(run_command(folder)).returncode == 0
    same(folder, pool)


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="finds workers under /proc")
def test_a_pool_that_loses_a_worker_is_told_and_the_folder_resumes(tmp_path, pool):
    folder = tmp_path / "r"
    study = start(run_command(folder, "--jobs", "2"))
    wait_for(lambda: stored(folder), study)
    children = Path(f"/proc/{study.pid}/task/{study.pid}/children").read_text().split()
    named = {pid: Path(f"/proc/{pid}/cmdline").read_bytes() for pid in children}
    victim = next(pid for pid, words in named.items() if b"spawn_main" in words)
    os.kill(int(victim), signal.SIGKILL)
    _, said = study.communicate(timeout=60)
    assert study.returncode == 1
    assert said.startswith("evdisc: a worker process was killed, as systems do when memory runs")
    assert len(said.strip().splitlines()) == 1
    kept = stored(folder)
    assert kept
    assert finish(run_command(folder)).returncode == 0
    assert stored(folder).items() >= kept.items()
    same(folder, pool)


def test_an_array_of_three_processes_at_once_one_killed_equals_the_pool(tmp_path, pool):
    folder = tmp_path / "r"
    shares = ["0-2", "2-3", "4-5"]
    array = [start(run_command(folder, "--tasks", share)) for share in shares]
    wait_for(lambda: "000016-000019.npz" in stored(folder), array[2])
    array[2].kill()
    ordinary = finish(run_command(folder))
    assert ordinary.returncode == 2
    assert "in use by processes that compute tasks" in ordinary.stderr
    said = [process.communicate(timeout=300)[1] for process in array]
    assert [process.returncode for process in array] == [0, 0, -signal.SIGKILL], said
    assert len(stored(folder)) == 5
    assert not (folder / "result.json").exists()
    kept = stored(folder)
    again = finish(run_command(folder, "--tasks", "4-5"))
    assert again.returncode == 0
    assert "4 members computed\nall tasks are computed" in again.stdout
    assert finish(run_command(folder)).returncode == 0
    assert '"members_computed": 0' in (folder / "diagnostics.json").read_text("utf-8")
    assert stored(folder).items() >= kept.items()
    same(folder, pool)


def test_the_printed_script_computes_the_study_job_by_job(tmp_path, pool):
    folder = tmp_path / "r"
    listed = finish(run_command(folder, "--tasks", "list"))
    assert listed.stderr == "evdisc: 6 of 6 tasks are to compute\n"
    script = tmp_path / "study.sbatch"
    # a job takes minutes; here one task, that there is an array
    script.write_text(listed.stdout.replace("* 6", "* 1").replace("+ 6", "+ 1"), "utf-8")
    for job in range(6):
        env = os.environ | {"SLURM_ARRAY_TASK_ID": str(job)}
        done = finish(["bash", str(script)], env=env)
        assert done.returncode == 0, done.stderr
        assert len(stored(folder)) == job + 1
    gather = listed.stdout.strip().splitlines()[-1].removeprefix("# ")
    assert subprocess.run(gather, shell=True, check=False, capture_output=True).returncode == 0
    same(folder, pool)
