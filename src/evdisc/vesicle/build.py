"""A protocol's vesicle -> a product: native profile, engineering, donor, batch, storage.

    copies = stated, or w b native after engineering

native is the copies of a cargo per vesicle that nobody measured (:mod:`evdisc.vesicle.native`); w
the donor of the parent cells and b the batch made of them, each one factor for all of them. That
the two multiply is our choice.
"""

from __future__ import annotations

from dataclasses import replace

from evdisc.cargo.molecules import kind, linked, require_known
from evdisc.evidence.library import Library
from evdisc.protocol.therapy_specs import VesicleSpec
from evdisc.vesicle import storage
from evdisc.vesicle.engineering import engineered
from evdisc.vesicle.native import native_copies, native_profile, of_its_kind
from evdisc.vesicle.product import Product, Value, noted, sponged


def build_product(spec: VesicleSpec, library: Library, value: Value) -> Product:
    """Cargo profile of a protocol's vesicle.

    ``value`` may return an array of draws for each number; then the product's numbers are arrays.

    Raises:
        InputError: a named cargo is in no claim.
    """
    done = engineered(native(spec, library, value), spec.steps, library, value)
    source = spec.source.cell
    varied = value("donor_cargo", source, "donor") * value("batch_cargo", source, "batch")
    copies = tuple(
        own if known else own * varied for own, known in zip(done.copies, done.stated, strict=True)
    )
    done = noted(replace(done, copies=copies), of_its_kind(done, library))
    if spec.storage is None:
        return done
    left = storage.left_after(spec.storage, library, value)
    return noted(replace(done, left_after_storage=left), storage.told(spec.storage, library))


def native(spec: VesicleSpec, library: Library, value: Value) -> Product:
    """The vesicle as its parent cell gives it off, before engineering.

    Raises:
        InputError: a named cargo is in no claim.
    """
    warnings: list[str] = []
    isolated = [c for c in spec.cargo if c.isolate]
    profile: dict[str, float | None] = {}
    for item in isolated or spec.cargo:
        require_known(item.molecule, library)
        profile[item.molecule] = item.copies_per_vesicle
    if isolated:
        warnings.append("cargo is isolated: the rest of the vesicle's profile is switched off")
    else:
        for name in native_profile(library, spec.source.cell, spec.subtype):
            if not any(linked(name, [known]) for known in profile):
                profile[name] = None
    if not profile:
        warnings.append(f"no cargo of {spec.source.cell} vesicles is known to the evidence")
    copies = [
        stated if stated is not None else native_copies(name, spec.subtype, library, value)
        for name, stated in profile.items()
    ]
    unknown = [name for name, stated in profile.items() if stated is None]
    if unknown:
        warnings.append("copies per vesicle are a wide prior for " + ", ".join(unknown))
    return Product(
        tuple(profile),
        tuple(kind(name, library) for name in profile),
        tuple(copies),
        tuple(s is not None for s in profile.values()),
        tuple(warnings),
        sponged(profile, library),
        subtype=spec.subtype,
    )
