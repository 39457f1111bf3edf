"""What a run folder predicts: contrasts of arms, member by member, and when they differ most."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from evdisc.errors import FolderError, InputError, RunError, nearest
from evdisc.evidence.names import fold, one_of
from evdisc.outcome.effects import direction, quantiles, rounded
from evdisc.outcome.readouts import describe
from evdisc.protocol.specs import DiscStudy, DishStudy
from evdisc.protocol.yaml_io import load_protocol
from evdisc.study.summary import HEADLINE
from evdisc.study.variants import HYPOTHESES

Floats = NDArray[np.float64]
#: what must be the same for the effects of a run to stand for a protocol
SAME = ("disc", "cells", "medium", "stimuli", "therapy", "transfer", "duration")


@dataclass(frozen=True, eq=False)
class Predicted:
    """Effect of one outcome between two arms under one delivery hypothesis.

    Attributes:
        times_d: (times,) days.
        course: (members, times) difference of the arms, in the unit of the outcome.
        level: median of the compared arm at the end.
        band: difference that counts as none.
        better: +1 where more is better, -1 where less is, 0 where neither.
    """

    outcome: str
    unit: str
    arm: str
    versus: str
    hypothesis: str
    times_d: Floats
    course: Floats
    level: float
    band: float
    better: int

    @property
    def differences(self) -> Floats:
        """(members,) differences at the end."""
        return self.course[:, -1]

    @property
    def direction(self) -> str:
        """up, down, none or unresolved, as in a result."""
        _, low, high = quantiles(self.differences)
        return direction(low, high, self.band)

    @property
    def median(self) -> float:
        """Median difference at the end."""
        return quantiles(self.differences)[0]


@dataclass(frozen=True, eq=False)
class Run:
    """A run folder as a plan reads it."""

    folder: Path
    result: dict[str, Any]
    series: Any

    @property
    def arms(self) -> list[str]:
        """Arms of the run, the therapy first."""
        return list(self.result["arms"])

    def contrast(self, outcome: str, arm: str, versus: str, hypothesis: str) -> Predicted:
        """The difference of two arms in one outcome."""
        times, ours = self._arm(outcome, arm, hypothesis)
        _, theirs = self._arm(outcome, versus, hypothesis)
        about = self.result["readouts"][outcome]
        every = [e for e in (about["effect"], *about["effects"]) if e]
        band = next(e["band"] for e in every if e["versus"] == versus)
        return Predicted(
            outcome, about["unit"], arm, versus, hypothesis, times, ours - theirs,
            quantiles(theirs[:, -1])[0], float(band or 0.0),
            describe(outcome, self.result["kind"]).better,
        )  # fmt: skip

    def _arm(self, outcome: str, arm: str, hypothesis: str) -> tuple[Floats, Floats]:
        rows = self.series[(self.series.readout == outcome) & (self.series.arm == arm)]
        shared = hypothesis if (rows.hypothesis == hypothesis).any() else HYPOTHESES[0]
        rows = rows[rows.hypothesis == shared]
        table = rows.pivot(index="member", columns="time_d", values="value").dropna()
        return np.asarray(table.columns, dtype=np.float64), table.to_numpy(dtype=np.float64)


def read_run(folder: Path) -> Run:
    """A finished run folder.

    Raises:
        FolderError: the folder holds no finished run.
        RunError: no member of it could be run.
    """
    import pandas as pd

    result = _result(folder)
    if not result["readouts"]:
        reason = next(iter(result["failed"].values()), "nothing was run")
        raise RunError(f"no member could be run, the first failed with: {reason}")
    try:
        series = pd.read_parquet(folder / "series.parquet")
    except (OSError, ValueError) as error:
        raise FolderError("is damaged", file=folder, key="--run", advice=str(error)) from None
    series = series[series.claims == "discounted"].astype(
        {"arm": str, "hypothesis": str, "readout": str}
    )
    return Run(folder, result, series)


def _result(folder: Path) -> dict[str, Any]:
    try:
        result = json.loads((folder / "result.json").read_text("utf-8"))
    except (OSError, ValueError):
        result = None
    if not isinstance(result, dict) or not {"arms", "readouts", "failed"} <= set(result):
        raise FolderError("holds no finished run", file=folder, key="--run",
                          expected="a folder 'evdisc run' wrote")  # fmt: skip
    return result


def require_same(run: Run, study: DiscStudy | DishStudy, file: object) -> None:
    """Refuse a run of something else.

    Raises:
        InputError: disc, cells, therapy or length differ from the protocol's.
    """
    spec = load_protocol(run.folder / "protocol.yaml").spec
    if spec.kind != study.kind:
        raise InputError(f"is a run of a {spec.kind}, and {file} is a {study.kind}",
                         file=run.folder, key="--run")  # fmt: skip
    for name in SAME:
        if getattr(spec, name, None) != getattr(study, name, None):
            raise InputError(
                f"is a run of another protocol: {name} differs", file=run.folder, key="--run",
                expected=f"a run of {file}",
            )  # fmt: skip


def outcomes(study: DiscStudy | DishStudy, asked: Sequence[str], known: Sequence[str]) -> list[str]:
    """Outcomes of a plan: those asked for, else the protocol's, else the headline.

    Raises:
        InputError: an outcome is not simulated; offers the nearest.
    """
    bare = dict.fromkeys([*asked] or [*study.readouts] or [HEADLINE[study.kind]])
    found = []
    for name in bare:
        hits = [k for k in known if fold(k) == fold(name)]
        hits = hits or [k for k in known if fold(k.split(" (")[0]) == fold(name)]
        if not hits:
            raise InputError(
                f"is not simulated in a {study.kind}", key="--outcome", value=name,
                expected=one_of(list(known)), nearest=nearest(name, known),
            )  # fmt: skip
        found.append(hits[0])
    return list(dict.fromkeys(found))


def time_points(predicted: Predicted) -> dict[str, Any]:
    """When the arms differ most, and when half of that is first reached, in days.

    By the median over the members; None where they never differ by more than the band.
    """
    middle = np.nan_to_num(np.nanmedian(predicted.course, axis=0))
    peak = int(np.argmax(np.abs(middle)))
    most = float(middle[peak])
    out: dict[str, Any] = {
        "outcome": predicted.outcome, "arm": predicted.arm, "versus": predicted.versus,
        "hypothesis": predicted.hypothesis, "unit": predicted.unit, "most_d": None, "half_d": None,
        "difference": most, "beyond_band": bool(abs(most) > predicted.band),
        "band": predicted.band, "days": [float(t) for t in predicted.times_d],
        "course": [rounded(float(x)) for x in middle],
    }  # fmt: skip
    if out["beyond_band"]:
        half = int(np.argmax(middle * np.sign(most) >= 0.5 * abs(most)))
        out |= {"most_d": float(predicted.times_d[peak]), "half_d": float(predicted.times_d[half])}
    return out
