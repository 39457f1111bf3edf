"""Evidence in a terminal: claims, chains with their arithmetic, conflicts and gaps as text."""

from __future__ import annotations

from collections.abc import Sequence

from evdisc.evidence.chains import chains
from evdisc.evidence.claims import Claim
from evdisc.evidence.conflicts import Conflict
from evdisc.evidence.entities import Entity
from evdisc.evidence.gaps import CargoGaps
from evdisc.evidence.library import Library
from evdisc.evidence.search import Found
from evdisc.evidence.weights import Arrow, Belief, along, arrows
from evdisc.report.terminal import text_table

ARROW = {1: "->", -1: "-|", 0: "?"}


def claim_table(claims: Sequence[Claim], library: Library, belief: Belief) -> str:
    """One line per claim with the weight of its arrow."""
    if not claims:
        return "no claim"
    by_edge = _by_edge(library)
    rows = []
    for claim in claims:
        arrow = by_edge.get(claim.edge)
        weight = f"{arrow.probability(library.sources, belief):.2f}" if arrow else "unknown"
        rows.append([
            claim.chain.rpartition(":")[2], claim.step,
            f"{claim.source} {ARROW[claim.sign]} {claim.target}", weight,
            claim.cell, claim.setting, claim.proof, claim.study,
        ])  # fmt: skip
    titles = ["row", "step", "claim", "weight", "cell", "setting", "proof", "study"]
    return text_table(titles, rows)


def claim_detail(claim: Claim, library: Library, belief: Belief) -> str:
    """Everything about one claim, with the arithmetic of its weight."""
    source = library.sources[claim.study]
    told = ", ".join(source[k] for k in ("authors", "year", "journal", "volume") if source[k])
    lines = [
        f"{claim.claim}: {claim.source} ({claim.source_type}) {ARROW[claim.sign]} "
        f"{claim.target} ({claim.target_type}), {claim.relation}",
        f"  study    {told}" + (f", doi {source['doi']}" if source["doi"] else ""),
        f"  tier     {claim.tier}" + (f", known through {claim.via}" if claim.via else ""),
        f"  proof    {claim.proof}",
    ]
    for label, value in (
        ("cell", claim.cell), ("species", claim.species), ("parent", claim.parent_cell),
        ("insult", claim.insult), ("setting", claim.setting), ("dose", claim.dose),
        ("time", claim.time), ("effect", claim.effect), ("row", claim.record),
        ("note", claim.note),
    ):  # fmt: skip
        if value:
            lines.append(f"  {label:8} {value}")
    arrow = _by_edge(library).get(claim.edge)
    if arrow:
        lines.append(f"  weight   {arrow.arithmetic(library.sources, belief)}")
    return "\n".join(lines)


def chain_text(key: str, library: Library, belief: Belief) -> str:
    """A chain: its steps, then each net effect with the links that carry it and their weight."""
    chain = chains(library.claims)[key]
    by_edge = _by_edge(library)
    lines = [claim_table(chain.claims, library, belief), ""]
    for reading in chain.readings():
        effect = f"{reading.effect.source} {ARROW[reading.effect.sign]} {reading.effect.target}"
        if reading.path:
            path = [by_edge[c.edge] for c in reading.path]
            route = " ".join([reading.path[0].source, *(f"{ARROW[c.sign]} {c.target}"
                                                        for c in reading.path)])  # fmt: skip
            lines.append(f"{effect}: {route}")
            stories = {k: v for a in path for k, v in a.stories(library.sources).items()}
            told = ", ".join(f"{k.partition('|')[0]} {belief(v):.2f}" for k, v in stories.items())
            lines.append(
                f"    weight {along(path, library.sources, belief):.2f}: its links stand or fall "
                f"with {told}"
            )
        else:
            lines.append(f"{effect}: no links carry it, the record breaks off")
    for claim in chain.unknown:
        lines.append(f"unknown: {claim.source} ? {claim.target} ({claim.note})")
    for arrow in {a.identity: a for c in chain.links for a in [by_edge[c.edge]]}.values():
        lines.append(f"{arrow.identity}: {arrow.arithmetic(library.sources, belief)}")
    return "\n".join(lines)


def entity_text(entity: Entity) -> str:
    """What a name stands for."""
    lines = [f"{entity.name}: {', '.join(entity.types)}"]
    for label, values in (
        ("also", entity.synonyms), ("identifiers", entity.identifiers),
        ("human", [f"{s} {i}" for s, i in entity.human.items()]),
        ("rat", [f"{s} {i}" for s, i in entity.rat.items()]),
        ("mouse", [f"{s} {i}" for s, i in entity.mouse.items()]),
        ("linked to", entity.related), ("note", [entity.note] if entity.note else []),
    ):  # fmt: skip
        if values:
            lines.append(f"  {label:12} {', '.join(values)}")
    return "\n".join(lines)


def found_text(found: Found, library: Library, belief: Belief) -> str:
    """What a search found: names, claims, studies, parameters."""
    if not found:
        return "nothing speaks of it"
    parts = [entity_text(e) for e in found.entities[:8]]
    if found.claims:
        parts.append(claim_table(found.claims, library, belief))
    if found.parameters:
        parts.append(text_table(
            ["parameter", "holds for", "value", "unit", "tier", "source"],
            [[p.key, ", ".join(v for _, v in p.context) or "general", f"{p.value:g}", p.unit,
              p.tier, p.source] for p in found.parameters],
        ))  # fmt: skip
    if found.sources:
        parts.append(text_table(
            ["study", "authors", "year", "journal", "ref"],
            [[s["study"], s["authors"].split(",")[0], s["year"], s["journal"], s["review_ref"]]
             for s in found.sources],
        ))  # fmt: skip
    counts = (
        f"{len(found.claims)} claims, {len(found.entities)} names, "
        f"{len(found.parameters)} parameter rows, {len(found.sources)} studies"
    )
    return "\n\n".join([*parts, counts])


def conflict_text(found: Sequence[Conflict]) -> str:
    """Conflicts, each with its sides, what differs, and what would settle it."""
    blocks = []
    for conflict in found:
        lines = [f"{conflict.about}: {conflict.rule}"]
        for side in conflict.sides:
            studies = ", ".join(dict.fromkeys(c.study for c in side.claims))
            lines.append(f"  - {side.says} ({studies})")
        lines += [f"  {conflict.differs}", f"  Settled by {conflict.settle}."]
        blocks.append("\n".join(lines))
    return "\n\n".join(blocks) + f"\n\n{len(found)} conflicts"


def gap_text(found: Sequence[CargoGaps], unknown: Sequence[Claim]) -> str:
    """What each cargo lacks, and every link the record leaves open."""
    rows = [[g.cargo, ", ".join(g.studies), "; ".join(g.missing)] for g in found]
    table = text_table(["cargo", "studies", "missing"], rows)
    links = text_table(
        ["row", "unknown link", "why"],
        [[c.chain.rpartition(":")[2], f"{c.source} ? {c.target}", c.note] for c in unknown],
    )
    return f"{table}\n\n{links}\n\n{len(found)} cargoes, {len(unknown)} unknown links"


def _by_edge(library: Library) -> dict[tuple[str, str, int], Arrow]:
    return {(a.source, a.target, a.sign): a for a in arrows(library.claims)}
