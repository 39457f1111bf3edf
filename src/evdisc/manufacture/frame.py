"""The frame of a plan: what is asked, the dose, the losses and the draws all platforms share.

    vesicles in the medium = vesicles per injection x injections x subjects / kept
    vesicles per injection = protein x particles per ug, where the dose is weighed

Our choice: a dose counts whole vesicles in the patient, and what is lost on the way is made up for.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from evdisc.errors import InputError
from evdisc.evidence.library import Library
from evdisc.manufacture import isolation
from evdisc.manufacture.dose import Wanted, wanted
from evdisc.manufacture.draws import Draws, Floats
from evdisc.manufacture.isolation import Isolated, isolated
from evdisc.manufacture.losses import RELEASED, Loss, kept, losses, product_of
from evdisc.manufacture.prices import Prices
from evdisc.protocol.specs import DiscStudy, DishStudy
from evdisc.vesicle.product import Product

DRAWS = 4000


@dataclass(frozen=True)
class Asked:
    """What a user asks of a plan.

    Attributes:
        study: the protocol.
        subjects: patients, animals or wells.
        platforms: canonical names.
        chain: isolation steps; empty for those of the protocol.
        prices: the user's, or None.
        dose: stands in for the dose of the protocol, in vesicles or protein.
        seed: of the draws.
        draws: how many.
    """

    study: DiscStudy | DishStudy
    subjects: int = 1
    platforms: tuple[str, ...] = ()
    chain: tuple[str, ...] = ()
    prices: Prices | None = None
    dose: str | None = None
    seed: int = 1
    draws: int = DRAWS


@dataclass(frozen=True)
class Frame:
    """What all platforms of a plan share."""

    asked: Asked
    want: Wanted
    product: Product
    chain: Isolated
    steps: list[Loss]
    per_dose: Floats
    draws: Draws

    @property
    def kept(self) -> Floats:
        """Share of the harvested vesicles that reaches the patient."""
        return kept(self.steps)

    @property
    def kept_of_released(self) -> Floats:
        """The same of the vesicles of a batch that passes its release tests."""
        return kept([s for s in self.steps if s.step != RELEASED])

    @property
    def in_medium(self) -> Floats:
        """Vesicles the cultures must give in all."""
        return self.per_dose * self.want.doses / self.kept

    @property
    def loaded(self) -> bool:
        """Whether finished vesicles are loaded or coated."""
        return any(s.kind in ("direct", "surface") for s in self.want.vesicle.engineering)


def frame(asked: Asked, library: Library) -> Frame:
    """Dose, losses and draws of a plan.

    Raises:
        InputError: the protocol gives no vesicles, or something asked for is not known.
    """
    want = wanted(asked.study, asked.subjects, asked.dose)
    if asked.draws < 1:
        raise InputError("too few draws", key="--draws", value=asked.draws, expected="1 or more")
    draws = Draws(library, asked.seed, asked.draws, want.vesicle.source.species)
    product = product_of(want.vesicle, draws)
    chain = isolated(asked.chain or _stated(want), draws)
    steps = losses(want.vesicle, product, chain, draws)
    each = want.protein * chain.per_mass if want.protein is not None else np.full(
        asked.draws, want.vesicles
    )  # fmt: skip
    return Frame(asked, want, product, chain, steps, each, draws)


def _stated(want: Wanted) -> tuple[str, ...]:
    own = want.vesicle.isolation
    return (isolation.USUAL if own == isolation.NOT_STATED else own,)
