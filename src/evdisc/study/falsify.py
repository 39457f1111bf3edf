"""What would falsify the claimed mechanism: arms that the record lacks, read from its proofs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from evdisc.evidence.chains import chains
from evdisc.evidence.claims import Claim
from evdisc.evidence.entities import family
from evdisc.evidence.gaps import CargoGaps, gaps
from evdisc.evidence.library import Library
from evdisc.evidence.weights import LOSS_OF_FUNCTION

BINDS = ("targets", "sponges")


@dataclass(frozen=True)
class Falsifier:
    """One experiment that could prove the mechanism wrong.

    Attributes:
        cargo: cargo of the protocol.
        link: link of the record it bears on.
        lacks: what the record does not hold.
        arm: what to add to the experiment.
        falsified_if: outcome that would prove the link wrong.
        claims: claims it was read from.
    """

    cargo: str
    link: str
    lacks: str
    arm: str
    falsified_if: str
    claims: tuple[str, ...]


def falsifiers(cargoes: Sequence[str], library: Library) -> list[Falsifier]:
    """Arms the record of these cargoes lacks, in the order cargo, target, phenotype."""
    out: list[Falsifier] = []
    for cargo in cargoes:
        kin = family(cargo, library.entities)
        own = [c for ch in chains(library.claims).values() if set(kin) & set(ch.cargoes)
               for c in ch.claims]  # fmt: skip
        if not own:
            out.append(_unspoken(cargo))
            continue
        out += [*_carried(cargo, own, set(kin)), *_bound(cargo, own, set(kin)), *_open(cargo, own)]
    return list(dict.fromkeys(out))


def lacking(cargoes: Sequence[str], library: Library) -> dict[str, list[str]]:
    """Cargo -> gaps of its record (see :mod:`evdisc.evidence.gaps`)."""
    every = gaps(library)
    return {
        cargo: _shared([g for g in every if g.cargo in family(cargo, library.entities)])
        for cargo in cargoes
    }


def _shared(found: Sequence[CargoGaps]) -> list[str]:
    """Gaps that all names of one cargo share; several names are several studies."""
    missing = [m for m in found[0].missing if all(m in g.missing for g in found)] if found else []
    more = {
        "single study": {s for g in found for s in g.studies},
        "no independent laboratory": {x for g in found for x in g.laboratories},
    }
    return [m for m in missing if len(more.get(m, ())) < 2]


def _unspoken(cargo: str) -> Falsifier:
    return Falsifier(
        cargo, f"vesicle delivers {cargo}", "no study of the record delivers it by vesicles",
        f"vesicles from parent cells without {cargo}",
        f"they do as well as vesicles with {cargo}", (),
    )  # fmt: skip


def _carried(cargo: str, own: Sequence[Claim], kin: set[str]) -> list[Falsifier]:
    delivers = [c for c in own if c.relation == "delivers" and c.target in kin]
    if not delivers or any(c.proof in LOSS_OF_FUNCTION for c in delivers):
        return []
    return [Falsifier(
        cargo, f"vesicle delivers {cargo}", f"{cargo} was never taken out of the vesicles",
        f"knock-out vesicle: parent cells without {cargo}, same dose",
        f"they do as well as vesicles with {cargo}", tuple(c.claim for c in delivers),
    )]  # fmt: skip


def _bound(cargo: str, own: Sequence[Claim], kin: set[str]) -> list[Falsifier]:
    links: dict[str, list[Claim]] = {}
    for claim in own:
        if claim.source in kin and claim.sign and claim.step != "end":
            links.setdefault(claim.target, []).append(claim)
    out = []
    for target, claims in links.items():
        proofs = {c.proof for c in claims}
        ids = tuple(c.claim for c in claims)
        binds = any(c.relation in BINDS for c in claims)
        link = f"{cargo} {'->' if claims[0].sign > 0 else '-|'} {target}"
        if binds and "reporter assay" not in proofs:
            out.append(Falsifier(
                cargo, link, "no reporter assay of the site is on record",
                f"reporter with the site that {cargo} and {target} share, intact and mutated",
                "both respond alike, or neither does", ids,
            ))  # fmt: skip
        if "knock-down" not in proofs:
            rescue, wrong = _rescue(cargo, target, claims[0])
            out.append(Falsifier(cargo, link, "the link was never broken", rescue, wrong, ids))
    return out


def _rescue(cargo: str, target: str, claim: Claim) -> tuple[str, str]:
    if claim.source_type == "miRNA":
        arm = (
            f"target rescue: {target} expressed without the site for {cargo}; "
            f"and a sponge or inhibitor of {cargo} in the recipient cells"
        )
        return arm, "the vesicles act as before"
    held = "restored" if claim.sign < 0 else "knocked down"
    return f"target rescue: {target} {held} in the recipient cells", "the vesicles act as before"


def _open(cargo: str, own: Sequence[Claim]) -> list[Falsifier]:
    return [
        Falsifier(
            cargo, f"{c.source} ? {c.target}", "the record leaves this link open",
            f"measure {c.target} while {c.source} alone is changed",
            f"{c.target} does not move", (c.claim,),
        )
        for c in own if not c.sign and c.proof == "unknown"
    ]  # fmt: skip
