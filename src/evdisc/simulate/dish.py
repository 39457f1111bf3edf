"""A dish study's runs: cell types sharing a medium, stimuli, vesicles or bare cargo.

    oxygen = share of the gas x (101325 - 6270) Pa
    dose = integrity x left after storage x concentration of the protocol

The first takes the vapour off humid air of 37 degC. Definitions.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from evdisc.cell.blueprint import STIMULUS, stimuli
from evdisc.cell.dose import drive, targets
from evdisc.cell.network import Network
from evdisc.errors import InputError, nearest
from evdisc.evidence.library import Library
from evdisc.evidence.names import find
from evdisc.mechanism.contract import Mechanism
from evdisc.protocol.specs import VESICLE_ARMS, DishStudy, StimulusSpec
from evdisc.simulate.assemble import Assembly, assemble
from evdisc.simulate.given import given
from evdisc.simulate.mechanisms import DISH
from evdisc.simulate.member import Member
from evdisc.simulate.run import Run, execute
from evdisc.simulate.site import cargo_objects, dish_setting, release_shares, uptake_of
from evdisc.simulate.timeline import Event, output_times
from evdisc.simulate.values import Quantile
from evdisc.tissue.stimulus import IL_1BETA, TNF_ALPHA
from evdisc.units import parse_quantity
from evdisc.vesicle.product import Product, bare_cargo, in_arm

ATMOSPHERE = 101325.0 - 6270.0  # Pa; dry share of humid air at 37 degC
GENETIC = ("knock-down", "over-expression")
#: stimuli that are a property of the medium -> their place in it
MEDIUM = {"oxygen": 0, "glucose": 1, "lactate": 2, "pH": 3}
#: mechanisms that have nothing to do where no vesicle and no cargo is ever brought
OF_VESICLES = ("uptake", "well_mixed", "internalise", "expression", "cargo_effect")
Floats = NDArray[np.float64]
CYTOKINES = {"IL-1beta": IL_1BETA, "TNF-alpha": TNF_ALPHA}


def cell_types(study: DishStudy) -> tuple[str, ...]:
    """Cell types of the dish, in the order of the protocol."""
    return tuple(c.type for c in study.cells)


def dish_context(study: DishStudy) -> dict[str, str]:
    """Context in which the parameters of a dish are resolved."""
    return {"species": study.cells[0].species, "grade": "1"}


def draw_member(study: DishStudy, library: Library, quantile: Quantile) -> Member:
    """The member of a dish study that belongs to ``quantile``."""
    member = Member.draw(library, dish_context(study), quantile, {}, cell_types(study))
    return given(member, product_of(study, member))


def arms(study: DishStudy) -> tuple[str, ...]:
    """Arm ids: with a therapy it comes first; without, the stimulated arm is ``treated``."""
    return ("treated", *study.compare)


def product_of(study: DishStudy, member: Member) -> Product | None:
    """Vesicles or bare cargo of the dish's therapy."""
    if study.therapy is None:
        return None
    if study.therapy.vesicle is not None:
        return member.product(study.therapy.vesicle)
    return bare_cargo([c.molecule for c in study.therapy.cargo], member.values.library)


def named_cargo(study: DishStudy) -> list[str]:
    """Cargoes the protocol names."""
    vesicle = study.therapy.vesicle if study.therapy else None
    return list(vesicle.named_cargo) if vesicle else []


