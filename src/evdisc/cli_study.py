"""The command line of `evdisc study next|optimise` and `evdisc fit`. Part of the door."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from evdisc.cli_evidence import AsJson, emit
from evdisc.cli_progress import watched
from evdisc.cli_tasks import Processes

if TYPE_CHECKING:
    from evdisc.protocol.yaml_io import LoadedProtocol

app = typer.Typer(rich_markup_mode=None)
study = typer.Typer(
    name="study",
    help="What to measure next, and how best to give the vesicles.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
app.add_typer(study)

Protocol = Annotated[Path, typer.Argument(help="Protocol file (YAML).")]
Out = Annotated[Path | None, typer.Option("--out", help="Folder (default under runs/).")]
Members = Annotated[int | None, typer.Option("--members", help="Ensemble members.")]
Seed = Annotated[int | None, typer.Option("--seed", help="Seed of the study.")]
Fresh = Annotated[bool, typer.Option("--fresh", help="Drop what the folder holds.")]
For = Annotated[
    str | None,
    typer.Option("--for", help='Read-out, e.g. "disc height index at 8 weeks" (default: the end).'),
]
Overrides = Annotated[
    list[str] | None,
    typer.Option("--set", help="Override: dotted.key=value, e.g. disc.grade=3."),
]


def load(
    path: Path, overrides: list[str] | None, members: int | None, seed: int | None
) -> LoadedProtocol:
    """Load a protocol with --set, --members and --seed applied."""
    from evdisc.protocol.yaml_io import load_protocol

    sizes = {"members": members, "seed": seed}
    more = [f"ensemble.{k}={v}" for k, v in sizes.items() if v is not None]
    return load_protocol(path, [*(overrides or []), *more])


@study.command("next")
def next_(
    protocols: Annotated[
        list[Path], typer.Argument(help="Protocols to choose among; one stands for its arms.")
    ],
    readout: For = None,
    least: Annotated[
        float | None,
        typer.Option("--least", help="Gain worth a therapy, in the read-out's unit."),
    ] = None,
    members: Members = None, seed: Seed = None, jobs: Processes = 1, out: Out = None,
    fresh: Fresh = False, set_: Overrides = None, as_json: AsJson = False,
) -> None:  # fmt: skip
    """Which measurement would most change the choice, and what it takes."""
    from evdisc.report.learn_pages import write_next_page
    from evdisc.study.next_measurement import next_measurement

    loaded = [load(path, set_, members, seed) for path in protocols]
    with watched("members") as progress:
        done = next_measurement(
            loaded, out, readout=readout, least=least, jobs=jobs, fresh=fresh, progress=progress
        )
    write_next_page(done.folder)
    if as_json:
        emit(done.result)
    else:
        from evdisc.report.learn_text import next_table

        print(next_table(done.result))
        print(f"\nreport: {done.folder / 'report.html'}")


@study.command()
def optimise(
    protocol: Protocol,
    over: Annotated[
        str, typer.Option("--over", help="What may change: dose, volume, carrier, schedule.")
    ] = "dose,volume,carrier,schedule",
    readout: For = None,
    limit: Annotated[
        list[str] | None,
        typer.Option("--limit", help='Such as "punctures <= 2"; may be repeated.'),
    ] = None,
    against: Annotated[
        str, typer.Option("--against", help="untreated, or carrier: the same without vesicles.")
    ] = "untreated",
    trials: Annotated[int, typer.Option("--trials", help="Ways of giving that are run.")] = 40,
    members: Members = None, seed: Seed = None, jobs: Processes = 1, out: Out = None,
    fresh: Fresh = False, set_: Overrides = None, as_json: AsJson = False,
) -> None:  # fmt: skip
    """Search dose, volume, carrier and schedule against what they cost; resumes."""
    from evdisc.report.learn_pages import write_search_page
    from evdisc.study.optimise import Search
    from evdisc.study.optimise import optimise as searched

    loaded = load(protocol, set_, members, seed)
    search = Search(over, readout, tuple(limit or ()), trials, against)
    with watched("trials") as progress:
        done = searched(
            loaded, search, out, jobs=jobs, fresh=fresh,
            progress=lambda count, total, _: progress(count, total, 0),
        )  # fmt: skip
    write_search_page(done.folder)
    if as_json:
        emit(done.result)
    else:
        from evdisc.report.learn_text import search_table

        print(search_table(done.result))
        print(f"\nreport: {done.folder / 'report.html'}")


@app.command()
def fit(
    protocol: Protocol,
    data: Annotated[Path, typer.Argument(help="Table of your own measurements (CSV).")],
    under: Annotated[
        str, typer.Option("--under", help="Delivery hypothesis: both, stoichiometric or potency.")
    ] = "both",
    out: Annotated[
        Path | None, typer.Option("--out", help="Posterior file (default NAME.posterior.json).")
    ] = None,
    runs: Annotated[
        Path | None, typer.Option("--runs", help="Folder of the runs (default runs/fit-NAME).")
    ] = None,
    members: Members = None, seed: Seed = None, jobs: Processes = 1, set_: Overrides = None,
    as_json: AsJson = False,
) -> None:  # fmt: skip
    """Learn from your own measurements: a posterior other commands can draw from."""
    from evdisc.report.learn_pages import write_fit_page
    from evdisc.study.fit import fit as fitted

    loaded = load(protocol, set_, members, seed)
    with watched("members") as progress:
        done = fitted(loaded, data, out, under=under, runs=runs, jobs=jobs, progress=progress)
    page = write_fit_page(done.path, loaded.text)
    if as_json:
        emit(done.result)
    else:
        from evdisc.report.learn_text import fit_table

        print(fit_table(done.result))
        print(f"\nposterior: {done.path}\nreport: {page}")
