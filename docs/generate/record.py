"""The record: claims by cargo, conflicts, gaps, parameters and sources, as pages."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from evdisc.evidence.chains import chains
from evdisc.evidence.claims import Claim
from evdisc.evidence.conflicts import conflicts
from evdisc.evidence.entities import Entity
from evdisc.evidence.gaps import CargoGaps, gaps, unknown_links
from evdisc.evidence.library import Library
from evdisc.simulate.explain import readers
from generate.markdown import WIDE, doi_link, link, plain, study, table
from generate.model import ROW_HEADER, row_cells

ARROWS = {1: "raises", -1: "lowers", 0: "**? unknown**"}
CLAIM_HEADER = ["claim", "cell", "setting", "proof", "tier", "study", "note"]


def pages(library: Library) -> Iterator[tuple[str, str]]:
    """Every page of the record: path and Markdown."""
    yield "evidence/cargoes.md", cargoes(library)
    yield "evidence/other-claims.md", other_claims(library)
    yield "evidence/conflicts.md", conflict_page(library)
    yield "evidence/gaps.md", gap_page(library)
    yield "evidence/parameters.md", parameter_page(library)
    yield "evidence/sources.md", source_page(library)


def anchor(name: str) -> str:
    """A name as the end of a link."""
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")


def claim_cells(claim: Claim, library: Library) -> list[str]:
    """A claim as a row of a table."""
    arrow = f"{plain(claim.source)} {ARROWS[claim.sign]} {plain(claim.target)}"
    told = [claim.note, claim.effect and f"effect: {claim.effect}",
            claim.dose and f"dose: {claim.dose}"]  # fmt: skip
    via = f" via {study(claim.via, library.sources)}" if claim.via else ""
    return [
        arrow, plain(claim.cell or claim.parent_cell), plain(claim.setting), plain(claim.proof),
        claim.tier, study(claim.study, library.sources) + via,
        plain("; ".join(t for t in told if t)),
    ]  # fmt: skip


def claim_table(claims: Iterable[Claim], library: Library) -> str:
    """Claims as a table."""
    return table(CLAIM_HEADER, (claim_cells(c, library) for c in claims))


def cargoes(library: Library) -> str:
    """Claims by cargo, chain by chain."""
    grouped = chains(library.claims)
    parts = ["# Claims by cargo", CARGO_TEXT]
    for found in sorted(gaps(library), key=lambda g: g.cargo.lower()):
        parts.append(f"## {plain(found.cargo)} {{ #{anchor(found.cargo)} }}")
        parts.append(identity(library.entities.get(found.cargo)))
        missing = ", ".join(found.missing)
        parts.append(f"What it lacks: {plain(missing)}." if missing else "")
        parts += [
            f"*{plain(chain.key)}*\n\n{claim_table(chain.claims, library)}"
            for chain in grouped.values()
            if found.cargo in chain.cargoes
        ]
    return "\n\n".join(p for p in parts if p)


CARGO_TEXT = """
Each table is one chain: what one study says leads from the vesicle to the effect. *Lowers*,
*raises* and *unknown* are the signs of an arrow; how to read the other columns stands in [The
evidence](../evidence.md). `evdisc evidence show NAME` prints the same with the weight of each
arrow.
"""


def identity(entity: Entity | None) -> str:
    """Other names and identifiers of a molecule."""
    if entity is None:
        return ""
    ids = [
        f"{s} ({i})" if i else s
        for species in (entity.human, entity.rat, entity.mouse)
        for s, i in species.items()
    ]
    words = [
        f"Also called {', '.join(entity.synonyms)}." if entity.synonyms else "",
        f"Identifiers: {', '.join([*ids, *entity.identifiers])}." if ids else "",
        f"Linked, but not the same: {', '.join(entity.related)}." if entity.related else "",
    ]
    return plain(" ".join(w for w in words if w))


def other_claims(library: Library) -> str:
    """Claims of chains without a cargo, by the study that tells them."""
    with_cargo = {key for key, chain in chains(library.claims).items() if chain.cargoes}
    rest = [c for c in library.claims if c.chain not in with_cargo]
    by_study: dict[str, list[Claim]] = {}
    for claim in rest:
        by_study.setdefault(claim.via or claim.study, []).append(claim)
    parts = ["# Other claims", "Arrows without a delivered cargo, by the paper that was read."]
    for key, claims in sorted(by_study.items()):
        parts.append(f"## {plain(key)}\n\n{claim_table(claims, library)}")
    return "\n\n".join(parts)


def conflict_page(library: Library) -> str:
    """Every conflict by rule, its sides and what would settle it."""
    parts = ["# Conflicts", CONFLICT_TEXT]
    rule = ""
    for conflict in conflicts(library):
        if conflict.rule != rule:
            rule = conflict.rule
            parts.append(f"## {plain(rule.capitalize())}")
        parts.append(f"### {plain(conflict.about)}")
        parts.append("\n".join(
            f"- {plain(side.says)}: " + ", ".join(
                study(s, library.sources) for s in dict.fromkeys(c.study for c in side.claims))
            for side in conflict.sides
        ))  # fmt: skip
        parts.append(f"{plain(conflict.differs)} *What would settle it:* {plain(conflict.settle)}")
    return "\n\n".join(parts)


CONFLICT_TEXT = """
Where studies contradict each other. The rules that find them are told in [The
evidence](../evidence.md#conflicts-by-rule); no conflict is listed by hand. Where both signs were
seen in one cell type, each member of an ensemble takes one side.
"""


def gap_page(library: Library) -> str:
    """What nobody has shown, cargo by cargo, and each link the record leaves open."""
    found = sorted(gaps(library), key=lambda g: g.cargo.lower())
    kinds = list(dict.fromkeys(m for g in found for m in g.missing))
    rows = [[link(g.cargo, f"cargoes.md#{anchor(g.cargo)}"), *_marks(g, kinds)] for g in found]
    return "\n\n".join([
        f"{WIDE}# Gaps", "A dot marks what the record of a cargo lacks.",
        table(["cargo", *map(plain, kinds)], rows),
        "## Links the record leaves open", claim_table(unknown_links(library), library),
    ])  # fmt: skip


def _marks(found: CargoGaps, kinds: Iterable[str]) -> list[str]:
    return ["●" if kind in found.missing else "" for kind in kinds]


def parameter_page(library: Library) -> str:
    """Every row of the parameters, by who reads it."""
    by_reader: dict[str, list[str]] = {}
    for key in library.parameters:
        by_reader.setdefault(", ".join(readers(key)) or NOT_READ, []).append(key)
    tiers: dict[str, int] = {}
    for rows in library.parameters.values():
        for row in rows:
            tiers[row.tier] = tiers.get(row.tier, 0) + 1
    counted = ", ".join(f"{n} {tier}" for tier, n in sorted(tiers.items()))
    parts = ["# Parameters", f"{PARAMETER_TEXT}\n\nRows: {counted}."]
    for reader in sorted(by_reader, key=lambda r: (r == NOT_READ, r)):
        cells = [
            [f'<a id="{key}"></a>`{key}`' if i == 0 else "", *row_cells(row, library, "")]
            for key in by_reader[reader]
            for i, row in enumerate(library.parameters[key])
        ]
        parts.append(f"## {plain(reader.replace('_', ' '))}\n\n{table(ROW_HEADER, cells)}")
    return "\n\n".join(parts)


NOT_READ = "kept as a record, read by nothing"
PARAMETER_TEXT = """
Every number of the model, by the mechanism or file that reads it. The range holds 90 % of the
draws. `measured` means the primary study was the source; `derived` computed, or told by a review
that is named; `assumed` that nobody has measured it. `evdisc explain KEY` prints the same. More
specific rows win over general ones. Use your own with an [overlay](../howto/own-parameters.md).
"""


def source_page(library: Library) -> str:
    """Every source with its DOI."""
    used = _uses(library)
    rows = [
        [f'<a id="{key}"></a>{plain(key)}', plain(_words(row)), doi_link(row["doi"]),
         plain(row["setting"]), used.get(key, ""), plain(row["note"])]
        for key, row in sorted(library.sources.items())
    ]  # fmt: skip
    return "\n\n".join([
        f"{WIDE}# Sources", "Every study a claim or a parameter names. An empty DOI was not found.",
        table(["key", "what", "DOI", "setting", "used in", "note"], rows),
    ])  # fmt: skip


def _words(row: Mapping[str, str]) -> str:
    columns = ("authors", "year", "title", "journal", "volume")
    return ". ".join(row[c].rstrip(".") for c in columns if row[c])


def _uses(library: Library) -> dict[str, str]:
    claims: dict[str, int] = {}
    numbers: dict[str, int] = {}
    for claim in library.claims:
        for key in {claim.study, claim.via}:
            claims[key] = claims.get(key, 0) + 1
    for rows in library.parameters.values():
        for row in rows:
            for key in {row.source, row.via}:
                numbers[key] = numbers.get(key, 0) + 1
    told = {
        key: [
            f"{word}: {n[key]}"
            for word, n in (("claims", claims), ("numbers", numbers))
            if key in n
        ]
        for key in library.sources
    }
    return {key: ", ".join(words) for key, words in told.items()}
