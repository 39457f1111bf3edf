"""The cluster examples against a queue that starts jobs at once, as this machine has no other."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from clusters import run_command

pytest.importorskip("dask_jobqueue", reason="dask-jobqueue is not installed")
pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "examples" / "cluster" / "queue_workers.py"

SUBMIT = """#!/bin/bash
cp "$1" "$JOBS/$$.job"
setsid bash "$1" > "$JOBS/$$.log" 2>&1 &
echo $! >> "$JOBS/started"
echo "Submitted batch job $!"
"""
CANCEL = """#!/bin/bash
echo "$1" >> "$JOBS/cancelled"
kill -- "-$1"
"""


@pytest.fixture
def queue(tmp_path):
    """Environment with commands of Slurm that start jobs on this machine, and their folder."""
    commands, jobs = tmp_path / "commands", tmp_path / "jobs"
    commands.mkdir()
    jobs.mkdir()
    for name, text in (("sbatch", SUBMIT), ("scancel", CANCEL)):
        (commands / name).write_text(text, "utf-8")
        (commands / name).chmod(0o755)
    path = f"{commands}{os.pathsep}{os.environ['PATH']}"
    yield os.environ | {"PATH": path, "JOBS": str(jobs)}, jobs
    for job in numbers(jobs / "started"):
        subprocess.run(["kill", "--", f"-{job}"], check=False, stderr=subprocess.DEVNULL)


def numbers(file):
    return file.read_text("utf-8").split() if file.exists() else []


def example(*words, **more):
    command = [sys.executable, str(EXAMPLE), *words]
    return subprocess.run(command, capture_output=True, text=True, check=False, **more)


@pytest.mark.parametrize(
    ("queue_name", "lines"),
    [
        ("slurm", ["#SBATCH -J evdisc-workers", "#SBATCH -p short", "#SBATCH -A lab",
                   "#SBATCH --cpus-per-task=4", "#SBATCH --mem=8G", "#SBATCH -t 01:00:00"]),
        ("pbs", ["#PBS -N evdisc-workers", "#PBS -q short", "#PBS -A lab",
                 "#PBS -l select=1:ncpus=4:mem=8192MB", "#PBS -l walltime=01:00:00"]),
    ],
)  # fmt: skip
def test_the_job_of_a_queue_is_as_asked_for(queue_name, lines):
    shown = example(queue_name, "--show", "--cores", "4", "--queue", "short", "--account", "lab",
                    "--walltime", "01:00:00")  # fmt: skip
    assert shown.returncode == 0, shown.stderr
    printed = shown.stdout.splitlines()
    assert set(lines) <= set(printed), shown.stdout
    assert "export OMP_NUM_THREADS=1 NUMBA_NUM_THREADS=1" in printed
    worker = printed[-1]
    assert "dask_worker tcp://" in worker
    assert "--nthreads 1 --memory-limit 2.00GiB --nworkers 4 --nanny" in worker


def test_nothing_to_do_is_told():
    done = example("slurm", "--jobs", "2")
    assert done.returncode == 2
    assert "say after -- what evdisc is to do" in done.stderr


def test_a_study_runs_on_the_jobs_of_a_queue(tmp_path, queue):
    env, jobs = queue
    command = run_command(tmp_path / "r", "--json")[3:]
    done = example("slurm", "--jobs", "2", "--cores", "1", "--", *command, env=env)
    assert done.returncode == 0, done.stderr
    whole = subprocess.run(
        run_command(tmp_path / "pool", "--jobs", "2", "--json"), capture_output=True, text=True,
        check=True,
    )  # fmt: skip
    assert done.stdout == whole.stdout
    assert len(numbers(jobs / "started")) == 2
    end = time.monotonic() + 20
    while len(numbers(jobs / "cancelled")) < 2 and time.monotonic() < end:
        time.sleep(0.1)
    assert sorted(numbers(jobs / "cancelled")) == sorted(numbers(jobs / "started"))
    assert "NUMBA_NUM_THREADS=1" in next(jobs.glob("*.job")).read_text("utf-8")
