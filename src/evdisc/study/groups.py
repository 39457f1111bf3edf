"""Groups of an experiment: those the protocol's claim needs, and what each tells apart.

A group that separates nothing here is left out, with the reason; animals are not spent on it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from evdisc.errors import InputError
from evdisc.protocol.specs import DiscStudy, DishStudy, DishTherapySpec
from evdisc.protocol.therapy_specs import TherapySpec, VesicleSpec


@dataclass(frozen=True)
class Group:
    """One group.

    Attributes:
        name: what a laboratory calls it.
        arm: arm of a simulation that stands for it; empty where none does.
        given: what it gets.
        separates: what it tells apart.
        reason: why it is in, or why it is left out.
        included: whether the plan has it.
    """

    name: str
    arm: str
    given: str
    separates: str
    reason: str
    included: bool


@dataclass(frozen=True)
class Asked:
    """What of a protocol decides about groups."""

    dish: bool
    injured: bool
    vesicle: VesicleSpec | None
    carrier: str
    cargo: tuple[str, ...]

    @property
    def loads(self) -> tuple[str, ...]:
        """Methods that put cargo into vesicles or their parent cells."""
        steps = self.vesicle.steps if self.vesicle else ()
        return tuple(s.method for s in steps if s.kind in ("parent", "direct"))

    @property
    def changed(self) -> tuple[str, ...]:
        """All engineering steps."""
        return tuple(s.method for s in self.vesicle.steps) if self.vesicle else ()


def asked(study: DiscStudy | DishStudy) -> Asked:
    """What decides about the groups of a study.

    Raises:
        InputError: the study has no therapy, so that there is nothing to plan.
    """
    if study.therapy is None:
        raise InputError("names no therapy, so that there is nothing to compare", key="therapy",
                         expected="a product")  # fmt: skip
    if isinstance(study, DiscStudy):
        therapy: TherapySpec = study.therapy
        names = therapy.vesicle.named_cargo if therapy.vesicle else ()
        injured = bool(study.disc.insult.times())
        return Asked(False, injured, therapy.vesicle, therapy.delivery.carrier, names)
    bare: DishTherapySpec = study.therapy
    names = bare.vesicle.named_cargo if bare.vesicle else tuple(c.molecule for c in bare.cargo)
    injured = bool(study.stimuli or study.transfer)
    return Asked(True, injured, bare.vesicle, "none", names)


def groups(study: DiscStudy | DishStudy) -> list[Group]:
    """All groups in the order of a protocol, those left out too.

    Raises:
        InputError: the study has no therapy.
    """
    about = asked(study)
    return [rule(about) for rule in RULES]


def included(every: list[Group]) -> list[Group]:
    """The groups of the plan."""
    return [g for g in every if g.included]


def treated(every: list[Group]) -> Group:
    """The group that gets the product whole."""
    return next(g for g in every if g.included and g.arm == "treated")


def _cargo(about: Asked) -> str:
    return ", ".join(about.cargo)


def _sham(a: Asked) -> Group:
    if a.dish:
        name, given = "unstimulated", "the same medium without the stimulus"
    else:
        name, given = "sham", "anaesthesia, approach and handling, no injury"
    why = "the injury" if not a.dish else "the stimulus"
    return Group(
        name, "healthy" if a.dish else "", given, f"{why} from handling and time",
        f"shows that {why} did something to be treated" if a.injured
        else f"left out: the protocol has no {'stimulus' if a.dish else 'injury'}", a.injured,
    )  # fmt: skip


def _untreated(a: Asked) -> Group:
    given = "the stimulus and nothing else" if a.dish else "the injury and nothing else"
    needle = "the medium change" if a.dish else "the second needle and its liquid"
    if not a.injured:
        given = "nothing"
    return Group(
        "injury only" if a.injured and not a.dish else "untreated", "untreated", given,
        f"the product from {needle}, together with the vehicle",
        "the course without any treatment", True,
    )  # fmt: skip


def _vehicle(a: Asked) -> Group:
    given = "the buffer of the product, same volume, same time"
    if a.vesicle is None:
        given = "a scrambled sequence with the same reagent, same time"
    what = "vesicles" if a.vesicle else "cargo"
    return Group("vehicle", "vehicle", given, f"{what} from the liquid and the way it is given",
                 "the comparison the claim rests on", True)  # fmt: skip


def _carrier(a: Asked) -> Group:
    there = a.carrier != "none"
    reason = (
        "a gel has volume, charge and stiffness of its own" if there
        else "left out: the protocol has no carrier"
    )  # fmt: skip
    return Group("carrier only", "carrier" if there else "",
                 f"{a.carrier} without vesicles" if there else "", "vesicles from their carrier",
                 reason, there)  # fmt: skip


def _free_cargo(a: Asked) -> Group:
    if a.vesicle is None:
        return Group("free cargo", "treated", _cargo(a), "the product",
                     "this is what the protocol gives", True)  # fmt: skip
    there = bool(a.cargo)
    return Group(
        "free cargo", "", f"{_cargo(a)} in buffer, as many copies as the vesicles hold"
        if there else "", "cargo that needs its vesicle from cargo that does not",
        "unpacked or unremoved cargo could act by itself" if there
        else "left out: the protocol names no cargo", there,
    )  # fmt: skip


def _empty(a: Asked) -> Group:
    there = bool(a.loads)
    if not there:
        why = "left out: nothing is loaded" + (", so these would be the native vesicles"
                                                if a.vesicle else "")  # fmt: skip
    else:
        why = "loading harms membranes and parent cells; only this group shows it"
    return Group("sham-processed empty vesicle", "",
                 f"vesicles taken through {', '.join(a.loads)} without cargo" if there else "",
                 "the cargo from what loading does to a vesicle", why, there)  # fmt: skip


def _depleted(a: Asked) -> Group:
    there = a.vesicle is not None
    return Group(
        "vesicle-depleted medium", "", "conditioned medium freed of vesicles, same isolation steps"
        if there else "", "vesicles from proteins isolated along with them",
        "what is isolated is never vesicles alone" if there
        else "left out: the protocol has no vesicle", there,
    )  # fmt: skip


def _native(a: Asked) -> Group:
    if a.vesicle is None:
        return Group("native vesicle", "", "", "", "left out: the protocol has no vesicle", False)
    source = a.vesicle.source.cell
    if a.changed:
        return Group("native vesicle", "", f"untouched vesicles of {source}",
                     "engineering from what the vesicles do anyway",
                     "the gain of engineering is claimed over these", True)  # fmt: skip
    return Group("native vesicle", "treated", f"vesicles of {source}", "the product",
                 "this is what the protocol gives", True)  # fmt: skip


def _knock_out(a: Asked) -> Group:
    there = bool(a.cargo) and a.vesicle is not None
    why = (
        "the claim names this cargo; without it the effect must go" if there
        else "left out: " + ("the protocol has no vesicle" if a.cargo else "no cargo is credited")
    )  # fmt: skip
    return Group("knock-out vesicle", "knock-out" if there else "",
                 f"the same vesicles from parent cells without {_cargo(a)}" if there else "",
                 "the credited cargo from the rest of the vesicle", why, there)  # fmt: skip


def _engineered(a: Asked) -> Group:
    there = bool(a.changed)
    return Group(
        "engineered vesicle", "treated" if there else "",
        f"vesicles after {', '.join(a.changed)}" if there else "", "the product",
        "this is what the protocol gives" if there else "left out: nothing is engineered", there,
    )  # fmt: skip


RULES: tuple[Callable[[Asked], Group], ...] = (
    _sham, _untreated, _vehicle, _carrier, _free_cargo, _empty, _depleted, _native, _knock_out,
    _engineered,
)  # fmt: skip
