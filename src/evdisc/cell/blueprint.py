"""Blueprint: what all members' networks share - nodes, arrows, and who tells of each arrow.

Arrows come from the claims and from the background: what textbooks and published networks hold
of every disc cell.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from evdisc.errors import EvidenceError
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
#: sources that are added to a dish or come with an injury
ADDED_TYPES = ("stimulus", "drug")
STIMULUS = "stimulus:"
#: classes of arrows whose strengths share a factor
CLASSES = ("brought", "gene", "signal", "phenotype")
CLASS_OF = {"gene": "gene", "process": "phenotype", "phenotype": "phenotype"}


Familiar = tuple[NDArray[np.bool_], NDArray[np.bool_], tuple[str, ...]]


@dataclass(frozen=True, eq=False)
class Blueprint:
    """Nodes and arrows of the evidence; arrows are sorted by target.

    Attributes:
        nodes, kinds: (n,) names (stimulus nodes carry the prefix ``stimulus:``) and types.
        arrows: (e,).
        first: (n + 1,) arrows into node i are ``first[i]:first[i + 1]``.
        source, target: (e,) nodes of each arrow.
        sign: (e,) +1 or -1.
        stories: (e,) of (story, kind of support) pairs; see :meth:`Arrow.stories`.
        rivals: pairs of arrows that differ in sign alone.
        looped: (e,) True for an arrow on a feedback loop.
        brought: (n,) True where nothing in the cell makes the node: stimuli, delivered molecules.
        familiar: cell type -> (arrows,) whether each was seen in it or in any, whether in one of
            its family, and the tag of the draw that lends it; kept once asked.
    """

    nodes: tuple[str, ...]
    kinds: tuple[str, ...]
    arrows: tuple[Arrow, ...]
    first: Ints
    source: Ints
    target: Ints
    sign: Floats
    stories: tuple[tuple[tuple[str, str], ...], ...]
    rivals: tuple[tuple[int, int], ...]
    looped: NDArray[np.bool_]
    brought: NDArray[np.bool_]
    familiar: dict[str, Familiar] = field(default_factory=dict)

    @cached_property
    def told(self) -> tuple[str, ...]:
        """Stories behind the arrows."""
        return tuple(sorted({story for stories in self.stories for story, _ in stories}))

    @cached_property
    def story_tags(self) -> tuple[str, ...]:
        """Tag of the draw each story stands or falls by."""
        return tuple("story:" + story for story in self.told)

    @cached_property
    def supports(self) -> tuple[str, ...]:
        """Kinds of support the stories give."""
        return tuple(sorted({kind for stories in self.stories for _, kind in stories}))

    @cached_property
    def telling(self) -> tuple[Ints, Ints, Ints]:
        """Arrow, story and kind of support of everything told, by index."""
        rows = [
            (i, self.told.index(story), self.supports.index(kind))
            for i, stories in enumerate(self.stories) for story, kind in stories
        ]  # fmt: skip
        arrow, story, kind = np.array(rows).T
        return arrow, story, kind

    @cached_property
    def edge_class(self) -> Ints:
        """(e,) index into :data:`CLASSES` of each arrow."""
        return np.array([
            0 if self.brought[s] else CLASSES.index(CLASS_OF.get(self.kinds[t], "signal"))
            for s, t in zip(self.source, self.target, strict=True)
        ])  # fmt: skip

    @cached_property
    def source_kinds(self) -> tuple[tuple[str, str], ...]:
        """Type of each arrow's source, and the subject that stands for any type."""
        return tuple((self.kinds[i], "") for i in self.source)

    @cached_property
    def node_kinds(self) -> tuple[tuple[str, str, str], ...]:
        """Each node, its type, and the subject that stands for any."""
        return tuple((n, k, "default") for n, k in zip(self.nodes, self.kinds, strict=True))

    @cached_property
    def identities(self) -> tuple[str, ...]:
        """Name of each arrow, its source as the node is named."""
        return tuple(name_of(a) for a in self.arrows)

    @cached_property
    def cells(self) -> tuple[set[str], ...]:
        """Cell types in which each arrow was seen; an empty string where none is named."""
        return tuple(a.cells() for a in self.arrows)


