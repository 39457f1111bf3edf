"""End values of a ranking's read-out, paired member by member, and the gains they give.

    gain = s (end value treated - end value untreated), s = -1 where less is better
    over its control = end value treated - end value of the same without the vesicles

The same without the vesicles is the needle and the liquid or, where vesicles come in a carrier, the
carrier: a gel acts by itself, and what it does is not theirs. So to help is to gain over untreated,
but over the carrier where there is one. Differences that are rounding alone are 0. Our choice.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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
        controls: (members, products) end values of the same without the vesicles.
        carried: (products,) whether that is a carrier.
        ends: hypothesis -> (members, products) end values.
    """

    about: Readout
    share: float
    members: NDArray[np.int64]
    untreated: Floats
    vehicle: Floats
    controls: Floats
    carried: NDArray[np.bool_]
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

    @property
    def without_help(self) -> Floats:
        """(members, products) end values that a product must better so that its vesicles help."""
        return np.where(self.carried, self.controls, self.untreated[:, None])

    def help(self, hypothesis: str) -> Floats:
        """(members, products) gain that counts as help of the vesicles, more is better."""
        return self.better * self._clean(self.ends[hypothesis] - self.without_help)

    def over_control(self, hypothesis: str) -> Floats:
        """(members, products) effect of the vesicles beyond what they are given with."""
        return self._clean(self.ends[hypothesis] - self.controls)

    def beyond_control(self, index: int, done: Outcome, key: str, hypothesis: str) -> Floats:
        """(members,) effect of a case of another stage over the control of a product."""
        return self._clean(self.of(done, key, hypothesis) - self.controls[:, index])

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


def gains(
    readout: str, controls: Outcome, whole: Outcome, keys: Sequence[str], library: Library
) -> Gains:
    """End values of a read-out in the members that ran to the end in both stages.

    ``keys`` names the control of each case of ``whole``.
    """
    about = describe(readout, "disc")
    fine = (controls.arrays["status"] == "ok") & (whole.arrays["status"] == "ok")
    members = np.flatnonzero(fine)
    share = library.resolve("equivalence_band", subject=about.band).median
    if not members.size:
        nothing = np.empty(0)
        return Gains(about, share, members, nothing, nothing, nothing, nothing > 0.0, {})

    def ends(hypothesis: str) -> Floats:
        every = [column(whole, readout, case.key, hypothesis) for case in whole.cases]
        return np.stack(every, axis=1)[members]

    def control(key: str) -> Floats:
        return column(controls, readout, key, "stoichiometric")[members]

    carried = np.array([key != "vehicle" for key in keys])
    return Gains(
        about, share, members, control("untreated"), control("vehicle"),
        np.stack([control(key) for key in keys], axis=1), carried,
        {h: ends(h) for h in HYPOTHESES},
    )  # fmt: skip
