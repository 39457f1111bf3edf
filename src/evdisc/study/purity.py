"""Purity: particles in a microgram, and how likely a preparation is mostly protein.

    P(mostly protein) = share of members with particles per ug < least
    least = largest possible particles per ug of vesicles of 100 nm

Both are rows of the evidence; the criterion is our choice.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from evdisc.evidence.library import Library
from evdisc.outcome.effects import rounded, triple
from evdisc.protocol.specs import DiscStudy, DishStudy
from evdisc.protocol.therapy_specs import VesicleSpec
from evdisc.simulate.dish import dish_context
from evdisc.simulate.site import disc_context
from evdisc.simulate.values import Values
from evdisc.study.posterior import member_draws

Floats = NDArray[np.float64]
PER_UG = 1e-9  # of particles per kg


def per_mass(
    study: DiscStudy | DishStudy, vesicle: VesicleSpec, library: Library, members: Sequence[int]
) -> Floats:
    """Particles per kg of protein in each member's preparation, by how it was isolated."""
    context = disc_context(study.disc) if isinstance(study, DiscStudy) else dish_context(study)
    drawn = (Values(library, context, member_draws(study.ensemble, m)) for m in members)
    return np.array([v.number("particles_per_mass", vesicle.isolation) for v in drawn])


def purity(
    study: DiscStudy | DishStudy, library: Library, members: Sequence[int]
) -> dict[str, Any]:
    """Particles per ug, the chance that protein outweighs the vesicles, and both in words.

    Empty where the protocol gives no vesicles.
    """
    vesicle = study.therapy.vesicle if study.therapy else None
    if vesicle is None or not members:
        return {}
    found = per_mass(study, vesicle, library, members)
    least = library.resolve("largest_particles_per_mass", subject="100 nm").median
    chance = float(np.mean(found < least))
    return {
        "isolation": vesicle.isolation,
        "particles_per_ug": triple(PER_UG * found),
        "mostly_protein_below": rounded(PER_UG * least),
        "probability_mostly_protein": rounded(chance),
        "words": in_words(vesicle.isolation, PER_UG * least, chance, len(members)),
    }


def in_words(isolation: str, least: float, chance: float, members: int) -> str:
    """The flag in a sentence."""
    how = "in a way not stated" if isolation == "not stated" else f"by {isolation}"
    share = f"{100.0 * chance:.2g} %" if chance else "none"
    call = " That is more likely than not." if chance > 0.5 else ""
    return (
        f"A product isolated {how} is mostly protein (fewer than {least / 1e9:.2g}e9 particles "
        f"per ug) in {share} of {members} members.{call}"
    )
