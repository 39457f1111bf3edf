"""What a vesicle carries by nature: cargo its parent cell packs, and copies nobody counted.

    copies = g native, or o for an organelle in a kind of vesicle that holds one

native is the copies in a small vesicle, a wide prior (Chevillet 2014, doi:10.1073/pnas.1408301111);
g how many times as many a larger kind of vesicle carries, from no more to as many per volume; o the
organelles of one vesicle. Nobody counted either in a larger vesicle, and the form is our choice. A
kind without a row of ``organelles_per_vesicle`` is too small for one: an organelle is in it only
where a protocol says so, and then with a warning.
"""

from __future__ import annotations

from collections.abc import Iterable

from evdisc.cargo.molecules import kind
from evdisc.evidence.library import Library
from evdisc.protocol.therapy_specs import ORGANELLE_CARRIER
from evdisc.vesicle.product import Product, Value

ORGANELLE, MITOCHONDRIA = "organelle", "mitochondria"
SMALL = "exosome"


def native_profile(library: Library, parent: str, subtype: str = SMALL) -> list[str]:
    """Molecules that claims say native vesicles of this parent cell and kind deliver.

    What a study had to load first is not part of the native vesicle.
    """
    loaded = {(c.chain, c.target) for c in library.claims if c.relation == "loads"}
    names: dict[str, None] = {}
    for claim in library.claims:
        packed = claim.source_type == "vesicle" and claim.relation == "delivers"
        native = packed and (claim.chain, claim.target) not in loaded
        if native and claim.parent_cell == parent and claim.sign > 0:
            names.setdefault(claim.target)
    if subtype == ORGANELLE_CARRIER:
        names.setdefault(MITOCHONDRIA)
    return [name for name in names if fits(name, subtype, library)]


def fits(name: str, subtype: str, library: Library) -> bool:
    """Whether a kind of vesicle has room for a cargo."""
    return kind(name, library) != ORGANELLE or _holds(subtype, library)


def native_copies(name: str, subtype: str, library: Library, value: Value) -> float:
    """Copies of a cargo in one vesicle where nobody counted them."""
    what = kind(name, library)
    if what == ORGANELLE and _holds(subtype, library):
        return value("organelles_per_vesicle", subtype, name)
    gain = value("native_copies_gain", subtype, subtype)
    return gain * value("native_copies_per_vesicle", what, name)


def of_its_kind(product: Product, library: Library) -> list[str]:
    """What a reader must know of the kind of vesicle: cargo it cannot hold, copies of another kind.

    ``product`` is as it leaves engineering.
    """
    told = []
    large = [c for c in product.cargoes if not fits(c, product.subtype, library)]
    if large:
        across = library.resolve("vesicle_diameter", subject=product.subtype).median
        told.append(
            f"{product.subtype}s of some {1e9 * across:.0f} nm are too small to hold "
            f"{', '.join(large)}; subtype: {ORGANELLE_CARRIER} brings them"
        )
    if product.subtype != SMALL and not all(product.stated):
        told.append(
            f"native copies were counted in small vesicles alone; how many more a "
            f"{product.subtype} carries is a wide prior"
        )
    return told


def _holds(subtype: str, library: Library) -> bool:
    return subtype in _subjects(library)


def _subjects(library: Library) -> Iterable[str]:
    return (dict(r.context)["subject"] for r in library.parameters["organelles_per_vesicle"])