_KNOWN: WeakKeyDictionary[Library, Blueprint] = WeakKeyDictionary()


def blueprint(library: Library) -> Blueprint:
    """Blueprint of a library's claims and background; kept while the library lives.

    Raises:
        EvidenceError: the claims hold no arrow.
    """
    if library not in _KNOWN:
        _KNOWN[library] = draw_up(library)
    return _KNOWN[library]


def draw_up(library: Library) -> Blueprint:
    """Build the blueprint of a library."""
    every = cell_arrows(library)
    if not every:
        raise EvidenceError("the claims hold no arrow inside a cell")
    kinds: dict[str, str] = {}
    for arrow in every:
        kinds.setdefault(node_name(arrow.source, arrow.source_type), arrow.source_type)
        kinds.setdefault(arrow.target, arrow.target_type)
    nodes = tuple(sorted(kinds))
    order = {name: i for i, name in enumerate(nodes)}
    every.sort(key=lambda a: (order[a.target], name_of(a)))
    target = np.array([order[a.target] for a in every])
    place = {name_of(a): i for i, a in enumerate(every)}
    rival = {i: place.get(name_of(replace(a, sign=-a.sign))) for i, a in enumerate(every)}
    source = np.array([order[node_name(a.source, a.source_type)] for a in every])
    made = set(target.tolist())
    return Blueprint(
        nodes=nodes,
        kinds=tuple(kinds[n] for n in nodes),
        arrows=tuple(every),
        first=np.searchsorted(target, np.arange(len(nodes) + 1)).astype(np.int64),
        source=source,
        target=target,
        sign=np.array([float(a.sign) for a in every]),
        stories=tuple(tuple(a.stories(library.sources).items()) for a in every),
        rivals=tuple((i, j) for i, j in rival.items() if j is not None and i < j),
        looped=on_a_loop(source, target, len(nodes)),
        brought=np.array([
            n.startswith(STIMULUS) or (kinds[n] in CARGO_TYPES and i not in made)
            for i, n in enumerate(nodes)
        ]),
    )  # fmt: skip


def on_a_loop(source: Ints, target: Ints, nodes: int) -> NDArray[np.bool_]:
    """(e,) True where both ends of an arrow can reach one another."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    graph = coo_array((np.ones(len(source)), (source, target)), shape=(nodes, nodes))
    _, group = connected_components(graph, directed=True, connection="strong")
    return np.asarray(group[source] == group[target])


def cell_arrows(library: Library) -> list[Arrow]:
    """Arrows between things inside or around a recipient cell.

    A reported net effect is a finding to compare with, never an arrow of the model: the effect
    of a cargo must travel through its target.
    """
    told = [c for c in library.claims if c.step != "end" and seen_in_a_recipient(c)]
    every = [*told, *library.background]
    outer = [c for c in every if c.source_type in ADDED_TYPES]
    inner = [c for c in every if c.source_type not in ADDED_TYPES]
    return [a for a in (*arrows(outer), *arrows(inner)) if inside(a)]


def name_of(arrow: Arrow) -> str:
    """Name of an arrow in a network: that of a gene and of its protein added to a dish differ."""
    mark = "->" if arrow.sign > 0 else "-|"
    return f"{node_name(arrow.source, arrow.source_type)} {mark} {arrow.target}"


def inside(arrow: Arrow) -> bool:
    """Whether an arrow runs within a recipient cell, through a target where a cargo is brought."""
    if arrow.source_type in OUTSIDE_TYPES or arrow.target_type in OUTSIDE_TYPES:
        return False
    return not (arrow.source_type in CARGO_TYPES and arrow.target_type == "phenotype")


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
    return STIMULUS + name if kind in ADDED_TYPES else name


@lru_cache(maxsize=64)
def stimuli(nodes: tuple[str, ...]) -> list[str]:
    """Stimuli among nodes."""
    return [n.removeprefix(STIMULUS) for n in nodes if n.startswith(STIMULUS)]
