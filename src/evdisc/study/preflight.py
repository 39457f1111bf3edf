"""What is checked of a protocol before anything is computed or written."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from evdisc.errors import EvidenceError, InputError, nearest
from evdisc.evidence.library import Library
from evdisc.evidence.names import one_of
from evdisc.outcome.readouts import readout_names
from evdisc.outcome.transplanted import TRANSPLANTED, cells_of
from evdisc.protocol.specs import DiscStudy, DishStudy
from evdisc.protocol.yaml_io import LoadedProtocol
from evdisc.simulate import disc, dish
from evdisc.simulate.assemble import unread
from evdisc.simulate.limits import require_possible
from evdisc.simulate.mechanisms import DISC, DISH
from evdisc.simulate.readers import OTHER_READERS
from evdisc.study.worker import draw


def overlay_paths(protocol: LoadedProtocol) -> list[Path]:
    """Overlay files of a protocol; relative paths start at the protocol's folder.

    Raises:
        EvidenceError: a file does not exist.
    """
    base = Path(protocol.file).parent if protocol.file is not None else Path()
    paths = [base / p for p in protocol.spec.evidence.overlays]
    for path in paths:
        if not path.is_file():
            raise EvidenceError(
                "overlay not found", file=protocol.file, key="evidence.overlays", value=str(path)
            )
    return paths


def preflight(protocol: LoadedProtocol, library: Library) -> None:
    """Check everything that can be checked before the first file is written.

    Raises:
        EvdiscError: an unknown cargo, stimulus or gauge, or an overlay parameter nobody reads.
    """
    try:
        _preflight(protocol.spec, library)
    except InputError as error:
        raise error.found_in(protocol.file) from None


def _preflight(study: DiscStudy | DishStudy, library: Library) -> None:
    member = draw(study, 0, library)
    mechanisms = DISC if isinstance(study, DiscStudy) else DISH
    network = member.network(True)
    require_possible(study, library)
    if isinstance(study, DiscStudy):
        disc.product_of(study, member)
        for arm in disc.arms(study):
            disc.events(study, arm, member.values)
    else:
        dish.product_of(study, member)
        dish.require_stimuli(study, network)
    _require_readouts(study, network.nodes)
    stray = unread(member.values, mechanisms, [r.key for r in member.values.used.values()])
    # limits were read above; purity and the dose in micrograms are when the study is summed up
    elsewhere = ("study.", "simulate.limits")
    stray = [key for key in stray if not OTHER_READERS.get(key, "").startswith(elsewhere)]
    if stray:
        raise EvidenceError("no mechanism of this run reads this overlay parameter", key=stray[0])


def _require_readouts(study: DiscStudy | DishStudy, nodes: Sequence[str]) -> None:
    known = readout_names(study.kind, nodes, cells=cells_of(study) > 0.0)
    for name in study.readouts:
        if name == TRANSPLANTED.name and name not in known:
            raise InputError("needs cells that are given", key="readouts", value=name,
                             expected="therapy.delivery.cells")  # fmt: skip
        if name not in known:
            raise InputError(
                f"is not simulated in a {study.kind}",
                key="readouts",
                value=name,
                expected=one_of(known),
                nearest=nearest(name, known),
            )
