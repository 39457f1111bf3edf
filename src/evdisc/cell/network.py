"""One member's network: which arrows hold, how strong they are, and a healthy state that rests.

Every node follows its regulators through normalised Hill functions (Wittmann 2009,
doi:10.1186/1752-0509-3-98), which add up in the log-odds of its activity: a node with twenty
regulators still moves when one of them does, where products of gates (OR, AND NOT) leave such a
node at its ceiling or floor. The equations stand with :mod:`evdisc.cell.signalling`.

    W = held D C
    P(held) = P(a study that tells it is right) in the cell type it was seen in
    P(held) = that times claim_borrowed_share in others of the family, 0 elsewhere
    P(one sign of two) = w / (w + w'),  w = 1 - product over its stories of (1 - p)

W is the strength of an arrow in log-odds, D its own draw and C that of its class, p what is
believed of a story by its kind of support. A story is right or wrong in all its arrows at once.
Where studies disagree about a sign, the one that looked at this cell type wins; where both did, or
neither, each member takes one side. These rules are our choice.

The healthy activity of each node is drawn, and its offset follows from it, so the undisturbed
cell is at rest whatever arrows a member holds; see :mod:`evdisc.cell.homeostasis`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from evdisc.cell.blueprint import CLASSES, Blueprint, Familiar, blueprint
from evdisc.cell.homeostasis import calm
from evdisc.errors import InputError, nearest
from evdisc.evidence.library import Library

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

#: cell types that may lend arrows to one another; any other type keeps to itself
EACH_CLASS = tuple((name,) for name in CLASSES)
FAMILIES = (("NP", "AF", "EPC", "NPSC", "NP-MSC", "notochordal"),)


class Draws(Protocol):
    """One member's numbers."""

    def numbers(self, key: str, subjects: Sequence[tuple[str, ...]], tags: Sequence[str]) -> Floats:
        """SI values of a parameter, one a tag; the first subject that has a row counts."""
        ...

    def chances(self, tags: Sequence[str]) -> Floats:
        """Uniform numbers that belong to the tags."""
        ...


@dataclass(frozen=True)
class Network:
    """Nodes and edges as arrays; edges are sorted by target.

    Attributes:
        nodes: (n,) names; stimulus nodes carry the prefix ``stimulus:``.
        first: (n + 1,) edges of node i are ``first[i]:first[i + 1]``.
        source: (e,) index of the source node.
        sign: (e,) +1 or -1.
        hill, half: (e,) Hill exponent (1, 2, 3) and half activation.
        strength: (regions, e) largest change of the target's log-odds, in the cells of each
            region; 0 where the edge does not hold.
        offset: (regions, n) log-odds without regulators.
        healthy: (n,) activity in the undisturbed cell. Stimuli and molecules that nothing in the
            cell regulates have none: they are brought.
        time_constant: (n,) relaxation time, s.
        gain, push: (n,) knock-down multiplies by gain, over-expression adds push by OR.
        arrows: identity of each edge.
    """

    nodes: tuple[str, ...]
    first: Ints
    source: Ints
    sign: Floats
    hill: Ints
    half: Floats
    strength: Floats
    offset: Floats
    healthy: Floats
    time_constant: Floats
    gain: Floats
    push: Floats
    arrows: tuple[str, ...]

    def index(self, name: str) -> int:
        """Index of a node.

        Raises:
            InputError: the network lacks the name; offers the nearest.
        """
        if name in self.nodes:
            return self.nodes.index(name)
        raise InputError(
            "the network has no such node", value=name, nearest=nearest(name, self.nodes)
        )

    def knocked_down(self, name: str, left: float) -> Network:
        """Copy in which node ``name`` keeps the share ``left`` of its activity."""
        gain = self.gain.copy()
        gain[self.index(name)] = left
        return replace(self, gain=gain)

    def over_expressed(self, name: str) -> Network:
        """Copy in which node ``name`` is driven fully."""
        push = self.push.copy()
        push[self.index(name)] = 1.0
        return replace(self, push=push)


