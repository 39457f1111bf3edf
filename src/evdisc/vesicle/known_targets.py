"""What the claims say a cargo acts on, beside what it was given for."""

from __future__ import annotations

from typing import Any

from evdisc.cargo.molecules import linked
from evdisc.evidence.library import Library

RELATIONS = ("targets", "sponges", "inhibits", "activates")
EFFECTS = ("phenotype", "process")


def off_targets(cargoes: tuple[str, ...], library: Library) -> list[dict[str, Any]]:
    """What the claims say each cargo acts on in recipient cells."""
    known = sorted({c.source for c in library.claims})  # the same order in every process
    rows = []
    for name in cargoes:
        for hit in linked(name, known):
            rows += [
                {"cargo": name, "target": c.target, "sign": c.sign, "claim": c.claim}
                for c in library.claims
                if c.source == hit and c.sign and c.relation in RELATIONS
                and c.target_type not in EFFECTS
            ]  # fmt: skip
    return rows
