"""The command line: `evdisc`. A door: it parses, calls, prints; heavy imports wait inside."""

from __future__ import annotations

import atexit
import gc
import json
import sys
from copy import copy
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from evdisc import (
    cli_cargo,
    cli_diagnose,
    cli_evidence,
    cli_manufacture,
    cli_network,
    cli_plan,
    cli_rank,
    cli_serve,
    cli_study,
    cli_validate,
    cli_vesicles,
)
from evdisc.cli_evidence import AsJson, emit
from evdisc.cli_progress import tell, watched
from evdisc.cli_tasks import Jobs, Tasks, share_out
from evdisc.errors import EvdiscError, InputError, RunError

if TYPE_CHECKING:
    from evdisc.protocol.yaml_io import LoadedProtocol

#: wrong words in a call; typer brings its own click in some versions and not in others
UsageError: type[Any] = typer.BadParameter.__mro__[1]

app = typer.Typer(
    name="evdisc",
    help="Simulates extracellular-vesicle therapy of the degenerating intervertebral disc.",
    no_args_is_help=True,
    add_completion=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)
for door in (
    cli_evidence, cli_network, cli_rank, cli_manufacture, cli_plan, cli_study, cli_vesicles,
    cli_cargo, cli_diagnose, cli_validate, cli_serve,
):  # fmt: skip
    app.add_typer(door.app)

ProtocolPath = Annotated[Path, typer.Argument(help="Protocol file (YAML).")]
Overrides = Annotated[
    list[str] | None,
    typer.Option("--set", help="Override: dotted.key=value, e.g. disc.preset=human-lumbar."),
]
Out = Annotated[Path | None, typer.Option("--out", help="Run folder (default runs/NAME).")]
Members = Annotated[int | None, typer.Option("--members", help="Ensemble members.")]
Seed = Annotated[int | None, typer.Option("--seed", help="Seed of the study.")]
Oracle = Annotated[
    bool, typer.Option("--oracle", help="Compare one member with a run of fine steps (discs).")
]
Fresh = Annotated[bool, typer.Option("--fresh", help="Drop what the folder holds.")]


def main() -> None:
    """Entry point: evdisc errors become one line on stderr and their exit code."""
    # while modules and kernels load there is hardly any garbage, and looking for it takes long
    gc.set_threshold(1_000_000, 20, 20)
    # at the end all memory goes back at once: going through it for garbage takes half a second
    atexit.register(gc.freeze)
    try:
        code = asked(sys.argv[1:])(standalone_mode=False, prog_name="evdisc")
    except EvdiscError as error:
        sys.stderr.write(f"evdisc: {error}\n")
        raise SystemExit(error.exit_code) from None
    except UsageError as error:
        sys.stderr.write(misused(error))
        raise SystemExit(error.exit_code) from None
    except typer.Abort:
        raise SystemExit(1) from None
    except KeyboardInterrupt:
        sys.stderr.write("evdisc: interrupted; finished members are kept, run again to resume\n")
        raise SystemExit(1) from None
    except BrokenPipeError:
        raise SystemExit(1) from None
    # what ends a command early, such as --help, comes back as its exit code
    raise SystemExit(code if isinstance(code, int) else 0)


def misused(error: Any) -> str:
    """What was wrong with the words of a call, as one line; the help where there were none."""
    said = error.format_message()
    if error.ctx is None:
        return f"evdisc: {said}\n"
    if said == error.ctx.get_help():
        return f"{said}\n"
    line = " ".join(said.split()).removesuffix(".")
    return f"evdisc: {line}; see {error.ctx.command_path} --help\n"


def asked(words: list[str]) -> typer.Typer:
    """The command line, with the one command alone where the first word is one of this file.

    typer prepares every command it holds before it looks which is called.
    """
    named = ((c.name or getattr(c.callback, "__name__", ""), c) for c in app.registered_commands)
    own = [command for name, command in named if name in words[:1]]
    if not own:
        return app
    alone = copy(app)
    alone.registered_commands, alone.registered_groups = own, []
    return alone


def load(path: Path, overrides: list[str] | None, **extra: int | None) -> LoadedProtocol:
    """Load a protocol with --set, --members and --seed applied."""
    from evdisc.protocol.yaml_io import load_protocol

    stated = [f"ensemble.{k}={v}" for k, v in extra.items() if v is not None]
    return load_protocol(path, [*(overrides or []), *stated])


def version(show: bool) -> None:
    """Print the version and stop."""
    if show:
        from evdisc.cli_version import version_line

        print(version_line())
        raise typer.Exit


