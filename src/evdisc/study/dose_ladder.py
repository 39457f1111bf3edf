"""Dose-response of a protocol: its own runs over a ladder of doses, against those without vesicles.

What the vesicles add is told over the needle and the liquid, or over the carrier they come in.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from evdisc.errors import RunError
from evdisc.evidence.library import Library
from evdisc.manufacture.dose import WELL
from evdisc.outcome.effects import quantiles
from evdisc.outcome.readout import Readout
from evdisc.outcome.readouts import describe
from evdisc.protocol.specs import DiscStudy, DishStudy
from evdisc.study.summary import HEADLINE
from evdisc.study.variants import HYPOTHESES, Variant, bare_arm
from evdisc.study.worker import Arrays, run_members

Floats = NDArray[np.float64]
Progress = Callable[[int, int, int], None]
#: doses of the ladder over that of the protocol: three decades about it
LADDER = 10.0 ** np.linspace(-1.5, 1.5, 7)


@dataclass(frozen=True)
class Response:
    """Dose-response of a protocol.

    Attributes:
        about: the read-out.
        versus: the arm without the vesicles.
        multiplier: (levels,) vesicles per cell over those of the protocol's own dose.
        effect: hypothesis -> (levels, members) treated against that arm.
        band: difference that counts as none.
    """

    about: Readout
    versus: str
    multiplier: Floats
    effect: dict[str, Floats]
    band: float


def response(
    study: DiscStudy | DishStudy, dose: float, library: Library, members: range,
    progress: Progress | None = None,
) -> Response:  # fmt: skip
    """Run a protocol over the ladder of doses.

    Raises:
        RunError: every run failed, or no vesicle reaches a cell.
    """
    rungs = len(LADDER)
    treated = tuple(Variant("treated", h, False) for h in HYPOTHESES)
    versus = without_vesicles(study)
    control = run_members(
        at_dose(study, dose), members, library, (Variant(versus, HYPOTHESES[0], False),)
    )
    found = []
    for i, factor in enumerate(LADDER):
        found.append(run_members(at_dose(study, dose * factor), members, library, treated))
        if progress is not None:
            progress(i + 1, rungs, 0)
    every = [control, *found]
    good = np.all([a["status"] == "ok" for a in every], axis=0)
    if not good.any():
        bad = next(str(s) for a in every for s in a["status"] if s != "ok")
        raise RunError(f"every member failed, the first with: {bad}")
    return _response(study, versus, control, found, good, library)


def _response(
    study: DiscStudy | DishStudy, versus: str, control: Arrays, found: list[Arrays],
    good: NDArray[np.bool_], library: Library,
) -> Response:  # fmt: skip
    names = [str(n) for n in control["readout_names"]]
    wanted = [*study.readouts, HEADLINE[study.kind]]
    place = next((names.index(n) for w in wanted for n in names if n.split(" (")[0] == w), 0)
    about = describe(names[place], study.kind)
    level = control["readouts"][good, 0, place, -1]
    ends = np.array([a["readouts"][good][:, :, place, -1] for a in found])
    reach = [str(n) for n in found[0]["delivery_names"]].index("vesicles_per_cell")
    taken = np.array([np.median(a["delivery"][good][:, 0, reach]) for a in found])
    middle = taken[len(LADDER) // 2]
    if not middle > 0.0:
        raise RunError("no vesicle reaches a cell: there is no effect to compare batches by")
    share = library.resolve("equivalence_band", subject=about.band).median
    band = share * (about.full or abs(quantiles(level)[0]))
    effect = {h: ends[:, :, i] - level for i, h in enumerate(HYPOTHESES)}
    return Response(about, versus, taken / middle, effect, band)


def without_vesicles(study: DiscStudy | DishStudy) -> str:
    """The arm that lacks the vesicles and nothing else."""
    therapy = study.therapy if isinstance(study, DiscStudy) else None
    return bare_arm(therapy.delivery.carrier if therapy else "none")


def at_dose(study: DiscStudy | DishStudy, dose: float) -> DiscStudy | DishStudy:
    """The study with another dose, in vesicles an injection (a well of 1 mL in a dish)."""
    if isinstance(study, DiscStudy):
        assert study.therapy is not None
        delivery = study.therapy.delivery.model_copy(update={"dose": dose})
        return study.model_copy(
            update={"therapy": study.therapy.model_copy(update={"delivery": delivery})}
        )
    assert study.therapy is not None
    therapy = study.therapy.model_copy(update={"concentration": dose / WELL})
    return study.model_copy(update={"therapy": therapy})
