"""The treated arm as far as delivery goes: what reaches the cells, and nothing of what follows.

The whole disc runs, because its living cells and its TNF-alpha decide what is taken up, in steps
that grow with the time since an injury or a dose, and with few networks. When hardly a vesicle is
left that could still be taken up, tissue and cells rest as they are and the vesicles alone move on.
A test compares the numbers with those of the full run.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from evdisc.protocol.specs import DiscStudy
from evdisc.simulate.assemble import Assembly
from evdisc.simulate.disc import prepared
from evdisc.simulate.mechanisms import DELIVERY, DISC
from evdisc.simulate.member import Member
from evdisc.simulate.route import SYSTEMIC
from evdisc.simulate.run import Run, execute
from evdisc.simulate.timeline import Event

Floats = NDArray[np.float64]
HOUR = 3600.0
DAY = 24 * HOUR


class Stride(NamedTuple):
    """First step after an event, how steps grow from it, and the longest, s."""

    first: float
    growth: float
    longest: float


#: blood empties in minutes
BODY = Stride(HOUR / 12.0, 1.25, DAY)
DISC_ALONE = Stride(HOUR, 1.4, 4.0 * DAY)
#: the longest step of a study of years is this share of it
LONGEST_SHARE = 0.01
#: mechanisms that follow from what the cells do and hardly act back on them
APART = ("matrix", "swelling")
#: least edge, in grid cells, of the patches that share a network
PATCH_EDGE = 16
#: share of what came into the disc that no longer matters
FEW = 0.01
#: where vesicles wait that may still be taken up, in the disc and beside it
WAITING = ("free_vesicles", "bound_vesicles", "carried_vesicles")
BESIDE = ("depot_vesicles", "blood_vesicles", "rest_vesicles", "muscle_vesicles")


@dataclass(frozen=True)
class Delivering(Assembly):
    """An assembly in which ``vesicles`` alone moves on once few are left after ``last`` s."""

    vesicles: Assembly
    volume: Floats
    last: float

    def advance(self, clock: Floats, owed: float = 0.0, whole: bool = True) -> float:
        """One macro step; see :meth:`Assembly.advance`."""
        gone = self.state["taken_up_vesicles"][0] + self.state["decayed_vesicles"][0]
        if clock[0] > self.last and self.waiting() < FEW * gone:
            return self.vesicles.advance(clock, owed, whole)
        return super().advance(clock, owed, whole)

    def waiting(self) -> float:
        """Vesicles that may still be taken up."""
        inside = sum(float(np.vdot(self.state[name], self.volume)) for name in WAITING)
        return inside + sum(float(self.state[name][0]) for name in BESIDE)


def exposure(study: DiscStudy, member: Member) -> Run:
    """Run the treated arm of one member for its delivery numbers.

    Raises:
        EvdiscError: the run cannot be assembled or fails.
    """
    assert study.therapy is not None
    numerics = study.numerics
    edge = max(PATCH_EDGE, numerics.patch_edge)
    coarse = study.model_copy(update={"numerics": numerics.model_copy(update={"patch_edge": edge})})
    ready = prepared(coarse, member, "treated", "stoichiometric")
    delivery, bare = study.therapy.delivery, ready.assembly.without(APART)
    vesicles = bare.without({m.name for m in DISC} - {m.name for m in DELIVERY})
    stride = BODY if delivery.route in SYSTEMIC else DISC_ALONE
    longest = max(stride.longest, LONGEST_SHARE * study.duration)
    stride = stride._replace(longest=longest)
    # cells in the disc go on giving vesicles off
    last = math.inf if delivery.cells else delivery.schedule[-1]
    run = execute(
        Delivering(**vars(bare), vesicles=vesicles, volume=ready.setting.volume, last=last),
        ready.setting, ready.events, marks(ready.events, study.duration, stride),
        first_step=longest, largest_step=longest,
    )  # fmt: skip
    notes = run.warnings + (ready.product.warnings if ready.product else ())
    return Run(run.times, run.series, run.snapshots, run.balance, notes, run.steps)


def marks(events: Sequence[Event], end: float, stride: Stride) -> Floats:
    """Times of all steps, s: each event starts anew with short ones."""
    breaks = sorted({0.0, *(e.time for e in events if e.time < end), end})
    times = [end]
    for start, stop in pairwise(breaks):
        now, step = start, stride.first
        while now < stop - 0.5 * step:
            times.append(now)
            now += step
            step = min(stride.growth * step, stride.longest)
    return np.array(sorted(times))
