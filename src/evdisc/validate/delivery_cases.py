"""Delivery beside what was published of it: reported as probabilities, never forced."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from evdisc.evidence.library import Library
from evdisc.evidence.parameters import ParameterRow
from evdisc.protocol.specs import DiscStudy
from evdisc.protocol.yaml_io import from_document
from evdisc.simulate import disc
from evdisc.simulate.draws import MemberDraws
from evdisc.simulate.run import Run
from evdisc.simulate.site import disc_context
from evdisc.validate.case import Result, holds, told

Floats = NDArray[np.float64]

MEMBERS, SEED = 12, 2026
#: vesicles taken up per nucleus cell that count as reaching the nucleus
REACHED = 1.0
#: halvings of the prior in search of what it takes to reach it
HALVINGS = 6
#: what a vesicle of a depot has to cross
BARRIER = {"depot near annulus": "AF", "depot near endplate": "CEP"}
RAT = ("rat-caudal", "1e8 particles", "2 uL")
HUMAN = ("human-lumbar", "1e11 particles", "2 mL")


def study(preset: str, dose: str, volume: str, route: str, carrier: str, more: Any) -> DiscStudy:
    """Four weeks after one dose into a healthy disc, on a coarse grid."""
    document = {
        "evdisc": 1, "kind": "disc", "title": "delivery alone", "disc": {"preset": preset},
        "therapy": {
            "vesicle": {"source": {"cell": "BMSC"}, **more},
            "delivery": {"route": route, "carrier": carrier, "dose": dose, "volume": volume,
                         "schedule": ["0 d"]},
        },
        "duration": "28 d",
        "numerics": {"radial_cells": 12, "axial_cells": 8, "largest_step": "12 h",
                     "output_every": "7 d"},
    }  # fmt: skip
    spec = from_document(document).spec
    assert isinstance(spec, DiscStudy)
    return spec


@lru_cache(maxsize=32)
def taken_up(
    library: Library, animal: tuple[str, str, str], route: str, carrier: str = "none"
) -> tuple[Floats, Floats]:
    """(members,) vesicles per nucleus cell, and share of the dose that was in the disc."""
    spec = study(*animal, route, carrier, {})
    rows = []
    for number in range(MEMBERS):
        run = one(spec, library, number)
        inside = sum(run.balance[k] for k in ("in_disc", "decayed", "taken_up"))
        rows.append((per_cell(run), inside / run.balance["injected"]))
    entered, share = np.array(rows).T
    return entered, share


def one(spec: DiscStudy, library: Library, number: int, hindrance: Any = None) -> Run:
    """The treated arm of a member, with its own hindrance or with {(key, region): value}."""
    member = disc.draw_member(spec, library, MemberDraws(SEED, number))
    member.values.overrides = {**member.values.overrides, **(hindrance or {})}
    return disc.run_arm(spec, member, "treated", "stoichiometric")


def per_cell(run: Run) -> float:
    """Vesicles that entered a nucleus cell."""
    return float(run.series["vesicles_entered|NP"][-1] / run.series["living_cells|NP"][0])


@lru_cache(maxsize=8)
def crossing(library: Library, animal: tuple[str, str, str], route: str) -> Floats:
    """(members,) quantile of the hindrance from which on a depot reaches the nucleus.

    1 where it does not at the largest hindrance of the prior. All else is the member's own, so the
    chance to reach is the mean of what is left above, without the noise of a drawn hindrance.
    """
    spec, region = study(*animal, route, "ECM gel", {}), BARRIER[route]
    row = prior(library, spec, region)

    def reaches(number: int, quantile: float) -> bool:
        hindrance = {("vesicle_hindrance", region): row.at(quantile)}
        return per_cell(one(spec, library, number, hindrance)) > REACHED

    found = np.ones(MEMBERS)
    for number in range(MEMBERS):
        if reaches(number, 1.0):
            low, high = 0.0, 1.0
            for _ in range(HALVINGS):
                middle = 0.5 * (low + high)
                low, high = (low, middle) if reaches(number, middle) else (middle, high)
            found[number] = high
    return found


def prior(library: Library, spec: DiscStudy, region: str) -> ParameterRow:
    """Evidence row of the hindrance of vesicles in a region of the study's disc."""
    return library.resolve("vesicle_hindrance", **disc_context(spec.disc), region=region)