def require_stimuli(study: DishStudy, network: Network) -> None:
    """Check that the network knows every stimulus, and that what is the medium's holds throughout.

    Raises:
        InputError: it does not; offers the nearest. Nothing is guessed.
    """
    for stimulus in (*study.stimuli, *(s for t in study.transfer for s in t.donor.stimuli)):
        kind, _, gene = stimulus.name.partition(":")
        genetic = kind in GENETIC
        known = list(network.nodes) if genetic else stimuli(network.nodes)
        found = gene in known if genetic else bool(targets(stimulus.name, network.nodes))
        if not found:
            raise InputError(
                "the network has no such " + ("node" if genetic else "stimulus"),
                key="stimuli.name",
                value=stimulus.name,
                expected=" | ".join(stimuli(network.nodes)),
                nearest=nearest(gene if genetic else stimulus.name, known),
            )
        if stimulus.name in MEDIUM and (stimulus.at > 0.0 or stimulus.lasting is not None):
            raise InputError(
                "is the medium's and holds throughout", key=f"stimuli.{stimulus.name}",
                value="at or for", expected="a dose alone",
            )  # fmt: skip


def altered(network: Network, stimuli: Sequence[StimulusSpec], left: float) -> Network:
    """Network with the protocol's over-expressions, and knock-downs that leave ``left``."""
    for stimulus in stimuli:
        kind, _, gene = stimulus.name.partition(":")
        if kind == "knock-down":
            network = network.knocked_down(gene, left)
        elif kind == "over-expression":
            network = network.over_expressed(gene)
    return network


def stimulated(study: DishStudy, arm: str) -> bool:
    """Whether an arm gets the stimuli.

    With a therapy all arms but ``healthy`` do; without one only ``treated`` does.
    """
    return arm == "treated" or (study.therapy is not None and arm != "healthy")


def events(
    study: DishStudy, arm: str, member: Member, network: Network, product: Product | None = None
) -> list[Event]:
    """What happens to the dish in one arm."""
    out: list[Event] = []
    if stimulated(study, arm):
        for stimulus in study.stimuli:
            if stimulus.name.partition(":")[0] not in GENETIC:
                out += _stimulus_events(stimulus, member, network)
        out += [
            Event(t.at, "transfer", (float(i),)) for i, t in enumerate(study.transfer)
        ]  # fmt: skip
    therapy = study.therapy
    if therapy is not None and arm in VESICLE_ARMS:
        whole = product.whole_share if product else 1.0
        out.append(Event(therapy.at, "dose", (whole * (therapy.concentration or 0.0),)))
    return out


def resting(study: DishStudy) -> tuple[str, ...]:
    """Mechanisms that have nothing to do in any arm."""
    return OF_VESICLES if study.therapy is None else ()


def acting(study: DishStudy, arm: str, member: Member) -> list[Mechanism]:
    """Mechanisms that run in an arm, at its steps or at an event it has."""
    every = events(study, arm, member, member.network(believe_all=True))
    kinds, still = {"step", "halves", *(e.kind for e in every)}, resting(study)
    return [m for m in DISH if m.name not in still and m.when in kinds]


def _stimulus_events(stimulus: StimulusSpec, member: Member, network: Network) -> list[Event]:
    level = dose_si(stimulus)
    if stimulus.name in CYTOKINES:
        pushed = [(CYTOKINES[stimulus.name], level)]
    elif stimulus.name == "pH":
        return []  # the milieu itself follows the medium's pH
    else:
        pushed = [
            (network.nodes.index(STIMULUS + node), drive(node, level, member.values.number))
            for node in targets(stimulus.name, network.nodes)
        ]
    out = []
    for which, height in pushed:
        out.append(Event(stimulus.at, "stimulus", (float(which), height)))
        if stimulus.lasting is not None:
            out.append(Event(stimulus.at + stimulus.lasting, "stimulus", (float(which), 0.0)))
    return out


def dose_si(stimulus: StimulusSpec) -> float:
    """Dose of a stimulus in the SI unit of its kind."""
    return _dose_si(stimulus.name, str(stimulus.dose))


@lru_cache(maxsize=1_000)
def _dose_si(name: str, dose: str) -> float:
    entry = find("stimulus", name)
    kind = entry.unit_kind if entry else "mass_concentration"
    return parse_quantity(dose, kind, key="stimuli.dose")


