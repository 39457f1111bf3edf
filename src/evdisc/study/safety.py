"""The safety panel: where vesicles go, what else their cargo does, what nobody knows. No score."""

from __future__ import annotations

from typing import Any

from evdisc.evidence.library import Library
from evdisc.protocol.specs import DiscStudy, DishStudy
from evdisc.simulate import disc, dish
from evdisc.simulate.site import SPECIES
from evdisc.study.worker import draw
from evdisc.vesicle.known_targets import off_targets

#: what the model does not follow, whatever is given
UNKNOWN = (
    "immune response to the vesicles and to repeated doses",
    "vesicles that reach the nerve root or the blood from the disc",
    "growth of tumour cells elsewhere",
)
#: transplanted cells whose own source may form tumours
IPSC = "iPSC-NP"
UNLISTED = "cargo of these vesicles beside what is listed"


def safety(
    study: DiscStudy | DishStudy, organs: dict[str, Any], library: Library
) -> dict[str, Any]:
    """Flags and facts a reader must weigh; ``organs`` is the peak share of the dose in each."""
    if study.therapy is None:
        return {}
    vesicle = study.therapy.vesicle
    room = disc if isinstance(study, DiscStudy) else dish
    product = room.product_of(study, draw(study, 0, library))
    cargoes = product.cargoes if product else ()
    free = dict(product.free_copies) if product else {}
    return {
        "organs": organs,
        "flags": flags(study),
        "off_target": off_targets(cargoes, library),
        "free_cargo": sorted(free),
        "unknown": [*UNKNOWN, *((UNLISTED,) if vesicle else ())],
    }  # fmt: skip


def flags(study: DiscStudy | DishStudy) -> list[str]:
    """Repeated doses, vesicles of another species, routes through the body."""
    out: list[str] = []
    vesicle = study.therapy.vesicle if study.therapy else None
    if isinstance(study, DiscStudy) and study.therapy:
        delivery = study.therapy.delivery
        if len(delivery.schedule) > 1:
            out.append(
                f"{len(delivery.schedule)} doses: in macaques circulation shortened on repeated "
                "dosing (Driedonks 2022), and each injection tears the annulus again"
            )
        if delivery.route in ("intravenous", "intramuscular"):
            out.append("given through the body: nearly all of the dose is taken up elsewhere")
        recipient = SPECIES.get(study.disc.preset, "human")
    else:
        recipient = study.cells[0].species if isinstance(study, DishStudy) else "human"
    if vesicle and vesicle.source.species not in (recipient, "generic"):
        out.append(f"{vesicle.source.species} vesicles in {recipient} tissue")
    cells = isinstance(study, DiscStudy) and study.therapy and study.therapy.delivery.cells
    if vesicle and cells and vesicle.source.cell == IPSC:
        out.append("living cells from pluripotent stem cells: a tumour may form (Kamatani 2022)")
    if vesicle and any(s.method == "lentivirus" for s in vesicle.steps):
        out.append("parent cells carry a lentivirus: vesicles must be free of it")
    return out