def given_reached(border: Floats, at: tuple[float, ...]) -> Floats:
    """Quantiles ``at`` of a uniform number, given that it lies above a member's ``border``."""
    u = np.linspace(0.0, 1.0, 2001)
    weight = (u[:, None] > border).mean(axis=1).cumsum()
    return np.interp(np.array(at) * weight[-1], weight, u)


def gel_against_bolus(library: Library) -> Result:
    """Vesicles in a gel against the same as a bolus."""
    bolus, gel = (taken_up(library, RAT, "intradiscal", c)[0] for c in ("none", "GelMA"))
    return Result(
        "delivery: gel", "vesicles per cell in four weeks, gel against bolus, rat tail",
        "liao2022_vasorin",
        (told("probability that the gel brings more", "one study found a gain, a meta-analysis of "
              "19 no difference of means", float(np.mean(gel > bolus)), ""),
         told("median ratio", "", float(np.median(gel / bolus)), "")),
        "residence of a bolus, release and decay are all wide priors: not resolved",
    )  # fmt: skip


def depots(library: Library) -> Result:
    """Whether a depot beside the disc reaches the nucleus, and what that says of the annulus."""
    checks = []
    for name, animal in (("rat", RAT), ("human", HUMAN)):
        for route in BARRIER:
            chance = float(np.mean(1.0 - crossing(library, animal, route)))
            seen = "reported to reach it" if (name, route) == ("rat", "depot near endplate") else ""
            checks.append(told(f"{name}, {route}: probability of a vesicle a cell", seen, chance,
                               ""))  # fmt: skip
    border, at = crossing(library, RAT, "depot near annulus"), (0.05, 0.5, 0.95)
    row = prior(library, study(*RAT, "depot near annulus", "ECM gel", {}), "AF")
    for name, quantiles in (("prior", at), ("posterior", given_reached(border, at))):
        low, middle, high = (row.at(float(q)) for q in quantiles)
        checks += [
            told(f"hindrance in the annulus, {name}: median", "", middle, ""),
            told("5 %", "", low, ""), told("95 %", "", high, ""),
        ]  # fmt: skip
    return Result(
        "delivery: depot", "a depot in a gel beside the disc, four weeks", "luo2022", tuple(checks),
        "vesicles of a gel near the endplate were seen to cross the annulus of rats; the prior "
        "leaves no way through the endplate, and through the annulus only where they diffuse at a "
        "tenth of their rate in water or more; a run keeps the prior: one study without numbers",
    )  # fmt: skip


def systemic(library: Library) -> Result:
    """Share of an intravenous dose that ever is in the disc."""
    checks = []
    for name, animal in (("rat", RAT), ("human", HUMAN)):
        _, share = taken_up(library, animal, "intravenous")
        low, middle, high = np.quantile(share, (0.05, 0.5, 0.95))
        checks += [
            told(f"{name}: share of the dose, median", "", float(middle), ""),
            told("5 %", "", float(low), ""),
            told("95 %", "", float(high), ""),
        ]
    return Result(
        "delivery: blood", "an intravenous dose", "kang2021", tuple(checks),
        "one study reports that an intramuscular dose eased disc degeneration in rats; so few "
        "vesicles reach the disc here that it would have to act elsewhere",
    )  # fmt: skip


def cavin(library: Library) -> Result:
    """Cavin-2 restores the uptake that TNF-alpha impairs."""
    values = disc.draw_member(study(*RAT, "intradiscal", "none", {}), library,
                              MemberDraws(SEED, 0)).values  # fmt: skip
    left, restored = (
        library.resolve(key, **values.context).median
        for key in ("uptake_left_under_tnf", "uptake_left_with_cavin_2")
    )
    return Result(
        "delivery: Cavin-2", "uptake under TNF-alpha, native and Cavin-2 vesicles", "liao2021",
        (holds("restored above impaired", "above 0", restored - left, "", restored > left),),
        used=True,
    )  # fmt: skip


CASES = (gel_against_bolus, depots, systemic, cavin)
