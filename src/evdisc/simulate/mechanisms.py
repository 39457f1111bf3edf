"""The ordered lists of mechanisms; a macro step runs them from first to last."""

from __future__ import annotations

from evdisc.cell import cargo_effect, fates, milieu, secretion, signalling
from evdisc.delivery import bolus, internalise, medium_dose, transport, uptake, well_mixed
from evdisc.mechanism.contract import Mechanism
from evdisc.tissue import (
    annulus,
    cytokines,
    matrix,
    medium,
    medium_cytokines,
    nutrition,
    puncture,
    starvation,
    stimulus,
    swelling,
)

DISC: tuple[Mechanism, ...] = (
    nutrition.MECHANISM,
    starvation.MECHANISM,
    fates.MECHANISM,
    secretion.MECHANISM,
    cytokines.MECHANISM,
    milieu.MECHANISM,
    uptake.MECHANISM,
    transport.MECHANISM,
    internalise.MECHANISM,
    cargo_effect.MECHANISM,
    signalling.MECHANISM,
    matrix.MECHANISM,
    annulus.MECHANISM,
    swelling.MECHANISM,
    bolus.MECHANISM,
    puncture.MECHANISM,
)

DISH: tuple[Mechanism, ...] = (
    medium.MECHANISM,
    starvation.MECHANISM,
    fates.MECHANISM,
    secretion.MECHANISM,
    medium_cytokines.MECHANISM,
    milieu.MECHANISM,
    uptake.MECHANISM,
    well_mixed.MECHANISM,
    internalise.MECHANISM,
    cargo_effect.MECHANISM,
    signalling.MECHANISM,
    medium_dose.MECHANISM,
    stimulus.MECHANISM,
)
