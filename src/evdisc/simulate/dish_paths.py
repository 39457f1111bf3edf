"""Why a read-out of a dish moved in one member: signalling alone, then the paths to it."""

from __future__ import annotations

from evdisc.cell.assay import assay
from evdisc.cell.blueprint import STIMULUS, blueprint, name_of
from evdisc.cell.cargo_effect import acting_pairs
from evdisc.cell.dose import drive, targets
from evdisc.cell.network import Network
from evdisc.cell.why import paths
from evdisc.evidence.library import Library
from evdisc.protocol.specs import DishStudy
from evdisc.simulate import dish
from evdisc.simulate.member import Member
from evdisc.simulate.move import Move


def studies_of_arrows(library: Library) -> dict[str, list[str]]:
    """Name of each arrow -> studies that tell of it."""
    return {name_of(a): sorted({c.study for c in a.claims}) for a in blueprint(library).arrows}


def moved(study: DishStudy, member: Member, readout: str) -> Move:
    """How a node moved in the first cell type.

    The medium is held and no cell dies.

    Raises:
        InputError: the network has no such node.
    """
    whole = member.network(False)
    network = dish.altered(whole, study.stimuli, member.values.number("knock_down_left"))
    place = network.index(readout)
    genes = [s.name.partition(":")[2] for s in study.stimuli if ":" in s.name]
    after = assay(network, 0, [brought(study, member, network)], [study.duration])[0, :, 0]
    held = frozenset(network.index(g) for g in genes)
    found = paths(network, 0, whole.healthy, after, readout, held)
    return Move(float(after[place] - whole.healthy[place]), found)


def brought(study: DishStudy, member: Member, network: Network) -> dict[int, float]:
    """Node -> drive by the stimuli and the bare cargo of a dish."""
    out: dict[int, float] = {}
    for stimulus in study.stimuli:
        if ":" not in stimulus.name:
            for node in targets(stimulus.name, network.nodes):
                level = drive(node, dish.dose_si(stimulus), member.values.number)
                out[network.nodes.index(STIMULUS + node)] = level
    cargo = study.therapy.cargo if study.therapy else ()
    half = member.values.number("half_effect_copies")
    product = dish.product_of(study, member) if cargo else None
    for c, place in acting_pairs([one.molecule for one in cargo], network):
        kind = product.kinds[c] if product else ""
        own = member.values.molecular("endogenous_copies", cargo[c].molecule, kind)
        copies = cargo[c].copies_per_cell
        out[place] = copies / (copies + own + half)
    return out
