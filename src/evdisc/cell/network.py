"""From claims to a network: nodes, edges and one set of edge strengths per cell type.

Every node follows a normalised-Hill logic rule (after Wittmann 2009 and Terfve 2012): its
activators combine by OR with its basal activity, its inhibitors by AND NOT. A claim seen in
one cell type holds in another only with the probability ``claim_borrowed_share``. Where two
studies disagree about a sign, each member takes one side.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from evdisc.errors import EvidenceError, InputError, nearest
from evdisc.evidence.library import Library
from evdisc.evidence.weights import Arrow, arrows

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

#: molecules a vesicle can bring; their activity is set by delivery
CARGO_TYPES = ("miRNA", "circRNA", "lncRNA", "mRNA", "antagomir", "organelle")
#: sources that are not part of the recipient cell
OUTSIDE_TYPES = ("vesicle", "engineering", "material", "cell")
STIMULUS = "stimulus:"
#: value(key, subject, tag) -> one SI number; tag separates draws that share a row
Value = Callable[[str, str, str], float]
#: chance(tag) -> a uniform number that belongs to the tag
Chance = Callable[[str], float]


@dataclass(frozen=True)
class Network:
    """Nodes and edges as arrays; edges are sorted by target.

    Attributes:
        nodes: (n,) names; stimulus nodes carry the prefix ``stimulus:``.
        first: (n + 1,) edges of node i are ``first[i]:first[i + 1]``.
        source: (e,) index of the source node.
        sign: (e,) +1 or -1.
        hill, half: (e,) Hill exponent (1, 2, 3) and half activation.
        strength: (regions, e) strength in the cells of each region; 0 where it does not hold.
        basal, time_constant: (n,) activity without regulators; relaxation time, s.
        is_input: (n,) 1 for nodes set from outside (stimuli and cargo).
        gain, push: (n,) knock-down multiplies by gain, over-expression adds push by OR.
        claims: ids of the claims behind the edges that hold.
        arrows: identity of each edge.
    """

    nodes: tuple[str, ...]
    first: Ints
    source: Ints
    sign: Floats
    hill: Ints
    half: Floats
    strength: Floats
    basal: Floats
    time_constant: Floats
    is_input: Ints
    gain: Floats
    push: Floats
    claims: tuple[str, ...]
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


def cell_arrows(library: Library) -> list[Arrow]:
    """Arrows between things inside or around a recipient cell.

    A reported net effect of a cargo on a phenotype is a finding to compare with, never an arrow
    of the model: the effect must travel through the cargo's target.
    """
    return [
        a
        for a in arrows(library.claims)
        if a.source_type not in OUTSIDE_TYPES
        and a.target_type not in OUTSIDE_TYPES
        and not (a.source_type in CARGO_TYPES and a.target_type == "phenotype")
    ]


def node_name(name: str, kind: str) -> str:
    """Node for a name: a stimulus acts from outside and is kept apart from its gene."""
    return STIMULUS + name if kind == "stimulus" else name


def compile_network(
    library: Library,
    cell_types: Sequence[str],
    value: Value,
    chance: Chance,
    *,
    believe_all: bool = False,
) -> Network:
    """Compile the claims into a network for the given cell types.

    Args:
        library: claims and parameters.
        cell_types: recipient cell of each region column (NP, AF, EPC ...).
        value: draws of parameters; see :data:`Value`.
        chance: uniform draws for claim inclusion and disputed signs.
        believe_all: take every arrow as true (no publication-bias discount).

    Raises:
        EvidenceError: the claims hold no arrow.
    """
    every = cell_arrows(library)
    if not every:
        raise EvidenceError("the claims hold no arrow inside a cell")
    kinds = _node_kinds(every)
    nodes = tuple(sorted(kinds))
    order = {name: i for i, name in enumerate(nodes)}
    every.sort(key=lambda a: (order[a.target], a.identity))
    believed = _believed(every, library, value, chance, believe_all)
    strength = np.array(
        [
            [_strength(a, cell, value, chance, believe_all) * believed[a.identity] for a in every]
            for cell in cell_types
        ]
    )
    targets = np.array([order[a.target] for a in every])
    held = {
        c.claim for a, col in zip(every, strength.T, strict=True) if col.any() for c in a.claims
    }
    return Network(
        nodes=nodes,
        first=np.searchsorted(targets, np.arange(len(nodes) + 1)).astype(np.int64),
        source=np.array([order[node_name(a.source, a.source_type)] for a in every]),
        sign=np.array([float(a.sign) for a in every]),
        hill=np.array([_exponent(value("edge_hill", "", a.identity)) for a in every]),
        half=np.array([value("edge_half_activation", "", a.identity) for a in every]),
        strength=strength,
        basal=np.array([_node_value("node_basal", n, kinds[n], value) for n in nodes]),
        time_constant=np.array(
            [_node_value("node_time_constant", n, kinds[n], value) for n in nodes]
        ),
        is_input=np.array(
            [n.startswith(STIMULUS) or kinds[n] in CARGO_TYPES for n in nodes], dtype=np.int64
        ),
        gain=np.ones(len(nodes)),
        push=np.zeros(len(nodes)),
        claims=tuple(sorted(held)),
        arrows=tuple(a.identity for a in every),
    )


def _node_kinds(every: Sequence[Arrow]) -> dict[str, str]:
    kinds: dict[str, str] = {}
    for arrow in every:
        kinds.setdefault(node_name(arrow.source, arrow.source_type), arrow.source_type)
        kinds.setdefault(arrow.target, arrow.target_type)
    return kinds


def _believed(
    every: Sequence[Arrow], library: Library, value: Value, chance: Chance, believe_all: bool
) -> dict[str, float]:
    def belief(kind: str) -> float:
        return value("claim_probability", kind, "")

    weight = {
        a.identity: 1.0 if believe_all else a.probability(library.sources, belief) for a in every
    }
    held = {a.identity: float(chance("claim:" + a.identity) < weight[a.identity]) for a in every}
    for arrow in every:
        rival = Arrow(arrow.source, arrow.target, -arrow.sign, "", "", ()).identity
        if rival in weight and held[arrow.identity] and held[rival]:
            share = weight[arrow.identity] / (weight[arrow.identity] + weight[rival])
            # one draw decides for both sides, whichever is met first
            pair = "|".join(sorted((arrow.identity, rival)))
            first_wins = chance("sign:" + pair) < (share if arrow.identity < rival else 1.0 - share)
            held[rival if (arrow.identity < rival) == first_wins else arrow.identity] = 0.0
    return held


def _strength(arrow: Arrow, cell: str, value: Value, chance: Chance, believe_all: bool) -> float:
    seen = arrow.cells()
    if "" not in seen and cell not in seen and not believe_all:
        borrowed = value("claim_borrowed_share", "", "")
        if chance(f"borrow:{cell}:{arrow.identity}") >= borrowed:
            return 0.0
    return value("edge_strength", "", arrow.identity)


def _exponent(drawn: float) -> int:
    return int(min(max(round(drawn), 1), 3))


def _node_value(key: str, node: str, kind: str, value: Value) -> float:
    for subject in (node, kind, "default"):
        try:
            return value(key, subject, node)
        except EvidenceError:
            continue
    raise EvidenceError("no value for a node", key=key, value=node)
