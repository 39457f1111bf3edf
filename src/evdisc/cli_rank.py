"""The command line of comparisons: `evdisc rank` and `evdisc species`. Part of the door."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from evdisc.cli_evidence import AsJson, emit
from evdisc.cli_progress import tell, watched
from evdisc.cli_tasks import Jobs
from evdisc.errors import RunError

app = typer.Typer(rich_markup_mode=None)

Out = Annotated[Path | None, typer.Option("--out", help="Run folder (default under runs/).")]
Members = Annotated[int | None, typer.Option("--members", help="Ensemble members.")]
Seed = Annotated[int | None, typer.Option("--seed", help="Seed of the study.")]
Fresh = Annotated[bool, typer.Option("--fresh", help="Drop what the folder holds.")]
Overrides = Annotated[
    list[str] | None,
    typer.Option("--set", help="Override: dotted.key=value, e.g. disc.grade=3."),
]


@app.command()
def rank(
    disc: Annotated[str, typer.Argument(help="Disc preset, or a disc protocol.")],
    therapies: Annotated[
        list[str] | None,
        typer.Option("--therapies", help="atlas, or a protocol file; may be repeated."),
    ] = None,
    by: Annotated[str, typer.Option("--by", help="product, or cargo (each alone).")] = "product",
    equal: Annotated[
        str, typer.Option("--equal", help="dose, cost (vesicles made), or given (by each file).")
    ] = "dose",
    readout: Annotated[str, typer.Option("--for", help="Read-out that ranks.")] = (
        "disc height index"
    ),
    attribute: Annotated[
        int, typer.Option("--attribute", help="First products whose cargoes are run alone.")
    ] = 3,
    pairs: Annotated[bool, typer.Option("--pairs", help="Try pairs of the best eight.")] = False,
    out: Out = None, members: Members = None, seed: Seed = None, jobs: Jobs = "1",
    fresh: Fresh = False, set_: Overrides = None, as_json: AsJson = False,
) -> None:  # fmt: skip
    """Rank products in one disc, ties shown as ties; writes a run folder with a page."""
    from evdisc.report.rank_page import write_rank_page
    from evdisc.study.rank import Question
    from evdisc.study.rank import rank as ranked

    question = Question(
        disc, tuple(therapies or ["atlas"]), members, seed, by, equal, readout, attribute, pairs,
        tuple(set_ or []),
    )  # fmt: skip
    with watched("members") as progress:
        done = ranked(question, out, jobs=jobs, fresh=fresh, progress=progress, told=tell)
    write_rank_page(done.folder)
    if as_json:
        emit(done.result)
    else:
        from evdisc.report.rank_text import rank_table

        print(rank_table(done.result))
        print(f"\nreport: {done.folder / 'report.html'}")
    if not done.result["ranking"]:
        first = next(iter(done.result["failed"].values()))
        raise RunError(f"every member failed, the first with: {first}")


@app.command()
def species(
    protocol: Annotated[Path, typer.Argument(help="Disc protocol with a product.")],
    out: Out = None, members: Members = None, seed: Seed = None, jobs: Jobs = "1",
    fresh: Fresh = False, set_: Overrides = None, as_json: AsJson = False,
) -> None:  # fmt: skip
    """Give one product in the discs of five species: what carries over, what does not."""
    from evdisc.protocol.yaml_io import load_protocol
    from evdisc.report.rank_page import write_species_page
    from evdisc.study.species import species as compared

    sizes = {"members": members, "seed": seed}
    more = [f"ensemble.{k}={v}" for k, v in sizes.items() if v is not None]
    loaded = load_protocol(protocol, [*(set_ or []), *more])
    with watched("members") as progress:
        done = compared(loaded, out, jobs=jobs, fresh=fresh, progress=progress, told=tell)
    write_species_page(done.folder)
    if as_json:
        emit(done.result)
    else:
        from evdisc.report.rank_text import species_table

        print(species_table(done.result))
        print(f"\nreport: {done.folder / 'report.html'}")
    if not any(row["effects"] for row in done.result["discs"]):
        failed = next(iter(done.result["discs"][0]["failed"].values()))
        raise RunError(f"every member failed, the first with: {failed}")
