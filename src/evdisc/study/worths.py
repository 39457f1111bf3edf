"""What every measurement is worth to a choice, from payoffs and draws of the members."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from evdisc.evidence.library import Library
from evdisc.outcome.effects import NOISE, rounded, triple
from evdisc.simulate.member import network_arrows
from evdisc.study.asked import Asked
from evdisc.study.information import Decision, Worth, partial, perfect
from evdisc.study.measurements import SIGN, disputed_signs, measurements

Floats = NDArray[np.float64]
#: members below which the worth of a measurement is hardly told from chance
FEW = 100
#: disputed signs told one by one; the others are counted
TOLD = 3
#: unknowns outside the table that are named at most
NAMED = 5


@dataclass(frozen=True)
class Ensemble:
    """What the members drew and what they gain.

    Attributes:
        decision: payoffs of the options over the members that ran to the end.
        least: gain a therapy must bring to be worth giving, in the unit of the read-out.
        options: names of the options.
        names: identities of the draws.
        draws: (members, draws).
        held: (members, arrows).
        failed: protocol and member -> reason.
    """

    decision: Decision
    least: float
    options: list[str]
    names: list[str]
    draws: Floats
    held: Floats
    failed: dict[str, str]


def answer(found: Ensemble, about: Asked, library: Library) -> dict[str, Any]:
    """What is decided, what perfect knowledge is worth, and every measurement's share of it."""
    decision = found.decision
    whole = perfect(decision)
    rows = worths(found, whole, library)
    other, beside = _beside(found, whole)
    unit = about.about.unit
    return {
        "readout": {"name": about.name, "at": about.words, "unit": unit,
                    "better": about.about.better or 1},
        "decision": {
            "choice": found.options[decision.choice], "least": rounded(found.least),
            "rule": "the option with the largest expected gain over untreated, where that is more "
            "than the least gain worth a therapy",
            "chances": {h: rounded(p) for h, p in decision.chances.items()},
        },
        "options": [_option(found, i) for i in range(len(found.options))],
        "evpi": _told(whole), "measurements": rows,
        "not_in_table": {"tested": beside, "resolved": other},
        "failed": found.failed,
        "assumed": ["effort of a measurement", "chance of each delivery hypothesis"],
        "warnings": _warnings(found, whole, rows, other),
    }  # fmt: skip


def _option(found: Ensemble, place: int) -> dict[str, Any]:
    decision = found.decision
    back = found.least if place else 0.0  # a gain is told whole, not what is beyond the least
    gains = {h: p[:, place] + back for h, p in decision.payoff.items()}
    gains = {h: np.where(np.abs(g) < NOISE, 0.0, g) for h, g in gains.items()}
    expected = sum(decision.chances[h] * float(g.mean()) for h, g in gains.items())
    return {
        "name": found.options[place], "expected": rounded(expected),
        "hypotheses": {h: triple(g) | {"mean": rounded(float(g.mean()))} for h, g in gains.items()},
        "best_in": rounded(best_in(decision, place)),
    }  # fmt: skip


def best_in(decision: Decision, place: int) -> float:
    """Share of members and hypotheses in which an option is best; ties are shared."""
    share = 0.0
    for h, p in decision.payoff.items():
        top = p == p.max(axis=1, keepdims=True)
        share += decision.chances[h] * float((top[:, place] / top.sum(axis=1)).mean())
    return share


def _told(worth: Worth) -> dict[str, Any]:
    return {"value": rounded(max(worth.value, 0.0)), "se": rounded(worth.error)}


def worths(found: Ensemble, whole: Worth, library: Library) -> list[dict[str, Any]]:
    """Every measurement with its worth, the most valuable first; disputed signs last told few."""
    rows = []
    for m in measurements():
        places = [] if m.name == SIGN else m.columns(found.names)
        if places or m.hypothesis:
            worth = partial(found.decision, found.draws[:, places], m.hypothesis)
            settles = [found.names[i] for i in places]
            settles += ["which delivery hypothesis holds"] if m.hypothesis else []
            rows.append(_row(m.name, m.how, m.effort, settles, worth, whole))
    return sorted([*rows, *_signs(found, whole, library)], key=lambda r: (-r["evppi"], r["name"]))


def _row(
    name: str, how: str, effort: Mapping[str, Any], settles: Sequence[str], worth: Worth,
    whole: Worth,
) -> dict[str, Any]:  # fmt: skip
    value = max(worth.value, 0.0)
    share = value / whole.value if whole.value > 0.0 else 0.0
    return {
        "name": name, "evppi": rounded(value), "se": rounded(worth.error),
        "share_of_evpi": rounded(share), "resolved": worth.resolved,
        "changes_choice_in": rounded(worth.changed), "uncorrected": rounded(worth.uncorrected),
        "effort": dict(effort), "settles": list(settles), "how": how, "why": _why(worth, share),
    }  # fmt: skip


def _why(worth: Worth, share: float) -> str:
    if not worth.resolved:
        return "not told from nothing with these members"
    return (
        f"knowing it changes the choice in {100.0 * worth.changed:.0f} % of the members and brings "
        f"{100.0 * share:.0f} % of what perfect knowledge would"
    )


def _signs(found: Ensemble, whole: Worth, library: Library) -> list[dict[str, Any]]:
    """The disputed signs worth most; all that could be looked at are counted."""
    effort = next(m for m in measurements() if m.name == SIGN)
    arrows, rows = network_arrows(library), []
    for name, places in disputed_signs(arrows, found.held):
        worth = partial(found.decision, found.held[:, places])
        claims = sorted({c.claim for i in places for c in arrows[i].claims})
        rows.append(_row(f"sign of {name}", effort.how, effort.effort, claims, worth, whole))
    rows.sort(key=lambda r: (-r["evppi"], r["name"]))
    for row in rows:
        row["why"] += f"; one of {len(rows)} disputed signs looked at, so the first may be luck"
    return rows[:TOLD]


def _beside(found: Ensemble, whole: Worth) -> tuple[list[dict[str, Any]], int]:
    """Unknowns that no measurement of the table tells and that are worth something."""
    told = {i for m in measurements() for i in m.columns(found.names)}
    rest = [i for i in range(len(found.names)) if i not in told]
    rows: list[dict[str, Any]] = []
    for i in rest:
        worth = partial(found.decision, found.draws[:, [i]])
        if worth.resolved:
            rows.append({"key": found.names[i], "evppi": rounded(worth.value),
                         "se": rounded(worth.error)})  # fmt: skip
    return sorted(rows, key=lambda r: (-r["evppi"], r["key"]))[:NAMED], len(rest)


def _warnings(
    found: Ensemble, whole: Worth, rows: Sequence[Mapping[str, Any]],
    other: Sequence[Mapping[str, Any]],
) -> list[str]:  # fmt: skip
    out = []
    count = len(found.draws)
    if count < FEW:
        out.append(f"{count} members are few for this question: errors are wide, {FEW} or more "
                   "tell more")  # fmt: skip
    if not whole.resolved:
        out.append("what is unknown hardly changes this choice: no measurement of the model's "
                   "unknowns pays for this decision alone")  # fmt: skip
    if other:
        names = ", ".join(o["key"] for o in other)
        out.append(f"no measurement of the table tells {names}, which may matter; among many "
                   "unknowns some seem to by luck")  # fmt: skip
    if found.failed:
        out.append(f"{len(found.failed)} runs failed; their members are left out")
    return out
