"""The Slurm script of a job array, ready for ``sbatch``."""

from __future__ import annotations

import math
import shlex
from collections.abc import Sequence

from evdisc.study.array import Manifest, ranges

#: seconds one job should take: long against its start, short enough to be spread
JOB = 300.0
#: an array may have this many jobs on most clusters (Slurm's MaxArraySize is 1001 by default)
MOST_JOBS = 1000
#: a limit may be exceeded by slower nodes and first compilation of kernels
SLACK, LEAST_LIMIT = 4.0, 1200.0

SCRIPT = """\
#!/bin/bash
# {tasks} tasks of {members} members ({runs} runs), about {seconds:.3g} s each on the machine that
# wrote this. {missing} are to compute, {per} to a job. Add --partition and --account as your
# cluster asks for them.
#SBATCH --job-name={name}
#SBATCH --array={array}
#SBATCH --ntasks=1
#SBATCH --cpus-per-task=1
#SBATCH --mem=1G
#SBATCH --time={limit}
#SBATCH --output={name}-%A-%a.log
set -eu
export OMP_NUM_THREADS=1 NUMBA_NUM_THREADS=1
first=$((SLURM_ARRAY_TASK_ID * {per}))
last=$((first + {per} - 1 < {end} ? first + {per} - 1 : {end}))
exec {command} --tasks "$first-$last"
# when all have ended, gather: it computes what is missing still, and writes result and report
# {command}
"""


def tasks_per_job(found: Manifest) -> int:
    """Tasks one job of the array computes."""
    fitting = int(JOB // max(found.seconds_per_task, 1e-3))
    least = math.ceil(found.tasks / MOST_JOBS)
    return max(1, least, min(fitting, found.tasks))


def script(found: Manifest, command: Sequence[str], name: str) -> str:
    """Script that computes the missing tasks by ``command``, which this adds ``--tasks`` to."""
    per = tasks_per_job(found)
    jobs = sorted({n // per for n in found.missing})
    return SCRIPT.format(
        tasks=found.tasks, members=found.members_per_task, runs=found.runs_per_task,
        seconds=found.seconds_per_task, missing=len(found.missing), per=per, name=name,
        array=ranges(jobs), limit=_clock(max(LEAST_LIMIT, SLACK * per * found.seconds_per_task)),
        end=found.tasks - 1, command=shlex.join(command),
    )  # fmt: skip


def _clock(seconds: float) -> str:
    minutes = math.ceil(seconds / 60.0)
    return f"{minutes // 60:02d}:{minutes % 60:02d}:00"
