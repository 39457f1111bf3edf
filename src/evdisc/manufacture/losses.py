"""What each step leaves of the vesicles, from the harvested medium to the patient.

    kept = product of the shares that clarification, isolation, loading, wholeness, samples for
           quality control, release of batches, storage, filling and needle leave

Loading, wholeness and storage are the product's own (:mod:`evdisc.vesicle`), read and not restated.
That losses multiply is our choice; each share is a row of the evidence.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import cast

import numpy as np

from evdisc.manufacture.draws import Draws, Floats
from evdisc.manufacture.isolation import Isolated
from evdisc.protocol.therapy_specs import VesicleSpec
from evdisc.vesicle.build import build_product
from evdisc.vesicle.product import Product, Value

RELEASED = "batches released"
#: rows of the product that bear on the number of vesicles; the others are about its cargo
BEARING = (
    "engineering_recovery", "engineering_integrity", "storage_decay", "storage_loss",
    "thawing_lost", "secretion_gain", "lost_to_lysosome", "lost_to_amphisome",
)  # fmt: skip


@dataclass(frozen=True)
class Loss:
    """One step and the share of the vesicles it leaves, (count,)."""

    step: str
    kept: Floats


def product_of(vesicle: VesicleSpec, draws: Draws) -> Product:
    """The product with arrays of draws in place of numbers: its arithmetic holds for both.

    Of the rows it reads those that bear on how much must be made are noted in ``draws``.

    Raises:
        InputError: a named cargo is in no claim.
    """
    own = replace(draws, used={}, drawn={})
    made = build_product(vesicle, draws.library, cast(Value, own.value))
    bearing = {k: r for k, r in own.used.items() if r.key in BEARING}
    draws.used.update(bearing)
    draws.drawn.update({k: x for k, x in own.drawn.items() if k.partition("#")[0] in bearing})
    return made


def losses(vesicle: VesicleSpec, product: Product, chain: Isolated, draws: Draws) -> list[Loss]:
    """Every step between culture and patient, in the order of the process."""
    steps = [Loss("clarification", draws.value("clarification_kept"))]
    steps += [Loss(name, kept) for name, kept in zip(chain.steps, chain.recoveries, strict=True)]
    if any(s.kind in ("direct", "surface") for s in vesicle.engineering):
        steps.append(Loss("loading", _full(product.recovery, draws)))
        steps.append(Loss("whole after loading", _full(product.integrity, draws)))
    steps.append(Loss("quality-control samples", 1.0 - draws.value("quality_control_share")))
    steps.append(Loss(RELEASED, draws.value("batch_release_share")))
    if vesicle.storage is not None:
        steps.append(Loss("storage", _full(product.left_after_storage, draws)))
    return [*steps, Loss("filling and needle", draws.value("fill_kept"))]


def kept(steps: list[Loss]) -> Floats:
    """Share of the harvested vesicles that reaches the patient."""
    return np.asarray(np.prod([s.kept for s in steps], axis=0))


def left_after(steps: list[Loss]) -> list[Floats]:
    """Share of the harvested vesicles left after each step."""
    return [kept(steps[: i + 1]) for i in range(len(steps))]


def _full(value: float | Floats, draws: Draws) -> Floats:
    return np.array(np.broadcast_to(value, draws.count))
