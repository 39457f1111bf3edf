"""What a reader must know before believing a run: contradictions it touches, and past tests."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from evdisc.evidence.conflicts import Conflict, conflicts
from evdisc.evidence.library import Library
from evdisc.validate.cell_cases import table
from evdisc.validate.therapy_cases import judged, shares
from evdisc.validate.therapy_scores import scored


def contradictions(result: Mapping[str, Any], library: Library) -> list[Conflict]:
    """Conflicts between studies that name a cargo of the run's vesicles."""
    carried = {
        name for arm in result["delivery"].values() for name in arm.get("copies_per_cell", ())
    }
    return [c for c in conflicts(library) if carried & _named(c)]


def _named(conflict: Conflict) -> set[str]:
    claims = [claim for side in conflict.sides for claim in side.claims]
    return {name for claim in claims for name in (claim.source, claim.target)}


def standing() -> list[str]:
    """How the model did against publications, in sentences, from the stored validation."""
    cells = table()
    right, rule = (
        100.0 * sum(r[key] == r["direction"] for r in cells) / len(cells)
        for key in ("predicted", "rule")
    )
    every = scored()
    plain = judged([r for r in every if r.row.contrast == "plain"])
    hard = judged([r for r in every if r.row.contrast not in ("plain", "dose zero")])
    blind = [r for r in hard if r.rule != r.row.direction]
    ours, theirs = shares(plain)
    return [
        f"Of {len(cells)} published read-outs of disc cells, each predicted without its own "
        f"study, the likeliest direction is right in {right:.0f} %; the rule \u201cinsult: matrix "
        f"down, all else up\u201d is right in {rule:.0f} %.",
        f"Of {len(plain)} published read-outs of vesicle therapies {ours:.0f} % are predicted with "
        f"a 90 % interval on the right side; the rule \u201cevery vesicle helps\u201d is right in "
        f"{theirs:.0f} %.",
        f"Of {len(blind)} contrasts this rule cannot get (knock-out, inhibitor, primed cells, gel) "
        f"{shares(blind)[0]:.0f} % are predicted.",
    ]
