"""The published cell experiments as one panel: every condition once, run side by side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from evdisc.cell.assay import assay
from evdisc.cell.blueprint import STIMULUS, blueprint
from evdisc.cell.dose import drive
from evdisc.cell.network import Network, compile_network
from evdisc.cell.scramble import scramble
from evdisc.evidence.experiments import Experiment, experiments
from evdisc.evidence.library import Library
from evdisc.evidence.posterior import SEED
from evdisc.simulate.draws import MemberDraws
from evdisc.simulate.values import Values
from evdisc.units import parse_quantity

Floats = NDArray[np.float64]
Stimuli = tuple[tuple[str, str], ...]
#: drive of a stimulus whose dose is not stated
UNSTATED = 0.9
#: activity below which a change is not read
FLOOR = 1e-3
CONTEXT = {"species": "human", "grade": "1"}


@dataclass(frozen=True)
class Panel:
    """Conditions of all experiments, by cell type.

    Attributes:
        rows: the experiments.
        cells: cell types, the columns of the network.
        conditions: cell type -> stimuli of each condition.
        hours: when to read.
        places: (rows, 3) condition without and with the treatment, and number of the hour.
    """

    rows: tuple[Experiment, ...]
    cells: tuple[str, ...]
    conditions: Mapping[str, tuple[Stimuli, ...]]
    hours: tuple[float, ...]
    places: NDArray[np.int64]


def panel(rows: Sequence[Experiment] | None = None) -> Panel:
    """Panel of the shipped experiments, or of some of them."""
    rows = tuple(experiments() if rows is None else rows)
    cells = tuple(sorted({r.cell for r in rows}))
    hours = tuple(sorted({r.hours for r in rows}))
    kept: dict[str, dict[Stimuli, int]] = {c: {} for c in cells}

    def place(cell: str, stimuli: Stimuli) -> int:
        return kept[cell].setdefault(stimuli, len(kept[cell]))

    places = [
        (place(r.cell, r.background), place(r.cell, r.background + r.treatment),
         hours.index(r.hours))
        for r in rows
    ]  # fmt: skip
    return Panel(rows, cells, {c: tuple(kept[c]) for c in cells}, hours, np.array(places))


def log_folds(
    panel: Panel, library: Library, member: int, left_out: Sequence[str] = (), scrambled: str = ""
) -> Floats:
    """Log change of every read-out by its treatment in one member; (rows,).

    ``left_out`` are studies whose own arrows are deleted: those nobody else tells of.
    ``scrambled`` is ``signs`` or ``rewired``; see :func:`evdisc.cell.scramble.scramble`.
    """
    values = Values(library, CONTEXT, MemberDraws(SEED, member))
    alone = resting_on(library, left_out) if left_out else None
    network = compile_network(library, panel.cells, values, left_out=alone)
    if scrambled:
        network = scramble(network, scrambled, member)
    out = np.full(len(panel.rows), np.nan)
    for column, cell in enumerate(panel.cells):
        drives = [drives_of(s, network, values) for s in panel.conditions[cell]]
        seen = assay(network, column, drives, [3600.0 * h for h in panel.hours])
        for i, row in enumerate(panel.rows):
            if row.cell == cell:
                control, treated, hour = panel.places[i]
                nodes = [network.nodes.index(n) for n in row.readout]
                before, after = seen[hour, nodes, control], seen[hour, nodes, treated]
                out[i] = np.log((after + FLOOR) / (before + FLOOR)).mean()
    return out


def resting_on(library: Library, studies: Sequence[str]) -> NDArray[np.bool_]:
    """(arrows,) True where all claims of an arrow come from ``studies``."""
    told = set(studies)
    return np.array([all(c.study in told for c in a.claims) for a in blueprint(library).arrows])


def drives_of(stimuli: Stimuli, network: Network, values: Values) -> dict[int, float]:
    """Node -> drive of the stimuli of a condition."""
    out: dict[int, float] = {}
    for name, dose in stimuli:
        kind, _, gene = name.partition(":")
        if gene:
            out[network.index(gene)] = 1.0 if kind == "over-expression" else 0.0
        elif dose and dose.replace(".", "", 1).isdigit():
            out[network.index(STIMULUS + name)] = float(dose)
        elif dose:
            level = parse_quantity(dose, "mass_concentration")
            out[network.index(STIMULUS + name)] = drive(name, level, values.number)
        else:
            out[network.index(STIMULUS + name)] = UNSTATED
    return out
