"""Export: the claims in the formats other tools read.

INDRA JSON (https://indra.readthedocs.io), BEL 2.1, GraphML, SIF, JSON-LD, plain JSON and CSV.
Links of unknown sign have no statement in INDRA and are left out there; all other formats keep
them.
"""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict
from typing import Any
from xml.etree import ElementTree

from evdisc.evidence.claims import Claim
from evdisc.evidence.entities import Entity
from evdisc.evidence.library import Library
from evdisc.evidence.tables import FORMAT, write_rows
from evdisc.evidence.weights import Belief, arrows

GRAPHML = "http://graphml.graphdrawing.org/xmlns"
#: INDRA statement and the names of its two agents, by relation and sign
STATEMENTS = {
    ("delivers", 1): "IncreaseAmount", ("loads", 1): "IncreaseAmount",
    ("enriches", 1): "IncreaseAmount", ("raises yield", 1): "IncreaseAmount",
    ("targets", -1): "DecreaseAmount", ("sponges", -1): "Inhibition",
    ("phosphorylates", 1): "Phosphorylation",
}  # fmt: skip
BEL_FUNCTION = {
    "miRNA": "m", "circRNA": "r", "lncRNA": "r", "mRNA": "r", "antagomir": "a", "protein": "p",
    "gene": "p", "complex": "complex", "pathway": "bp", "process": "bp", "phenotype": "bp",
}  # fmt: skip
BEL_ARROW = {1: "increases", -1: "decreases", 0: "regulates"}


def export(form: str, library: Library, belief: Belief) -> str:
    """The claims as text in one of :data:`FORMATS`."""
    return FORMATS[form](library, belief)


def as_csv(library: Library, belief: Belief) -> str:
    """claims.csv as it is read."""
    return write_rows({"claims": [claim_row(c) for c in library.claims]})


def as_json(library: Library, belief: Belief) -> str:
    """Sources, entities and claims with the weight of their arrow, as one JSON object."""
    weight = _weights(library, belief)
    return _dumped(
        {
            "format": FORMAT,
            "sources": [_bare(row) for row in library.sources.values()],
            "entities": [asdict(e) for e in library.entities.values()],
            "claims": [asdict(c) | {"weight": weight.get(c.edge)} for c in library.claims],
        }
    )


def as_sif(library: Library, belief: Belief) -> str:
    """Simple interaction format: source, relation, target, separated by tabs."""
    words = {1: "", -1: " (lowers)", 0: " (unknown)"}
    lines = [f"{c.source}\t{c.relation}{words[c.sign]}\t{c.target}" for c in library.claims]
    return "\n".join(dict.fromkeys(lines)) + "\n"


def as_graphml(library: Library, belief: Belief) -> str:
    """A directed multigraph: one edge per claim, all its columns as edge data."""
    weight = _weights(library, belief)
    root = ElementTree.Element("graphml", xmlns=GRAPHML)
    edge_keys = [k for k in asdict(library.claims[0]) if k not in ("source", "target")]
    kinds = {"sign": "int", "weight": "double"}
    for name in (*edge_keys, "weight"):
        _key(root, "edge", name, kinds.get(name, "string"))
    for name in ("types", "identifiers", "human", "benefit"):
        _key(root, "node", name, "string")
    graph = ElementTree.SubElement(root, "graph", id="evdisc", edgedefault="directed")
    for name in _node_names(library):
        node = ElementTree.SubElement(graph, "node", id=name)
        for column, value in _node_data(library.entities.get(name)).items():
            _data(node, f"node_{column}", value)
    for claim in library.claims:
        edge = ElementTree.SubElement(
            graph, "edge", id=claim.claim, source=claim.source, target=claim.target
        )
        for column in edge_keys:
            _data(edge, f"edge_{column}", getattr(claim, column))
        if claim.edge in weight:
            _data(edge, "edge_weight", weight[claim.edge])
    ElementTree.indent(root)
    out = io.BytesIO()
    ElementTree.ElementTree(root).write(out, encoding="utf-8", xml_declaration=True)
    return out.getvalue().decode() + "\n"


def as_indra(library: Library, belief: Belief) -> str:
    """INDRA statements as JSON, one per signed claim, each with its evidence."""
    weight = _weights(library, belief)
    return _dumped([_statement(c, library, weight[c.edge]) for c in library.claims if c.sign])


def as_bel(library: Library, belief: Belief) -> str:
    """A BEL script; names stand in a namespace of this project."""
    lines = [
        'SET DOCUMENT Name = "evdisc claims"',
        'SET DOCUMENT Version = "1"',
        'SET DOCUMENT Description = "Vesicle therapy of the degenerating disc"',
        'DEFINE NAMESPACE EVDISC AS PATTERN ".+"',
        'DEFINE ANNOTATION Claim AS PATTERN ".+"',
        'DEFINE ANNOTATION Cell AS PATTERN ".+"',
    ]
    for claim in library.claims:
        source = library.sources[claim.study]
        reference = source["doi"] or claim.study
        lines += [
            "",
            f'SET Citation = {{"Other", "{_plain(reference)}"}}',
            f'SET Evidence = "{_plain(claim.note or claim.proof)}"',
            f'SET Claim = "{claim.claim}"',
        ]
        lines.append(f'SET Cell = "{_plain(claim.cell)}"' if claim.cell else "UNSET Cell")
        subject = _term(claim.source, claim.source_type)
        target = _term(claim.target, claim.target_type)
        lines.append(f"{subject} {BEL_ARROW[claim.sign]} {target}")
    return "\n".join(lines) + "\n"


