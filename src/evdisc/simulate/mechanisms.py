"""The ordered lists of mechanisms; a macro step runs them from first to last."""

from __future__ import annotations

from evdisc.cell import cargo_effect, expression, fates, milieu, secretion, signalling
from evdisc.delivery import (
    annulus_seal,
    bolus,
    carrier,
    carrier_material,
    depot,
    exposure_time,
    internalise,
    medium_dose,
    systemic,
    transplant,
    transport,
    uptake,
    well_mixed,
)
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

#: what brings vesicles and their cargo to the cells of a disc, in the order of a step
DELIVERY: tuple[Mechanism, ...] = (
    uptake.MECHANISM,
    carrier.MECHANISM,
    carrier_material.MECHANISM,
    annulus_seal.MECHANISM,
    transplant.MECHANISM,
    depot.MECHANISM,
    systemic.MECHANISM,
    transport.MECHANISM,
    internalise.MECHANISM,
    exposure_time.MECHANISM,
)

DISC: tuple[Mechanism, ...] = (
    ageing.MECHANISM,
    nutrition.MECHANISM,
    starvation.MECHANISM,
    fates.MECHANISM,
    secretion.MECHANISM,
    annulus.MECHANISM,
    ingrowth.MECHANISM,
    cytokines.MECHANISM,
    milieu.MECHANISM,
    *DELIVERY,
    expression.MECHANISM,
    cargo_effect.MECHANISM,
    signalling.MECHANISM,
    matrix.MECHANISM,
    swelling.MECHANISM,
    bolus.MECHANISM,
    carrier.DOSE,
    carrier_material.DOSE,
    annulus_seal.DOSE,
    transplant.DOSE,
    depot.DOSE,
    *systemic.DOSES,
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
