"""Published therapies simulated: each read-out of each row, both arms, under both hypotheses.

A row is a difference of vesicle effects: the therapy against the arm without it, less, for a
contrast, the same of the therapy changed as the row says. What was not stated in the record is
filled by the usual one of such work (column ``assumed``). Where claims rest on the row's study,
every arrow resting on it alone is deleted, save those out of the cargo its vesicles deliver.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from evdisc.cell.blueprint import blueprint
from evdisc.cell.cargo_effect import acting_pairs
from evdisc.errors import EvdiscError
from evdisc.evidence.library import Library
from evdisc.evidence.therapies import Therapy
from evdisc.outcome.effects import effect
from evdisc.outcome.readouts import describe, disc_readouts, dish_readouts
from evdisc.protocol.specs import DiscStudy, DishStudy
from evdisc.protocol.yaml_io import from_document
from evdisc.simulate import disc, dish
from evdisc.simulate.draws import MemberDraws
from evdisc.simulate.member import Member
from evdisc.simulate.run import Run
from evdisc.validate.cell_panel import resting_on

MEMBERS, SEED = 20, 2026
HYPOTHESES = ("stoichiometric", "potency")
#: a therapy of a punctured disc is given two weeks after it, as in the protocols of the atlas
GIVEN = "14 d"
COARSE = {"radial_cells": 16, "axial_cells": 10, "first_step": "20 min", "largest_step": "3 h"}
#: change that counts as a move
LEAST = 1e-3
Ends = Mapping[str, float]
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Side:
    """One therapy of a row: its protocol as JSON, the arm that gets it, and the arm without."""

    document: str
    arm: str
    control: str
    left_out: str


def sides(row: Therapy) -> tuple[Side, Side | None]:
    """The therapy of a row, and the changed therapy it is compared with (None for a plain row)."""
    control = "vehicle" if row.model == "disc" else "untreated"
    study = left_out(row)
    first = Side(json.dumps(protocol(row)), "treated", control, study)
    if row.against == control:
        return first, None
    arm = "knock-out" if row.against == "knock-out" else "treated"
    return first, Side(json.dumps(protocol(row, changed=True)), arm, control, study)


def left_out(row: Therapy) -> str:
    """The study that must be left out to predict a row; empty where no claim is of it."""
    return row.study if row.used == "claims" else ""


def protocol(row: Therapy, changed: bool = False) -> dict[str, Any]:
    """Protocol of a row, or of the therapy it is compared with."""
    kind = row.contrast if changed else ""
    source = {"cell": row.parent_cell}
    if row.priming and kind != "primed":
        source["preconditioning"] = row.priming
    vesicle: dict[str, Any] = {"source": source}
    if row.subtype:
        vesicle["subtype"] = row.subtype
    if row.cargo and row.loading:
        vesicle["engineering"] = [{"method": row.loading, "cargo": [row.cargo]}]
    elif row.cargo:
        vesicle["cargo"] = [{"molecule": row.cargo}]
    head = {"evdisc": 1, "kind": row.model, "title": "modelled on a published therapy"}
    duration = row.time
    if row.model == "disc":
        carrier = "none" if kind == "gel" else row.carrier or "none"
        return head | {
            "disc": {"preset": "rat-caudal", "insult": {"puncture": {"gauge": _gauge(row)}}},
            "therapy": {"vesicle": vesicle, "delivery": {
                "route": row.route, "carrier": carrier, "dose": row.dose, "volume": row.volume,
                "schedule": [GIVEN],
            }},
            "compare": ["vehicle"], "duration": duration,
            "numerics": {**COARSE, "output_every": duration},
        }  # fmt: skip
    added = row.against if kind == "inhibitor" and row.against != "knock-out" else ""
    stimuli = [
        {"name": name, "dose": dose} if dose else {"name": name}
        for name, _, dose in (s.partition("=") for s in (row.insult, *added.split("; ")) if s)
    ]
    cell = row.against if kind == "cell type" else row.cell
    return head | {
        "cells": [{"type": cell}], "stimuli": stimuli,
        "therapy": {"vesicle": vesicle, "concentration": row.dose},
        "duration": duration, "numerics": {"output_every": duration},
    }  # fmt: skip


def _gauge(row: Therapy) -> int:
    return int(row.insult.partition("=")[2].removesuffix("G"))


def later_arrows(library: Library, study: str) -> NDArray[np.bool_]:
    """(arrows,) True where an arrow rests on the study alone and starts at none of its cargoes."""
    cargoes = {c.target for c in library.claims if c.study == study and c.relation == "delivers"}
    from_cargo = np.array([a.source in cargoes for a in blueprint(library).arrows])
    return np.asarray(resting_on(library, [study]) & ~from_cargo)


@cache
def _spec(document: str) -> DiscStudy | DishStudy:
    spec = from_document(json.loads(document)).spec
    assert isinstance(spec, DiscStudy | DishStudy)
    return spec


@lru_cache(maxsize=8 * MEMBERS)
def _member(library: Library, document: str, left_out: str, number: int) -> Member:
    spec, draws = _spec(document), MemberDraws(SEED, number)
    if isinstance(spec, DiscStudy):
        member = disc.draw_member(spec, library, draws)
    else:
        member = dish.draw_member(spec, library, draws)
    return member.without(later_arrows(library, left_out)) if left_out else member


@lru_cache(maxsize=64 * MEMBERS)
def ends(library: Library, side: Side, arm: str, hypothesis: str, number: int) -> Ends | str:
    """Every read-out at the end of an arm in one member, or why it failed."""
    spec = _spec(side.document)
    try:
        member = _member(library, side.document, side.left_out, number)
        if isinstance(spec, DiscStudy):
            run = disc.run_arm(spec, member, arm, hypothesis)
            told = disc_readouts(run, member.values)
            return nodes(run, "NP") | {n: float(c[-1]) for n, c in told.items()}
        run = dish.run_arm(spec, member, arm, hypothesis)
        told = dish_readouts(run, spec.cells[0].type)
        return nodes(run, spec.cells[0].type) | {n: float(c[-1]) for n, c in told.items()}
    except EvdiscError as error:
        return str(error)


def nodes(run: Run, region: str) -> dict[str, float]:
    """Every node of the network at the end, as a fold of its healthy level."""
    before, after = "activity:", "|" + region
    return {
        label[len(before) : -len(after)]: float(column[-1] / max(column[0], 1e-9))
        for label, column in run.series.items()
        if label.startswith(before) and label.endswith(after)
    }


def row_results(row: Therapy, library: Library, members: int = MEMBERS) -> dict[str, Any]:
    """Effect of a row under each hypothesis and over both, and the cargo that can act.

    ``differences`` are those of each member, ``failed`` counts runs, ``acting`` is the cargo from
    which arrows lead to the read-out, None where the read-out is no node.
    """
    first, second = sides(row)
    about = describe(row.readout, row.model)
    band = library.resolve("equivalence_band", subject=about.band).median
    ours, theirs = np.array([
        [_pair(row, first, second, h, m, library) for m in range(members)] for h in HYPOTHESES
    ]).transpose(2, 0, 1)  # fmt: skip
    pairs = {h: (ours[i], theirs[i]) for i, h in enumerate(HYPOTHESES)}
    pairs["both"] = ours.ravel(), theirs.ravel()
    out: dict[str, Any] = {"id": row.id, "unit": about.unit}
    for name, (arm, versus) in pairs.items():
        out[name] = _effect(arm, versus, band, about.full)
    return out | {
        "differences": {
            h: [round(float(x), 6) if np.isfinite(x) else None for x in ours[i] - theirs[i]]
            for i, h in enumerate(HYPOTHESES)
        },
        "failed": int(np.isnan(ours).sum()),
        "acting": acting(row, first, library),
    }  # fmt: skip


def _pair(
    row: Therapy, first: Side, second: Side | None, hypothesis: str, number: int, library: Library
) -> tuple[float, float]:
    """The two levels whose difference is the row's effect in one member."""

    def at(side: Side, arm: str) -> float:
        which = HYPOTHESES[0] if arm == side.control else hypothesis
        found = ends(library, side, arm, which, number)
        return np.nan if isinstance(found, str) else found[row.readout]

    treated, control = at(first, first.arm), at(first, first.control)
    if second is None:
        return treated, control
    return treated - (control - at(second, second.control)), at(second, second.arm)


