"""A disc study's runs: undisturbed disc, insult, needle, doses.

    dose = integrity x left after storage x dose of the protocol
    volumes, integrity, GAG and collagen II = 1, cells = their density, in the undisturbed disc

Definitions. The undisturbed disc is the one of the protocol, at its grade; where the rooms below
say healthy they mean it.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from evdisc.errors import InputError
from evdisc.evidence.library import Library
from evdisc.mechanism.contract import REGIONS, Mechanism
from evdisc.mechanism.setting import Setting
from evdisc.protocol.specs import VESICLE_ARMS, DiscStudy
from evdisc.simulate.assemble import Assembly, assemble
from evdisc.simulate.given import given
from evdisc.simulate.mechanisms import DISC
from evdisc.simulate.member import Member
from evdisc.simulate.route import doses, idle, route_objects
from evdisc.simulate.run import Run, execute
from evdisc.simulate.seating import spread, take_seats
from evdisc.simulate.site import (
    REGION_CELLS,
    cargo_objects,
    disc_context,
    disc_grid,
    disc_overrides,
    disc_setting,
    geometry,
    release_shares,
    uptake_of,
)
from evdisc.simulate.timeline import Event, output_times
from evdisc.simulate.values import Quantile, Values
from evdisc.solve.grid import Grid
from evdisc.vesicle.product import Product, in_arm

SNAPSHOTS = (
    "free_vesicles", "vesicles_entered", "time_over_vesicles", "time_over_copies", "glucose",
    "living_cells", "gag",
)  # fmt: skip
AFTER_DOSE = 86400.0
#: pictures of a film, about
FRAMES = 24


def draw_member(study: DiscStudy, library: Library, quantile: Quantile) -> Member:
    """The member of a disc study that belongs to ``quantile``."""
    member = Member.draw(
        library, disc_context(study.disc), quantile, disc_overrides(study.disc), REGION_CELLS
    )
    return given(member, product_of(study, member))


def arms(study: DiscStudy) -> tuple[str, ...]:
    """Arm ids: the therapy first, then its comparisons."""
    return ("treated", *study.compare) if study.therapy else ("untreated",)


def needle(values: Values, gauge: int, key: str = "gauge") -> float:
    """Outer diameter of a needle, m; ``key`` is where the gauge stands in the protocol.

    Raises:
        InputError: no diameter is known for the gauge.
    """
    known = {dict(r.context)["subject"] for r in values.library.parameters["needle_diameter"]}
    if f"{gauge}G" not in known:
        raise InputError(
            "needle gauge without a known diameter",
            key=key,
            value=gauge,
            expected=", ".join(sorted(known)),
        )
    return values.number("needle_diameter", f"{gauge}G", unit="m")


def events(
    study: DiscStudy, arm: str, values: Values, product: Product | None = None
) -> list[Event]:
    """What happens to the disc in one arm; of the dose, the whole vesicles of ``product`` count."""
    out: list[Event] = []
    insult = study.disc.insult
    if study.disc.living_fraction < 1.0:
        out.append(Event(0.0, "cell_loss", (1.0 - study.disc.living_fraction,)))
    if insult.cell_loss:
        out.append(Event(insult.cell_loss.at, "cell_loss", (insult.cell_loss.share,)))
    if insult.occlusion:
        out.append(Event(insult.occlusion.at, "occlusion", (insult.occlusion.open_fraction,)))
    if insult.enzyme:
        out.append(Event(insult.enzyme.at, "enzyme", (insult.enzyme.gag_lost,)))
    if insult.cytokine:
        both = (insult.cytokine.il_1beta, insult.cytokine.tnf_alpha)
        out.append(Event(insult.cytokine.at, "cytokine", both))
    if insult.puncture:
        bore = needle(values, insult.puncture.gauge, "disc.insult.puncture.gauge")
        out.append(Event(insult.puncture.at, "puncture", (bore, float(insult.puncture.sector))))
    if arm == "untreated" or study.therapy is None:
        return out
    delivery = study.therapy.delivery
    gauge = delivery.gauge or int(values.number("injection_gauge"))
    whole = product.whole_share if product else 1.0
    vesicles = whole * delivery.dose if arm in VESICLE_ARMS else 0.0
    cells = delivery.cells or 0.0 if arm == "treated" else 0.0
    bore = needle(values, gauge, "therapy.delivery.gauge")
    return out + doses(delivery, vesicles, bore, gel=arm != "vehicle", cells=cells)


def resting(study: DiscStudy, arm: str) -> frozenset[str]:
    """Mechanisms that have nothing to do in an arm."""
    still = idle(study.therapy.delivery if study.therapy else None, arm)
    return still if study.disc.insult.ageing else still | {"ageing"}


def acting(study: DiscStudy, arm: str, member: Member) -> list[Mechanism]:
    """Mechanisms that run in an arm, at its steps or at an event it has."""
    kinds = {"step", "halves", *(e.kind for e in events(study, arm, member.values))}
    still = resting(study, arm)
    return [m for m in DISC if m.name not in still and m.when in kinds]


def product_of(study: DiscStudy, member: Member) -> Product | None:
    """The product of a study's therapy, with this member's copies."""
    if study.therapy is None:
        return None
    return member.product(study.therapy.vesicle)


def snapshot_times(study: DiscStudy) -> tuple[float, ...]:
    """A day after the first dose (or the middle), and the end."""
    first = study.therapy.delivery.schedule[0] + AFTER_DOSE if study.therapy else 0.0
    early = min(first or 0.5 * study.duration, study.duration)
    return tuple(sorted({early, study.duration}))


@dataclass(frozen=True)
class Arm:
    """One arm of one member before its first step: the healthy disc, and what will happen to it."""

    assembly: Assembly
    setting: Setting
    events: Sequence[Event]
    product: Product | None


def prepared(
    study: DiscStudy, member: Member, arm: str, hypothesis: str, believe_all: bool = False
) -> Arm:
    """Assemble one arm of one member under one delivery hypothesis.

    Raises:
        EvdiscError: the run cannot be assembled.
    """
    values = member.values
    size, grid = geometry(values), member_grid(study, member)
    network = member.network(believe_all)
    named = study.therapy.vesicle.named_cargo if study.therapy else ()
    product = in_arm(product_of(study, member), arm, named)
    objects = cargo_objects(product, network, values, hypothesis)
    objects["uptake_of_recipient"] = uptake_of(member.cell_types, values)
    objects |= site_objects(study) | dict(route_objects(study, values))
    density = [values.number("cell_density", region=r, unit="cells/m3") for r in REGIONS]
    objects["release_share"] = release_shares(
        member.release_gains(believe_all), values, density, "cytokine_half_life"
    )
    cargoes = product.cargoes if product else ()
    seating = take_seats(grid, spread(grid, values), study.numerics.patch_edge)
    setting = disc_setting(grid, size, network, objects, cargoes, seating)
    assembly = assemble(DISC, setting, values, resting(study, arm))
    fill_healthy(assembly, setting, values)
    return Arm(assembly, setting, events(study, arm, values, product), product)


def film_times(study: DiscStudy) -> tuple[float, ...]:
    """Times of a film: output times, not too many, and those of the snapshots."""
    outputs = output_times(study.duration, study.numerics.record_every(study.duration))
    few = outputs[:: max(math.ceil(len(outputs) / FRAMES), 1)]
    return tuple(float(t) for t in np.union1d(few, snapshot_times(study)))


def run_arm(
    study: DiscStudy, member: Member, arm: str, hypothesis: str, believe_all: bool = False,
    film: bool = False,
) -> Run:  # fmt: skip
    """Run one arm of one member under one delivery hypothesis.

    With ``film`` the snapshots are those of :func:`film_times`; the steps are the same.

    Raises:
        EvdiscError: the run cannot be assembled or fails.
    """
    numerics = study.numerics
    ready = prepared(study, member, arm, hypothesis, believe_all)
    outputs = output_times(study.duration, numerics.record_every(study.duration))
    shots = snapshot_times(study)
    marks = np.union1d(outputs, shots)
    run = execute(
        ready.assembly, ready.setting, ready.events, marks,
        first_step=numerics.first_step,
        largest_step=numerics.longest_step(study.duration),
        snapshot_times=film_times(study) if film else shots, snapshot_names=SNAPSHOTS,
        restarts=study.therapy.delivery.schedule if study.therapy else (),
        injuries=[e.time for e in events(study, "untreated", member.values)],
    )  # fmt: skip
    keep = np.isin(np.round(marks), np.round(outputs))
    series = {name: column[keep] for name, column in run.series.items()}
    notes = run.warnings + (ready.product.warnings if ready.product and arm == "treated" else ())
    return Run(outputs, series, run.snapshots, run.balance, notes, run.steps)


def site_objects(study: DiscStudy) -> dict[str, Any]:
    """What the mechanisms need to know of the protocol's disc beside its numbers."""
    found: dict[str, Any] = {"rate_law": study.disc.rate_law, "culture": study.disc.culture}
    if study.disc.load:
        load = study.disc.load
        found["load"] = (
            load.rest,
            load.activity,
            np.nan if load.hours is None else load.hours / 24.0,
        )
    if study.disc.insult.ageing:
        found["ageing_from"] = study.disc.insult.ageing.start
    return found


def member_grid(study: DiscStudy, member: Member) -> Grid:
    """Grid of one member's disc; all members have the same cells in the same regions."""
    values, numerics = member.values, study.numerics
    middle = Values(values.library, values.context, overrides=values.overrides)
    return disc_grid(
        geometry(values), numerics.radial_cells, numerics.axial_cells, like=geometry(middle)
    )


def fill_healthy(assembly: Assembly, setting: Setting, values: Values) -> None:
    """Write the healthy disc into the state of an assembly."""
    state = assembly.state
    density = np.array(
        [values.number("cell_density", region=r, unit="cells/m3") for r in REGIONS] + [0.0]
    )
    state["healthy_cells"][:] = density[np.minimum(setting.region, 3)]
    state["living_cells"][:] = state["healthy_cells"]
    inside = setting.region <= 2
    for name in ("gag", "collagen_2"):
        state[name][:] = inside
    for name in ("annulus_integrity", "volume_ratio", "height_ratio", "endplate_open"):
        state[name][:] = 1.0
    state["activity"][:] = setting.objects["network"].healthy[:, None]
    porosity = values.number("porosity", region="NP")
    water = porosity * values.number("water_density")
    state["water_content"][:] = water / (water + (1 - porosity) * values.number("solid_density"))
