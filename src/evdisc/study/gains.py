"""End values of a ranking's read-out, paired member by member, and the gains they give.

    gain = s (end value treated - end value untreated), s = -1 where less is better
    over the vehicle = end value treated - end value with the needle and the liquid alone

Differences that are rounding alone are 0. Our choice.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from evdisc.evidence.library import Library
from evdisc.outcome.effects import NOISE, effect, quantiles, rounded
from evdisc.outcome.readout import Readout
from evdisc.outcome.readouts import describe
from evdisc.study.stages import Outcome

Floats = NDArray[np.float64]
HYPOTHESES = ("stoichiometric", "potency")


@dataclass(frozen=True)
class Gains:
    """End values of the read-out that ranks, over the members that ran to the end.

    Attributes:
        about: the read-out.
        share: equivalence band as a share of its full level.
        members: numbers of the members that count.
        untreated: (members,) end values without any therapy.
        vehicle: (members,) end values with the needle and the liquid alone.
        ends: hypothesis -> (members, products) end values.
    """

    about: Readout
    share: float
    members: NDArray[np.int64]
    untreated: Floats
    vehicle: Floats
    ends: Mapping[str, Floats]

    @property
    def better(self) -> int:
        """Sign of a benefit; of any rise where the read-out is neither good nor bad."""
        return self.about.better or 1

    @property
    def band(self) -> float:
        """Difference that counts as none, in the read-out's unit."""
        level, _, _ = quantiles(self.untreated)
        return self.share * (self.about.full or abs(level))

    def gain(self, hypothesis: str) -> Floats:
        """(members, products) effect against untreated, more is better."""
        return self.better * self._clean(self.ends[hypothesis] - self.untreated[:, None])

    def over_vehicle(self, hypothesis: str) -> Floats:
        """(members, products) effect of the vesicles beyond needle and liquid."""
        return self._clean(self.ends[hypothesis] - self.vehicle[:, None])

    def beyond_vehicle(self, done: Outcome, key: str, hypothesis: str) -> Floats:
        """(members,) effect of a case of another stage over the vehicle."""
        return self._clean(self.of(done, key, hypothesis) - self.vehicle)

    def of(self, done: Outcome, key: str, hypothesis: str = "stoichiometric") -> Floats:
        """(members,) end values of a case of another stage."""
        return column(done, self.about.name, key, hypothesis)[self.members]

    def effect(self, arm: Floats, versus: Floats) -> dict[str, Any]:
        """Effect of ``arm`` against ``versus`` (members,) as JSON; ``effect`` is its median."""
        told = asdict(effect(arm, versus, self.share, self.about.better, self.about.full))
        numbers = {k: rounded(v) if isinstance(v, float) else v for k, v in told.items()}
        numbers["effect"] = numbers.pop("median")
        return numbers

    def _clean(self, difference: Floats) -> Floats:
        """What is smaller than two processors agree on is no difference."""
        level = np.abs(self.untreated).max(initial=1.0)
        return np.where(np.abs(difference) < NOISE * level, 0.0, difference)


def column(done: Outcome, readout: str, key: str, hypothesis: str) -> Floats:
    """(members,) end values of one run, NaN where a member failed."""
    data: Floats = done.arrays["readouts"]
    return data[:, done.at(key, hypothesis), done.names("readout").index(readout)]


def gains(readout: str, controls: Outcome, whole: Outcome, library: Library) -> Gains:
    """End values of a read-out in the members that ran to the end in both stages."""
    about = describe(readout, "disc")
    fine = (controls.arrays["status"] == "ok") & (whole.arrays["status"] == "ok")
    members = np.flatnonzero(fine)
    share = library.resolve("equivalence_band", subject=about.band).median
    if not members.size:
        nothing = np.empty(0)
        return Gains(about, share, members, nothing, nothing, {})

    def ends(hypothesis: str) -> Floats:
        every = [column(whole, readout, case.key, hypothesis) for case in whole.cases]
        return np.stack(every, axis=1)[members]

    own = [column(controls, readout, key, "stoichiometric") for key in ("untreated", "vehicle")]
    return Gains(about, share, members, own[0][members], own[1][members],
                 {h: ends(h) for h in HYPOTHESES})  # fmt: skip