def compile_network(
    library: Library, cell_types: Sequence[str], draws: Draws, *, believe_all: bool = False,
    left_out: NDArray[np.bool_] | None = None,
) -> Network:  # fmt: skip
    """Compile claims and background into one member's network for the given cell types.

    Args:
        library: claims, background and parameters.
        cell_types: recipient cell of each region column (NP, AF, EPC ...).
        draws: the member's numbers.
        believe_all: take every arrow as true (no publication-bias discount).
        left_out: (arrows,) True where an arrow of the blueprint is deleted.

    Raises:
        EvidenceError: the claims hold no arrow.
    """
    plan = blueprint(library)
    edges = plan.identities
    held = held_arrows(plan, cell_types, draws, believe_all)
    if left_out is not None:
        held[:, left_out] = 0.0
    strength = held * draws.numbers("edge_strength", plan.source_kinds, edges)
    factor = draws.numbers("edge_class_strength", EACH_CLASS, ("",) * len(CLASSES))
    strength *= factor[plan.edge_class]
    hill = np.clip(np.rint(draws.numbers("edge_hill", (("",),) * len(edges), edges)), 1, 3)
    half = draws.numbers("edge_half_activation", (("",),) * len(edges), edges)
    healthy = draws.numbers("node_healthy", plan.node_kinds, plan.nodes) * ~plan.brought
    offset = np.empty((len(cell_types), len(plan.nodes)))
    structure = (plan.first, plan.source, plan.sign, hill.astype(np.int64), half)
    for row, own in zip(strength, offset, strict=True):
        calm(*structure, row, healthy, plan.looped, own)
    return Network(
        nodes=plan.nodes,
        first=plan.first,
        source=plan.source,
        sign=plan.sign,
        hill=structure[3],
        half=half,
        strength=strength,
        offset=offset,
        healthy=healthy,
        time_constant=draws.numbers("node_time_constant", plan.node_kinds, plan.nodes),
        gain=np.ones(len(plan.nodes)),
        push=np.zeros(len(plan.nodes)),
        arrows=edges,
    )  # fmt: skip


def held_arrows(
    plan: Blueprint, cell_types: Sequence[str], draws: Draws, believe_all: bool
) -> Floats:
    """(cell types, arrows) 1 where an arrow holds in this member and cell type, else 0."""
    kinds = plan.supports
    drawn = draws.numbers("claim_probability", tuple((k,) for k in kinds), ("",) * len(kinds))
    believed = np.full(len(plan.arrows), float(believe_all))
    if not believe_all:
        arrow, story, kind = plan.telling
        chance = draws.chances(plan.story_tags)
        believed[arrow[chance[story] < drawn[kind]]] = 1.0
    belief = dict(zip(kinds, drawn, strict=True))
    held = np.array([_reach(plan, cell, draws, believe_all) * believed for cell in cell_types])
    for cell, row in zip(cell_types, held, strict=True):
        _settle_signs(plan, cell, row, belief, draws)
    return held


def _reach(plan: Blueprint, cell: str, draws: Draws, believe_all: bool) -> Floats:
    """1 where an arrow was seen in this cell type, or is lent to it."""
    share = 1.0 if believe_all else float(draws.numbers("claim_borrowed_share", (("",),), ("",))[0])
    own, related_to, tags = _familiar(plan, cell)
    lent = draws.chances(tags) < share
    found: Floats = np.where(own, 1.0, related_to * lent)
    return found


def _familiar(plan: Blueprint, cell: str) -> Familiar:
    """What a cell type knows of each arrow; see :class:`Blueprint`."""
    if cell not in plan.familiar:
        own = np.array([bool(seen & {"", cell}) for seen in plan.cells])
        near = np.array([any(related(cell, other) for other in seen) for seen in plan.cells])
        plan.familiar[cell] = own, near, tuple(f"borrow:{cell}:{n}" for n in plan.identities)
    return plan.familiar[cell]


def _settle_signs(
    plan: Blueprint, cell: str, held: Floats, belief: dict[str, float], draws: Draws
) -> None:
    """Leave one of two opposite arrows in a cell type (``held`` is changed)."""
    for i, j in plan.rivals:
        if not (held[i] and held[j]):
            continue
        seen = [cell in plan.cells[k] for k in (i, j)]
        if seen[0] == seen[1]:
            mine, other = (_weight(plan.stories[k], belief) for k in (i, j))
            tag = f"sign:{plan.identities[i]}|{plan.identities[j]}"
            first_wins = draws.chances([tag])[0] < mine / (mine + other)
        else:
            first_wins = seen[0]
        held[j if first_wins else i] = 0.0


def _weight(stories: Sequence[tuple[str, str]], belief: dict[str, float]) -> float:
    wrong = 1.0
    for _, kind in stories:
        wrong *= 1.0 - belief[kind]
    return 1.0 - wrong


def related(cell: str, other: str) -> bool:
    """Whether two cell types belong to one family."""
    return any(cell in family and other in family for family in FAMILIES)
