"""The command line of job arrays: `evdisc run PROTOCOL --tasks ...`. Part of the door."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from evdisc.cli_evidence import emit
from evdisc.cli_progress import watched
from evdisc.errors import InputError

if TYPE_CHECKING:
    from evdisc.protocol.yaml_io import LoadedProtocol


Jobs = Annotated[
    str, typer.Option("--jobs", help="Worker processes, or dask:ADDRESS; numbers do not change.")
]


def positive(jobs: int | None) -> int | None:
    """Refuse a number of processes that is none."""
    if jobs is not None and jobs < 1:
        raise InputError("needs at least one worker", key="--jobs", value=jobs)
    return jobs


Processes = Annotated[
    int,
    typer.Option("--jobs", callback=positive, help="Worker processes; numbers do not change."),
]
Tasks = Annotated[
    str | None, typer.Option("--tasks", help="Only tasks A-B of a job array; list: its script.")
]


def share_out(
    loaded: LoadedProtocol, tasks: str, out: Path | None, jobs: str, as_json: bool,
    command: list[str], given: dict[str, Any], refused: dict[str, bool],
) -> None:  # fmt: skip
    """Compute some tasks of a study, or print the script of the whole array.

    Args:
        loaded: the protocol.
        tasks: a range, or ``list``.
        out: run folder.
        jobs: who computes.
        as_json: print JSON.
        command: words the command line begins with.
        given: its options that decide what is computed, or None; a list stands for several.
        refused: options that may not be given.

    Raises:
        InputError: an option beside ``--tasks`` that acts on whole studies.
    """
    for option, asked in refused.items():
        if asked:
            raise InputError("acts on a whole study", key=option, expected="no --tasks beside it")
    if tasks.strip() == "list":
        _print_manifest(loaded, out, [*command, *_words(given)], as_json)
    else:
        _compute(loaded, tasks, out, jobs, as_json)


def _words(given: dict[str, Any]) -> list[str]:
    each = [(k, x) for k, v in given.items() for x in (v if isinstance(v, list) else [v])]
    return [word for k, x in each if x is not None for word in (k, str(x))]


def _print_manifest(
    loaded: LoadedProtocol, out: Path | None, command: list[str], as_json: bool
) -> None:
    from evdisc.study.array import manifest, ranges
    from evdisc.study.array_script import script, tasks_per_job

    found = manifest(loaded, out)
    interpreter = [sys.executable, "-m", "evdisc.cli", *command]
    text = script(found, interpreter, f"evdisc-{found.folder.name}")
    if as_json:
        emit({
            "tasks": found.tasks, "members": found.members, "missing": ranges(found.missing),
            "members_per_task": found.members_per_task, "runs_per_task": found.runs_per_task,
            "seconds_per_task": round(found.seconds_per_task, 3),
            "tasks_per_job": tasks_per_job(found), "script": text if found.missing else None,
        })  # fmt: skip
        return
    left = f"{len(found.missing)} of {found.tasks} tasks are to compute"
    if found.missing:
        sys.stderr.write(f"evdisc: {left}\n")
        print(text, end="")
    else:
        print(f"all {found.tasks} tasks are computed; gather: evdisc {shlex.join(command)}")


def _compute(
    loaded: LoadedProtocol, tasks: str, out: Path | None, jobs: str, as_json: bool
) -> None:
    from evdisc.study.array import ranges, run_tasks

    with watched("members") as progress:
        done = run_tasks(loaded, tasks, out, jobs=jobs, progress=progress)
    said: dict[str, Any] = {
        "folder": str(done.folder), "first": done.first, "last": done.last, "tasks": done.tasks,
        "computed": done.computed, "missing": ranges(done.missing),
    }  # fmt: skip
    if as_json:
        emit(said)
        return
    print(f"tasks {done.first}-{done.last} of {done.tasks}: {done.computed} members computed")
    if done.missing:
        print(f"still to compute: {said['missing']}")
    else:
        print("all tasks are computed; the same command without --tasks gathers them")
