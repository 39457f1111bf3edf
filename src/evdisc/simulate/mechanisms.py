"""The ordered lists of mechanisms; a macro step runs them from first to last."""

from __future__ import annotations

from evdisc.cell import cargo_effect, expression, fates, milieu, secretion, signalling
from evdisc.delivery import bolus, internalise, medium_dose, transport, uptake, well_mixed
from evdisc.mechanism.contract import Mechanism
from evdisc.tissue import (
    ageing,
    annulus,
    cell_loss,
    cytokine_injection,
    cytokines,
    enzyme,
    ingrowth,
    matrix,
    medium,
    medium_cytokines,
    medium_transfer,
    nutrition,
    occlusion,
    puncture,
    starvation,
    stimulus,
    swelling,
)

DISC: tuple[Mechanism, ...] = (
    ageing.MECHANISM,
    nutrition.MECHANISM,
    starvation.MECHANISM,
    fates.MECHANISM,
    secretion.MECHANISM,
    ingrowth.MECHANISM,
    cytokines.MECHANISM,
    milieu.MECHANISM,
    uptake.MECHANISM,
    transport.MECHANISM,
    internalise.MECHANISM,
    expression.MECHANISM,
    cargo_effect.MECHANISM,
    signalling.MECHANISM,
    matrix.MECHANISM,
    annulus.MECHANISM,
    swelling.MECHANISM,
    bolus.MECHANISM,
    puncture.MECHANISM,
    cell_loss.MECHANISM,
    occlusion.MECHANISM,
    enzyme.MECHANISM,
    cytokine_injection.MECHANISM,
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
    expression.MECHANISM,
    cargo_effect.MECHANISM,
    signalling.MECHANISM,
    medium_dose.MECHANISM,
    medium_transfer.MECHANISM,
    stimulus.MECHANISM,
)
