"""One product in the discs of five species: what carries over from animal to man, what does not.

The dose follows the volume of the nucleus. A puncture becomes the needle that is the same share
of the height of the disc; a human disc is degenerate instead. Facts without a row of evidence are
told as unknown.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from evdisc import __version__
from evdisc.errors import InputError
from evdisc.evidence.library import Library, load
from evdisc.outcome.effects import triple
from evdisc.protocol.disc_specs import DiscSpec
from evdisc.protocol.specs import DiscStudy
from evdisc.protocol.therapy_specs import TherapySpec
from evdisc.protocol.yaml_io import LoadedProtocol
from evdisc.simulate.site import disc_context
from evdisc.study.cases import Case, with_carriers
from evdisc.study.crew import Jobs, Progress, require, silent
from evdisc.study.execute import StudyResult, copy_overlays, default_folder
from evdisc.study.folder import (
    Folder,
    Owner,
    fingerprint,
    joint_fingerprint,
    write_bytes,
    write_json,
)
from evdisc.study.gains import HYPOTHESES
from evdisc.study.gains import gains as paired
from evdisc.study.preflight import overlay_paths, preflight
from evdisc.study.products import label
from evdisc.study.publish import bibliography
from evdisc.study.species_facts import facts, says
from evdisc.study.stages import Outcome, Setup, stage
from evdisc.study.summary import citations
from evdisc.study.usual import (
    AGED,
    control_words,
    dose_words,
    injury,
    injury_words,
    like_needle,
    scaled_dose,
)
from evdisc.study.variants import bare_arm

DISCS = ("mouse-caudal", "rat-caudal", "rabbit-lumbar", "goat-lumbar", "human-lumbar")
READOUTS = ("disc height index", "GAG")
TREATED = "treated"


def species(
    protocol: LoadedProtocol, out: Path | None = None, *, jobs: Jobs = 1, fresh: bool = False,
    progress: Progress = silent, told: Callable[[str], None] = lambda _: None,
) -> StudyResult:  # fmt: skip
    """Give the product of a disc protocol in every disc, and write the run folder.

    Args:
        protocol: a disc protocol with a vesicle.
        out: run folder; default ``runs/species-<protocol name>``.
        jobs: worker processes, or ``dask:`` with the address or file of a scheduler. The numbers
            do not depend on it.
        fresh: drop what the folder holds and start anew.
        progress: called after every finished task.
        told: called with a line about the workers of a cluster.

    Raises:
        EvdiscError: bad input (nothing is touched), or the folder cannot be used.
    """
    began = time.perf_counter()
    study = require_product(protocol)
    overlays = overlay_paths(protocol)
    library = load(overlays)
    preflight(protocol, library)
    frames = {preset: frame_in(preset, study, library) for preset in discs(study)}
    for frame in frames.values():
        preflight(LoadedProtocol(frame, {}, "", protocol.file), library)
    texts = [p.read_bytes() for p in overlays]
    print_ = joint_fingerprint("species", fingerprint(study, texts))
    owner = Owner("species", print_, study.ensemble.members)
    folder = Folder(out if out is not None else default_folder(protocol, "species-"))
    folder.verify(owner, fresh)
    jobs = require(jobs, told)
    with folder.lock():
        folder.claim(owner, fresh)
        write_bytes(folder.path / "protocol.yaml", protocol.text.encode())
        copies = copy_overlays(folder, overlays, texts)
        found, computed = [], 0
        for frame in frames.values():
            setup = Setup(frame, library, copies, folder, jobs, progress)
            row, more = _in_disc(setup)
            found.append(row)
            computed += more
        content = _content(study, found, print_) | {"citations": citations(study, library)}
        write_json(folder.path / "result.json", content)
        bib = bibliography(content["citations"], library)
        write_bytes(folder.path / "CITATIONS.bib", bib.encode())
    return StudyResult(content, folder.path, computed, time.perf_counter() - began)


def require_product(protocol: LoadedProtocol) -> DiscStudy:
    """The study of a protocol that can be compared over species.

    Raises:
        InputError: no disc study, or no vesicle in it.
    """
    study = protocol.spec
    if not isinstance(study, DiscStudy):
        raise InputError("is no disc study", file=protocol.file, key="kind", value=study.kind,
                         expected="disc")  # fmt: skip
    if study.therapy is None:
        raise InputError("gives no vesicle", file=protocol.file, key="therapy",
                         expected="a product to compare")  # fmt: skip
    return study


def discs(study: DiscStudy) -> list[str]:
    """Presets that are compared: one for each species, the protocol's own in place of its kin."""
    own = study.disc.preset
    kin = disc_context(study.disc)["species"]
    every = [own if disc_context(DiscSpec(preset=p))["species"] == kin else p for p in DISCS]
    return every if own in every else [*every, own]


