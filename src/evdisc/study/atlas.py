"""Protocols of the review's table rows, written from the evidence."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from evdisc.evidence.chains import Chain, chains
from evdisc.evidence.library import Library
from evdisc.evidence.names import find
from evdisc.evidence.therapies import therapies
from evdisc.protocol.engineering_specs import KINDS

PREFIX = "chen2025:T"
#: insult of a dish whose study states none, and the dose of each
INSULTS = {"IL-1beta": "10 ng/mL", "TNF-alpha": "10 ng/mL", "TBHP": "100 uM",
           "compression": "1 MPa"}  # fmt: skip
ASSUMED_PARENT = "MSC"
#: studies that did not inject into the nucleus
ROUTES = {"luo2022": "route: depot near endplate, carrier: ECM gel"}


@dataclass(frozen=True)
class Atlas:
    """One protocol: file name, text, and whether its vesicles are engineered."""

    name: str
    text: str
    engineered: bool


def atlas(library: Library) -> Iterator[Atlas]:
    """A protocol for every row of the two tables, in their order."""
    rows = {k: c for k, c in chains(library.claims).items() if k.startswith(PREFIX)}
    for key in sorted(rows):
        row, chain = key.rpartition(":")[2], rows[key]
        steps = engineering(chain)
        cargo = "-".join(c.replace("_", "-").replace(" ", "-").lower() for c in chain.cargoes)
        text = protocol(row, chain, library, steps)
        yield Atlas(f"{row.lower().replace('.', '-')}-{cargo}.yaml", text, bool(steps))


def engineering(chain: Chain) -> list[str]:
    """Engineering steps of a row, as they stand in a protocol."""
    done: dict[str, list[str]] = {}
    for claim in chain.claims:
        entry = find("engineering", claim.source) if claim.source_type == "engineering" else None
        if entry is None:
            continue
        cargo = done.setdefault(entry.name, [])
        loads = KINDS[entry.name] in ("parent", "direct")
        if loads and claim.relation == "loads" and claim.target not in cargo:
            cargo.append(claim.target)
    return [
        f"{{method: {name}, cargo: [{', '.join(cargo)}]}}" if cargo else f"{{method: {name}}}"
        for name, cargo in done.items()
        if cargo or KINDS[name] not in ("parent", "direct")
    ]


def protocol(row: str, chain: Chain, library: Library, steps: list[str]) -> str:
    """Text of one row's protocol: a rat disc where the study had animals, else a dish."""
    study = library.sources[next(c.study for c in chain.claims)]
    stated = next((c.parent_cell for c in chain.claims if c.parent_cell), "")
    parent = stated or ASSUMED_PARENT
    about = f"{study['authors']}, {study['year']}" if study["year"] else study["study"]
    head = [
        f"# Row {row} of the review's tables: {about}.",
        "# Written from the evidence; dose, volume and times are the usual ones of such work where",
        "# the study's own could not be read.",
    ]
    if not stated:
        head.append(f"# The parent cell is not stated; {ASSUMED_PARENT} stands for it.")
    vesicle = ["  vesicle:", f"    source: {{cell: {parent}}}"]
    if kind := _subtype(study["study"]):
        vesicle.append(f"    subtype: {kind}")
    if chain.cargoes:
        inside = ", ".join(f"{{molecule: {name}}}" for name in chain.cargoes)
        vesicle.append(f"    cargo: [{inside}]")
    if steps:
        vesicle.append(f"    engineering: [{', '.join(steps)}]")
    route = ROUTES.get(study["study"], "route: intradiscal")
    body = _disc(row, vesicle, route) if _in_animals(chain) else _dish(row, chain, vesicle)
    return "\n".join([*head, *body]) + "\n"


def _subtype(study: str) -> str:
    """Kind of vesicle a study states; empty where it states none."""
    return next((t.subtype for t in therapies() if t.study == study and t.subtype), "")


def _in_animals(chain: Chain) -> bool:
    return any("in vivo" in c.setting for c in chain.claims)


def _title(row: str) -> str:
    return f"title: modelled on row {row} of the tables of Chen 2025"


def _disc(row: str, vesicle: list[str], route: str) -> list[str]:
    return [
        "evdisc: 1", "kind: disc", _title(row),
        "disc: {preset: rat-caudal, insult: {puncture: {gauge: 21, at: 0 d}}}",
        "therapy:", *vesicle,
        f"  delivery: {{{route}, dose: 1e8 particles, volume: 2 uL, schedule: [14 d]}}",
        "compare: [untreated, vehicle, knock-out]", "duration: 8 weeks",
        "ensemble: {members: 20, seed: 1}",
        "numerics: {radial_cells: 16, axial_cells: 10, first_step: 20 min, largest_step: 3 h, "
        "output_every: 1 d}",
    ]  # fmt: skip


def _dish(row: str, chain: Chain, vesicle: list[str]) -> list[str]:
    stated = [c.insult for c in chain.claims if c.insult in INSULTS]
    insult = stated[0] if stated else "IL-1beta"
    cells = dict.fromkeys(n.strip() for e in chain.effects for n in e.cell.split(";"))
    types = ", ".join(f"{{type: {cell}}}" for cell in cells)
    return [
        "evdisc: 1", "kind: dish", _title(row), f"cells: [{types}]",
        f"stimuli: [{{name: {insult}, dose: {INSULTS[insult]}}}]",
        "therapy:", *vesicle, "  concentration: 1e9 particles/mL",
        "compare: [untreated, knock-out]", "duration: 48 h", "ensemble: {members: 20, seed: 1}",
    ]  # fmt: skip
