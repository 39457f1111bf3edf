"""Why a node of a disc's cells moved in one member: the therapy against its control."""

from __future__ import annotations

import numpy as np

from evdisc.cell.network import Network
from evdisc.cell.why import paths
from evdisc.errors import InputError
from evdisc.mechanism.contract import REGIONS
from evdisc.protocol.specs import DiscStudy
from evdisc.simulate import disc
from evdisc.simulate.member import Member
from evdisc.simulate.move import Move
from evdisc.simulate.run import Run

DAY = 86400.0


def moved(study: DiscStudy, member: Member, node: str, region: str) -> Move:
    """How the therapy moved a node, by copies; without a therapy, how the insult did.

    Activities are means over the cells of a region. Paths are traced at the time when the two arms
    are furthest apart, between the states both have then.

    Raises:
        InputError: the network has no such node, or the disc no such region. RunError: a run fails.
    """
    if region not in REGIONS:
        raise InputError("no such region", key="region", value=region,
                         expected=" | ".join(REGIONS))  # fmt: skip
    network = member.network(False)
    place, column = network.index(node), REGIONS.index(region)
    first, *others = disc.arms(study)
    run = disc.run_arm(study, member, first, "stoichiometric")
    after = activities(run, network, region)
    if others:
        control = disc.run_arm(study, member, others[0], "stoichiometric")
        before = activities(control, network, region)
    else:
        before = np.broadcast_to(network.healthy, after.shape)
    gap = after[:, place] - before[:, place]
    when = int(np.abs(gap).argmax())
    found = paths(network, column, before[when], after[when], node)
    return Move(float(gap[when]), found, float(run.times[when]) / DAY)


def activities(run: Run, network: Network, region: str) -> np.ndarray[tuple[int, int]]:
    """(times, nodes) mean activity over the cells of a region."""
    return np.stack([run.series[f"activity:{n}|{region}"] for n in network.nodes], axis=1)
