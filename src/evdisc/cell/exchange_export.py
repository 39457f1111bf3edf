"""Export of a signalling network: SBML with rate rules, SBML-qual, GraphML, signed edge list.

The SBML model states the equations of :mod:`evdisc.cell.signalling` with time in hours, and above
them the cargo of :mod:`evdisc.cell.cargo_effect`. Edges that do not hold in the cell type that is
exported are left out everywhere.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from xml.etree import ElementTree
from xml.sax.saxutils import escape

import numpy as np
from numpy.typing import NDArray

from evdisc.cell.network import Network
from evdisc.errors import InputError, MissingExtraError, RunError

Floats = NDArray[np.float64]

HOUR = 3600.0
#: relation of an edge in a signed edge list
RELATION = {1: "activates", -1: "inhibits"}
#: a literal one with its unit, so that units can be checked
ONE = "1 dimensionless"
HILL = f"lambda(x, n, k, x^n * ({ONE} + k^n) / (x^n + k^n))"
GRAPHML = "http://graphml.graphdrawing.org/xmlns"
EDGE_FIELDS = (("sign", "int"), ("strength", "double"), ("hill", "int"), ("half", "double"))
#: what every SBML model says of itself
ABOUT = (
    "Signalling of one disc cell: each node relaxes with its time constant to the logistic "
    "function of its offset plus the sum of sign x strength x normalised Hill function over its "
    "arrows; what is brought from outside acts beside it by OR.",
    "Normalised Hill functions after Wittmann et al. 2009, doi:10.1186/1752-0509-3-98. Time is in "
    "hours.",
    "Cargo: delivered copies decay with their half-life; strength = copies / (copies + own copies "
    "+ copies at half effect).",
    "Left out: fates of the cells (layer c), tissue, feedback through the milieu, secretion. "
    "Drives are constant.",
)
ABOUT_BOOLEAN = (
    "Boolean reading of a network of rates: a node is on if an activator is on, or it has none "
    "and is at least half active without regulators, and no inhibitor is on.",
    "Lost: strengths, half activations, time constants. The initial level says whether the node "
    "is at least half active in the healthy cell. Stimuli and delivered molecules are inputs.",
)


@dataclass(frozen=True)
class Cargo:
    """Cargo in the cell: copies that decay first order and drive one node.

    Attributes:
        name: molecule.
        node: index of the node it acts on.
        copies: delivered copies a cell at time 0.
        own: the cell's own copies.
        half_effect: copies at half effect.
        half_life: s.
    """

    name: str
    node: int
    copies: float
    own: float
    half_effect: float
    half_life: float

    def __post_init__(self) -> None:
        for key, least in (("copies", 0.0), ("own", 0.0), ("half_effect", None),
                           ("half_life", None)):  # fmt: skip
            value = getattr(self, key)
            if not (value > 0.0 or value == least):
                expected = "0 or more" if least == 0.0 else "more than 0"
                raise InputError(f"cargo {self.name}", key=key, value=value, expected=expected)


@dataclass(frozen=True)
class Told:
    """What a reader of an exported network may want to look up.

    Attributes:
        claims: arrow -> ids of the claims behind it.
        papers: arrow -> addresses of the papers behind it.
        identifiers: node -> addresses of its entries in public registries.
    """

    claims: Mapping[str, Sequence[str]] = field(default_factory=dict)
    papers: Mapping[str, Sequence[str]] = field(default_factory=dict)
    identifiers: Mapping[str, Sequence[str]] = field(default_factory=dict)

    def line(self, arrow: str) -> str:
        """An arrow and the claims behind it."""
        behind = ", ".join(self.claims.get(arrow, ()))
        return f"{arrow}; claims: {behind}" if behind else arrow


def to_sbml(
    network: Network, column: int, *, title: str, start: Floats, drive: Mapping[int, float],
    cargoes: Sequence[Cargo] = (), told: Told | None = None,
) -> str:  # fmt: skip
    """Network of one cell type as SBML Level 3 Version 2 with one rate rule a node.

    Args:
        network: one member's network.
        column: cell type.
        title: name of the model.
        start: (nodes,) activities at time 0.
        drive: node -> constant drive; brought nodes that are not named get 0.
        cargoes: what was delivered.
        told: who tells of arrows and which identifiers the nodes have.

    Raises:
        MissingExtraError: python-libsbml is not installed.
    """
    libsbml = _libsbml()
    document = libsbml.SBMLDocument(3, 2)
    told = told or Told()
    held = [network.arrows[e] for e in np.flatnonzero(network.strength.any(axis=0))]
    claims = sorted({claim for arrow in held for claim in told.claims.get(arrow, ())})
    behind = f"Claims behind the network: {', '.join(claims) or 'none'}."
    model = _model(document, title, (*ABOUT, behind))
    _units(model, libsbml)
    hill = model.createFunctionDefinition()
    _put(hill, Id="hill", Name="normalised Hill function", Math=_math(libsbml, HILL))
    ids = identifiers(network.nodes)
    inputs = _inputs(model, libsbml, network, ids, drive, cargoes)
    for i, name in enumerate(network.nodes):
        edges = [e for e in range(network.first[i], network.first[i + 1])
                 if network.strength[column, e] != 0.0]  # fmt: skip
        activity = _parameter(model, f"x_{ids[i]}", name, start[i], constant=False)
        _annotate(activity, libsbml, "BQB_IS", told.identifiers.get(name, ()))
        _parameter(
            model, f"tau_{ids[i]}", f"time constant of {name}",
            network.time_constant[i] / HOUR, "hour",
        )  # fmt: skip
        target = _target(model, network, column, i, edges, ids, inputs[i])
        rule = model.createRateRule()
        formula = f"({target} - x_{ids[i]}) / tau_{ids[i]}"
        _put(rule, Variable=f"x_{ids[i]}", Math=_math(libsbml, formula))
        if edges:
            _put(rule, Notes=_notes([told.line(network.arrows[e]) for e in edges]))
            papers = sorted({d for e in edges for d in told.papers.get(network.arrows[e], ())})
            _annotate(rule, libsbml, "BQB_IS_DESCRIBED_BY", papers)
    return str(libsbml.writeSBMLToString(document))


def to_sif(network: Network, column: int) -> str:
    """Edges of one cell type as lines ``source<tab>activates|inhibits<tab>target``."""
    lines = [
        f"{_plain(network.nodes[s])}\t{RELATION[int(network.sign[e])]}\t{_plain(network.nodes[t])}"
        for e, s, t in held_edges(network, column)
    ]
    return "".join(line + "\n" for line in lines)


def to_graphml(network: Network, column: int) -> str:
    """Nodes and edges of one cell type as GraphML; edges carry sign, strength, hill and half."""
    root = ElementTree.Element("graphml", xmlns=GRAPHML)
    keys = [("node", "name", "string"), *(("edge", *field) for field in EDGE_FIELDS)]
    for holder, key, kind in keys:
        ElementTree.SubElement(
            root, "key", {"id": key, "for": holder, "attr.name": key, "attr.type": kind}
        )
    graph = ElementTree.SubElement(root, "graph", id="network", edgedefault="directed")
    for i, name in enumerate(network.nodes):
        node = ElementTree.SubElement(graph, "node", id=f"n{i}")
        ElementTree.SubElement(node, "data", key="name").text = _plain(name)
    for e, s, t in held_edges(network, column):
        edge = ElementTree.SubElement(
            graph, "edge", id=f"e{e}", source=f"n{s}", target=f"n{t}"
        )  # fmt: skip
        values = (int(network.sign[e]), float(network.strength[column, e]), int(network.hill[e]),
                  float(network.half[e]))  # fmt: skip
        for (key, _), value in zip(EDGE_FIELDS, values, strict=True):
            ElementTree.SubElement(edge, "data", key=key).text = repr(value)
    ElementTree.indent(root)
    return ElementTree.tostring(root, encoding="unicode", xml_declaration=True) + "\n"


def to_sbml_qual(network: Network, column: int) -> str:
    """Edges of one cell type as a Boolean model, SBML Level 3 Version 1 with package qual.

    Raises:
        MissingExtraError: python-libsbml is not installed.
    """
    libsbml = _libsbml()
    document = libsbml.SBMLDocument(libsbml.SBMLNamespaces(3, 1, "qual", 1))
    document.setPackageRequired("qual", True)
    model = _model(document, "signed network", ABOUT_BOOLEAN)
    _put(model.createCompartment(), Id="cell", SpatialDimensions=3, Size=1.0,
         Units="dimensionless", Constant=True)  # fmt: skip
    qual = model.getPlugin("qual")
    ids = identifiers(network.nodes)
    for i, name in enumerate(network.nodes):
        _put(
            qual.createQualitativeSpecies(), Id=f"x_{ids[i]}", Name=_plain(name),
            Compartment="cell", Constant=bool(network.healthy[i] == 0.0), MaxLevel=1,
            InitialLevel=int(network.healthy[i] >= 0.5),
        )  # fmt: skip
    into: dict[int, list[tuple[int, int]]] = {i: [] for i in range(len(ids))}
    for e, s, t in held_edges(network, column):
        into[t].append((s, int(network.sign[e])))
    for i, regulators in into.items():
        if network.healthy[i] > 0.0:
            unaided = bool(network.offset[column, i] >= 0.0)
            _transition(qual.createTransition(), libsbml, ids, i, regulators, unaided)
    return str(libsbml.writeSBMLToString(document))


def held_edges(network: Network, column: int) -> list[tuple[int, int, int]]:
    """(edge, source, target) of the edges that hold in one cell type."""
    target = np.repeat(np.arange(len(network.nodes)), np.diff(network.first))
    held = np.flatnonzero(network.strength[column])
    return [(int(e), int(network.source[e]), int(target[e])) for e in held]


def identifiers(names: Sequence[str]) -> list[str]:
    """Distinct identifiers, valid in SBML after a prefix such as ``x_``."""
    found: dict[str, None] = {}
    for name in names:
        stem = re.sub(r"[^A-Za-z0-9]+", "_", name).strip("_") or "unnamed"
        own, number = stem, 1
        while own in found:
            number += 1
            own = f"{stem}_{number}"
        found[own] = None
    return list(found)


def _libsbml() -> Any:
    try:
        import libsbml
    except ImportError as error:
        raise MissingExtraError("python-libsbml", "sbml") from error
    return libsbml


def _inputs(
    model: Any, libsbml: Any, network: Network, ids: Sequence[str], drive: Mapping[int, float],
    cargoes: Sequence[Cargo],
) -> list[list[str]]:  # fmt: skip
    """Add drives and cargoes; returns the symbols that drive each node."""
    inputs: list[list[str]] = [[] for _ in ids]
    for i, name in enumerate(network.nodes):
        if i in drive or network.healthy[i] == 0.0:
            _parameter(model, f"drive_{ids[i]}", f"drive of {name}", drive.get(i, 0.0))
            inputs[i].append(f"drive_{ids[i]}")
    for own, cargo in zip(identifiers([c.name for c in cargoes]), cargoes, strict=True):
        d, strength = f"copies_{own}", f"strength_{own}"
        _parameter(model, d, f"copies of {cargo.name}", cargo.copies, "item", constant=False)
        _parameter(model, f"own_{own}", f"own copies of {cargo.name}", cargo.own, "item")
        _parameter(model, f"half_{own}", f"half effect of {cargo.name}", cargo.half_effect, "item")
        rate = np.log(2.0) * HOUR / cargo.half_life
        _parameter(model, f"decay_{own}", f"decay of {cargo.name}", rate, "per_hour")
        _parameter(model, strength, f"strength of {cargo.name}", None, constant=False)
        _put(model.createRateRule(), Variable=d, Math=_math(libsbml, f"-decay_{own} * {d}"))
        share = _math(libsbml, f"{d} / ({d} + own_{own} + half_{own})")
        _put(model.createAssignmentRule(), Variable=strength, Math=share)
        inputs[cargo.node].append(strength)
    return inputs


def _target(
    model: Any, network: Network, column: int, node: int, edges: Sequence[int],
    ids: Sequence[str], inputs: Sequence[str],
) -> str:  # fmt: skip
    """Formula of the activity a node relaxes to; adds the parameters it names."""
    own, name = ids[node], network.nodes[node]
    acting = list(inputs)
    if network.healthy[node] > 0.0:
        _parameter(model, f"offset_{own}", f"log-odds of {name} without regulators",
                   network.offset[column, node])  # fmt: skip
        odds = f"offset_{own}"
        for e in edges:
            _parameter(model, f"w_{e}", f"strength of {network.arrows[e]}",
                       network.strength[column, e])  # fmt: skip
            n, k = f"{network.hill[e]} dimensionless", f"{float(network.half[e])!r} dimensionless"
            shape = f"x_{ids[network.source[e]]}, {n}, {k}"
            odds += f" {'+' if network.sign[e] > 0 else '-'} w_{e} * hill({shape})"
        acting.insert(0, f"{ONE} / ({ONE} + exp(-({odds})))")
    if network.push[node] != 0.0:
        _parameter(model, f"push_{own}", f"over-expression of {name}", network.push[node])
        acting.append(f"push_{own}")
    left = " * ".join(f"({ONE} - {symbol})" for symbol in acting)
    target = acting[0] if len(acting) == 1 else f"({ONE} - {left})"
    if network.gain[node] != 1.0:
        _parameter(model, f"gain_{own}", f"{name} left after knock-down", network.gain[node])
        target = f"gain_{own} * {target}"
    return target


def _transition(
    transition: Any, libsbml: Any, ids: Sequence[str], node: int,
    regulators: Sequence[tuple[int, int]], unaided: bool,
) -> None:  # fmt: skip
    """Fill the Boolean rule of one node; ``unaided``: it is active without regulators."""
    _put(transition, Id=f"tr_{ids[node]}")
    for source, sign in regulators:
        _put(
            transition.createInput(), Id=f"in_{ids[node]}_from_{ids[source]}",
            QualitativeSpecies=f"x_{ids[source]}",
            TransitionEffect=libsbml.INPUT_TRANSITION_EFFECT_NONE,
            Sign=libsbml.INPUT_SIGN_POSITIVE if sign > 0 else libsbml.INPUT_SIGN_NEGATIVE,
        )  # fmt: skip
    effect = libsbml.OUTPUT_TRANSITION_EFFECT_ASSIGNMENT_LEVEL
    _put(transition.createOutput(), Id=f"out_{ids[node]}", QualitativeSpecies=f"x_{ids[node]}",
         TransitionEffect=effect)  # fmt: skip
    up, down = ([f"x_{ids[s]} >= 1" for s, own in regulators if own == sign] for sign in (1, -1))
    terms = ([f"({' || '.join(up)})"] if up else []) + ([f"!({' || '.join(down)})"] if down else [])
    able = bool(up) or unaided
    _put(transition.createDefaultTerm(), ResultLevel=int(able and not terms))
    if able and terms:
        on = transition.createFunctionTerm()
        _put(on, ResultLevel=1, Math=_math(libsbml, " && ".join(terms)))


def _model(document: Any, title: str, about: Sequence[str]) -> Any:
    model = document.createModel()
    _put(model, Id="network", Name=_plain(title), Notes=_notes(about))
    return model


def _units(model: Any, libsbml: Any) -> None:
    for sid, exponent in (("hour", 1), ("per_hour", -1)):
        definition = model.createUnitDefinition()
        _put(definition, Id=sid)
        _put(definition.createUnit(), Kind=libsbml.UNIT_KIND_SECOND, Exponent=exponent, Scale=0,
             Multiplier=HOUR)  # fmt: skip
    _put(model, TimeUnits="hour", SubstanceUnits="item", ExtentUnits="item")


def _parameter(
    model: Any, sid: str, name: str, value: float | None, unit: str = "dimensionless", *,
    constant: bool = True,
) -> Any:  # fmt: skip
    parameter = model.createParameter()
    _put(parameter, Id=sid, Name=_plain(name), Units=unit, Constant=constant)
    if value is not None:
        _put(parameter, Value=float(value))
    return parameter


def _annotate(element: Any, libsbml: Any, qualifier: str, resources: Sequence[str]) -> None:
    """Say by web addresses what an element is, or who describes it."""
    if not resources:
        return
    symbol = element.getIdAttribute() or element.getVariable()
    _put(element, MetaId=f"meta_{qualifier.lower()}_{symbol}")
    term = libsbml.CVTerm(libsbml.BIOLOGICAL_QUALIFIER)
    term.setBiologicalQualifierType(getattr(libsbml, qualifier))
    for resource in resources:
        term.addResource(resource)
    if element.addCVTerm(term) != 0:
        raise RunError(f"libsbml refused the annotation of {symbol}")


def _put(element: Any, **attributes: Any) -> None:
    """Set attributes of an SBML element; libsbml reports a refusal by a status only."""
    for key, value in attributes.items():
        if getattr(element, "set" + key)(value) != 0:
            raise RunError(f"libsbml refused {key} of {element.getElementName()}: {value!r}")


def _math(libsbml: Any, formula: str) -> Any:
    parsed = libsbml.parseL3Formula(formula)
    if parsed is None:
        raise RunError(f"libsbml cannot read a formula: {libsbml.getLastParseL3Error()}")
    return parsed


def _notes(paragraphs: Sequence[str]) -> str:
    told = "".join(f"<p>{escape(_plain(text))}</p>" for text in paragraphs)
    return f'<body xmlns="http://www.w3.org/1999/xhtml">{told}</body>'


def _plain(text: str) -> str:
    """Text without control characters, which XML and edge lists cannot hold."""
    return "".join(c if c.isprintable() else " " for c in text)
