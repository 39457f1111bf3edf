"""Cases: what one member of a ranking is given, one after the other, and what it ends with.

A member is drawn once; every case of it meets the same disc, the same cells and the same network.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from evdisc.errors import EvdiscError
from evdisc.evidence.library import Library
from evdisc.outcome.delivery_table import delivery as delivered
from evdisc.outcome.readouts import disc_readouts
from evdisc.protocol.blocks import Spec
from evdisc.protocol.specs import DiscStudy
from evdisc.protocol.therapy_specs import DeliverySpec, TherapySpec, VesicleSpec
from evdisc.simulate import disc
from evdisc.simulate.given import given
from evdisc.simulate.member import Member
from evdisc.study.posterior import member_draws
from evdisc.study.stated import alone, mixture, stated
from evdisc.study.variants import bare_arm
from evdisc.study.worker import Arrays
from evdisc.vesicle.build import build_product
from evdisc.vesicle.product import Product

FORMAT = "evdisc-cases/1"
Hypothesis = Literal["stoichiometric", "potency"]


class Case(Spec):
    """One product, mixture or control as it is given.

    Attributes:
        key: name of the case within its stage.
        arm: arm of the study it is.
        vesicles: the product, or two that are mixed at half the dose each.
        delivery: how it is given; None for the common way.
        only: cargoes left in; all where empty.
        equal_cost: the dose counts vesicles that are made, before engineering takes its share.
        hypotheses: delivery hypotheses it runs under.
    """

    key: str
    arm: Literal["treated", "untreated", "vehicle", "carrier"] = "treated"
    vesicles: tuple[VesicleSpec, ...] = ()
    delivery: DeliverySpec | None = None
    only: tuple[str, ...] = ()
    equal_cost: bool = False
    hypotheses: tuple[Hypothesis, ...] = ("stoichiometric", "potency")


CONTROLS = (
    Case(key="untreated", arm="untreated", hypotheses=("stoichiometric",)),
    Case(key="vehicle", arm="vehicle", hypotheses=("stoichiometric",)),
)


def with_carriers(frame: DiscStudy, cases: Sequence[Case]) -> tuple[list[Case], list[str]]:
    """Controls of the cases, and for each case the key of the one that only lacks its vesicles.

    That is the vehicle, or where vesicles come in a carrier the carrier given just so.
    """
    assert frame.therapy is not None
    controls, keys, known = list(CONTROLS), [], dict[str, str]()
    for case in cases:
        own = case.delivery or frame.therapy.delivery
        if bare_arm(own.carrier) == "vehicle":
            keys.append("vehicle")
            continue
        way = own.model_dump_json(exclude={"dose", "cells"})
        if way not in known:
            known[way] = f"carrier {len(known) + 1}: {own.carrier}"
            controls.append(Case(
                key=known[way], arm="carrier", delivery=own, hypotheses=("stoichiometric",)
            ))  # fmt: skip
        keys.append(known[way])
    return controls, keys


def runs_of(cases: Sequence[Case]) -> list[tuple[str, str]]:
    """(case, hypothesis) of every run, in stored order."""
    return [(case.key, hypothesis) for case in cases for hypothesis in case.hypotheses]


def given_cases(
    frame: DiscStudy, cases: Sequence[Case], members: Sequence[int], library: Library
) -> Arrays:
    """Run all cases of the members; see :func:`_stacked` for the arrays."""
    results = [_member(frame, cases, m, library) for m in members]
    return _stacked(results, members, runs_of(cases))


def as_text(cases: Sequence[Case]) -> str:
    """Cases as JSON text."""
    return json.dumps([case.model_dump(mode="json") for case in cases], sort_keys=True)


def cases_of(text: str) -> list[Case]:
    """Cases from the text of :func:`as_text`."""
    return [Case.model_validate_json(json.dumps(case)) for case in json.loads(text)]


def drawn(frame: DiscStudy, number: int, library: Library) -> Member:
    """A member as it is before anything is given to it."""
    bare = frame.model_copy(update={"therapy": None})
    member = disc.draw_member(bare, library, member_draws(frame.ensemble, number))
    member.network(False)
    return member


def products_of(case: Case, member: Member, library: Library) -> list[Product]:
    """The products of a case with the copies of this member.

    Raises:
        InputError: a cargo is in no claim.
    """
    return [product_for(vesicle, member, library) for vesicle in case.vesicles]


def product_for(vesicle: VesicleSpec, member: Member, library: Library) -> Product:
    """A product with the copies of this member."""
    return build_product(vesicle, library, member.values.subject_value)


def study_of(frame: DiscStudy, case: Case, made: Sequence[Product], library: Library) -> DiscStudy:
    """The study of one case in one member."""
    if case.arm == "untreated":
        return frame.model_copy(update={"therapy": None})
    if case.arm == "vehicle":
        return frame
    assert frame.therapy is not None
    delivery = case.delivery or frame.therapy.delivery
    if case.arm == "carrier":
        therapy = frame.therapy.model_copy(update={"delivery": delivery})
        return frame.model_copy(update={"therapy": therapy})
    dose, vesicle, first = delivery.dose, case.vesicles[0], made[0]
    if case.equal_cost:
        dose *= sum(p.recovery for p in made) / len(made)
    if len(made) > 1:
        copies, whole = mixture(made[0], made[1], library)
        dose, vesicle = dose * whole, stated(vesicle, first, copies)
    elif case.only:
        copies = alone(first, case.only, library)
        dose, vesicle = dose * first.whole_share, stated(vesicle, first, copies)
    therapy = TherapySpec(vesicle=vesicle, delivery=delivery.model_copy(update={"dose": dose}))
    return frame.model_copy(update={"therapy": therapy})


def _member(
    frame: DiscStudy, cases: Sequence[Case], number: int, library: Library
) -> dict[str, Any]:
    """All cases of one member; a failure is a value with its reason."""
    case = cases[0]
    try:
        member = drawn(frame, number, library)
        records = []
        for case in cases:
            records += list(_records(frame, case, member, library))
    except EvdiscError as error:
        return {"status": f"{case.key}: {type(error).__name__}: {error}"}
    return {"status": "ok", "records": records}


def _records(
    frame: DiscStudy, case: Case, member: Member, library: Library
) -> Iterator[dict[str, Any]]:
    made = products_of(case, member, library)
    study = study_of(frame, case, made, library)
    own = given(member, made[0]) if made else member
    if own is not member:
        # surface and size change what the disc does with vesicles, never the cells' network
        own = replace(own, networks=member.networks, release=member.release)
    for hypothesis in case.hypotheses:
        run = disc.run_arm(study, own, case.arm, hypothesis)
        ends = {name: float(column[-1]) for name, column in disc_readouts(run, own.values).items()}
        table = _delivery(study, own, run) if made else {}
        if made:
            assert study.therapy is not None
            table["given"] = study.therapy.delivery.dose
            table["to_make"] = _to_make(frame, case, made)
        yield {"readouts": ends, "delivery": table, "warnings": run.warnings}


def _to_make(frame: DiscStudy, case: Case, made: Sequence[Product]) -> float:
    """Vesicles that must be made for all injections of a case."""
    assert frame.therapy is not None
    delivery = case.delivery or frame.therapy.delivery
    counted = delivery.dose * len(delivery.schedule) / len(made)
    if case.equal_cost:
        return counted * len(made)
    return sum(counted / (p.recovery * p.whole_share) for p in made)


def _delivery(study: DiscStudy, member: Member, run: Any) -> dict[str, float]:
    product = disc.product_of(study, member)
    assert product is not None
    own = {
        name: member.values.molecular("endogenous_copies", name, kind)
        for name, kind in zip(product.cargoes, product.kinds, strict=True)
    }
    return delivered(run, product.cargoes, own)


def _stacked(
    results: Sequence[dict[str, Any]], members: Sequence[int], runs: Sequence[tuple[str, str]]
) -> Arrays:
    """Member results as arrays, NaN where a member failed or a case has no such number.

    Arrays: members, status, runs (case, hypothesis), readout_names, readouts (member, run,
    readout) at the end, delivery_names, delivery (member, run, name), warnings.
    """
    out: Arrays = {
        "format": np.array(FORMAT), "members": np.array(members, dtype=np.int64),
        "status": np.array([r["status"] for r in results]), "runs": np.array(runs, dtype=np.str_),
    }  # fmt: skip
    good = [rec for r in results if r["status"] == "ok" for rec in r["records"]]
    for what in ("readouts", "delivery"):
        names = sorted({name for rec in good for name in rec[what]})
        out[f"{what.removesuffix('s')}_names"] = np.array(names, dtype=np.str_)
        out[what] = np.array([_rows(r, what, names, len(runs)) for r in results])
    words = sorted({w for rec in good for w in rec["warnings"]})
    return out | {"warnings": np.array(words, dtype=np.str_)}


def _rows(
    result: dict[str, Any], what: str, names: Sequence[str], runs: int
) -> NDArray[np.float64]:
    if result["status"] != "ok":
        return np.full((runs, len(names)), np.nan)
    rows = [[rec[what].get(name, np.nan) for name in names] for rec in result["records"]]
    return np.array(rows, dtype=np.float64).reshape(runs, len(names))
