"""Delivery beside what was published of it: reported as probabilities, never forced."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from evdisc.evidence.library import Library
from evdisc.protocol.specs import DiscStudy
from evdisc.protocol.yaml_io import from_document
from evdisc.simulate import disc
from evdisc.simulate.draws import MemberDraws
from evdisc.validate.case import Result, holds, told

Floats = NDArray[np.float64]

MEMBERS, SEED = 12, 2026
#: vesicles taken up per nucleus cell that count as reaching the nucleus
REACHED = 1.0
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
) -> tuple[Floats, Floats, Floats]:
    """(members,) vesicles per nucleus cell, share of the dose in the disc, hindrance drawn."""
    spec = study(*animal, route, carrier, {})
    rows = []
    for number in range(MEMBERS):
        member = disc.draw_member(spec, library, MemberDraws(SEED, number))
        run = disc.run_arm(spec, member, "treated", "stoichiometric")
        cells = run.series["living_cells|NP"][0]
        inside = sum(run.balance[k] for k in ("in_disc", "decayed", "taken_up"))
        rows.append((
            run.series["vesicles_entered|NP"][-1] / cells, inside / run.balance["injected"],
            member.values.number("vesicle_hindrance", region="AF"),
        ))  # fmt: skip
    entered, share, hindrance = np.array(rows).T
    return entered, share, hindrance


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
        for route in ("depot near annulus", "depot near endplate"):
            entered, _, _ = taken_up(library, animal, route, "ECM gel")
            seen = "reported to reach it" if (name, route) == ("rat", "depot near endplate") else ""
            checks.append(told(f"{name}, {route}: probability of a vesicle a cell", seen,
                               float(np.mean(entered > REACHED)), ""))  # fmt: skip
    entered, _, hindrance = taken_up(library, RAT, "depot near annulus", "ECM gel")
    reached = entered > REACHED
    checks.append(told("hindrance in the annulus, prior median", "",
                       float(np.median(hindrance)), ""))  # fmt: skip
    if reached.any():
        checks.append(told("and where a depot on the annulus reaches the nucleus", "",
                           float(np.median(hindrance[reached])), ""))  # fmt: skip
    return Result(
        "delivery: depot", "a depot in a gel beside the disc, four weeks", "luo2022", tuple(checks),
        "vesicles of a gel near the endplate were seen to cross the annulus of rats; the prior "
        "leaves that unlikely through the endplate, and possible through the annulus",
    )  # fmt: skip


def systemic(library: Library) -> Result:
    """Share of an intravenous dose that ever is in the disc."""
    checks = []
    for name, animal in (("rat", RAT), ("human", HUMAN)):
        _, share, _ = taken_up(library, animal, "intravenous")
        low, middle, high = np.quantile(share, (0.05, 0.5, 0.95))
        checks += [
            told(f"{name}: share of the dose, median", "", float(middle), ""),
            told(f"{name}: 5 % and 95 %", f"{low:.1g} to {high:.1g}", float(high), ""),
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