def _effect(ours: Floats, theirs: Floats, band: float, full: float) -> dict[str, Any]:
    found = effect(ours, theirs, band, 0, full)
    difference = ours - theirs
    moved = np.abs(difference) > LEAST
    return {
        "median": round(found.median, 6), "q05": round(found.q05, 6), "q95": round(found.q95, 6),
        "band": round(found.band, 6), "direction": found.direction,
        "share_up": round(float((difference > 0)[moved].mean()), 3) if moved.any() else None,
    }  # fmt: skip


def acting(row: Therapy, side: Side, library: Library) -> list[str] | None:
    """Cargo from which arrows lead to the read-out; None where the read-out is no node."""
    plan = blueprint(library)
    if row.readout not in plan.nodes:
        return None
    spec, member = _spec(side.document), _member(library, side.document, side.left_out, 0)
    room = disc if isinstance(spec, DiscStudy) else dish
    product = room.product_of(spec, member)
    assert product is not None
    deleted = np.zeros(len(plan.arrows), dtype=bool)
    if side.left_out:
        deleted = later_arrows(library, side.left_out)
    links: dict[int, list[int]] = {}
    for source, target, gone in zip(plan.source, plan.target, deleted, strict=True):
        if not gone:
            links.setdefault(int(target), []).append(int(source))
    upstream = _upstream(plan.nodes.index(row.readout), links)
    pairs = acting_pairs(product.cargoes, member.network(False))
    return list(dict.fromkeys(product.cargoes[c] for c, node in pairs if node in upstream))


def _upstream(goal: int, links: Mapping[int, Sequence[int]]) -> set[int]:
    seen, waiting = {goal}, [goal]
    while waiting:
        fresh = [s for s in links.get(waiting.pop(), ()) if s not in seen]
        seen.update(fresh)
        waiting += fresh
    return seen
