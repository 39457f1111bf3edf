"""The command line of planning: `evdisc plan`. Part of the door."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from evdisc.cli_evidence import AsJson, emit
from evdisc.cli_progress import watched
from evdisc.cli_tasks import Processes
from evdisc.errors import InputError

if TYPE_CHECKING:
    from evdisc.protocol.yaml_io import LoadedProtocol

app = typer.Typer(rich_markup_mode=None)


ProtocolPath = Annotated[Path, typer.Argument(help="Protocol file (YAML) with a therapy.")]
Unit = Annotated[
    str | None, typer.Option("--unit", help="Experimental unit: level or animal; donor in a dish.")
]
Power = Annotated[float, typer.Option("--power", help="Power to reach.")]
PilotTable = Annotated[
    Path | None, typer.Option("--pilot", help="CSV: animal, group, level, outcomes.")
]
RunFolder = Annotated[
    Path | None, typer.Option("--run", help="Finished run folder; else a short run is made.")
]
Outcomes = Annotated[
    list[str] | None, typer.Option("--outcome", help="Outcome, the primary first; repeat.")
]
Levels = Annotated[
    list[str] | None, typer.Option("--level", help="Disc used in each animal; repeat.")
]
Attrition = Annotated[float | None, typer.Option("--attrition", help="Share of animals lost.")]
PerGroup = Annotated[
    int | None, typer.Option("--per-group", help="Units a group in the allocation.")
]
Checklist = Annotated[
    str | None, typer.Option("--checklist", help="Print one checklist; needs no unit.")
]
AnswerTable = Annotated[
    Path | None, typer.Option("--answers", help="Checklist CSV with answers filled in.")
]
Vesicles = Annotated[
    Path | None, typer.Option("--vesicles", help="vesicles.json of an import, for MISEV2023.")
]
Out = Annotated[Path | None, typer.Option("--out", help="Folder (default plans/NAME).")]
Members = Annotated[int | None, typer.Option("--members", help="Members of the short run.")]
Seed = Annotated[int | None, typer.Option("--seed", help="Seed of draws and allocation.")]
Fresh = Annotated[bool, typer.Option("--fresh", help="Replace the plan that is there.")]
Overrides = Annotated[list[str] | None, typer.Option("--set", help="Override: dotted.key=value.")]


@app.command()
def plan(
    protocol: ProtocolPath, unit: Unit = None, power: Power = 0.8, pilot: PilotTable = None,
    run: RunFolder = None, outcome: Outcomes = None, level: Levels = None,
    attrition: Attrition = None, per_group: PerGroup = None, checklist: Checklist = None,
    answers: AnswerTable = None, vesicles: Vesicles = None,
    out: Out = None, members: Members = None, seed: Seed = None,
    jobs: Processes = 1, fresh: Fresh = False, set_: Overrides = None, as_json: AsJson = False,
) -> None:  # fmt: skip
    """Plan an experiment: groups, unit, sample size, allocation, checklists, documents."""
    from evdisc.protocol.yaml_io import load_protocol

    seeded = [] if seed is None else [f"ensemble.seed={seed}"]
    loaded = load_protocol(protocol, [*(set_ or []), *seeded])
    if checklist is not None:
        one_checklist(loaded, checklist, answers, vesicles, run, out, fresh, as_json)
        return
    for option, given in (("--answers", answers), ("--vesicles", vesicles)):
        if given is not None:
            raise InputError("fills one checklist", key=option, expected="--checklist NAME too")
    from evdisc.report.document import require_docx
    from evdisc.report.plan_files import default_folder, workshop, write_plan
    from evdisc.study.plan import Question, prepare
    from evdisc.study.plan import plan as planned

    question = Question(
        loaded, unit, power, pilot, run, tuple(outcome or []), tuple(level or []), attrition,
        per_group, members, seed,
    )  # fmt: skip
    prepared = prepare(question)
    require_docx()
    folder = out if out is not None else default_folder(loaded)
    with workshop(folder, fresh) as draft:
        with watched("members") as progress:
            done = planned(prepared, draft, jobs=jobs, progress=progress)
        result = write_plan(done, loaded, command(protocol, question, set_ or []), draft)
    if as_json:
        emit(result)
    else:
        from evdisc.report.plan_text import plan_table

        print(plan_table(result))
        print(f"\nplan: {folder / 'plan.docx'}, plan.md, plan.html; {folder / 'allocation.csv'}")


def one_checklist(
    loaded: LoadedProtocol, name: str, answers: Path | None, vesicles: Path | None,
    run: Path | None, out: Path | None, fresh: bool, as_json: bool,
) -> None:  # fmt: skip
    """Print one checklist, and write it where ``out`` says."""
    from evdisc.report.checklist_answers import known, of_measured, of_run
    from evdisc.report.checklists import as_json as content
    from evdisc.report.checklists import checklist, filled, read_answers
    from evdisc.report.plan_files import require_unwritten, write_checklist
    from evdisc.report.plan_text import checklist_table

    name = checklist(name)
    mine = read_answers(answers, name) if answers is not None else {}
    told = known(loaded.spec)
    if run is not None:
        from evdisc.study.predicted import read_run, require_same

        found = read_run(run)
        require_same(found, loaded.spec, loaded.file)
        told |= of_run(found.result)
    if vesicles is not None:
        if name != "MISEV2023":
            raise InputError("answers MISEV2023", key="--vesicles", value=name)
        told |= of_measured(vesicles)
    done = filled(name, told | mine)
    if out is not None:
        require_unwritten(name, out, fresh)
        write_checklist(name, loaded.spec.title, done, out)
    if as_json:
        emit(content(name, done))
    else:
        print(checklist_table(name, done))


def command(protocol: Path, question: object, overrides: list[str]) -> str:
    """The command that gives the same plan again."""
    words = ["evdisc", "plan", protocol.name]
    for option, value in vars(question).items():
        if option == "protocol" or value is None or value == ():
            continue
        name = {"outcomes": "outcome", "levels": "level"}.get(option, option).replace("_", "-")
        for one in value if isinstance(value, tuple) else (value,):
            words += [f"--{name}", one.name if isinstance(one, Path) else str(one)]
    words += [word for one in overrides for word in ("--set", one)]
    return shlex.join(words)
