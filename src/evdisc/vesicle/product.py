"""A product is a whole vesicle: everything its parent cell is known to pack, and what was loaded.

    vesicles that act = integrity x left after storage x counted dose

Copies nobody measured are wide priors (Chevillet 2014, doi:10.1073/pnas.1408301111). A protocol may
state copies, or isolate one cargo, which is an attribution hypothesis and is said so. That a broken
vesicle does nothing is our choice.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from evdisc.cargo.molecules import kind, linked, require_known
from evdisc.evidence.library import Library

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
        subtype: kind of vesicle.
        yield_gain: vesicles a parent cell gives, relative to the untouched cell.
        recovery: share of the vesicles left after engineering.
        integrity: share of those that are whole.
        left_after_storage: share of the counted dose that is there when it is used.
        uptake_gain: uptake by cells relative to native vesicles.
        tnf_left: uptake left under full TNF-alpha; None for that of native vesicles.
        bound_share: share the matrix holds; None for that of native vesicles.
        free_copies: cargo outside the vesicles, copies per vesicle.
    """

    cargoes: tuple[str, ...]
    kinds: tuple[str, ...]
    copies: tuple[float, ...]
    stated: tuple[bool, ...]
    warnings: tuple[str, ...]
    sponges: tuple[str, ...] = ()
    absent: tuple[str, ...] = ()
    subtype: str = "exosome"
    yield_gain: float = 1.0
    recovery: float = 1.0
    integrity: float = 1.0
    left_after_storage: float = 1.0
    uptake_gain: float = 1.0
    tnf_left: float | None = None
    bound_share: float | None = None
    free_copies: tuple[tuple[str, float], ...] = ()

    @property
    def whole_share(self) -> float:
        """Share of the counted dose that is whole vesicles when it is used."""
        return self.integrity * self.left_after_storage

    def joined(self, name: str, what: str, copies: float, library: Library) -> Product:
        """The same vesicles with one more cargo."""
        return replace(
            self, cargoes=(*self.cargoes, name), kinds=(*self.kinds, what),
            copies=(*self.copies, copies), stated=(*self.stated, False),
            sponges=(*self.sponges, *sponged([name], library)),
        )  # fmt: skip

    def without(self, names: Sequence[str] | None) -> Product:
        """The same vesicles with no copies of the named cargoes, or of any where None is given."""
        gone = set(self.cargoes if names is None else names)
        copies = tuple(
            0.0 if name in gone else own
            for name, own in zip(self.cargoes, self.copies, strict=True)
        )
        return replace(self, copies=copies, absent=tuple(sorted(gone & set(self.cargoes))))


def noted(product: Product, warnings: Sequence[str]) -> Product:
    """The same product with warnings added, each once."""
    return replace(product, warnings=tuple(dict.fromkeys((*product.warnings, *warnings))))


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
