"""Engineering: what each step does to a product, in the order of the protocol.

    culture:          c -> F c for cargo the claims say the condition enriches
    through parent:   c -> F c for the cargo named, c -> s c for all others
    direct:           c -> c + L,  free -> free + L (1 - y) / y r
    direct, surface:  recovery -> recovery k,  direct: integrity -> integrity w
    targeting:        uptake gain -> uptake gain g
    Cavin-2:          uptake left under TNF-alpha = u
    cationic coating: share bound to matrix = s_b

c is copies of a cargo per vesicle. F is the fold of a culture or of the parent's expression, s the
shift of the other cargo, L the copies loaded directly, y the share of the cargo that goes in, r
what a purification leaves of the free rest (1: none was done), k the share of vesicles recovered, w
the share that stays whole. A cargo that was not there joins with its native copies. The forms are
our choice; the numbers are rows of the evidence, most of them priors.

Culture and drugs act on the parent cell: yield (:mod:`evdisc.vesicle.secretion`) and the cargo the
claims say they enrich. Loading through the parent multiplies a cargo; that it may shift the
others is a spread and a warning. Direct loading puts copies into vesicles at the price of recovery
and integrity, and leaves free cargo behind, less where purified: it is counted and acts on nothing,
for how bare cargo lasts and moves in a disc is not known. Surface steps act on uptake and
binding; a coating that does not target costs no vesicles.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from evdisc.cargo.molecules import kind, linked, require_known
from evdisc.evidence.library import Library
from evdisc.evidence.names import find
from evdisc.protocol.engineering_specs import EngineeringSpec
from evdisc.vesicle.native import fits, native_copies
from evdisc.vesicle.product import Product, Value, noted
from evdisc.vesicle.secretion import yield_gain

UNTESTED = ("light", "ultrasound", "dehydration")


def engineered(
    product: Product, steps: Sequence[EngineeringSpec], library: Library, value: Value
) -> Product:
    """The product after every step.

    Raises:
        InputError: a cargo is in no claim.
    """
    for step in steps:
        product = BY_KIND[step.kind](product, step, library, value)
    culture = [s.method for s in steps if s.kind == "culture"]
    gain = yield_gain(culture, product.subtype, value)
    return replace(product, yield_gain=product.yield_gain * gain)


def cultured(
    product: Product, step: EngineeringSpec, library: Library, value: Value
) -> Product:  # fmt: skip
    """Parent cells under a condition: the cargo the claims say it enriches, with its fold."""
    fold = value("engineering_enrichment", step.method, step.method)
    warnings = [f"how much {step.method} enriches a cargo and raises the yield is a wide prior"]
    if step.method in UNTESTED:
        warnings.append(f"{step.method} on parent cells was not tested in a disc model")
    enriched = enriched_by(step.method, library)
    for name in (n for n in enriched if fits(n, product.subtype, library)):
        product = _with_copies(product, name, library, value, fold=fold)
    return noted(product, warnings)


def through_parent(
    product: Product, step: EngineeringSpec, library: Library, value: Value
) -> Product:
    """Parent cells made to express a cargo: its copies rise, others shift by an unknown factor."""
    fold = value("engineering_enrichment", step.method, step.method)
    named = _held(product, step)
    for name in step.cargo:
        require_known(name, library, "engineering.cargo")
        product = _with_copies(product, name, library, value, fold=fold)
    named |= _held(product, step)
    shifted = tuple(
        own if name in named else own * value("sorting_shift", "", f"{step.method}:{name}")
        for name, own in zip(product.cargoes, product.copies, strict=True)
    )
    warnings = [
        f"copies after {step.method} are a wide prior for {', '.join(step.cargo)}",
        f"{step.method} may shift the parent's other cargo; nobody measured how, a spread stands "
        "for it",
    ]
    return noted(replace(product, copies=shifted), warnings)


def directly(
    product: Product, step: EngineeringSpec, library: Library, value: Value
) -> Product:  # fmt: skip
    """Cargo put into finished vesicles: copies, recovery, integrity, free cargo left behind."""
    free = dict(product.free_copies)
    for name in step.cargo:
        require_known(name, library, "engineering.cargo")
        loaded = value("loaded_copies", step.method, f"{step.method}:{name}")
        product = _with_copies(product, name, library, value, added=loaded)
        efficiency = value("loading_share", step.method, step.method)
        left = value("free_cargo_left", "", "") if step.purified else 1.0
        free[name] = free.get(name, 0.0) + loaded * (1.0 - efficiency) / efficiency * left
    left_by = "a purification leaves" if step.purified else f"{step.method} leaves unpurified"
    warnings = [
        f"copies loaded by {step.method} are a wide prior for {', '.join(step.cargo)}",
        f"free cargo ({', '.join(step.cargo)}) that {left_by} goes along with the dose: it is "
        "counted, and what it does is not simulated",
    ]
    return noted(
        replace(
            product,
            recovery=product.recovery * value("engineering_recovery", step.method, step.method),
            integrity=product.integrity * value("engineering_integrity", step.method, step.method),
            free_copies=tuple(free.items()),
        ),
        warnings,
    )


def surfaced(
    product: Product, step: EngineeringSpec, library: Library, value: Value
) -> Product:  # fmt: skip
    """Surface: uptake restored under TNF-alpha, uptake raised, or binding to matrix raised."""
    warnings = [f"how much {step.method} changes is a wide prior"]
    if step.method == "Cavin-2 transfection":
        product = replace(product, tnf_left=value("uptake_left_with_cavin_2", "", ""))
    elif step.method == "cationic coating":
        product = replace(product, bound_share=value("bound_share_cationic", "", ""))
        warnings.append("a cationic coating holds vesicles in the matrix; it does not move them")
    else:
        gain = value("targeting_gain", step.method, step.method)
        product = replace(product, uptake_gain=product.uptake_gain * gain)
        lost = value("engineering_recovery", step.method, step.method)
        product = replace(product, recovery=product.recovery * lost)
    return noted(product, warnings)


BY_KIND = {
    "culture": cultured, "parent": through_parent, "direct": directly, "surface": surfaced,
}  # fmt: skip


def enriched_by(method: str, library: Library) -> list[str]:
    """Cargoes the claims say a condition of the parent cells enriches."""
    hits: dict[str, None] = {}
    for claim in library.claims:
        if claim.source_type == "engineering" and claim.relation == "enriches" and claim.sign > 0:
            entry = find("engineering", claim.source)
            if entry and entry.name == method:
                hits.setdefault(claim.target)
    return list(hits)


def _held(product: Product, step: EngineeringSpec) -> set[str]:
    return {n for name in step.cargo for n in linked(name, product.cargoes)}


def _with_copies(
    product: Product, name: str, library: Library, value: Value, *, fold: float = 1.0,
    added: float = 0.0,
) -> Product:  # fmt: skip
    """Product whose copies of ``name`` are multiplied or added to; the cargo joins if absent."""
    if not linked(name, product.cargoes):
        native = native_copies(name, product.subtype, library, value)
        product = product.joined(name, kind(name, library), native, library)
    place = product.cargoes.index(linked(name, product.cargoes)[0])
    copies = list(product.copies)
    copies[place] = copies[place] * fold + added
    return replace(product, copies=tuple(copies))
