"""What can be given at all: liquid where it goes, vesicles and cells in the liquid.

    most vesicles or cells in a volume = 0.64 volume / (pi d^3 / 6)
    nucleus or annulus: the water of its pores = porosity x volume
    depot: room beside the disc = depot room x volume of the disc
    blood, muscle: volume per mass x mass of the body

d is the diameter of a vesicle or a cell, and 0.64 the thickest random packing of spheres. All
numbers are medians, so that no draw and no seed decides. The limits are our choice, and generous.
"""

from __future__ import annotations

import math
from collections.abc import Callable

from evdisc.errors import InputError
from evdisc.evidence.library import Library
from evdisc.protocol.specs import DiscStudy, DishStudy
from evdisc.simulate.dish import dish_context
from evdisc.simulate.site import disc_context, disc_overrides, geometry
from evdisc.simulate.values import Values

#: the thickest packing of spheres
PACKING = 0.64
LITRE = 1e-3  # m3
#: a limit itself can be given, whatever the last digit of its unit
AS_TOLD = 1.0 + 1e-9


def require_possible(study: DiscStudy | DishStudy, library: Library) -> None:
    """Refuse a dose that cannot be given.

    Raises:
        InputError: more volume than the place takes, or more vesicles or cells than the volume
            holds; with the nearest feasible value.
    """
    if study.therapy is None:
        return
    if isinstance(study, DishStudy):
        _require_in_medium(study, Values(library, dish_context(study)))
        return
    values = Values(library, disc_context(study.disc), overrides=disc_overrides(study.disc))
    delivery = study.therapy.delivery
    place, room = ROOMS[delivery.route](values)
    if delivery.volume > room * AS_TOLD:
        raise InputError(
            f"is more than {place}", key="therapy.delivery.volume",
            value=litres(delivery.volume), expected=f"at most {litres(room, down=True)}",
        )  # fmt: skip
    holds = f"is more than {litres(delivery.volume)} can hold of"
    vesicle, cell = diameter(study, values), values.number("cell_diameter")
    most = packed(delivery.volume, vesicle)
    if delivery.dose > most:
        raise InputError(
            f"{holds} vesicles of {1e9 * vesicle:.0f} nm", key="therapy.delivery.dose",
            value=f"{delivery.dose:.3g} particles",
            expected=f"at most {rounded_down(most)} particles",
        )  # fmt: skip
    most = packed(delivery.volume, cell)
    if (delivery.cells or 0.0) > most:
        raise InputError(
            f"{holds} cells of {1e6 * cell:.0f} um", key="therapy.delivery.cells",
            value=f"{delivery.cells:.3g} cells", expected=f"at most {rounded_down(most)} cells",
        )  # fmt: skip


def _require_in_medium(study: DishStudy, values: Values) -> None:
    given = study.therapy.concentration if study.therapy else None
    size = diameter(study, values)
    most = packed(1.0, size)
    if given is not None and given > most:
        raise InputError(
            f"is more than medium can hold of vesicles of {1e9 * size:.0f} nm",
            key="therapy.concentration", value=f"{1e-6 * given:.3g} particles/mL",
            expected=f"at most {rounded_down(1e-6 * most)} particles/mL",
        )  # fmt: skip


def diameter(study: DiscStudy | DishStudy, values: Values) -> float:
    """Diameter of the therapy's vesicles, m."""
    vesicle = study.therapy.vesicle if study.therapy else None
    other = vesicle.subtype if vesicle and vesicle.subtype != "exosome" else ""
    return values.number("vesicle_diameter", other)


def packed(volume: float, diameter: float) -> float:
    """Most spheres of ``diameter`` m in ``volume`` m3."""
    return PACKING * volume / (math.pi / 6.0 * diameter**3)


def nucleus(values: Values) -> tuple[str, float]:
    """The nucleus and the water in its pores, m3."""
    size = geometry(values)
    water = values.number("porosity", region="NP")
    return "the water of the nucleus", math.pi * size.nucleus_radius**2 * size.height * water


def annulus(values: Values) -> tuple[str, float]:
    """The annulus and the water in its pores, m3."""
    size = geometry(values)
    ring = math.pi * (size.radius**2 - size.nucleus_radius**2) * size.height
    return "the water of the annulus", ring * values.number("porosity", region="AF")


def beside(values: Values) -> tuple[str, float]:
    """The room beside the disc for a depot, m3."""
    size, discs = geometry(values), values.number("depot_room")
    place = f"the room beside the disc, taken to be that of {discs:g} discs (our choice)"
    return place, discs * math.pi * size.radius**2 * size.height


def _body(key: str, place: str) -> Callable[[Values], tuple[str, float]]:
    def room(values: Values) -> tuple[str, float]:
        species = values.context["species"]
        volume = values.number(key) * values.number("body_mass", species)
        return place.format(species=species), volume

    return room


#: route -> what takes the liquid, and how much of it, m3
ROOMS: dict[str, Callable[[Values], tuple[str, float]]] = {
    "intradiscal": nucleus,
    "annulus microneedle": annulus,
    "depot near annulus": beside,
    "depot near endplate": beside,
    "intravenous": _body("blood_volume_per_mass", "all the blood of a body ({species})"),
    "intramuscular": _body("muscle_room", "what muscle is taken to hold ({species}, our choice)"),
}


def litres(volume: float, down: bool = False) -> str:
    """A volume in the unit that suits it; ``down`` never tells more than it is."""
    unit, scale = next(
        ((u, s) for u, s in (("L", LITRE), ("mL", 1e-3 * LITRE)) if volume >= s),
        ("uL", 1e-6 * LITRE),
    )
    return f"{rounded_down(volume / scale) if down else f'{volume / scale:.3g}'} {unit}"


def rounded_down(x: float) -> str:
    """Three digits, never more than ``x``."""
    unit = 10.0 ** (math.floor(math.log10(x)) - 2)
    return f"{math.floor(x / unit * AS_TOLD) * unit:.3g}"
