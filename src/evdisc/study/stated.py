"""A vesicle as it came out for one member, stated copy for copy: to leave cargo out, or to mix.

Copies nobody measured are drawn for each member. Stated as numbers they can be kept for some
cargoes and dropped for others, or averaged over two products, and nothing else changes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from evdisc.evidence.entities import family
from evdisc.evidence.library import Library
from evdisc.protocol.therapy_specs import CargoSpec, SourceSpec, VesicleSpec
from evdisc.vesicle.product import Product


def copies_of(product: Product) -> dict[str, float]:
    """Cargo -> copies per vesicle."""
    return dict(zip(product.cargoes, product.copies, strict=True))


def alone(product: Product, kept: Sequence[str], library: Library) -> dict[str, float]:
    """Copies of the kept cargoes alone, under whichever of their linked names they are carried."""
    kin = {name for cargo in kept for name in family(cargo, library.entities)}
    own = copies_of(product)
    left = {name: copies for name, copies in own.items() if name in kin}
    return left or dict.fromkeys(kept, 0.0)


def mixture(one: Product, other: Product, library: Library) -> tuple[dict[str, float], float]:
    """Copies per whole vesicle of two products at half the dose each, and the share that is whole.

    Cargo travels with its vesicle and acts by its copies, so that the mean vesicle stands for
    both where copies decide and the surfaces are the same.
    """
    weights = (0.5 * one.whole_share, 0.5 * other.whole_share)
    whole = sum(weights)
    mixed: dict[str, float] = {}
    for product, weight in zip((one, other), weights, strict=True):
        for name, copies in copies_of(product).items():
            kin = family(name, library.entities)
            place = next((known for known in mixed if known in kin), name)
            mixed[place] = mixed.get(place, 0.0) + copies * weight / whole
    return mixed, whole


def same_surface(one: Product, other: Product) -> bool:
    """Whether two products enter cells and stick to the matrix alike."""
    names = ("subtype", "uptake_gain", "tnf_left", "bound_share")
    return all(getattr(one, n) == getattr(other, n) for n in names)


def stated(vesicle: VesicleSpec, product: Product, copies: Mapping[str, float]) -> VesicleSpec:
    """A vesicle that carries these copies and nothing else, without engineering or storage."""
    cargo = tuple(
        CargoSpec(molecule=name, copies_per_vesicle=number, isolate=True)
        for name, number in copies.items()
    )
    source = SourceSpec(cell=vesicle.source.cell, species=vesicle.source.species)
    return VesicleSpec(source=source, cargo=cargo, subtype=product.subtype)