def medium(study: DishStudy, arm: str) -> Floats:
    """Oxygen (Pa), glucose, lactate (mol/m3) and pH of the medium in one arm."""
    m = study.medium
    out = np.array([m.oxygen * ATMOSPHERE, m.glucose, 0.0, m.ph])
    for stimulus in study.stimuli if stimulated(study, arm) else ():
        if stimulus.name in MEDIUM:
            scale = ATMOSPHERE if stimulus.name == "oxygen" else 1.0
            out[MEDIUM[stimulus.name]] = scale * dose_si(stimulus)
    return out


def run_arm(
    study: DishStudy, member: Member, arm: str, hypothesis: str, believe_all: bool = False
) -> Run:
    """Run one arm of one member under one delivery hypothesis.

    Raises:
        EvdiscError: the run cannot be assembled or fails.
    """
    values = member.values
    base = member.network(believe_all)
    require_stimuli(study, base)
    # knock-down and over-expression start with the study, after the healthy cells have settled
    network = replace(base, gain=base.gain.copy(), push=base.push.copy())
    product = in_arm(product_of(study, member), arm, named_cargo(study))
    objects = cargo_objects(product, network, values, hypothesis)
    if study.therapy is not None and study.therapy.vesicle is None:
        objects["bare_copies"] = np.array([c.copies_per_cell for c in study.therapy.cargo])
    objects["uptake_of_recipient"] = uptake_of(cell_types(study), values)
    objects["medium"] = medium(study, "healthy")
    objects["release_share"] = release_shares(
        member.release_gains(believe_all),
        values,
        [c.density for c in study.cells],
        "medium_cytokine_half_life",
    )
    objects["transfers"] = conditioned(study, member, believe_all) if stimulated(study, arm) else []
    setting = dish_setting(cell_types(study), network, objects, product.cargoes if product else ())
    assembly = assemble(DISH, setting, values, resting(study))
    _fill(assembly, study)
    outputs = output_times(study.duration, study.numerics.output_every)

    def alter() -> None:
        if stimulated(study, arm):
            changed = altered(base, study.stimuli, values.number("knock_down_left"))
            network.gain[:], network.push[:] = changed.gain, changed.push
            objects["medium"][:] = medium(study, arm)

    run = execute(
        assembly, setting, events(study, arm, member, network, product), outputs,
        first_step=study.numerics.first_step, largest_step=study.numerics.largest_step,
        regions=cell_types(study), on_settled=alter,
    )  # fmt: skip
    notes = run.warnings + (product.warnings if product and arm == "treated" else ())
    return Run(run.times, run.series, run.snapshots, run.balance, notes, run.steps)


def conditioned(study: DishStudy, member: Member, believe_all: bool) -> list[list[float]]:
    """Share, IL-1beta and TNF-alpha (kg/m3) of each transfer, from the same member's donor dish."""
    found = []
    for transfer in study.transfer:
        donor = transfer.donor
        source = study.model_copy(update={
            "cells": donor.cells, "stimuli": donor.stimuli, "medium": donor.medium,
            "duration": donor.duration, "therapy": None, "transfer": (),
            "numerics": study.numerics.model_copy(update={"output_every": donor.duration}),
        })  # fmt: skip
        types = cell_types(source)
        own = member if types == member.cell_types else Member(member.values, types)
        last = run_arm(source, own, "treated", "stoichiometric", believe_all).series
        levels = [float(last[f"{c}|{types[0]}"][-1]) for c in ("il_1beta", "tnf_alpha")]
        found.append([transfer.share, *levels])
    return found


def _fill(assembly: Assembly, study: DishStudy) -> None:
    count = len(study.cells)
    for i, cell in enumerate(study.cells):
        # each type sits in its share of the medium; its own density holds for the whole
        assembly.state["healthy_cells"][i, 0] = cell.density * count
    assembly.state["living_cells"][:] = assembly.state["healthy_cells"]
