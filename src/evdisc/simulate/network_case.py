"""One cell's network with what acts on it, as `evdisc network` simulates and exports it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from evdisc.cell.assay import assay
from evdisc.cell.blueprint import STIMULUS, blueprint, name_of
from evdisc.cell.blueprint import stimuli as known_stimuli
from evdisc.cell.cargo_effect import acting_pairs
from evdisc.cell.dose import drive, targets
from evdisc.cell.exchange_export import Cargo, Told
from evdisc.cell.full_ode import full_ode, strength
from evdisc.cell.network import Network
from evdisc.errors import InputError, nearest
from evdisc.evidence.library import Library
from evdisc.evidence.names import find
from evdisc.simulate.draws import MemberDraws
from evdisc.simulate.member import Member
from evdisc.simulate.values import Median, Quantile, Values
from evdisc.units import parse_quantity
from evdisc.vesicle.product import bare_cargo

CONTEXT = {"species": "human", "grade": "1"}
REGISTRY = "https://identifiers.org/"
#: copies a cell, when a cargo is named without an amount: saturating
SATURATING = 1000.0
#: largest macro step of a dish, s
MACRO_STEP = 7200.0


@dataclass(frozen=True)
class NetworkCase:
    """A network of one cell type, held drives, and cargo brought at time 0."""

    network: Network
    drive: Mapping[int, float]
    cargoes: tuple[Cargo, ...]


def network_case(
    library: Library, cell: str, stimuli: Sequence[str] = (), cargo: Sequence[str] = (),
    member: tuple[int, int] | None = None,
) -> NetworkCase:  # fmt: skip
    """Network of a cell under stimuli ``NAME=DOSE`` and cargo ``NAME=COPIES``.

    Args:
        library: the evidence.
        cell: recipient cell.
        stimuli: held from time 0; without a dose the stimulus is full.
        cargo: copies a cell at time 0, 1,000 where none are stated.
        member: (seed, number) of an ensemble member; every arrow at its median if left out.

    Raises:
        InputError: the network has no such stimulus or cargo, or a number cannot be read.
    """
    quantile: Quantile = MemberDraws(*member) if member else Median()
    values = Values(library, CONTEXT, quantile)
    network = Member(values, (cell,)).network(member is None)
    return NetworkCase(network, _drives(stimuli, network, values), _cargoes(cargo, network, values))


def as_a_run(case: NetworkCase, times: Sequence[float]) -> float:
    """Largest difference at ``times`` (s) of the way a run integrates to the full equations.

    A run holds the cargo over a macro step, at most two hours in a dish, and advances signalling by
    an exponential integrator with a tolerance.
    """
    exact = full_ode(case.network, 0, case.drive, case.cargoes, times)
    state, now, worst = case.network.healthy[:, None].copy(), 0.0, 0.0
    for row, time in zip(exact, times, strict=True):
        while now < time - 1e-6:
            step = min(MACRO_STEP, time - now)
            drive = dict(case.drive)
            for cargo in case.cargoes:
                brought = 1.0 - strength(cargo, now + 0.5 * step)
                drive[cargo.node] = 1.0 - (1.0 - drive.get(cargo.node, 0.0)) * brought
            state = assay(case.network, 0, [drive], [step], start=state)[0]
            now += step
        worst = max(worst, float(np.abs(state[:, 0] - row).max()))
    return worst


def _drives(stimuli: Sequence[str], network: Network, values: Values) -> dict[int, float]:
    out: dict[int, float] = {}
    for text in stimuli:
        name, _, dose = (part.strip() for part in text.partition("="))
        entry = find("stimulus", name)
        nodes = targets(entry.name if entry else name, network.nodes)
        if not nodes:
            raise InputError(
                "the network has no such stimulus", key="--stimulus", value=name,
                nearest=nearest(name, known_stimuli(network.nodes)),
            )  # fmt: skip
        unit = entry.unit_kind if entry else "mass_concentration"
        level = parse_quantity(dose, unit, key="--stimulus") if dose else None
        for node in nodes:
            out[network.nodes.index(STIMULUS + node)] = drive(node, level, values.number)
    return out


def _cargoes(texts: Sequence[str], network: Network, values: Values) -> tuple[Cargo, ...]:
    out = []
    for text in texts:
        name, _, amount = (part.strip() for part in text.partition("="))
        what = bare_cargo([name], values.library, "--cargo").kinds[0]
        copies = parse_quantity(amount, "copies_per_cell", key="--cargo") if amount else SATURATING
        pairs = acting_pairs([name], network)
        if not pairs:
            raise InputError("no arrow leads from this cargo", key="--cargo", value=name)
        out += [
            Cargo(
                name, node, copies, values.molecular("endogenous_copies", name, what),
                values.number("half_effect_copies"),
                values.molecular("cargo_half_life", name, what),
            )
            for _, node in pairs
        ]  # fmt: skip
    return tuple(out)


def told(library: Library) -> Told:
    """Who tells of each arrow, and the registry entries of each node."""
    claims, papers = {}, {}
    for arrow in blueprint(library).arrows:
        claims[name_of(arrow)] = sorted({c.claim for c in arrow.claims})
        dois = {library.sources[c.study]["doi"] for c in arrow.claims}
        papers[name_of(arrow)] = sorted("https://doi.org/" + d for d in dois if d)
    identifiers = {}
    for node in blueprint(library).nodes:
        entity = library.entities.get(node.removeprefix(STIMULUS))
        if entity:
            identifiers[node] = [
                REGISTRY + (i if ":" in i else f"mirbase:{i}")
                for i in (*entity.identifiers, *entity.human.values())
            ]
    return Told(claims, papers, identifiers)