@app.callback()
def options(
    show: Annotated[
        bool, typer.Option("--version", callback=version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    """Simulates extracellular-vesicle therapy of the degenerating intervertebral disc."""


@app.command()
def run(
    protocol: ProtocolPath, out: Out = None, members: Members = None, seed: Seed = None,
    jobs: Jobs = "1", fresh: Fresh = False, set_: Overrides = None, as_json: AsJson = False,
    oracle: Oracle = False, tasks: Tasks = None,
) -> None:  # fmt: skip
    """Run a protocol (disc or dish); writes a run folder with a report."""
    loaded = load(protocol, set_, members=members, seed=seed)
    if tasks is not None:
        given = {"--set": set_ or [], "--members": members, "--seed": seed, "--out": out}
        refused = {"--fresh": fresh, "--oracle": oracle}
        share_out(loaded, tasks, out, jobs, as_json, ["run", str(protocol)], given, refused)
        return
    from evdisc.report.render import write_report
    from evdisc.study.execute import run as run_study

    with watched("members") as progress:
        done = run_study(
            loaded, out, jobs=jobs, fresh=fresh, progress=progress, told=tell,
            against_oracle=oracle,
        )  # fmt: skip
    write_report(done.folder)
    if as_json:
        emit(done.result)
    else:
        from evdisc.report.terminal import oracle_lines, study_table

        print(study_table(done.result, loaded.spec.readouts))
        if oracle:
            diagnostics = json.loads((done.folder / "diagnostics.json").read_text("utf-8"))
            print("\n" + oracle_lines(diagnostics["oracle"]))
        print(f"\nreport: {done.folder / 'report.html'}")
    if done.result["failed"] and len(done.result["failed"]) == done.result["members"]:
        reason = next(iter(done.result["failed"].values()))
        raise RunError(f"every member failed, the first with: {reason}")


@app.command()
def check(protocol: ProtocolPath, set_: Overrides = None, as_json: AsJson = False) -> None:
    """Validate a protocol without running it."""
    loaded = load(protocol, set_)
    from evdisc.evidence.library import load as load_evidence
    from evdisc.study.preflight import overlay_paths, preflight

    preflight(loaded, load_evidence(overlay_paths(loaded)))
    if as_json:
        emit({"valid": True, "protocol": loaded.spec.model_dump(mode="json")})
    else:
        print(f"{protocol}: valid {loaded.spec.kind} protocol, '{loaded.spec.title}'")


@app.command()
def dish(
    cell: Annotated[list[str] | None, typer.Option("--cell", help="Recipient cell.")] = None,
    species: Annotated[str, typer.Option(help="Species of the cells.")] = "human",
    stimulus: Annotated[
        list[str] | None, typer.Option(help='NAME=DOSE, e.g. "IL-1beta=10 ng/mL".')
    ] = None,
    hours: Annotated[float, typer.Option(help="Duration.")] = 24.0,
    cargo: Annotated[
        list[str] | None, typer.Option(help='NAME=COPIES, e.g. "miR-410=500 copies/cell".')
    ] = None,
    readout: Annotated[list[str] | None, typer.Option(help="Read-out to show.")] = None,
    why: Annotated[
        str | None, typer.Option(help="Show the paths that moved this node, with their studies.")
    ] = None,
    members: Members = None, seed: Seed = None, as_json: AsJson = False,
) -> None:  # fmt: skip
    """Ask a dish of cells one question, without a file or a folder."""
    from evdisc.study.quick_dish import dish_protocol, quick_dish

    protocol = dish_protocol(
        cell or ["NP"], species, stimulus or [], hours, cargo or [], readout or [],
        members or 20, 1 if seed is None else seed,
    )  # fmt: skip
    result = quick_dish(protocol)
    if why is not None:
        result["why"] = explained(protocol, why)
    if as_json:
        emit(result)
    else:
        from evdisc.report.terminal import study_table, why_table

        print(study_table(result))
        if why is not None:
            print("\n" + why_table(result["why"]))


def explained(protocol: LoadedProtocol, readout: str) -> dict[str, Any]:
    """The paths that moved a node of a dish protocol."""
    from evdisc.evidence.library import load as load_evidence
    from evdisc.protocol.specs import DishStudy
    from evdisc.study.why import why as paths_of

    assert isinstance(protocol.spec, DishStudy)
    return paths_of(protocol.spec, readout, load_evidence())


@app.command()
def why(
    protocol: ProtocolPath,
    node: Annotated[str, typer.Argument(help="Node of the cell's network, e.g. MMP13.")],
    region: Annotated[str, typer.Option(help="Region of a disc: NP, AF or CEP.")] = "NP",
    members: Annotated[int, typer.Option("--members", help="Ensemble members.")] = 8,
    set_: Overrides = None, as_json: AsJson = False,
) -> None:  # fmt: skip
    """The paths by which a node of the cells moved, with their studies."""
    from evdisc.evidence.library import load as load_evidence
    from evdisc.study.preflight import overlay_paths
    from evdisc.study.why import why as paths_of

    loaded = load(protocol, set_, members=members)
    found = paths_of(loaded.spec, node, load_evidence(overlay_paths(loaded)), region)
    if as_json:
        emit(found)
    else:
        from evdisc.report.terminal import why_table

        print(why_table(found))


@app.command()
def nutrition(
    disc: Annotated[str, typer.Argument(help="Disc preset, or a protocol file.")],
    figure: Annotated[Path | None, typer.Option(help="Write a picture (PNG).")] = None,
    set_: Overrides = None, as_json: AsJson = False,
) -> None:  # fmt: skip
    """Steady oxygen, glucose, lactate and pH of a disc."""
    from evdisc.simulate.nutrition_view import disc_study, view

    found = view(disc_study(disc, set_ or []))
    if figure is not None:
        from evdisc.report.nutrition_figure import save

        save(found, figure)
    if as_json:
        emit(found.summary)
    else:
        from evdisc.report.terminal import nutrition_table

        print(nutrition_table(found.summary))


@app.command()
def dose(protocol: ProtocolPath, set_: Overrides = None, as_json: AsJson = False) -> None:
    """The dose and stoichiometry table of a protocol alone."""
    loaded = load(protocol, set_)
    from evdisc.study.dose import dose_table

    table = dose_table(loaded)
    if as_json:
        emit(table)
    else:
        from evdisc.report.terminal import dose_lines

        print(dose_lines(table))


@app.command()
def explain(
    key: Annotated[str, typer.Argument(help="Parameter or state variable.")],
    as_json: AsJson = False,
) -> None:
    """Where a number comes from and who reads it."""
    from evdisc.evidence.library import load as load_evidence
    from evdisc.report.terminal import explanation
    from evdisc.simulate.explain import explain as find

    found = find(key, load_evidence())
    emit(found) if as_json else print(explanation(found))


@app.command()
def cite(run_folder: Annotated[Path, typer.Argument(help="Run folder.")]) -> None:
    """Print the BibTeX of everything a run used."""
    path = run_folder / "CITATIONS.bib"
    if not path.is_file():
        raise InputError(
            "is not a run folder", file=run_folder, expected="a folder with CITATIONS.bib"
        )
    print(path.read_text("utf-8"), end="")


@app.command()
def vocabulary(
    kind: Annotated[str | None, typer.Argument(help="Kind of name (default: all).")] = None,
    keys: Annotated[
        str | None, typer.Option("--keys", help="Table of all keys of a disc or dish protocol.")
    ] = None,
    schema: Annotated[
        str | None, typer.Option("--schema", help="JSON Schema of a disc or dish protocol.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """The names a protocol may use, and its keys."""
    if keys or schema:
        describe_protocol(keys, schema)
        return
    from evdisc.errors import nearest
    from evdisc.evidence.names import kinds, names

    if kind is not None and kind not in kinds():
        raise InputError(
            "no such kind of name", value=kind, expected=" | ".join(kinds()),
            nearest=nearest(kind, kinds()),
        )  # fmt: skip
    table = {k: names(k) for k in kinds() if kind in (None, k)}
    if as_json:
        emit(table)
        return
    for name, words in table.items():
        print(f"{name}: {', '.join(words)}")


def describe_protocol(keys: str | None, schema: str | None) -> None:
    """Print the keys or the JSON Schema of a protocol kind."""
    from evdisc.errors import nearest
    from evdisc.protocol.schema import json_schema, markdown
    from evdisc.protocol.specs import KINDS

    for option, kind in (("--keys", keys), ("--schema", schema)):
        if kind is not None and kind not in KINDS:
            raise InputError(
                "no such kind of protocol", key=option, value=kind, expected=" | ".join(KINDS),
                nearest=nearest(kind, KINDS),
            )  # fmt: skip
    if keys:
        print(markdown(keys), end="")
    if schema:
        emit(json_schema(schema))


@app.command("warm-up")
def warm_up() -> None:
    """Compile every kernel once, so that no later run waits for it."""
    from evdisc.study.warm_up import warm_up as compile_all

    seconds = compile_all()
    sys.stderr.write(f"kernels are compiled and cached ({seconds:.1f} s)\n")


if __name__ == "__main__":
    main()
