"""The route of a therapy: which doses happen, and what delivery needs to know of it.

    concentration beside the disc = s N / volume of the dose for a depot of N vesicles
    concentration beside the disc = s N / (blood volume per mass x mass) for N in the blood
    tau = T / ln2^(1/b) for a carrier of half-life T and shape b

s is the contact share of a depot, or the share of vesicles that escape from vessels. Our choice.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from evdisc.delivery import systemic
from evdisc.protocol.specs import VESICLE_ARMS, DiscStudy
from evdisc.protocol.therapy_specs import DeliverySpec
from evdisc.simulate.timeline import Event
from evdisc.simulate.values import Values

#: route -> event of its dose, without a carrier and in one
DOSES = {
    "intradiscal": ("dose", "gel_dose"),
    "annulus microneedle": ("gel_dose", "gel_dose"),
    "depot near annulus": ("depot_dose", "depot_dose"),
    "depot near endplate": ("depot_dose", "depot_dose"),
    "intravenous": ("blood_dose", "blood_dose"),
    "intramuscular": ("muscle_dose", "muscle_dose"),
}
SYSTEMIC = ("intravenous", "intramuscular")
#: mechanisms of vesicles and of what brings them; uptake is told even where none is
OF_VESICLES = frozenset({
    "carrier", "transplant", "depot", "systemic", "transport", "internalise", "exposure_time",
    "expression", "cargo_effect",
})  # fmt: skip


def doses(
    delivery: DeliverySpec, vesicles: float, bore: float, gel: bool, cells: float
) -> list[Event]:
    """Events of all injections of ``vesicles``; an intradiscal needle of ``bore`` m punctures.

    ``gel`` is False where the liquid alone is given, without the carrier; ``cells`` are given with
    each.
    """
    kind = DOSES[delivery.route][gel and delivery.carrier != "none"]
    out = []
    for time in delivery.schedule:
        if delivery.route == "intradiscal":
            out.append(Event(time, "puncture", (bore, float(delivery.sector))))
        out.append(Event(time, kind, (vesicles, delivery.volume)))
        if cells:
            out.append(Event(time, "transplant_dose", (cells, delivery.volume)))
    return out


def idle(delivery: DeliverySpec | None, arm: str) -> frozenset[str]:
    """Mechanisms that have nothing to do in an arm; at rest they change none of its numbers."""
    if delivery is None or arm == "untreated":
        return OF_VESICLES | {"carrier_material", "annulus_seal"}
    held = arm != "vehicle" and delivery.carrier != "none"
    out = frozenset() if held else frozenset({"carrier_material"})
    if delivery.route != "annulus microneedle":
        out |= {"annulus_seal"}
    if arm not in VESICLE_ARMS:
        return out | OF_VESICLES
    # the release of a carrier and that of cells are one field, which the carrier starts anew
    if not held and not delivery.cells and delivery.route != "annulus microneedle":
        out |= {"carrier"}
    if not delivery.cells:
        out |= {"transplant"}
    if not delivery.route.startswith("depot"):
        out |= {"depot"}
    return out if delivery.route in SYSTEMIC else out | {"systemic"}


def route_objects(study: DiscStudy, values: Values) -> Mapping[str, Any]:
    """What carriers, depots and the body need to know."""
    if study.therapy is None:
        return {}
    delivery = study.therapy.delivery
    carrier, route = delivery.carrier, delivery.route
    source = study.therapy.vesicle.source.cell
    needle = route == "annulus microneedle"
    held = "core-shell microneedle" if needle and carrier == "none" else carrier
    found: dict[str, Any] = {"injection_sector": delivery.sector, "into_annulus": needle}
    if delivery.cells:
        own = ("transplant_half_life", "transplant_hunger")
        found["transplant"] = tuple(values.number(key, source) for key in own)
    if held != "none":
        found |= held_objects(held, values)
    if route.startswith("depot"):
        share = values.number("depot_contact_share") / delivery.volume
        place = (share, 0.0) if route == "depot near annulus" else (0.0, share)
        found["outside"] = np.array([place, (0.0, 0.0)])
    if route in SYSTEMIC:
        mass = values.number("body_mass", values.context["species"])
        seen = values.number("vascular_escape") / (values.number("blood_volume_per_mass") * mass)
        found["outside"] = np.array([(0.0, 0.0), (seen, seen)])
        found["body_rates"] = systemic.rates(values.number, mass)
    return found


def held_objects(carrier: str, values: Values) -> dict[str, Any]:
    """Release law and dose of a carrier: tau, shape, gain by ROS; burst and back-flow."""
    shape = values.number("carrier_release_shape", carrier)
    tau = values.number("carrier_half_release", carrier) / math.log(2.0) ** (1.0 / shape)
    return {
        "release_law": (tau, shape, values.number("carrier_ros_gain", carrier)),
        "carrier_dose": (values.number("carrier_burst", carrier),
                         values.number("carrier_back_flow", carrier)),
        "carrier_life": values.number("carrier_degradation", carrier),
        "carrier_kept": values.number("carrier_volume_kept", carrier),
        "carrier_charge": values.number("carrier_charge", carrier),
        "carrier_modulus": values.number("carrier_modulus", carrier),
        "carrier_matrix": values.number("carrier_matrix", carrier),
        "carrier_seal": values.number("carrier_seal", carrier),
    }  # fmt: skip
