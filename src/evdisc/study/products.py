"""Products: what is told apart in a ranking, from the review's table rows or from files.

A product is a whole vesicle: parent cell, conditioning, engineering. Rows that credit different
cargoes of one product are attribution hypotheses about it, not further products.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from evdisc.errors import InputError, nearest
from evdisc.evidence.chains import Chain, chains
from evdisc.evidence.conflicts import Conflict, conflicts
from evdisc.evidence.entities import family
from evdisc.evidence.library import Library
from evdisc.evidence.parameters import TIERS
from evdisc.protocol.therapy_specs import CargoSpec, DeliverySpec, VesicleSpec
from evdisc.protocol.yaml_io import load_protocol
from evdisc.study.atlas import PREFIX, engineering, protocol

ATLAS = "atlas"


@dataclass(frozen=True)
class Product:
    """One product of a ranking.

    Attributes:
        name: what it is called.
        vesicle: the whole vesicle.
        credited: cargo -> table rows that credit it.
        tier: weakest tier in the chains behind it.
        conflicts: conflicts of the record that touch a credited cargo.
        delivery: how its own file gives it; None where the common way is all there is.
        only: cargoes that are left in, where the rest is switched off.
        notes: what a reader must know.
    """

    name: str
    vesicle: VesicleSpec
    credited: dict[str, tuple[str, ...]] = field(default_factory=dict)
    tier: str = "assumed"
    conflicts: tuple[str, ...] = ()
    delivery: DeliverySpec | None = None
    only: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def rows(self) -> list[str]:
        """Table rows behind the product."""
        return sorted({row for rows in self.credited.values() for row in rows})


def products(wanted: Sequence[str], library: Library) -> list[Product]:
    """Products named by ``--therapies``: ``atlas``, or protocol files, or both.

    Raises:
        InputError: a file cannot be read or has no vesicle.
    """
    found: list[Product] = []
    for text in wanted:
        found += of_the_atlas(library) if text == ATLAS else [of_a_file(Path(text), library)]
    return list(_told_apart(found))


def attributions(library: Library) -> list[Product]:
    """Every table row as its product with the credited cargo alone."""
    known = conflicts(library)
    out = []
    for row, chain in table_rows(library).items():
        vesicle = row_vesicle(row, chain, library)
        name = f"{row} {', '.join(chain.cargoes)} of {label(vesicle)}"
        out.append(_described(name, [(row, chain)], vesicle, library, known))
    return [replace(p, only=tuple(p.credited)) for p in out]


def of_the_atlas(library: Library) -> list[Product]:
    """Distinct products of the review's tables, in the order of their first row."""
    known = conflicts(library)
    grouped: dict[str, list[tuple[str, Chain]]] = {}
    vesicles: dict[str, VesicleSpec] = {}
    for row, chain in table_rows(library).items():
        vesicle = row_vesicle(row, chain, library)
        whole = json.dumps(vesicle.model_dump(mode="json", exclude={"cargo"}), sort_keys=True)
        grouped.setdefault(whole, []).append((row, chain))
        vesicles.setdefault(whole, vesicle)
    return [
        _described(label(vesicles[k]), own, vesicles[k], library, known)
        for k, own in grouped.items()
    ]


def table_rows(library: Library) -> dict[str, Chain]:
    """Chains of the review's table rows, by row."""
    found = chains(library.claims)
    return {k.rpartition(":")[2]: found[k] for k in sorted(found) if k.startswith(PREFIX)}


def row_vesicle(row: str, chain: Chain, library: Library) -> VesicleSpec:
    """The vesicle of a table row, as its protocol in the atlas states it."""
    therapy = load_protocol(protocol(row, chain, library, engineering(chain))).spec.therapy
    assert therapy is not None
    assert therapy.vesicle is not None
    return therapy.vesicle


def of_a_file(path: Path, library: Library) -> Product:
    """The product of a user's protocol.

    Raises:
        InputError: it cannot be read, or has no vesicle.
    """
    if not path.exists():
        raise InputError(
            "does not exist", key="--therapies", value=str(path),
            expected="atlas or a protocol file", nearest=nearest(path.name, [ATLAS]),
        )  # fmt: skip
    spec = load_protocol(path).spec
    if spec.therapy is None or spec.therapy.vesicle is None:
        raise InputError("has no vesicle to rank", file=path, key="therapy.vesicle")
    vesicle = spec.therapy.vesicle
    delivery = spec.therapy.delivery if spec.kind == "disc" else None
    names = vesicle.named_cargo
    notes = ("its overlays do not act here",) if spec.evidence.overlays else ()
    return Product(
        path.stem, vesicle, {name: () for name in names}, _weakest(_about(names, library)),
        touching(names, conflicts(library)), delivery, notes=notes,
    )  # fmt: skip


def label(vesicle: VesicleSpec) -> str:
    """A product in words: parent cell and what was done, without its cargo."""
    done = [
        f"{step.method} of {', '.join(step.cargo)}" if step.cargo else step.method
        for step in vesicle.steps
    ]
    return ", ".join([f"{vesicle.source.cell} vesicles", *done])


def touching(names: Iterable[str], known: Iterable[Conflict]) -> tuple[str, ...]:
    """Conflicts one of whose claims has one of these cargoes at an end."""
    own = set(names)
    return tuple(
        f"{conflict.rule}: {conflict.about}"
        for conflict in known
        if any({c.source, c.target} & own for side in conflict.sides for c in side.claims)
    )


def _described(
    name: str, rows: Sequence[tuple[str, Chain]], vesicle: VesicleSpec, library: Library,
    known: Sequence[Conflict],
) -> Product:  # fmt: skip
    credited: dict[str, list[str]] = {}
    for row, chain in rows:
        for cargo in chain.cargoes:
            kin = family(cargo, library.entities)
            credited.setdefault(next((c for c in credited if c in kin), cargo), []).append(row)
    every = [cargo for _, chain in rows for cargo in chain.cargoes]
    parentless = [row for row, chain in rows if not any(c.parent_cell for c in chain.claims)]
    tiers = [c.tier for _, chain in rows for c in chain.claims]
    said = [f"{', '.join(parentless)}: no parent cell is stated"] if parentless else []
    return Product(
        name, vesicle.model_copy(update={"cargo": tuple(CargoSpec(molecule=c) for c in credited)}),
        {cargo: tuple(own) for cargo, own in credited.items()},
        "assumed" if parentless else _weakest(tiers), touching(every, known), notes=tuple(said),
    )  # fmt: skip


def _about(names: Sequence[str], library: Library) -> list[str]:
    return [c.tier for c in library.claims if c.source in names or c.target in names]


def _weakest(tiers: Iterable[str]) -> str:
    return max(tiers, key=TIERS.index, default="assumed")


def _told_apart(found: Iterable[Product]) -> Iterator[Product]:
    seen: dict[str, int] = {}
    for product in found:
        seen[product.name] = seen.get(product.name, 0) + 1
        count = seen[product.name]
        yield replace(product, name=f"{product.name} ({count})") if count > 1 else product
