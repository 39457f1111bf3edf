"""A product is a whole vesicle: everything its parent cell is known to pack, and what was loaded.

Copies nobody measured are wide priors (Chevillet 2014). A protocol may state copies, or isolate
one cargo, which is an attribution hypothesis and is said so.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from evdisc.cargo.molecules import kind, linked, require_known
from evdisc.evidence.library import Library
from evdisc.protocol.specs import VesicleSpec

#: value(key, subject, tag) -> SI number
Value = Callable[[str, str, str], float]


@dataclass(frozen=True)
class Product:
    """What one vesicle carries.

    Attributes:
        cargoes: canonical names.
        kinds: kind of molecule of each (miRNA, protein ...).
        copies: copies of each cargo per vesicle.
        stated: True where the protocol states the copies, False where they are a prior.
        warnings: what a reader must know about the profile.
        sponges: miRNA each cargo sponges, empty where none.
        absent: cargoes that were knocked out.
    """

    cargoes: tuple[str, ...]
    kinds: tuple[str, ...]
    copies: tuple[float, ...]
    stated: tuple[bool, ...]
    warnings: tuple[str, ...]
    sponges: tuple[str, ...] = ()
    absent: tuple[str, ...] = ()

    def without(self, names: Sequence[str] | None) -> Product:
        """The same vesicles with no copies of the named cargoes, or of any where None is given."""
        gone = set(self.cargoes if names is None else names)
        copies = tuple(
            0.0 if name in gone else own
            for name, own in zip(self.cargoes, self.copies, strict=True)
        )
        return replace(self, copies=copies, absent=tuple(sorted(gone & set(self.cargoes))))


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
    return Product(
        tuple(profile),
        tuple(kind(name, library) for name in profile),
        tuple(copies),
        tuple(s is not None for s in profile.values()),
        tuple(warnings),
        sponged(profile, library),
    )


def in_arm(product: Product | None, arm: str, named: Sequence[str]) -> Product | None:
    """The product as an arm gets it; ``named`` are the cargoes the protocol names.

    ``knock-out`` lacks the named cargoes and keeps the rest, ``empty vesicle`` lacks all.
    """
    if product is None or arm not in ("knock-out", "empty vesicle"):
        return product
    return product.without(named if arm == "knock-out" else None)


def bare_cargo(
    names: Sequence[str], library: Library, key: str = "therapy.cargo.molecule"
) -> Product:
    """Cargo given without a vesicle, as a product of no copies per vesicle.

    Raises:
        InputError: no claim mentions a cargo; ``key`` is where the user wrote it.
    """
    for name in names:
        require_known(name, library, key)
    return Product(
        tuple(names), tuple(kind(name, library) for name in names), (0.0,) * len(names),
        (True,) * len(names), (), sponged(names, library),
    )  # fmt: skip


def sponged(names: Iterable[str], library: Library) -> tuple[str, ...]:
    """The miRNA each named cargo sponges by the claims; empty where none."""
    known = {c.source: c.target for c in library.claims
             if c.target_type == "miRNA" and c.sign < 0
             and (c.relation == "sponges" or c.source_type == "antagomir")}  # fmt: skip
    return tuple(
        next((known[hit] for hit in linked(name, known)), "") for name in names
    )  # fmt: skip