def as_jsonld(library: Library, belief: Belief) -> str:
    """JSON-LD: claims as nanopublication-like assertions with their provenance."""
    context = {
        "@vocab": "https://w3id.org/evdisc/",
        "schema": "https://schema.org/",
        "prov": "http://www.w3.org/ns/prov#",
        "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
        "label": "rdfs:label",
        "wasDerivedFrom": {"@id": "prov:wasDerivedFrom", "@type": "@id"},
        "sameAs": "schema:sameAs",
    }
    used = {c.study for c in library.claims}
    graph: list[dict[str, Any]] = [
        {
            "@id": f"study/{row['study']}", "@type": "schema:ScholarlyArticle",
            "schema:name": row["title"], "schema:author": row["authors"],
            "schema:datePublished": row["year"],
            **({"sameAs": f"https://doi.org/{row['doi']}"} if row["doi"] else {}),
        }
        for row in library.sources.values() if row["study"] in used
    ]  # fmt: skip
    graph += [
        {"@id": f"entity/{_id(name)}", "@type": "Entity", "label": name,
         "sameAs": _identifiers(library.entities.get(name))}
        for name in _node_names(library)
    ]  # fmt: skip
    graph += [
        {"@id": f"claim/{c.claim}", "@type": "Claim",
         "wasDerivedFrom": f"study/{c.study}", "subject": {"@id": f"entity/{_id(c.source)}"},
         "object": {"@id": f"entity/{_id(c.target)}"},
         **{k: v for k, v in asdict(c).items()
            if v != "" and k not in ("claim", "study", "source", "target")}}
        for c in library.claims
    ]  # fmt: skip
    return _dumped({"@context": context, "@graph": graph})


#: name -> writer
FORMATS: dict[str, Callable[[Library, Belief], str]] = {
    "csv": as_csv, "json": as_json, "graphml": as_graphml, "sif": as_sif, "indra": as_indra,
    "bel": as_bel, "jsonld": as_jsonld,
}  # fmt: skip


def claim_row(claim: Claim) -> dict[str, str]:
    """A claim as a row of claims.csv."""
    return {k: str(v) for k, v in asdict(claim).items()}


def _weights(library: Library, belief: Belief) -> dict[tuple[str, str, int], float]:
    return {
        (a.source, a.target, a.sign): round(a.probability(library.sources, belief), 4)
        for a in arrows(library.claims)
    }


def _statement(claim: Claim, library: Library, weight: float) -> dict[str, Any]:
    kind = STATEMENTS.get((claim.relation, claim.sign))
    kind = kind or ("Activation" if claim.sign > 0 else "Inhibition")
    first, second = ("enz", "sub") if kind == "Phosphorylation" else ("subj", "obj")
    source = library.sources[claim.study]
    digest = hashlib.sha256(claim.claim.encode()).hexdigest()
    statement: dict[str, Any] = {
        "type": kind,
        first: _agent(claim.source, library.entities.get(claim.source)),
        second: _agent(claim.target, library.entities.get(claim.target)),
        "belief": weight,
        "evidence": [
            {
                "source_api": "evdisc", "source_id": claim.claim,
                "text_refs": {"DOI": source["doi"].upper()} if source["doi"] else {},
                "epistemics": {"direct": claim.step != "end"},
                "annotations": {k: v for k, v in claim_row(claim).items() if v},
            }
        ],
        "id": f"{digest[:8]}-{digest[8:12]}-{digest[12:16]}-{digest[16:20]}-{digest[20:32]}",
    }  # fmt: skip
    if kind in ("Activation", "Inhibition"):
        statement["obj_activity"] = "activity"
    return statement


def _agent(name: str, entity: Entity | None) -> dict[str, Any]:
    refs: dict[str, str] = {"TEXT": name}
    if entity:
        for identifier in (*list(entity.human.values())[:1], *entity.identifiers[:1]):
            space, _, number = identifier.partition(":")
            if space in ("GO", "CHEBI", "CL"):
                refs[space] = identifier
            elif space == "HGNC":
                refs[space] = number
            elif identifier.startswith("MI0"):
                refs["MIRBASE"] = identifier
    return {"name": name, "db_refs": refs}


def _node_names(library: Library) -> list[str]:
    return sorted({name for c in library.claims for name in (c.source, c.target)})


def _node_data(entity: Entity | None) -> Mapping[str, str]:
    if entity is None:
        return {}
    return {
        "types": "|".join(entity.types), "identifiers": "|".join(entity.identifiers),
        "human": "|".join(entity.human), "benefit": entity.benefit,
    }  # fmt: skip


def _identifiers(entity: Entity | None) -> list[str]:
    return [*entity.identifiers, *entity.human.values()] if entity else []


def _key(root: ElementTree.Element, side: str, name: str, kind: str) -> None:
    ElementTree.SubElement(
        root, "key", {"id": f"{side}_{name}", "for": side, "attr.name": name, "attr.type": kind}
    )


def _data(parent: ElementTree.Element, key: str, value: object) -> None:
    if value != "":
        ElementTree.SubElement(parent, "data", key=key).text = str(value)


def _term(name: str, kind: str) -> str:
    return f'{BEL_FUNCTION.get(kind, "a")}(EVDISC:"{_plain(name)}")'


def _plain(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', "'")


def _id(name: str) -> str:
    return "".join(c if c.isalnum() or c in "-_." else "_" for c in name)


def _bare(row: Mapping[str, str]) -> dict[str, str]:
    return {k: v for k, v in row.items() if k != "#"}


def _dumped(value: Iterable[Any] | Mapping[str, Any]) -> str:
    return json.dumps(value, indent=1, ensure_ascii=False, allow_nan=False) + "\n"
