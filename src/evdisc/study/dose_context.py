"""What stands beside a dose: what it takes, what it is per cell, and what others gave."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from evdisc.evidence.library import Library
from evdisc.outcome.effects import triple
from evdisc.protocol.specs import DiscStudy, DishStudy
from evdisc.protocol.therapy_specs import VesicleSpec
from evdisc.simulate import disc, dish
from evdisc.simulate.member import Member
from evdisc.simulate.site import geometry
from evdisc.study.purity import per_mass, purity

Floats = NDArray[np.float64]
UG = 1e-9  # kg


def context(
    study: DiscStudy | DishStudy, library: Library, drawn: Sequence[Member]
) -> dict[str, Any]:
    """Numbers of the dose that need no run.

    Returns ``dose`` (particles, per injection and in all; ug; per living cell), ``product`` (what
    engineering and storage leave, what must be made, cargo of a donor and of a batch over their
    means, free cargo, purity) and ``published`` (doses others gave, how many times ours is of each,
    and what it was given for).
    """
    room = disc if isinstance(study, DiscStudy) else dish
    products = [p for p in (room.product_of(study, m) for m in drawn) if p is not None]
    out: dict[str, Any] = {"dose": {}, "product": {}, "published": []}
    particles, injections = _particles(study)
    vesicle = study.therapy.vesicle if study.therapy else None
    if not products or particles <= 0.0 or vesicle is None:
        return out
    members = range(len(drawn))
    each = per_mass(study, vesicle, library, members)
    cells = np.array([_cells(study, m) for m in drawn])
    out["dose"] = {
        "particles": particles, "injections": injections,
        "particles_in_all": particles * injections,
        "protein_ug": triple(particles / each / UG),
        "particles_per_living_cell": triple(particles * injections / cells),
    }  # fmt: skip
    taken = np.array([p.recovery * p.integrity * p.left_after_storage for p in products])
    free = {name for p in products for name, _ in p.free_copies}
    out["product"] = {
        "recovery": triple(np.array([p.recovery for p in products])),
        "integrity": triple(np.array([p.integrity for p in products])),
        "left_after_storage": triple(np.array([p.left_after_storage for p in products])),
        "purity": purity(study, library, members),
        "yield_gain": triple(np.array([p.yield_gain for p in products])),
        "cargo_by_donor": _of_source("donor_cargo", "donor", vesicle, drawn),
        "cargo_by_batch": _of_source("batch_cargo", "batch", vesicle, drawn),
        "vesicles_to_make": triple(particles * injections / taken),
        "free_copies_per_vesicle": {
            name: triple(np.array([dict(p.free_copies).get(name, 0.0) for p in products]))
            for name in sorted(free)
        },
    }  # fmt: skip
    out["published"] = _published(study, library, particles, float(np.median(each)))
    return out


def _of_source(
    key: str, tag: str, vesicle: VesicleSpec, drawn: Sequence[Member]
) -> dict[str, float | None]:
    """A factor of the source cells, as the members drew it for their copies."""
    cell = vesicle.source.cell
    return triple(np.array([m.values.number(key, cell, tag) for m in drawn]))


def _particles(study: DiscStudy | DishStudy) -> tuple[float, int]:
    if isinstance(study, DiscStudy):
        delivery = study.therapy.delivery if study.therapy else None
        return (delivery.dose, len(delivery.schedule)) if delivery else (0.0, 0)
    concentration = study.therapy.concentration if study.therapy else None
    return (concentration or 0.0) * 1e-6, 1  # in 1 mL of medium


def _cells(study: DiscStudy | DishStudy, member: Member) -> float:
    """Living cells the dose meets: the nucleus, or 1 mL of medium."""
    if isinstance(study, DishStudy):
        return 1e-6 * sum(c.density for c in study.cells)
    size = geometry(member.values)
    volume = math.pi * size.nucleus_radius**2 * size.height
    density = member.values.number("cell_density", region="NP")
    return volume * density * study.disc.living_fraction


def _published(
    study: DiscStudy | DishStudy, library: Library, particles: float, per_mass: float
) -> list[dict[str, Any]]:
    """Doses of published studies and trials; those of another route or disease say so."""
    rows: list[dict[str, Any]] = []

    def told(what: str, amount: float, mine: float, unit: str, note: str, source: str) -> None:
        rows.append({"given": what, "amount": amount, "unit": unit, "ours_over_it": mine / amount,
                     "note": note, "source": source})  # fmt: skip

    if isinstance(study, DishStudy):
        row = library.parameters["culture_dose"][0]
        told("on pellets of disc cells", row.median * 1e-6, particles, "particles/mL", row.note,
             row.source)  # fmt: skip
        return rows
    for row in library.parameters["published_particle_dose"]:
        subject = dict(row.context).get("subject", "a person, all indications")
        note = row.note + "; not an intradiscal dose"
        told(subject, row.median, particles, "particles", note, row.source)
    row = library.parameters["published_protein_dose"][0]
    told("a mouse, all indications", row.median / UG, particles / per_mass / UG, "ug protein",
         row.note + "; not an intradiscal dose", row.source)  # fmt: skip
    return rows
