"""Gaps: what nobody has shown, cargo by cargo, and the links the record leaves open."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from evdisc.evidence.chains import chains
from evdisc.evidence.claims import Claim
from evdisc.evidence.library import Library
from evdisc.evidence.weights import LOSS_OF_FUNCTION

SETTINGS = ("in vitro", "ex vivo", "in vivo")
NOT_STATED = "not stated"


@dataclass(frozen=True)
class CargoGaps:
    """One cargo: the studies that speak of it, and what they lack."""

    cargo: str
    studies: tuple[str, ...]
    laboratories: tuple[str, ...]
    missing: tuple[str, ...]
    unknown: tuple[str, ...]


def gaps(library: Library) -> list[CargoGaps]:
    """Gaps of every cargo a vesicle is said to deliver, in order of appearance."""
    by_chain = chains(library.claims)
    cargoes = dict.fromkeys(name for chain in by_chain.values() for name in chain.cargoes)
    return [
        _of(name, [c for c in by_chain.values() if name in c.cargoes], library) for name in cargoes
    ]


def unknown_links(library: Library) -> list[Claim]:
    """Every link the record leaves open."""
    return [c for c in library.claims if not c.sign]


def coverage(library: Library) -> dict[tuple[str, str, str], int]:
    """(cargo, recipient cell, setting) -> number of studies."""
    seen: dict[tuple[str, str, str], set[str]] = {}
    for claim in library.claims:
        if claim.relation == "delivers" and claim.sign:
            for cell in _parts(claim.cell):
                for setting in _parts(claim.setting):
                    seen.setdefault((claim.target, cell, setting), set()).add(claim.study)
    return {key: len(studies) for key, studies in seen.items()}


def _of(name: str, own: Iterable[object], library: Library) -> CargoGaps:
    claims = [c for chain in own for c in chain.claims]  # type: ignore[attr-defined]
    studies = tuple(dict.fromkeys(c.study for c in claims))
    labs = tuple(dict.fromkeys(library.sources[s].get("laboratory") or s for s in studies))
    unknown = tuple(
        f"{c.source} ? {c.target}" for c in claims if not c.sign and c.proof == "unknown"
    )
    checks = {
        "never in vivo": not any("in vivo" in c.setting for c in claims),
        "single study": len(studies) == 1,
        "no independent laboratory": len(labs) == 1,
        "no loss-of-function": not any(c.proof in LOSS_OF_FUNCTION for c in claims),
        "no dose": not any(c.dose and c.relation not in PARENT_STEPS for c in claims),
        "no human cell": not any("human" in c.species for c in claims),
        "unknown link": bool(unknown),
    }
    return CargoGaps(name, studies, labs, tuple(k for k, v in checks.items() if v), unknown)


#: steps in the parent cell, whose dose is no dose of vesicles
PARENT_STEPS = ("loads", "enriches", "raises yield")


def _parts(cell: str) -> list[str]:
    return [part.strip() for part in cell.split(";") if part.strip()] or [NOT_STATED]
