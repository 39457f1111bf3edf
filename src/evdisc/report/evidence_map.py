"""The map of the evidence: one self-contained page, cargo -> target -> pathway -> phenotype."""

from __future__ import annotations

import json
from typing import Any

from evdisc.evidence.check import TABLE_ROW
from evdisc.evidence.conflicts import conflicts
from evdisc.evidence.gaps import SETTINGS, coverage
from evdisc.evidence.library import Library
from evdisc.evidence.weights import Belief, arrows
from evdisc.report.templates import templates

#: columns of the map, from left to right
LANES = ("made by", "vesicle", "cargo", "target", "pathway or process", "phenotype")
LANE_OF_TYPE = {
    "engineering": 0, "drug": 0, "material": 0, "cell": 0, "stimulus": 0, "vesicle": 1,
    "miRNA": 2, "circRNA": 2, "lncRNA": 2, "mRNA": 2, "antagomir": 2, "organelle": 2,
    "gene": 3, "protein": 3, "complex": 4, "pathway": 4, "process": 4, "phenotype": 5,
}  # fmt: skip


def evidence_map(library: Library, belief: Belief) -> str:
    """The page as text; it needs no network."""
    from markupsafe import Markup
    from plotly.offline import get_plotlyjs

    environment = templates()
    return environment.get_template("evidence_map.html").render(
        plotly=Markup(get_plotlyjs()),
        data=Markup(_json({"lanes": LANES, "nodes": nodes(library), "links": links(library, belief),
                           "coverage": grid(library)})),
        conflicts=conflicts(library),
        counts={
            "claims": len(library.claims),
            "studies": len({c.study for c in library.claims}),
            "unknown": sum(1 for c in library.claims if not c.sign),
        },
    )  # fmt: skip


def nodes(library: Library) -> list[dict[str, Any]]:
    """Every name with its column and what a reader sees on hovering."""
    delivered = {c.target for c in library.claims if c.relation == "delivers"}
    kinds: dict[str, str] = {}
    for claim in library.claims:
        kinds.setdefault(claim.source, claim.source_type)
        kinds.setdefault(claim.target, claim.target_type)
    out = []
    for name, kind in kinds.items():
        entity = library.entities.get(name)
        about = [kind]
        if entity:
            about += [", ".join(entity.synonyms)] if entity.synonyms else []
            about += [", ".join((*entity.identifiers, *list(entity.human.values())[:3]))]
            about += [entity.note] if entity.note else []
        # a miRNA the cell makes itself is what a sponge aims at
        lane = 2 if name in delivered else 3 if kind == "miRNA" else LANE_OF_TYPE[kind]
        out.append({"name": name, "lane": lane, "about": [a for a in about if a]})
    return out


def links(library: Library, belief: Belief) -> list[dict[str, Any]]:
    """Every claim with what the filters and the hover text need."""
    weight = {
        (a.source, a.target, a.sign): a.probability(library.sources, belief)
        for a in arrows(library.claims)
    }
    out = []
    for claim in library.claims:
        source = library.sources[claim.study]
        first = source["authors"].split(",")[0] or claim.study
        out.append(
            {
                "id": claim.claim, "from": claim.source, "to": claim.target, "sign": claim.sign,
                "relation": claim.relation, "proof": claim.proof, "tier": claim.tier,
                "study": f"{first} {source['year']}".strip(),
                "cells": [c.strip() for c in claim.cell.split(";") if c.strip()],
                "settings": [s for s in SETTINGS if s in claim.setting],
                "weight": round(weight.get(claim.edge, 0.0), 2), "note": claim.note,
                "end": claim.step == "end", "chain": claim.chain,
                "table": TABLE_ROW.search(claim.chain) is not None,
            }
        )  # fmt: skip
    return out


def grid(library: Library) -> dict[str, Any]:
    """Studies per cargo, recipient cell and setting, for the heat map."""
    seen = coverage(library)
    cargoes = sorted({cargo for cargo, _, _ in seen}, key=str.casefold)
    columns = sorted({(cell, setting) for _, cell, setting in seen})
    return {
        "cargoes": cargoes,
        "columns": [f"{cell}, {setting}" for cell, setting in columns],
        "studies": [[seen.get((c, *column), 0) for column in columns] for c in cargoes],
    }


def _json(value: Any) -> str:
    # "</" would end the script element it stands in
    return json.dumps(value, ensure_ascii=False).replace("</", "<\\/")
