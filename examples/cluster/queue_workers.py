"""Run evdisc on Dask workers that a queue starts, and end them afterwards.

    python queue_workers.py slurm --jobs 4 -- run PROTOCOL.yaml --members 1000
    python queue_workers.py pbs --jobs 4 --queue long --show

Start it on a machine of the cluster that may submit jobs and stay up, inside ``tmux`` or as a small
job of its own. Numbers do not depend on the workers, and a study goes on where it stopped.
"""

import argparse
import subprocess
import sys

from dask_jobqueue import PBSCluster, SLURMCluster

QUEUES = {"slurm": SLURMCluster, "pbs": PBSCluster}

#: lines a job begins with; add what your cluster needs, such as "module load python"
PROLOGUE = ["export OMP_NUM_THREADS=1 NUMBA_NUM_THREADS=1"]


def options(words: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__.splitlines()[0], usage="%(prog)s {slurm,pbs} [options] -- COMMAND ..."
    )
    parser.add_argument("scheduler", choices=QUEUES)
    parser.add_argument("--jobs", type=int, default=2, help="jobs to ask the queue for")
    parser.add_argument("--cores", type=int, default=8, help="cores, and so workers, of one job")
    parser.add_argument("--walltime", default="02:00:00", help="time limit of one job")
    parser.add_argument("--queue", help="partition or queue")
    parser.add_argument("--account", help="whom the time is charged to")
    parser.add_argument("--interface", help="network the nodes share, such as ib0")
    parser.add_argument("--show", action="store_true", help="print the job and submit nothing")
    at = words.index("--") if "--" in words else len(words)
    asked = parser.parse_args(words[:at])
    asked.command = words[at + 1 :]
    if not (asked.command or asked.show):
        parser.error("say after -- what evdisc is to do, such as run, or --show")
    return asked


def workers(asked: argparse.Namespace) -> SLURMCluster | PBSCluster:
    """One worker of one thread on each core: evdisc computes a task on one core."""
    named = {"queue": asked.queue, "account": asked.account, "interface": asked.interface}
    return QUEUES[asked.scheduler](
        cores=asked.cores, processes=asked.cores, memory=f"{2 * asked.cores} GiB",
        walltime=asked.walltime, job_name="evdisc-workers", job_script_prologue=PROLOGUE,
        scheduler_options={"dashboard_address": ":0"},
        **{name: value for name, value in named.items() if value},
    )  # fmt: skip


def main() -> int:
    asked = options(sys.argv[1:])
    with workers(asked) as cluster:
        if asked.show:
            sys.stdout.write(cluster.job_script())
            return 0
        cluster.scale(jobs=asked.jobs)
        jobs = ["--jobs", "dask:" + cluster.scheduler_address]
        return subprocess.call([sys.executable, "-m", "evdisc.cli", *asked.command, *jobs])


if __name__ == "__main__":
    raise SystemExit(main())
