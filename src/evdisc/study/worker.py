"""A task: a few members, all their runs, as plain arrays. One failed member never stops it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from evdisc.errors import EvdiscError
from evdisc.evidence.library import Library
from evdisc.outcome.delivery_table import delivery
from evdisc.outcome.readouts import disc_readouts, dish_readouts
from evdisc.outcome.transplanted import cell_numbers, transplanted
from evdisc.protocol.specs import DiscStudy, DishStudy
from evdisc.simulate import disc, dish
from evdisc.simulate.exposure import exposure
from evdisc.simulate.member import Member
from evdisc.simulate.readers import READERS
from evdisc.simulate.run import Run
from evdisc.study.claims_influence import packed
from evdisc.study.posterior import member_draws
from evdisc.study.variants import Variant, variants

Arrays = dict[str, NDArray[Any]]
FORMAT = "evdisc-members/2"
#: a table of doses asks for no network
NOTHING_HELD = np.zeros(0, dtype=np.bool_)
#: numbers of which a product is built
OF_PRODUCT = {k for room, keys in READERS.items() if room.startswith("vesicle.") for k in keys}
BALANCE = ("injected", "leaked", "decayed", "taken_up", "in_disc", "outside", "error")


def run_members(
    study: DiscStudy | DishStudy, members: Sequence[int], library: Library,
    which: Sequence[Variant] | None = None,
) -> Arrays:  # fmt: skip
    """Run the given members, in all variants or those named; see :func:`stack` for the arrays."""
    which = variants(study) if which is None else which
    return stack([run_member(study, m, library, which) for m in members], members)


def draw(study: DiscStudy | DishStudy, member: int, library: Library) -> Member:
    """The member with this number: its draws depend on seed, number and parameter alone."""
    quantile = member_draws(study.ensemble, member)
    if isinstance(study, DiscStudy):
        return disc.draw_member(study, library, quantile)
    return dish.draw_member(study, library, quantile)


def run_member(
    study: DiscStudy | DishStudy, number: int, library: Library, which: Sequence[Variant]
) -> dict[str, Any]:
    """The runs of one member; a failure is a value with its reason."""
    try:
        member = draw(study, number, library)
        records = [_record(study, member, v) for v in which]
    except EvdiscError as error:
        return {"status": f"{type(error).__name__}: {error}"}
    held = packed((member.network(believe_all=False).strength != 0.0).any(axis=0))
    parameters = _parameters(study, member)
    return {"status": "ok", "records": records, "parameters": parameters, "arrows": held}


def expose_member(study: DiscStudy | DishStudy, member: Member) -> dict[str, Any]:
    """The treated arm of one member for its delivery numbers alone."""
    treated = Variant("treated", "stoichiometric", False)
    try:
        if isinstance(study, DishStudy):
            record = _record(study, member, treated)
        else:
            run = exposure(study, member)
            table = delivery(run, *_cargo(study, member))
            record = _numbers(run, {}, table | cell_numbers(study, member, "treated", run))
    except EvdiscError as error:
        return {"status": f"{type(error).__name__}: {error}"}
    return {"status": "ok", "records": [record], "parameters": {}, "arrows": packed(NOTHING_HELD)}


def _parameters(study: DiscStudy | DishStudy, member: Member) -> dict[str, float]:
    # of what is drawn one by one, that of cargo and product is the same in all members
    cargoes = ("", *_cargo(study, member)[0])
    drawn = member.values.drawn.items()
    return {
        k: x for k, x in drawn
        if k.partition("#")[2] in cargoes or k.partition("#")[0].partition("|")[0] in OF_PRODUCT
    }  # fmt: skip


def _record(study: DiscStudy | DishStudy, member: Member, v: Variant) -> dict[str, Any]:
    if isinstance(study, DiscStudy):
        run = disc.run_arm(study, member, v.arm, v.hypothesis, v.believe_all)
        told = disc_readouts(run, member.values) | transplanted(study, member, v.arm, run)
        table = delivery(run, *_cargo(study, member))
        return _numbers(run, told, table | cell_numbers(study, member, v.arm, run))
    run = dish.run_arm(study, member, v.arm, v.hypothesis, v.believe_all)
    types = dish.cell_types(study)
    rows: dict[str, Any] = {}
    for cell in types:
        for name, column in dish_readouts(run, cell).items():
            rows[name if len(types) == 1 else f"{name} ({cell})"] = column
    return _numbers(run, rows, delivery(run, *_cargo(study, member), region=types[0]))


def _cargo(
    study: DiscStudy | DishStudy, member: Member
) -> tuple[tuple[str, ...], dict[str, float]]:
    room = disc if isinstance(study, DiscStudy) else dish
    product = room.product_of(study, member)
    if product is None:
        return (), {}
    own = {
        name: member.values.molecular("endogenous_copies", name, kind)
        for name, kind in zip(product.cargoes, product.kinds, strict=True)
    }
    return product.cargoes, own


def _numbers(run: Run, readouts: dict[str, Any], table: dict[str, float]) -> dict[str, Any]:
    return {
        "times": run.times, "readouts": readouts, "delivery": table, "snapshots": run.snapshots,
        "balance": [run.balance[k] for k in BALANCE], "warnings": run.warnings,
        "steps": run.steps,
    }  # fmt: skip


def stack(results: Sequence[dict[str, Any]], members: Sequence[int]) -> Arrays:
    """Member results as arrays, NaN where a member failed.

    Arrays: members, status, times, readout_names, readouts (member, variant, readout, time),
    delivery_names, delivery (member, variant, name), balance (member, variant, 6),
    snapshot_names, snapshots (member, variant, snapshot, variable, nr, nz), parameter_names,
    parameters (member, name), arrows (member, byte: one bit an arrow of the discounted network that
    holds in any cell type; 0 where a member failed), warnings, steps.
    """
    good = [r for r in results if r["status"] == "ok"]
    out: Arrays = {
        "format": np.array(FORMAT),
        "members": np.array(members, dtype=np.int64),
        "status": np.array([r["status"] for r in results]),
    }
    if not good:
        return out
    first = good[0]["records"][0]
    out |= {
        "times": first["times"],
        "readout_names": np.array(list(first["readouts"])),
        "delivery_names": np.array(list(first["delivery"]), dtype=np.str_),
        "snapshot_names": np.array(list(first["snapshots"]), dtype=np.str_),
        "parameter_names": np.array(sorted(good[0]["parameters"])),
        "warnings": np.array(
            sorted({w for r in good for rec in r["records"] for w in rec["warnings"]}),
            dtype=np.str_,
        ),
    }
    out["readouts"] = _each(results, lambda rec: np.array(list(rec["readouts"].values())))
    out["delivery"] = _each(results, lambda rec: np.array(list(rec["delivery"].values())))
    out["balance"] = _each(results, lambda rec: np.array(rec["balance"]))
    out["steps"] = _each(results, lambda rec: np.array(float(rec["steps"])))
    if first["snapshots"]:
        out["snapshots"] = _each(
            results, lambda rec: np.stack(list(rec["snapshots"].values()), axis=1)
        ).astype(np.float32)
    none = np.zeros_like(good[0]["arrows"])
    out["arrows"] = np.stack([r.get("arrows", none) for r in results])
    names = out["parameter_names"]
    out["parameters"] = np.array([
        [r["parameters"].get(str(n), np.nan) for n in names] if r["status"] == "ok"
        else [np.nan] * len(names) for r in results
    ])  # fmt: skip
    return out


def _each(results: Sequence[dict[str, Any]], pick: Any) -> NDArray[np.float64]:
    stacked = {
        i: np.stack([pick(rec) for rec in r["records"]])
        for i, r in enumerate(results) if r["status"] == "ok"
    }  # fmt: skip
    shape = next(iter(stacked.values())).shape
    missing = np.full(shape, np.nan)
    return np.stack([stacked.get(i, missing) for i in range(len(results))])
