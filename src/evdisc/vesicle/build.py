"""A protocol's vesicle -> a product: profile of the parent cell, engineering, batch, storage.

    copies = stated, or b native after engineering
    left after storage = (1 - l)^(t / 48 h) (1 - f)^n

native is the copies of a cargo per vesicle that nobody measured, a wide prior (Chevillet 2014,
doi:10.1073/pnas.1408301111); b the batch, one factor for all of them; l the share that a tube takes
of the vesicles in 48 h (Evtushenko 2020), t the time in it, f the share that a thawing takes and n
how many there are. Equal shares in equal times is our choice.
"""

from __future__ import annotations

from dataclasses import replace

from evdisc.cargo.molecules import kind, linked, require_known
from evdisc.evidence.library import Library
from evdisc.protocol.engineering_specs import StorageSpec
from evdisc.protocol.therapy_specs import VesicleSpec
from evdisc.vesicle.engineering import engineered
from evdisc.vesicle.product import Product, Value, sponged

#: tubes were looked at after so long
TUBE_TIME = 48.0 * 3600.0
TUBES = {"ordinary": "ordinary tube", "low-binding": "low-binding or blocked tube",
         "in medium": "in medium"}  # fmt: skip


def native_profile(library: Library, parent: str) -> list[str]:
    """Molecules that claims say native vesicles of this parent cell deliver.

    What a study had to load first is not part of the native vesicle.
    """
    loaded = {(c.chain, c.target) for c in library.claims if c.relation == "loads"}
    names: dict[str, None] = {}
    for claim in library.claims:
        packed = claim.source_type == "vesicle" and claim.relation == "delivers"
        native = packed and (claim.chain, claim.target) not in loaded
        if native and claim.parent_cell == parent and claim.sign > 0:
            names.setdefault(claim.target)
    return list(names)


def build_product(spec: VesicleSpec, library: Library, value: Value) -> Product:
    """Cargo profile of a protocol's vesicle.

    ``value`` may return an array of draws for each number; then the product's numbers are arrays.

    Raises:
        InputError: a named cargo is in no claim.
    """
    warnings: list[str] = []
    isolated = [c for c in spec.cargo if c.isolate]
    named = isolated or list(spec.cargo)
    profile: dict[str, float | None] = {}
    for item in named:
        require_known(item.molecule, library)
        profile[item.molecule] = item.copies_per_vesicle
    if isolated:
        warnings.append("cargo is isolated: the rest of the vesicle's profile is switched off")
    else:
        for name in native_profile(library, spec.source.cell):
            if not any(linked(name, [known]) for known in profile):
                profile[name] = None
    if not profile:
        warnings.append(f"no cargo of {spec.source.cell} vesicles is known to the evidence")
    copies = [
        stated
        if stated is not None
        else value("native_copies_per_vesicle", kind(name, library), name)
        for name, stated in profile.items()
    ]
    unknown = [name for name, stated in profile.items() if stated is None]
    if unknown:
        warnings.append("copies per vesicle are a wide prior for " + ", ".join(unknown))
    native = Product(
        tuple(profile),
        tuple(kind(name, library) for name in profile),
        tuple(copies),
        tuple(s is not None for s in profile.values()),
        tuple(warnings),
        sponged(profile, library),
        subtype=spec.subtype,
    )
    done = engineered(native, spec.steps, library, value)
    batch = value("batch_cargo", spec.source.cell, "batch")
    varied = tuple(
        own if known else own * batch for own, known in zip(done.copies, done.stated, strict=True)
    )
    left = 1.0 if spec.storage is None else left_after(spec.storage, value)
    return replace(done, copies=varied, left_after_storage=left)


def left_after(storage: StorageSpec, value: Value) -> float:
    """Share of vesicles left after storage: tubes take a share in 48 h, each thawing another."""
    lost = value("storage_loss", TUBES[storage.tube], "")
    in_tube = (1.0 - lost) ** (storage.time / TUBE_TIME)
    return in_tube * (1.0 - value("thawing_lost", "", "")) ** storage.freeze_thaw
