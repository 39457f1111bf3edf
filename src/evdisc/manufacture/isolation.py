"""Isolation: a chain of steps. Recoveries multiply, free protein is removed step by step.

    c = P / p_1 - 1 after the first step
    c -> c (1 - q) / r in each later step
    particles per ug = P / (1 + c)

c is the free over the vesicles' own protein, P the particles per ug of pure vesicles, p_1 those the
evidence gives a preparation made by the first step, the number the dose table shows too; r the
recovery of a step and q the share of free protein it removes. A recovery with one printed figure
varies from run to run by a shift of its logit.

    runs of a step = medium / volume of a run, rounded up; then medium -> medium / concentration

That a recovery measured on raw medium holds later in a chain is an assumption, and the balance of
protein is our choice.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce
from itertools import pairwise

import numpy as np
from scipy.special import expit, logit

from evdisc.errors import InputError, nearest
from evdisc.evidence.names import canonical, find, names
from evdisc.manufacture.draws import Draws, Floats

SEPARATORS = ("->", "→", ">", "+", ",")
MOST_STEPS = 6
HOUR = 3600.0
NOT_STATED = "not stated"
#: what is taken where a protocol does not say
USUAL = "ultracentrifugation"
#: names under which the record holds a method
RECOVERY = {
    "tangential-flow filtration": "ultrafiltration with diafiltration",
    "precipitation": "polymer precipitation", "immunocapture": "immunoaffinity",
    "size-exclusion chromatography": "size exclusion",
}  # fmt: skip
TIME = {"tangential-flow filtration": "tangential flow filtration"}


@dataclass(frozen=True)
class Isolated:
    """What a chain leaves.

    Attributes:
        steps: canonical names, in order.
        recoveries: (count,) share of the vesicles each step keeps.
        per_mass: (count,) particles per kg of protein after the last step.
        purities: the same after each step.
    """

    steps: tuple[str, ...]
    recoveries: tuple[Floats, ...]
    per_mass: Floats
    purities: tuple[Floats, ...]


def parse_chain(text: str, key: str = "--isolation") -> tuple[str, ...]:
    """Steps of ``"tangential flow -> size exclusion"``.

    Raises:
        InputError: a step is unknown, stands twice in a row, or there are too many.
    """
    split = reduce(lambda t, s: t.replace(s, "\n"), SEPARATORS, text)
    steps = tuple(_step(part.strip(), key) for part in split.split("\n"))
    if len(steps) > MOST_STEPS:
        raise InputError("too many steps", key=key, value=text, expected=f"at most {MOST_STEPS}")
    if any(a == b for a, b in pairwise(steps)):
        raise InputError("a step follows itself", key=key, value=text, expected="it once")
    return steps


def _step(text: str, key: str) -> str:
    valid = [n for n in names("isolation") if n != NOT_STATED]
    found = find("isolation", text)
    if found is None or found.name == NOT_STATED:
        raise InputError(
            "no such isolation", key=key, value=text, expected=" | ".join(valid),
            nearest=nearest(text, valid),
        )  # fmt: skip
    return canonical("isolation", text)


def isolated(steps: tuple[str, ...], draws: Draws) -> Isolated:
    """Recovery and purity of a chain."""
    recoveries = tuple(recovery(step, i, draws) for i, step in enumerate(steps))
    first = draws.value("particles_per_mass", steps[0])
    pure = np.maximum(draws.value("vesicle_protein_in_pure"), first)
    free = pure / first - 1.0
    purities = [first]
    for step, kept in zip(steps[1:], recoveries[1:], strict=True):
        free = free * (1.0 - draws.value("protein_removal", step)) / kept
        purities.append(pure / (1.0 + free))
    return Isolated(steps, recoveries, purities[-1], tuple(purities))


def recovery(step: str, place: int, draws: Draws) -> Floats:
    """Share of the vesicles a step keeps, from run to run where its source prints one figure."""
    subject = RECOVERY.get(step, step)
    kept = draws.value("isolation_recovery", subject, f"{place}")
    if draws.row("isolation_recovery", subject).distribution != "fixed":
        return kept
    shift = draws.value("isolation_recovery_variation", "", f"{place}:{step}")
    return np.asarray(expit(logit(kept) + shift))


def runs(steps: tuple[str, ...], medium: Floats, draws: Draws) -> list[Floats]:
    """Whole runs of each step for ``medium`` (count,) m3; what is left is concentrated."""
    out = []
    for step in steps:
        out.append(np.ceil(medium / draws.value("isolation_volume", step)))
        medium = medium / draws.value("isolation_concentration", step)
    return out


def hours(steps: tuple[str, ...], medium: Floats, draws: Draws) -> list[Floats]:
    """Hours of each step for ``medium`` (count,) m3, its runs one after the other."""
    return [
        count * draws.value("isolation_time", TIME.get(step, step)) / HOUR
        for step, count in zip(steps, runs(steps, medium, draws), strict=True)
    ]
