"""Variants: the runs one member needs, so that arms share what they can.

Only arms with vesicles differ between the delivery hypotheses; every arm runs with and without
the publication-bias discount on claims.
"""

from __future__ import annotations

from dataclasses import dataclass

from evdisc.protocol.specs import VESICLE_ARMS, DiscStudy, DishStudy
from evdisc.simulate import disc, dish

HYPOTHESES = ("stoichiometric", "potency")


@dataclass(frozen=True)
class Variant:
    """One run of a member: an arm, a delivery hypothesis, and whether every claim is believed."""

    arm: str
    hypothesis: str
    believe_all: bool


def arms_of(study: DiscStudy | DishStudy) -> tuple[str, ...]:
    """Arm ids of a study, the therapy (or stimulus) first."""
    return disc.arms(study) if isinstance(study, DiscStudy) else dish.arms(study)


def variants(study: DiscStudy | DishStudy) -> tuple[Variant, ...]:
    """All runs of one member, in stored order."""
    out = []
    for arm in arms_of(study):
        dosed = arm in VESICLE_ARMS and study.therapy is not None
        for hypothesis in HYPOTHESES if dosed else HYPOTHESES[:1]:
            out += [Variant(arm, hypothesis, believed) for believed in (False, True)]
    return tuple(out)


def bare_arm(carrier: str) -> str:
    """The arm that lacks the vesicles and nothing else: their effect is over it.

    A carrier is a material that acts by itself; without one the needle and the liquid are left.
    """
    return "vehicle" if carrier == "none" else "carrier"


def find(all_variants: tuple[Variant, ...], arm: str, hypothesis: str, believe_all: bool) -> int:
    """Index of the run that stands for an arm under a hypothesis (controls are shared)."""
    shared = [
        i for i, v in enumerate(all_variants) if v.arm == arm and v.believe_all == believe_all
    ]
    for i in shared:
        if all_variants[i].hypothesis == hypothesis:
            return i
    return shared[0]
