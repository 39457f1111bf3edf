"""The command line of the cell network: `evdisc network`. Part of the door."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from evdisc.cli_evidence import AsJson, Overlays, emit
from evdisc.errors import InputError, nearest

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from evdisc.cell.network import Network
    from evdisc.evidence.library import Library

    Floats = NDArray[np.float64]

app = typer.Typer(
    name="network",
    help="The cell's signalling network: check, simulate, export, import.",
    no_args_is_help=True,
    rich_markup_mode=None,
)

Cell = Annotated[str, typer.Option("--cell", help="Recipient cell.")]
Stimuli = Annotated[
    list[str] | None, typer.Option(help='NAME=DOSE, e.g. "IL-1beta=10 ng/mL"; may be repeated.')
]
Cargoes = Annotated[
    list[str] | None, typer.Option(help='NAME=COPIES, e.g. "miR-21-5p=500 copies/cell".')
]
MemberOf = Annotated[
    str | None, typer.Option("--member", help="SEED:NUMBER of an ensemble member, e.g. 1:0.")
]
ENDINGS = {".xml": "sbml", ".sbml": "sbml", ".graphml": "graphml", ".sif": "sif"}
FORMATS = {
    "sbml": "SBML L3V2, rate rules", "sbml-qual": "SBML-qual, Boolean", "graphml": "GraphML",
    "sif": "signed edge list",
}  # fmt: skip


def known_cell(name: str) -> str:
    """Canonical name of a recipient cell.

    Raises:
        InputError: unknown; offers the nearest.
    """
    from evdisc.evidence.names import find, names

    entry = find("recipient_cell", name)
    if entry is None:
        every = names("recipient_cell")
        raise InputError(
            "no such cell", key="--cell", value=name, expected=" | ".join(every),
            nearest=nearest(name, every),
        )  # fmt: skip
    return entry.name


@app.command()
def check(cell: Cell = "NP", overlay: Overlays = None, as_json: AsJson = False) -> None:
    """Count nodes and arrows, sources and loops, and say whether the healthy cell rests."""
    from evdisc.cell.blueprint import blueprint, stimuli
    from evdisc.cell.rest import rest
    from evdisc.evidence.library import load
    from evdisc.simulate.network_case import network_case

    library = load(overlay or [])
    plan, network = blueprint(library), network_case(library, known_cell(cell)).network
    held = network.strength[0] > 0
    sourced = [any(c.study != "evdisc" for c in a.claims) for a in plan.arrows]
    late = rest(network, 0)
    told: dict[str, Any] = {
        "cell": known_cell(cell), "nodes": len(plan.nodes), "arrows": len(plan.arrows),
        "arrows_in_this_cell": int(held.sum()),
        "arrows_with_a_source": int(sum(sourced)),
        "arrows_without_a_source": len(sourced) - int(sum(sourced)),
        "arrows_on_loops": int(plan.looped.sum()), "disputed_signs": len(plan.rivals),
        "stimuli": stimuli(plan.nodes), "residual": late.residual, "amplitude": late.amplitude,
        "rests": not late.cycles,
    }  # fmt: skip
    if as_json:
        emit(told)
        return
    print("\n".join(f"{key.replace('_', ' ')}: {_text(value)}" for key, value in told.items()))


def _text(value: Any) -> str:
    return ", ".join(value) if isinstance(value, list) else f"{value}"


@app.command()
def simulate(
    cell: Cell = "NP",
    stimulus: Stimuli = None,
    cargo: Cargoes = None,
    hours: Annotated[float, typer.Option(help="Duration.", min=0.1, max=20000)] = 48.0,
    readout: Annotated[list[str] | None, typer.Option(help="Node to show.")] = None,
    member: MemberOf = None,
    overlay: Overlays = None,
    figure: Annotated[Path | None, typer.Option(help="Draw the time course (PNG, SVG).")] = None,
    picture: Annotated[
        Path | None, typer.Option("--map", help="Draw the network, coloured by its change.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Run signalling and cargo alone, at the median of every parameter or in one member."""
    import numpy as np

    from evdisc.cell.full_ode import full_ode
    from evdisc.cell.rest import rest
    from evdisc.evidence.library import load
    from evdisc.simulate.network_case import as_a_run, network_case

    library = load(overlay or [])
    case = network_case(library, known_cell(cell), stimulus or [], cargo or [], _member(member))
    shown = readout or ["ACAN", "COL2A1", "MMP3", "MMP13", "IL-6", "NF-kB", "apoptosis"]
    places = [case.network.index(name) for name in shown]
    times = np.linspace(0.0, hours, 49)
    seconds = (3600.0 * times).tolist()
    states = full_ode(case.network, 0, case.drive, case.cargoes, seconds)
    found = states[:, places]
    late = rest(case.network, 0, case.drive)
    told = {
        "cell": known_cell(cell), "hours": times.tolist(), "cycles": late.cycles,
        "residual": late.residual, "amplitude": late.amplitude,
        "shortcut_error": as_a_run(case, seconds),
        "activities": {n: found[:, i].tolist() for i, n in enumerate(shown)},
    }  # fmt: skip
    named = ", ".join([*(stimulus or []), *(cargo or [])]) or "undisturbed"
    _draw(case.network, library, states[-1], told, f"{named}, {hours:g} h", figure, picture)
    if as_json:
        emit(told)
        return
    from evdisc.report.terminal import text_table

    marks = [0, 12, 24, 48]
    rows = [[n, *(f"{found[m, i]:.3f}" for m in marks)] for i, n in enumerate(shown)]
    print(text_table(["node", *(f"{times[m]:g} h" for m in marks)], rows))
    print(f"late amplitude {late.amplitude:.2g}: " + ("it cycles" if late.cycles else "at rest"))
    print(f"a run's integrator differs from this by at most {told['shortcut_error']:.1g}")
    for what, file in (("time course", figure), ("map", picture)):
        if file:
            print(f"{what}: {file}")


