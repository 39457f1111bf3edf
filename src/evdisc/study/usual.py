"""What is usually done to the disc of a preset: its injury, and the dose its nucleus takes.

    dose = dose of the rat V / V_rat
    volume = min(volume usual in the species, volume of the rat V / V_rat)
    needle = known gauge nearest to diameter of the rat's h / h_rat

V is the volume of the nucleus and h the height of the disc. One dose, volume and needle are
evidence rows of the rat tail. That other discs get them in these proportions is our choice.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from evdisc.evidence.library import Library
from evdisc.evidence.names import canonical
from evdisc.evidence.parameters import ParameterRow
from evdisc.protocol.disc_specs import DiscSpec, InsultSpec
from evdisc.protocol.overrides import split
from evdisc.protocol.specs import DiscStudy
from evdisc.simulate.site import disc_context, disc_overrides, geometry
from evdisc.simulate.values import Values
from evdisc.study.variants import bare_arm

REFERENCE = "rat-caudal"
#: a species whose discs are treated for their age, not for a puncture
AGED = ("human",)
#: grid and steps of comparisons: the grid of the atlas; steps as long as in `evdisc dose`
NUMERICS = {
    "radial_cells": 16, "axial_cells": 10, "first_step": "20 min", "largest_step": "12 h",
    "output_every": "1 d",
}  # fmt: skip
#: stands where a therapy will be; the vehicle is given with it, and carries nothing that acts
PLACE = {"source": {"cell": "BMSC"}}
UL = 1e-9
DAY = 86400.0


def stated(library: Library, key: str, **context: str) -> ParameterRow | None:
    """The most specific row of ``key`` in a context, whatever it is used for; None without one."""
    rows = [r for r in library.parameters.get(key, ()) if r.matches(context)]
    return max(rows, key=lambda r: r.specificity, default=None)


def values_of(disc: DiscSpec, library: Library) -> Values:
    """Medians of a disc's parameters."""
    return Values(library, disc_context(disc), overrides=disc_overrides(disc))


def nucleus_volume(disc: DiscSpec, library: Library) -> float:
    """Volume of the nucleus at the medians of its size, m3."""
    size = geometry(values_of(disc, library))
    return math.pi * size.nucleus_radius**2 * size.height


def document(preset: str, library: Library) -> dict[str, Any]:
    """A disc study of a preset with its usual injury and dose, as a protocol states it.

    Raises:
        EvidenceError: no such preset; offers the nearest.
    """
    name = canonical("preset", preset)
    disc = DiscSpec(preset=name)
    dose, volume = scaled_dose(disc, DiscSpec(preset=REFERENCE), None, library)
    after = _number(library, "comparison_dose_time") / DAY
    return {
        "evdisc": 1, "kind": "disc", "title": f"products compared in {name}",
        "disc": {"preset": name, **injury(disc, library)},
        "therapy": {"vesicle": PLACE, "delivery": {
            "dose": f"{dose:.3g} particles", "volume": f"{volume / UL:.3g} uL",
            "schedule": [f"{after:g} d"],
        }},
        "compare": ["untreated", "vehicle"],
        "duration": f"{_number(library, 'comparison_duration') / DAY:g} d", "numerics": NUMERICS,
    }  # fmt: skip


def injury(disc: DiscSpec, library: Library) -> dict[str, Any]:
    """Grade and insult of a preset, as a protocol states them."""
    species = disc_context(disc)["species"]
    if species in AGED:
        grade = int(_number(library, "comparison_grade", species=species))
        return {"grade": grade, "insult": {"ageing": {"start": "0 d"}}}
    gauge = int(_number(library, "comparison_gauge", species="rat"))
    own = like_needle(gauge, DiscSpec(preset=REFERENCE), disc, library)
    return {"insult": {"puncture": {"gauge": own, "at": "0 d"}}}


def like_needle(gauge: int, of: DiscSpec, disc: DiscSpec, library: Library) -> int:
    """Gauge whose diameter is to the height of ``disc`` what ``gauge`` is to that of ``of``.

    The nearest known needle; the widest where none is wide enough.
    """
    known = {
        int(dict(row.context)["subject"].removesuffix("G")): row.median
        for row in library.parameters["needle_diameter"]
    }
    height = [geometry(values_of(d, library)).height for d in (of, disc)]
    wanted = known[gauge] * height[1] / height[0]
    if math.isclose(height[0], height[1]):
        return gauge
    return min(known, key=lambda g: (abs(known[g] - wanted), g))


def scaled_dose(
    disc: DiscSpec, of: DiscSpec, given: tuple[float, float] | None, library: Library
) -> tuple[float, float]:
    """Vesicles and volume (m3) for ``disc``, from what is ``given`` to the disc ``of``.

    Without ``given`` the evidence's dose and volume of the reference disc count.
    """
    own, reference = nucleus_volume(disc, library), nucleus_volume(of, library)
    if given is None:
        given = (_number(library, "comparison_dose", species="rat"), _usual_volume(of, library))
    ratio = own / reference
    share = given[1] * ratio
    if math.isclose(ratio, 1.0):
        return given[0], share
    return given[0] * ratio, min(_usual_volume(disc, library), share)


def injury_words(disc: DiscSpec) -> str:
    """Grade and insult of a disc in words."""
    said = [f"grade {disc.grade}"] if disc.grade > 1 else []
    said += _insults(disc.insult)
    return ", ".join(said) or "no injury"


def _insults(insult: InsultSpec) -> list[str]:
    said = []
    if insult.puncture:
        said.append(f"{insult.puncture.gauge} G puncture on day {insult.puncture.at / DAY:g}")
    if insult.cell_loss:
        said.append(f"{100 * insult.cell_loss.share:g} % of the cells lost")
    if insult.occlusion:
        said.append(f"endplate open to {100 * insult.occlusion.open_fraction:g} %")
    if insult.enzyme:
        said.append(f"{100 * insult.enzyme.gag_lost:g} % of the GAG digested")
    if insult.cytokine:
        said.append("injected cytokines")
    if insult.ageing:
        said.append(f"ageing from day {insult.ageing.start / DAY:g}")
    return said


def dose_words(study: DiscStudy) -> str:
    """Dose, volume, times, route and carrier of a study in words."""
    if study.therapy is None:
        return "no dose"
    d = study.therapy.delivery
    days = ", ".join(f"{t / DAY:g}" for t in d.schedule)
    held = f" in {d.carrier}" if d.carrier != "none" else ""
    return f"{d.dose:.3g} vesicles in {d.volume / UL:.3g} uL{held}, {d.route}, day {days}"


def control_words(carrier: str) -> str:
    """What is left of a therapy without its vesicles, in words."""
    return "needle and liquid" if bare_arm(carrier) == "vehicle" else f"{carrier} without vesicles"


def preset_asked(disc: str, overrides: Sequence[str]) -> str:
    """Preset of a comparison: the last ``disc.preset`` of the overrides, else what was named."""
    for text in overrides:
        parts, value = split(text)
        if parts == ["disc", "preset"]:
            disc = value.strip()
    return disc


def _usual_volume(disc: DiscSpec, library: Library) -> float:
    """Injected volume usual in the species of a disc, m3; without bound where none is known."""
    row = stated(library, "intradiscal_volume", species=disc_context(disc)["species"])
    return math.inf if row is None else row.value * UL


def _number(library: Library, key: str, **context: str) -> float:
    row = stated(library, key, **context)
    assert row is not None, key
    return row.median