def frame_in(preset: str, study: DiscStudy, library: Library) -> DiscStudy:
    """The study in the disc of a preset: injury and dose as they translate."""
    if preset == study.disc.preset:
        return study.model_copy(update={"compare": ("untreated", "vehicle")})
    assert study.therapy is not None
    bare = DiscSpec(preset=preset)
    disc = translated(study.disc, bare, library)
    own = study.therapy.delivery
    dose, volume = scaled_dose(bare, study.disc, (own.dose, own.volume), library)
    delivery = own.model_copy(update={"dose": dose, "volume": volume, "gauge": None})
    therapy = TherapySpec(vesicle=study.therapy.vesicle, delivery=delivery)
    return study.model_copy(
        update={"disc": disc, "therapy": therapy, "compare": ("untreated", "vehicle")}
    )


def translated(own: DiscSpec, bare: DiscSpec, library: Library) -> DiscSpec:
    """A bare disc with the injury of ``own``, or what its species usually has."""
    aged = [disc_context(d)["species"] in AGED for d in (own, bare)]
    if aged[0] != aged[1]:
        return DiscSpec.model_validate({"preset": bare.preset, **injury(bare, library)})
    insult, puncture = own.insult, own.insult.puncture
    if puncture:
        gauge = like_needle(puncture.gauge, own, bare, library)
        insult = insult.model_copy(update={"puncture": puncture.model_copy(
            update={"gauge": gauge}
        )})  # fmt: skip
    return bare.model_copy(update={"grade": own.grade, "insult": insult})


def _in_disc(setup: Setup) -> tuple[dict[str, Any], int]:
    """Everything about one disc, and how many members were computed for it."""
    frame = setup.frame
    assert frame.therapy is not None
    case = Case(key=TREATED, vesicles=(frame.therapy.vesicle,))
    given, keys = with_carriers(frame, (case,))
    controls = stage(setup, f"{frame.disc.preset}-controls", given)
    treated = stage(setup, f"{frame.disc.preset}-treated", (case,))
    row = {
        "disc": frame.disc.preset, "species": disc_context(frame.disc)["species"],
        "insult": injury_words(frame.disc), "dose": dose_words(frame),
        "facts": facts(frame, setup.library), "failed": controls.failed | treated.failed,
        "warnings": [str(w) for w in treated.arrays["warnings"]],
        **_effects(setup, controls, treated, keys),
    }  # fmt: skip
    return row, controls.computed + treated.computed


def _effects(
    setup: Setup, controls: Outcome, treated: Outcome, keys: Sequence[str]
) -> dict[str, Any]:
    out: dict[str, Any] = {}
    for name in READOUTS:
        found = paired(name, controls, treated, keys, setup.library)
        if not found.members.size:
            return {"effects": {}, "delivery": {}}
        out[name] = {
            "unit": found.about.unit, "untreated": triple(found.untreated),
            "vehicle": found.effect(found.vehicle, found.untreated),
        }  # fmt: skip
        control = found.controls[:, 0]
        if found.carried[0]:
            out[name]["carrier"] = found.effect(control, found.untreated)
        for hypothesis in HYPOTHESES:
            end = found.ends[hypothesis][:, 0]
            out[name][hypothesis] = {
                "versus_untreated": found.effect(end, found.untreated),
                "versus_vehicle": found.effect(end, control),
            }
    table = treated.arrays["delivery"][found.members, treated.at(TREATED, "stoichiometric")]
    numbers = {n: triple(table[:, k]) for k, n in enumerate(treated.names("delivery"))}
    return {"effects": out, "delivery": {
        "vesicles_per_cell": numbers["vesicles_per_cell"],
        "fraction_of_dose_in_disc": numbers["fraction_of_dose_in_disc"],
        "copies_per_cell": {
            n.removeprefix("copies:"): v for n, v in numbers.items() if n.startswith("copies:")
        },
    }}  # fmt: skip


def _content(study: DiscStudy, found: list[dict[str, Any]], print_: str) -> dict[str, Any]:
    assert study.therapy is not None
    carrier = study.therapy.delivery.carrier
    warnings = sorted({w for row in found for w in row.pop("warnings")})
    return {
        "evdisc": __version__, "kind": "species", "title": study.title,
        "product": label(study.therapy.vesicle), "own_disc": study.disc.preset,
        "carrier": carrier, "control": bare_arm(carrier),
        "members": study.ensemble.members, "seed": study.ensemble.seed, "fingerprint": print_,
        "duration_d": study.duration / 86400.0, "discs": found,
        "says": says(found, study.disc.preset, study.duration, control_words(carrier)),
        "warnings": warnings,
    }  # fmt: skip