def _draw(
    network: Network, library: Library, state: Floats, told: dict[str, Any], title: str,
    figure: Path | None, picture: Path | None,
) -> None:  # fmt: skip
    """Write the time course and the map, where asked for."""
    from evdisc.cell.blueprint import blueprint
    from evdisc.report.network_figure import network_map, time_course

    if figure:
        time_course(figure, told["hours"], told["activities"], cell=told["cell"])
    if picture:
        title = f"{told['cell']}, {title}"
        network_map(picture, network, blueprint(library).kinds, state, title)


def _member(text: str | None) -> tuple[int, int] | None:
    if text is None:
        return None
    seed, _, number = text.partition(":")
    if not (seed.isdecimal() and number.isdecimal()):
        raise InputError("not a member", key="--member", value=text, expected="SEED:NUMBER")
    return int(seed), int(number)


@app.command()
def dose(
    stimulus: Annotated[str, typer.Argument(help="Stimulus, e.g. IL-1beta.")],
    doses: Annotated[str, typer.Option(help='Doses, e.g. "0.01, 0.1, 1, 10, 100 ng/mL".')],
    cell: Cell = "NP",
    hours: Annotated[float, typer.Option(help="Time of the reading.", min=0.1, max=20000)] = 24.0,
    readout: Annotated[list[str] | None, typer.Option(help="Node to show.")] = None,
    members: Annotated[int, typer.Option(help="Ensemble members.", min=1, max=5000)] = 50,
    seed: Annotated[int, typer.Option(help="Seed of the ensemble.", min=0)] = 1,
    overlay: Overlays = None,
    figure: Annotated[Path | None, typer.Option(help="Draw it (PNG, SVG).")] = None,
    as_json: AsJson = False,
) -> None:
    """Dose-response of signalling over an ensemble: median, 5 % and 95 %, and its span."""
    from evdisc.evidence.library import load
    from evdisc.simulate.dose_response import dose_response, parse_doses

    levels, unit = parse_doses(stimulus, doses)
    shown = readout or ["ACAN", "MMP13", "IL-6"]
    told = dose_response(
        load(overlay or []), known_cell(cell), stimulus, levels, unit, hours, shown, members, seed
    )
    if figure:
        from evdisc.report.network_figure import dose_response as draw

        draw(figure, stimulus, unit, levels, told["readouts"], known_cell(cell))
    if as_json:
        emit(told)
        return
    from evdisc.report.terminal import text_table

    rows = [
        [name, *(f"{m:.2f} [{low:.2f}, {high:.2f}]" for m, low, high in zip(
            band["median"], band["q05"], band["q95"], strict=True))]
        for name, band in told["readouts"].items()
    ]  # fmt: skip
    print(text_table(["node", *(f"{d:g} {unit}" for d in levels)], rows))


