"""What must reach the patient: vesicles an injection, injections, subjects."""

from __future__ import annotations

from dataclasses import dataclass

from evdisc.errors import InputError, UnitError
from evdisc.protocol.specs import DiscStudy, DishStudy
from evdisc.protocol.therapy_specs import VesicleSpec
from evdisc.units import parse_quantity

MOST_SUBJECTS = 1_000_000
#: vesicles or kg of protein in one dose beyond which it is a slip of the pen
MOST_VESICLES, MOST_PROTEIN = 1e20, 1.0
#: medium of the one well a dish stands for
WELL = 1e-6  # m3
CONVENTION = (
    "the dose counts whole vesicles in the patient: losses of loading, storage and filling are "
    "made up for; a run of the protocol counts the dose before storage instead"
)


@dataclass(frozen=True)
class Wanted:
    """What a plan has to deliver.

    Attributes:
        vesicle: the product.
        vesicles: in one injection; None where the dose is stated in protein.
        protein: of one injection, kg; None where it is stated in vesicles.
        cells: living parent cells given in one injection.
        injections: of one subject.
        subjects: how many.
        route: how it is given.
    """

    vesicle: VesicleSpec
    vesicles: float | None
    protein: float | None
    cells: float
    injections: int
    subjects: int
    route: str

    @property
    def doses(self) -> int:
        """Injections in all."""
        return self.injections * self.subjects


def wanted(study: DiscStudy | DishStudy, subjects: int, dose: str | None = None) -> Wanted:
    """What a protocol asks for; ``dose`` stands in for its dose, in vesicles or in protein.

    Raises:
        InputError: no vesicles are given, too few or too many subjects, or no such dose.
    """
    if not 1 <= subjects <= MOST_SUBJECTS:
        raise InputError(
            "cannot be planned for", key="--subjects", value=subjects,
            expected=f"a whole number from 1 to {MOST_SUBJECTS}",
        )  # fmt: skip
    if study.therapy is None:
        raise InputError("has no therapy", key="therapy", expected="a vesicle to make")
    if study.therapy.vesicle is None:
        raise InputError(
            "gives bare cargo", key="therapy.cargo",
            expected="therapy.vesicle: only vesicles are manufactured here",
        )  # fmt: skip
    if isinstance(study, DiscStudy):
        delivery = study.therapy.delivery
        vesicles, protein = _dose(dose, delivery.dose)
        cells, times, route = delivery.cells or 0.0, len(delivery.schedule), delivery.route
    else:
        vesicles, protein = _dose(dose, (study.therapy.concentration or 0.0) * WELL)
        cells, times, route = 0.0, 1, "into the medium of one well of 1 mL"
    return Wanted(study.therapy.vesicle, vesicles, protein, cells, times, subjects, route)


def _dose(text: str | None, own: float) -> tuple[float | None, float | None]:
    vesicles, protein = _stated(text, own)
    if (vesicles or 0.0) > MOST_VESICLES or (protein or 0.0) > MOST_PROTEIN:
        raise InputError(
            "is out of reach", key="dose" if text is None else "--dose", value=text or own,
            expected=f"at most {MOST_VESICLES:g} particles or {MOST_PROTEIN:g} kg",
        )  # fmt: skip
    return vesicles, protein


def _stated(text: str | None, own: float) -> tuple[float | None, float | None]:
    if text is None:
        return own, None
    try:
        return parse_quantity(text, "particle_count", key="--dose"), None
    except UnitError:
        return None, _protein(text)


def _protein(text: str) -> float:
    """kg of protein: a mass has no kind of its own, a mass a mL has."""
    try:
        return parse_quantity(f"{text}/mL", "mass_concentration") * 1e-6
    except UnitError:
        raise UnitError(
            "not a dose", key="--dose", value=text,
            expected="vesicles or protein such as '1e11 particles' or '100 ug'",
        ) from None  # fmt: skip
