"""The command line of the cell network: `evdisc network`. Part of the door."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from evdisc.cli_evidence import AsJson, Overlays, emit
from evdisc.errors import InputError, nearest

if TYPE_CHECKING:
    from evdisc.cell.network import Network
    from evdisc.evidence.library import Library

app = typer.Typer(
    name="network",
    help="The cell's signalling network: check, simulate, export, import.",
    no_args_is_help=True,
    rich_markup_mode=None,
)

Cell = Annotated[str, typer.Option("--cell", help="Recipient cell.")]
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


def median_network(cell: str, library: Library, believe_all: bool) -> Network:
    """Network of one cell type with every parameter at its median."""
    from evdisc.cell.network import compile_network
    from evdisc.simulate.values import Values

    values = Values(library, {"species": "human", "grade": "1"})
    return compile_network(library, (cell,), values, believe_all=believe_all)


@app.command()
def check(cell: Cell = "NP", overlay: Overlays = None, as_json: AsJson = False) -> None:
    """Count nodes and arrows, sources and loops, and say whether the healthy cell rests."""
    from evdisc.cell.blueprint import blueprint, stimuli
    from evdisc.cell.rest import rest
    from evdisc.evidence.library import load

    library = load(overlay or [])
    plan, network = blueprint(library), median_network(known_cell(cell), library, True)
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
    stimulus: Annotated[
        list[str] | None, typer.Option(help='NAME=DOSE, e.g. "IL-1beta=10 ng/mL", or a node.')
    ] = None,
    hours: Annotated[float, typer.Option(help="Duration.", min=0.1, max=20000)] = 48.0,
    readout: Annotated[list[str] | None, typer.Option(help="Node to show.")] = None,
    as_json: AsJson = False,
) -> None:
    """Run signalling alone at the median of every parameter, all arrows believed."""
    import numpy as np

    from evdisc.cell.assay import assay
    from evdisc.cell.rest import rest
    from evdisc.evidence.library import load

    network = median_network(known_cell(cell), load(), True)
    drives = _drives(stimulus or [], network)
    shown = readout or ["ACAN", "COL2A1", "MMP3", "MMP13", "IL-6", "NF-kB", "apoptosis"]
    places = [network.index(name) for name in shown]
    times = np.linspace(0.0, hours, 25)
    found = assay(network, 0, [drives], [3600.0 * t for t in times])[:, places, 0]
    late = rest(network, 0, drives)
    told = {
        "cell": known_cell(cell), "hours": times.tolist(), "cycles": late.cycles,
        "residual": late.residual, "amplitude": late.amplitude,
        "activities": {n: found[:, i].tolist() for i, n in enumerate(shown)},
    }  # fmt: skip
    if as_json:
        emit(told)
        return
    from evdisc.report.terminal import text_table

    marks = [0, 6, 12, 24]
    rows = [[n, *(f"{found[m, i]:.3f}" for m in marks)] for i, n in enumerate(shown)]
    print(text_table(["node", *(f"{times[m]:g} h" for m in marks)], rows))
    print(f"late amplitude {late.amplitude:.2g}: " + ("it cycles" if late.cycles else "at rest"))


def _drives(stimuli: list[str], network: Network) -> dict[int, float]:
    from evdisc.cell.blueprint import STIMULUS
    from evdisc.cell.blueprint import stimuli as known_stimuli
    from evdisc.cell.dose import drive, targets
    from evdisc.evidence.library import load
    from evdisc.evidence.names import find
    from evdisc.simulate.values import Values
    from evdisc.units import parse_quantity

    values = Values(load(), {"species": "human", "grade": "1"})
    out: dict[int, float] = {}
    for text in stimuli:
        name, _, dose = (part.strip() for part in text.partition("="))
        entry = find("stimulus", name)
        nodes = targets(entry.name if entry else name, network.nodes)
        if not nodes:
            known = known_stimuli(network.nodes)
            raise InputError(
                "the network has no such stimulus", key="--stimulus", value=name,
                nearest=nearest(name, known),
            )  # fmt: skip
        kind = entry.unit_kind if entry else "mass_concentration"
        level = parse_quantity(dose, kind, key="--stimulus") if dose else None
        for node in nodes:
            out[network.nodes.index(STIMULUS + node)] = drive(node, level, values.number)
    return out
