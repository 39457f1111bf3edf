"""From claims to a network: nodes, edges and one set of edge strengths per cell type.

Every node follows a normalised-Hill logic rule (after Wittmann 2009 and Terfve 2012): its
activators combine by OR with its basal activity, its inhibitors by AND NOT. A claim seen in
one cell type holds in another of the same family only with the probability
``claim_borrowed_share``. Where studies disagree about a sign, the one that looked at this cell
type wins; where both did, each member takes one side.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from evdisc.errors import EvidenceError, InputError, nearest
from evdisc.evidence.claims import Claim
from evdisc.evidence.library import Library
from evdisc.evidence.names import names
from evdisc.evidence.weights import Arrow, arrows

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

#: molecules a vesicle can bring that act on a target, never on a phenotype at once
CARGO_TYPES = ("miRNA", "circRNA", "lncRNA", "mRNA", "antagomir", "organelle")
#: sources that are not part of the recipient cell
OUTSIDE_TYPES = ("vesicle", "engineering", "material", "cell")
STIMULUS = "stimulus:"
#: cell types that may lend arrows to one another; any other type keeps to itself
FAMILIES = (("NP", "AF", "EPC", "NPSC", "NP-MSC", "notochordal"),)
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
        basal, time_constant: (n,) activity without regulators; relaxation time, s. Stimuli and
            molecules that nothing in the cell regulates have none: they are brought.
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

    A reported net effect is a finding to compare with, never an arrow of the model: the effect
    of a cargo must travel through its target.
    """
    return [
        a
        for a in arrows(c for c in library.claims if c.step != "end" and seen_in_a_recipient(c))
        if a.source_type not in OUTSIDE_TYPES
        and a.target_type not in OUTSIDE_TYPES
        and not (a.source_type in CARGO_TYPES and a.target_type == "phenotype")
    ]


def seen_in_a_recipient(claim: Claim) -> bool:
    """Whether a claim is about recipient cells: one is named, or a dish of unnamed disc cells.

    What happens in a parent cell, a tissue or a patient is no arrow of a recipient cell.
    """
    cells = {name.strip() for name in claim.cell.split(";") if name.strip()}
    if cells:
        return bool(cells & set(names("recipient_cell")))
    return "in vitro" in claim.setting


def node_name(name: str, kind: str) -> str:
    """Node for a name: a stimulus or drug acts from outside and is kept apart from its gene."""
    return STIMULUS + name if kind in ("stimulus", "drug") else name


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
    for cell, row in zip(cell_types, strength, strict=True):
        _settle_signs(every, cell, row, library, value, chance)
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
        basal=np.array([_basal(n, kinds[n], every, value) for n in nodes]),
        time_constant=np.array(
            [_node_value("node_time_constant", n, kinds[n], value) for n in nodes]
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
    belief = _belief(value)
    return {
        a.identity: float(believe_all or a.holds(library.sources, belief, chance)) for a in every
    }


def _belief(value: Value) -> Callable[[str], float]:
    return lambda kind: value("claim_probability", kind, "")


def _settle_signs(
    every: Sequence[Arrow], cell: str, strength: Floats, library: Library, value: Value,
    chance: Chance,
) -> None:  # fmt: skip
    """Leave one of two opposite arrows in a cell type (``strength`` is changed)."""
    place = {a.identity: i for i, a in enumerate(every)}
    for one in every:
        rival = Arrow(one.source, one.target, -one.sign, "", "", ()).identity
        # every pair is met twice; the one that sorts first speaks for both
        if rival not in place or one.identity > rival:
            continue
        i, j = place[one.identity], place[rival]
        if not (strength[i] and strength[j]):
            continue
        seen = [cell in every[k].cells() for k in (i, j)]
        if seen[0] == seen[1]:
            belief = _belief(value)
            mine, other = (every[k].probability(library.sources, belief) for k in (i, j))
            share = mine / (mine + other)
            first_wins = chance(f"sign:{one.identity}|{rival}") < share
        else:
            first_wins = seen[0]
        strength[j if first_wins else i] = 0.0


def _strength(arrow: Arrow, cell: str, value: Value, chance: Chance, believe_all: bool) -> float:
    seen = arrow.cells()
    if "" not in seen and cell not in seen:
        if not any(related(cell, other) for other in seen):
            return 0.0
        borrowed = value("claim_borrowed_share", "", "")
        if not believe_all and chance(f"borrow:{cell}:{arrow.identity}") >= borrowed:
            return 0.0
    return value("edge_strength", "", arrow.identity)


def related(cell: str, other: str) -> bool:
    """Whether two cell types belong to one family."""
    return any(cell in family and other in family for family in FAMILIES)


def _exponent(drawn: float) -> int:
    return int(min(max(round(drawn), 1), 3))


def _basal(node: str, kind: str, every: Sequence[Arrow], value: Value) -> float:
    regulated = any(a.target == node for a in every)
    if node.startswith(STIMULUS) or (kind in CARGO_TYPES and not regulated):
        return 0.0
    return _node_value("node_basal", node, kind, value)


def _node_value(key: str, node: str, kind: str, value: Value) -> float:
    for subject in (node, kind, "default"):
        try:
            return value(key, subject, node)
        except EvidenceError:
            continue
    raise EvidenceError("no value for a node", key=key, value=node)
