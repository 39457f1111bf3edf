"""A vesicle whose cargo was measured: the same study, its copies set member by member.

What is measured are shares; the copies of all molecules in a vesicle are known within a range or
not at all. Every member draws that one number and keeps the shares, so the cargoes stay in their
measured proportion.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from evdisc import __version__
from evdisc.errors import InputError, RunError
from evdisc.evidence.library import Library
from evdisc.outcome.delivery_table import verdict
from evdisc.outcome.effects import triple
from evdisc.protocol.specs import DiscStudy, DishStudy
from evdisc.protocol.therapy_specs import CargoSpec, VesicleSpec
from evdisc.simulate.draws import MemberDraws
from evdisc.study.crew import Progress, silent
from evdisc.study.folder import fingerprint
from evdisc.study.summary import Stack, result
from evdisc.study.variants import variants
from evdisc.study.worker import draw, expose_member, run_member, stack

Floats = NDArray[np.float64]
Study = DiscStudy | DishStudy
#: name under which the scale of the copies is drawn
SCALE = "copies of all measured molecules per vesicle"
#: most cargoes a protocol may name
MOST = 100


@dataclass(frozen=True)
class MeasuredCargo:
    """What was measured, as a study takes it.

    Attributes:
        share: molecule the evidence knows -> its share of all measured molecules.
        absent: molecules of the native profile that were looked for and not found.
        scale: quantile in (0, 1) -> copies of all measured molecules per vesicle.
        isolate: switch off what was not measured.
    """

    share: Mapping[str, float]
    absent: Sequence[str]
    scale: Callable[[float], float]
    isolate: bool

    def copies(self, seed: int, member: int) -> dict[str, float]:
        """Copies per vesicle of one member."""
        total = self.total(seed, member)
        return {name: s * total for name, s in self.share.items()} | dict.fromkeys(self.absent, 0.0)

    def total(self, seed: int, member: int) -> float:
        """Copies of all measured molecules in a vesicle of one member."""
        return self.scale(MemberDraws(seed, member)(SCALE))


def vesicle_of(study: Study) -> VesicleSpec:
    """The vesicle of a study.

    Raises:
        InputError: it gives none.
    """
    vesicle = study.therapy.vesicle if study.therapy else None
    if vesicle is None:
        raise InputError("gives no vesicles", key="therapy.vesicle", value=study.title,
                         expected="a protocol with a vesicle")  # fmt: skip
    return vesicle


def as_measured(vesicle: VesicleSpec) -> tuple[VesicleSpec, list[str]]:
    """A vesicle without the steps whose cargo the measurement holds already, and what was left."""
    dropped = [s.method for s in vesicle.steps if s.kind != "surface"]
    surface = tuple(s for s in vesicle.engineering if s.kind == "surface")
    source = vesicle.source.model_copy(update={"preconditioning": "none"})
    said = [f"{name}: its effect on the cargo is in the measurement" for name in dropped]
    if vesicle.cargo:
        said.append("cargo stated in the protocol is replaced by what was measured")
    return vesicle.model_copy(
        update={"engineering": surface, "source": source, "cargo": ()}
    ), said  # fmt: skip


def with_copies(study: Study, copies: Mapping[str, float], isolate: bool) -> Study:
    """The study with stated copies per vesicle.

    Raises:
        InputError: it gives no vesicles, or more cargoes than a protocol may name.
    """
    if len(copies) > MOST:
        raise InputError("more cargoes than a protocol may name", value=len(copies),
                         expected=f"at most {MOST}")  # fmt: skip
    cargo = tuple(
        CargoSpec(molecule=name, copies_per_vesicle=x, isolate=isolate)
        for name, x in copies.items()
    )
    vesicle = vesicle_of(study).model_copy(update={"cargo": cargo})
    assert study.therapy is not None
    therapy = study.therapy.model_copy(update={"vesicle": vesicle})
    return study.model_copy(update={"therapy": therapy})


def run_measured(
    study: Study, cargo: MeasuredCargo, library: Library, progress: Progress = silent
) -> dict[str, Any]:
    """Run a study with measured cargo in this process; the content is that of result.json.

    Raises:
        InputError: a cargo is in no claim. RunError: every member failed.
    """
    members, seed = range(study.ensemble.members), study.ensemble.seed
    records = []
    for done, m in enumerate(members, 1):
        own = with_copies(study, cargo.copies(seed, m), cargo.isolate)
        records.append(run_member(own, m, library, variants(own)))
        failed = sum(r["status"] != "ok" for r in records)
        progress(done, len(members), failed)
    if all(r["status"] != "ok" for r in records):
        raise RunError(f"every member failed, the first with: {records[0]['status']}")
    middle = {name: s * cargo.scale(0.5) for name, s in cargo.share.items()}
    typical = with_copies(study, middle | dict.fromkeys(cargo.absent, 0.0), cargo.isolate)
    arrays = stack(records, list(members))
    found = Stack(members, [str(s) for s in arrays["status"]], arrays)
    return result(typical, found, library, fingerprint(typical, []), __version__)


@dataclass(frozen=True)
class Uptake:
    """What one copy in each vesicle becomes in a cell, for every member that ran.

    Attributes:
        members: numbers of the members.
        vesicles_per_cell: (members,) vesicles taken up by the mean cell.
        cytosol: (members,) peak copies in the cytosol, one copy in each vesicle.
    """

    members: Sequence[int]
    vesicles_per_cell: Floats
    cytosol: Floats


def uptake(study: Study, tracer: str, library: Library) -> Uptake:
    """Uptake of a study's dose, by a cargo of one copy per vesicle alone.

    Copies in the cytosol are proportional to copies per vesicle, so this serves every molecule of
    the tracer's kind.

    Raises:
        RunError: every member failed.
    """
    bare = with_copies(study, {tracer: 1.0}, True)
    rows: list[tuple[int, float, float]] = []
    why = ""
    for m in range(study.ensemble.members):
        found = expose_member(bare, draw(bare, m, library))
        if found["status"] != "ok":
            why = str(found["status"])
            continue
        table = found["records"][0]["delivery"]
        rows.append((m, table["vesicles_per_cell"], table[f"copies:{tracer}"]))
    if not rows:
        raise RunError(f"every member failed, the first with: {why}")
    return Uptake([r[0] for r in rows], np.array([r[1] for r in rows]),
                  np.array([r[2] for r in rows]))  # fmt: skip


def stoichiometry(
    study: Study, share: Mapping[str, float], cargo: MeasuredCargo, taken: Uptake, kind: str,
    library: Library,
) -> list[dict[str, Any]]:  # fmt: skip
    """What each molecule amounts to in a cell at the study's dose.

    Args:
        study: gives the dose.
        share: molecule -> share, of those to tabulate.
        cargo: the scale.
        taken: uptake of the dose.
        kind: ``miRNA`` or ``protein``.
        library: gives what a cell has and needs.

    Returns one row a molecule: copies_per_vesicle, copies_per_cell (peak, in the cytosol), own
    (copies of the cell's own), over_own, each {median, q05, q95}; and, for miRNA, needed (copies at
    half effect), over_needed, dose_for_half_effect (times the dose) and verdict.
    """  # fmt: skip
    seed = study.ensemble.seed
    total = np.array([cargo.total(seed, m) for m in taken.members])
    values = {m: draw(study, m, library).values for m in taken.members}
    needed = library.resolve("half_effect_copies").median
    rows = []
    for name, part in share.items():
        delivered = part * total * taken.cytosol
        own = np.array(
            [values[m].molecular("endogenous_copies", name, kind) for m in taken.members]
        )
        row: dict[str, Any] = {
            "name": name, "share": part, "copies_per_vesicle": triple(part * total),
            "copies_per_cell": triple(delivered), "own": triple(own),
            "over_own": triple(delivered / own),
        }  # fmt: skip
        if kind == "miRNA":
            over = row["over_own"]["median"] or 0.0
            middle, low, high = (row["copies_per_cell"][k] or 0.0 for k in ("median", "q05", "q95"))
            row |= {
                "needed": needed, "over_needed": triple(delivered / needed),
                "dose_for_half_effect": triple(needed / delivered),
                "verdict": verdict(middle, low, high, needed, over),
            }  # fmt: skip
        rows.append(row)
    return rows
