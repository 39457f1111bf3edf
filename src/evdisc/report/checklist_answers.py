"""What a protocol, its plan and its run folder say to the items of the checklists."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from evdisc.errors import InputError
from evdisc.protocol.specs import DiscStudy, DishStudy, DishTherapySpec
from evdisc.protocol.therapy_specs import TherapySpec, VesicleSpec
from evdisc.report.checklists import NOT_APPLICABLE, Answer
from evdisc.report.words import number
from evdisc.study.usual import injury_words
from evdisc.units import celsius
from evdisc.vesicle.importing import FORMAT as VESICLES

Answers = dict[str, str | Answer]
DAY = 86400.0
PASSAGE = "passage, identity, mycoplasma"

BLOOD = ("platelet", "PRP")


def bearing(study: DiscStudy | DishStudy) -> list[str]:
    """Checklists that bear on a study: animals, vesicles, blood; no plan is a prediction model."""
    vesicle = study.therapy.vesicle if study.therapy else None
    out = ["ARRIVE 2.0"] if isinstance(study, DiscStudy) else []
    if vesicle is not None:
        out += ["MISEV2023", "EV-TRACK", "MIFlowCyt-EV"]
        out += ["MIBlood-EV"] if vesicle.source.cell in BLOOD else []
    return out


def known(study: DiscStudy | DishStudy, plan: Mapping[str, Any] | None = None) -> Answers:
    """Field -> answer, for everything that is known; nothing else is in it."""
    out = _of_study(study)
    therapy = study.therapy
    if therapy is not None and therapy.vesicle is not None:
        out |= _of_vesicle(therapy.vesicle)
    if isinstance(therapy, TherapySpec):
        out |= _of_delivery(therapy)
    elif isinstance(therapy, DishTherapySpec) and therapy.concentration is not None:
        per_ml = number(therapy.concentration * 1e-6)
        out["dose"] = Answer(f"{per_ml} vesicles/mL of medium", "protein, producing cells")
    if plan is not None:
        out |= _of_plan(plan)
    return out


def _of_study(study: DiscStudy | DishStudy) -> Answers:
    out: Answers = {"objective": Answer(study.title, "the hypothesis in words")}
    if isinstance(study, DishStudy):
        cells = ", ".join(f"{c.type} of {c.species}" for c in study.cells)
        out["animals"] = Answer(f"no animals; cells: {cells}", "donors")
        # questions on animals do not arise
        out |= dict.fromkeys(("administration", "biodistribution", "carrier_control", "arrive"),
                             NOT_APPLICABLE)  # fmt: skip
        return out
    species = study.disc.preset
    out["animals"] = Answer(f"disc: {species}, grade {study.disc.grade}",
                            "strain, sex, age, weight")  # fmt: skip
    done = injury_words(study.disc)
    out["procedures"] = Answer(f"injury: {done}", "anaesthesia, approach, imaging, equipment")
    return out


def _of_vesicle(vesicle: VesicleSpec) -> Answers:
    source = vesicle.source
    out: Answers = {
        "parent_cell": Answer(f"{source.cell} of {source.species}", PASSAGE),
        "vesicle_term": Answer(
            f"extracellular vesicles of {source.cell}; subtype of the protocol: {vesicle.subtype}",
            "operational term by size, density or marker",
        ),
    }
    steps = [f"{s.method}{' of ' + ', '.join(s.cargo) if s.cargo else ''}" for s in vesicle.steps]
    if steps:
        out["parent_treatment"] = Answer("; ".join(steps), "how, how long, at what dose")
        out["native_control"] = Answer("planned: a group with native vesicles", "the result")
    else:
        out |= dict.fromkeys(("parent_treatment", "native_control"), NOT_APPLICABLE)
    if vesicle.isolation != "not stated":
        out["isolation"] = Answer(vesicle.isolation, "force, time, temperature, rotor, material")
        if vesicle.isolation != "ultracentrifugation":
            out["ultracentrifugation_specifics"] = NOT_APPLICABLE
    if vesicle.subtype != "exosome":
        out["biogenesis"] = NOT_APPLICABLE
    if vesicle.storage is not None:
        kept = vesicle.storage
        out["vesicle_storage"] = Answer(
            f"{number(kept.time / DAY)} days at {celsius(kept.temperature)}, tube: {kept.tube}, "
            f"{kept.thawings} freeze-thaw cycles", "buffer",
        )  # fmt: skip
    if vesicle.named_cargo:
        cargo = ", ".join(vesicle.named_cargo)
        out["cargo_control"] = Answer(f"planned: knock-out of {cargo}, and free {cargo}",
                                      "the result")  # fmt: skip
    return out


def _of_delivery(therapy: TherapySpec) -> Answers:
    given = therapy.delivery
    days = ", ".join(number(t / DAY) for t in given.schedule)
    dose = f"{number(given.dose)} vesicles per disc and injection"
    out: Answers = {
        "dose": Answer(dose, "protein, producing cells"),
        "administration": Answer(
            f"{given.route}, {dose}, {number(given.volume * 1e9)} uL, on day {days}, "
            f"carrier: {given.carrier}", "dose per kg",
        ),
        "timing": f"injections on day {days}",
        "arrive": Answer("planned with the study", "to be filled in with its results"),
        "carrier_control": "planned: vehicle" + (
            f" and {given.carrier} alone" if given.carrier != "none" else ""
        ),
    }  # fmt: skip
    return out


def of_run(result: Mapping[str, Any]) -> Answers:
    """What a run folder's result adds: where predicted effects and doses are from.

    Nothing in it was measured, so that every answer stays open for the measurement.
    """
    made = (
        f"evdisc {result['evdisc']}, {result['members']} members, run {result['fingerprint'][:16]}"
    )
    out: Answers = {
        "sample_size_how": Answer(f"effects predicted by {made}", "the calculation: evdisc plan"),
    }
    told = result["delivery"].get("treated", {}).get("vesicles_per_cell", {}).get("median")
    if told:
        out["dose_response"] = Answer(
            f"one dose; predicted by {made}: {number(told)} vesicles per cell", "doses compared"
        )
    return out


def _of_plan(plan: Mapping[str, Any]) -> Answers:
    groups = [g for g in plan["groups"] if g["included"]]
    unit, size = plan["unit"], plan["sample_size"]
    seed = plan["allocation"]["seed"]
    out: Answers = {
        "groups": "; ".join(f"{g['name']}: {g['given']}" for g in groups),
        "unit": f"{unit['name']}: {unit['meaning']}",
        "randomisation": f"allocation.csv, drawn by evdisc {plan['evdisc']} from seed {seed}",
        "confounders": Answer(f"positions of {unit['part']}s evened out over the groups",
                              "order, cage, litter"),
        "blinding": Answer("groups stand under codes; the key is a file of its own",
                           "who held it, who knew"),
        "outcomes": Answer(", ".join(o["name"] for o in plan["outcomes"]), "how each is measured"),
        "primary_outcome": next(o["name"] for o in plan["outcomes"] if o["primary"]),
        "statistics": Answer(f"{unit['analysis']}; {size['correction']}", "software"),
        "sample_size_how": Answer(
            f"{size['experiments']} simulated experiments, power {size['power']:g}, level "
            f"{size['level']:g}, losses {size['attrition']:g}; effects predicted by evdisc "
            f"{plan['evdisc']} with {plan['members']} members",
            "" if size["per_group"] else "no number follows from the prediction",
        ),
        "process_blank": Answer("planned: vehicle and vesicle-depleted medium", "the result"),
        "soluble_control": Answer("planned: vesicle-depleted medium", "the result"),
    }  # fmt: skip
    if size["per_group"]:
        out["n"] = (
            f"{size['per_group']} {unit['name']}s in each of {len(groups)} groups, "
            f"{size['animals']} {unit['holder']}s in all"
        )
    return out


def of_measured(path: Path) -> Answers:
    """Item of MISEV2023 -> what ``vesicles.json`` of an import says to it.

    Raises:
        InputError: it is no such file.
    """
    try:
        content = json.loads(path.read_text("utf-8"))
        measured = content["misev"] if content["format"] == VESICLES else None
    except (OSError, ValueError, KeyError, TypeError):
        measured = None
    if measured is None:
        raise InputError("is no vesicles.json", file=path, expected="evdisc vesicles import --out")
    told: dict[str, list[str]] = {}
    for label, text in measured.items():
        item, _, words = label.partition(" ")
        told.setdefault(item, []).append(f"{words}: {text}")
    return {item: Answer("; ".join(parts), "what the files do not say")
            for item, parts in told.items()}  # fmt: skip