@app.command()
def export(
    to: Annotated[Path | None, typer.Argument(help="File; standard output if left out.")] = None,
    sbml: Annotated[bool, typer.Option("--sbml", help="SBML L3V2 with rate rules.")] = False,
    sbml_qual: Annotated[bool, typer.Option("--sbml-qual", help="SBML-qual, Boolean.")] = False,
    graphml: Annotated[bool, typer.Option("--graphml", help="GraphML.")] = False,
    sif: Annotated[bool, typer.Option("--sif", help="Signed edge list.")] = False,
    cell: Cell = "NP",
    stimulus: Stimuli = None,
    cargo: Cargoes = None,
    member: MemberOf = None,
    overlay: Overlays = None,
) -> None:
    """Write the network of a cell type for other software."""
    from evdisc.cell import exchange_export as exchange
    from evdisc.evidence.library import load
    from evdisc.evidence.tables import replace_file
    from evdisc.simulate.network_case import network_case, told

    kind = _format(to, {"sbml": sbml, "sbml-qual": sbml_qual, "graphml": graphml, "sif": sif})
    library = load(overlay or [])
    case = network_case(library, known_cell(cell), stimulus or [], cargo or [], _member(member))
    if kind == "sbml":
        text = exchange.to_sbml(
            case.network, 0, title=f"signalling of the disc cell {known_cell(cell)}",
            start=case.network.healthy, drive=case.drive, cargoes=case.cargoes, told=told(library),
        )  # fmt: skip
    else:
        if case.drive or case.cargoes:
            raise InputError(
                f"{kind} holds no stimulus or cargo", key="--stimulus or --cargo",
                expected="--sbml with them",
            )  # fmt: skip
        text = {
            "sbml-qual": exchange.to_sbml_qual, "graphml": exchange.to_graphml,
            "sif": exchange.to_sif,
        }[kind](case.network, 0)  # fmt: skip
    if to is None:
        print(text, end="")
    else:
        replace_file(to, text)
        print(f"{to}: {FORMATS[kind]}, {len(text) // 1024 + 1} kB", file=sys.stderr)


def _format(to: Path | None, asked: dict[str, bool]) -> str:
    """Format asked for by a flag, or by the ending of the file."""
    flags = [kind for kind, wanted in asked.items() if wanted]
    if not flags and to is not None:
        flags = [ENDINGS[to.suffix.lower()]] if to.suffix.lower() in ENDINGS else []
    if len(flags) != 1:
        raise InputError(
            "which format", key="evdisc network export",
            expected="one of " + " | ".join(f"--{kind}" for kind in FORMATS),
        )  # fmt: skip
    return flags[0]


@app.command("import")
def import_(
    file: Annotated[Path, typer.Argument(help="Signed network (.sif, .csv, .sbml, .xml).")],
    study: Annotated[str, typer.Option(help="Name of the study it comes from, e.g. li2025.")],
    to: Annotated[Path, typer.Option("--to", help="Overlay to write into (CSV).")],
    doi: Annotated[str, typer.Option(help="DOI of the study.")] = "",
    title: Annotated[str, typer.Option(help="Title of the study.")] = "",
    cell: Annotated[str, typer.Option(help="Only in this recipient cell.")] = "",
    as_json: AsJson = False,
) -> None:
    """Take a published or own signed network as background; a protocol must name the overlay."""
    from evdisc.cell.exchange_import import read_edges
    from evdisc.evidence.additions import add
    from evdisc.evidence.library import load
    from evdisc.evidence.own_network import background_tables

    edges = [(e.source, e.target, e.sign) for e in read_edges(file)]
    held_in = known_cell(cell) if cell else ""
    tables, new = background_tables(edges, load(), study, doi=doi, title=title, cell=held_in)
    gained = add(tables, to, file)
    told = {"overlay": str(to), "edges": gained["background"], "names_not_known": new}
    if as_json:
        emit(told)
        return
    print(f"{to}: {gained['background']} edges; name it under evidence.overlays of a protocol")
    if new:
        print(f"names the evidence did not know, kept as written: {', '.join(new)}")
