"""A plan: what a protocol's dose takes, platform by platform, as one plain result."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from evdisc import __version__
from evdisc.errors import InputError
from evdisc.evidence.library import Library
from evdisc.evidence.names import names
from evdisc.manufacture import isolation
from evdisc.manufacture.dose import CONVENTION, Wanted, wanted
from evdisc.manufacture.draws import Draws, Floats, named, rounded, spread_of, triple
from evdisc.manufacture.expansion import Expansion, expansion
from evdisc.manufacture.isolation import Isolated, isolated
from evdisc.manufacture.losses import Loss, kept, losses, product_of
from evdisc.manufacture.platforms import WHEEL, WHEEL_CELLS, Culture, culture
from evdisc.manufacture.prices import Prices, cost
from evdisc.manufacture.published import measured_beside, review_arithmetic
from evdisc.manufacture.schedule import (
    DAY,
    Stage,
    campaign,
    one_batch,
    picture,
    stages,
    working_days,
)
from evdisc.protocol.specs import DiscStudy, DishStudy
from evdisc.vesicle.product import Product

FORMAT = "evdisc-manufacture/1"
DRAWS = 4000
UG, LITRE = 1e-9, 1e-3
#: influence below which an assumed number is not worth a reader's time
LEAST_INFLUENCE = 0.05


@dataclass(frozen=True)
class Asked:
    """What a user asks of a plan.

    Attributes:
        study: the protocol.
        subjects: patients, animals or wells.
        platforms: canonical names.
        chain: isolation steps; empty for those of the protocol.
        prices: the user's, or None.
        dose: stands in for the dose of the protocol, in vesicles or protein.
        seed: of the draws.
        draws: how many.
    """

    study: DiscStudy | DishStudy
    subjects: int = 1
    platforms: tuple[str, ...] = ()
    chain: tuple[str, ...] = ()
    prices: Prices | None = None
    dose: str | None = None
    seed: int = 1
    draws: int = DRAWS


@dataclass(frozen=True)
class Frame:
    """What all platforms of a plan share."""

    asked: Asked
    want: Wanted
    product: Product
    chain: Isolated
    steps: list[Loss]
    per_dose: Floats
    draws: Draws

    @property
    def kept(self) -> Floats:
        """Share of the harvested vesicles that reaches the patient."""
        return kept(self.steps)

    @property
    def in_medium(self) -> Floats:
        """Vesicles the cultures must give in all."""
        return self.per_dose * self.want.doses / self.kept

    @property
    def loaded(self) -> bool:
        """Whether finished vesicles are loaded or coated."""
        return any(s.kind in ("direct", "surface") for s in self.want.vesicle.engineering)


def frame(asked: Asked, library: Library) -> Frame:
    """Dose, losses and draws of a plan.

    Raises:
        InputError: the protocol gives no vesicles, or something asked for is not known.
    """
    want = wanted(asked.study, asked.subjects, asked.dose)
    if asked.draws < 1:
        raise InputError("too few draws", key="--draws", value=asked.draws, expected="1 or more")
    draws = Draws(library, asked.seed, asked.draws, want.vesicle.source.species)
    product = product_of(want.vesicle, draws)
    chain = isolated(asked.chain or _stated(want), draws)
    steps = losses(want.vesicle, product, chain, draws)
    each = want.protein * chain.per_mass if want.protein is not None else np.full(
        asked.draws, want.vesicles
    )  # fmt: skip
    return Frame(asked, want, product, chain, steps, each, draws)


def _stated(want: Wanted) -> tuple[str, ...]:
    own = want.vesicle.isolation
    return (isolation.USUAL if own == isolation.NOT_STATED else own,)


def plan(asked: Asked, library: Library) -> dict[str, Any]:
    """The plan as a result that can be stored as JSON.

    Raises:
        InputError: see :func:`frame`.
    """
    made = frame(asked, library)
    parent = made.want.vesicle.source.cell
    something = bool(np.any(made.per_dose > 0.0))
    cultures = {
        name: culture(name, parent, made.product.yield_gain, made.draws)
        for name in (asked.platforms if something else ())
    }  # fmt: skip
    best = _most_per_cell(made) if cultures else 0.0
    rows = [_row(c, best, made) for c in cultures.values()]
    result = {
        "format": FORMAT, "evdisc": __version__, "protocol": asked.study.title,
        "seed": asked.seed, "draws": asked.draws, "doses": _doses(made), "need": _need(made),
        "isolation": list(made.chain.steps), "purity": _purity(made.chain), "platforms": rows,
        "losses": [{"step": s.step, "factor": triple(s.kept)} for s in made.steps],
        "review": review_arithmetic(made.chain.per_mass, made.kept, made.draws),
    }  # fmt: skip
    outcome = made.in_medium / next(iter(cultures.values())).per_cell if cultures else made.per_dose
    return result | {
        "assumed": _assumed(made.draws, outcome),
        "warnings": _warnings(made, rows),
        "citations": made.draws.sources(),
    }


def _most_per_cell(made: Frame) -> float:
    """What a cell gives in a run on the best platform there is, asked for or not."""
    beside = replace(made.draws, used={})  # what is only compared with is not read
    parent, own = made.want.vesicle.source.cell, made.product.yield_gain
    every = (culture(name, parent, own, beside) for name in names("platform"))
    return max(float(np.median(c.per_cell)) for c in every)


def _doses(made: Frame) -> dict[str, Any]:
    want = made.want
    return {
        "stated_in": "protein" if want.protein is not None else "vesicles",
        "protein_ug": None if want.protein is None else rounded(want.protein / UG),
        "vesicles_per_injection": triple(made.per_dose), "injections": want.injections,
        "subjects": want.subjects, "doses": want.doses, "route": want.route,
        "convention": CONVENTION,
    }  # fmt: skip


def _need(made: Frame) -> dict[str, Any]:
    want = made.want
    delivered = made.per_dose * want.doses
    out: dict[str, Any] = {
        "vesicles_delivered": triple(delivered),
        "vesicles_in_medium": triple(made.in_medium),
        "vesicles_in_medium_per_dose": triple(made.per_dose / made.kept),
        "kept": triple(made.kept),
        "protein_delivered_ug": triple(delivered / made.chain.per_mass / UG),
        "cells_given": None,
    }
    if want.cells:
        grown = np.full(made.draws.count, want.cells * want.doses)
        growth = expansion(grown, want.vesicle.source.cell, made.draws)
        out["cells_given"] = {"cells": want.cells * want.doses, **_expansion(growth)}
    return out


def _purity(chain: Isolated) -> list[dict[str, Any]]:
    return [
        {"after": step, "particles_per_ug": triple(x * UG)}
        for step, x in zip(chain.steps, chain.purities, strict=True)
    ]


def _row(own: Culture, best: float, made: Frame) -> dict[str, Any]:
    cells = made.in_medium / own.per_cell
    units = np.ceil(made.in_medium / own.per_unit)
    batches = np.ceil(units / own.units)
    in_batch = np.minimum(units, own.units)
    growth = expansion(in_batch * own.cells, made.want.vesicle.source.cell, made.draws)
    harvested = in_batch * own.medium * own.harvests
    work = isolation.hours(made.chain.steps, harvested, made.draws)
    bars = stages(own, growth, list(zip(made.chain.steps, work, strict=True)), made.loaded,
                  made.draws)  # fmt: skip
    medium = units * own.medium * own.harvests + growth.medium * batches
    days = campaign(bars, batches) / DAY
    doses = own.units * own.per_unit * made.kept / made.per_dose
    return {
        "platform": own.name, "cells": triple(cells), "cells_per_unit": triple(own.cells),
        "units": triple(units), "units_per_batch": triple(own.units), "batches": triple(batches),
        "medium_L": triple(medium / LITRE),
        "conditioned_medium_L": triple(units * own.medium * own.harvests / LITRE),
        "days": triple(days), "days_one_batch": triple(one_batch(bars) / DAY),
        "doses_per_batch": triple(doses),
        "p_batch_meets_dose": rounded(float(np.mean(doses >= 1.0))),
        "p_batch_meets_all": rounded(float(np.mean(batches <= 1.0))),
        "vesicles_per_cell_per_day": triple(own.rate * DAY),
        "vesicles_per_mL": triple(own.concentration * 1e-6),
        **_bottleneck(own, best, made, bars),
        "purity": triple(made.chain.per_mass * UG), "expansion": _expansion(growth),
        "schedule": picture(bars, growth), "published": measured_beside(own, made.draws),
        "cost": _cost(own, made, growth, batches, units, medium, harvested,
                      working_days(bars, batches)),
    }  # fmt: skip


def _expansion(growth: Expansion) -> dict[str, Any]:
    return {
        "doublings": triple(growth.doublings), "passages": triple(growth.passages),
        "last_passage": triple(growth.last_passage),
        "passage_limit": rounded(float(np.median(growth.limit))),
        "probability_limit_exceeded": rounded(growth.exceeded),
        "vials_within_limit": triple(growth.vials), "days": triple(growth.time / DAY),
    }  # fmt: skip


def _bottleneck(own: Culture, best: float, made: Frame, bars: list[Stage]) -> dict[str, Any]:
    """Levers: cells needed, of those now, if a step lost nothing or a culture gave the most."""
    levers = [{"step": s.step, "cells_left": rounded(float(np.median(s.kept)))} for s in made.steps]
    share = float(np.median(own.per_cell)) / best
    if share < 1.0:
        levers.append({"step": "culture", "cells_left": rounded(share)})
    levers.sort(key=lambda lever: float(lever["cells_left"] or 0.0))
    longest = max(bars, key=lambda s: float(np.median(s.time)))
    return {"bottleneck": levers[0]["step"], "levers": levers, "longest_stage": longest.name}


def _cost(
    own: Culture, made: Frame, growth: Expansion, batches: Floats, units: Floats, medium: Floats,
    harvested: Floats, days: Floats,
) -> dict[str, Any] | None:  # fmt: skip
    if made.asked.prices is None:
        return None
    runs = isolation.runs(made.chain.steps, harvested, made.draws)
    by_step: dict[str, Floats] = {}
    for step, count in zip(made.chain.steps, runs, strict=True):
        by_step[step] = by_step.get(step, np.zeros(1)) + count * batches
    counts: dict[str, Any] = {
        "medium_litre": medium / LITRE, "bank_vial": growth.vials * batches,
        "culture_unit": {own.name: units}, "isolation_run": by_step,
        "loading_batch": batches * made.loaded, "quality_control_batch": batches,
        "fill_batch": batches, "release_batch": batches, "labour_day": days, "facility_day": days,
    }  # fmt: skip
    return cost(made.asked.prices, counts, made.want.doses)


def _assumed(draws: Draws, outcome: Floats) -> list[str]:
    """Assumed rows read, those that move the cells needed most first."""
    moved = spread_of(draws.drawn, outcome)
    weight: dict[str, float] = {}
    for name, by in moved.items():
        row = draws.used.get(name.partition("#")[0])
        if row is not None and row.tier == "assumed":
            weight[named(row)] = max(weight.get(named(row), 0.0), abs(by))
    order = [n for n in sorted(weight, key=lambda n: (-weight[n], n))
             if weight[n] >= LEAST_INFLUENCE]  # fmt: skip
    return order + [n for n in draws.assumed() if n not in order]


def _warnings(made: Frame, rows: list[dict[str, Any]]) -> list[str]:
    want = made.want
    out = [w for w in made.product.warnings if "yield" in w]
    if not np.any(made.per_dose > 0.0):
        out.append("the dose is 0: no vesicles are made")
    if want.cells:
        out.append("living cells are given too: their expansion is told, their own release is not")
    if not made.asked.chain and want.vesicle.isolation == isolation.NOT_STATED:
        out.append(f"the protocol does not say how vesicles are isolated: {isolation.USUAL} is "
                   "taken")  # fmt: skip
    if made.asked.chain and want.vesicle.isolation not in (isolation.NOT_STATED, *made.asked.chain):
        out.append(f"the protocol isolates by {want.vesicle.isolation}; here it is "
                   + " -> ".join(made.asked.chain))  # fmt: skip
    if len(made.chain.steps) > 1:
        out.append("recoveries of single steps on raw medium are taken to multiply in a chain")
    if want.route in ("intravenous", "intramuscular"):
        out.append(f"by the route {want.route} a small share of the dose reaches the disc: see "
                   "evdisc dose")  # fmt: skip
    for row in rows:
        out += _of_platform(row, want.vesicle.source.cell)
    return list(dict.fromkeys(out))


def _of_platform(row: dict[str, Any], parent: str) -> list[str]:
    out, grown = [], row["expansion"]
    if grown["probability_limit_exceeded"] >= 0.05:
        vials = grown["vials_within_limit"]["q95"]
        needed = "no number of vials keeps it" if vials is None else f"{vials:.3g} vials keep it"
        out.append(
            f"{row['platform']}: grown from one vial, cells pass the limit of passage "
            f"{grown['passage_limit']:g} in {100 * grown['probability_limit_exceeded']:.0f} % of "
            f"draws; {needed}"
        )
    if row["platform"] == WHEEL and parent not in WHEEL_CELLS:
        out.append(f"{WHEEL}: no run of {parent} was found, {WHEEL_CELLS[0]} stands in")
    for seen in row["published"]:
        ratio = seen["published_over_planned"]
        if ratio is not None and not 0.2 <= ratio <= 5.0:
            out.append(
                f"{row['platform']}: {seen['what']} was measured at {ratio:.2g} times the "
                "concentration of this plan; what a cell gives is known to a decade only"
            )
    if row["platform"] == "fixed bed":
        out.append("fixed bed: no vesicle study was found, every number of it is a guess")
    return out
