"""Schedule: the stages of one batch, and how long a campaign of batches takes on one line.

    one batch = sum of its stages
    campaign = one batch + (batches - 1) max(culture, isolation)
    days of an isolation step = its hours / hours of a working day, rounded up

On one line the next batch's cells are expanded while a batch is cultured; cultures follow one
another, or wait for isolation where that is slower. What comes after runs beside the next batch.
Our choice.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from evdisc.manufacture.draws import Draws, Floats, rounded
from evdisc.manufacture.expansion import Expansion
from evdisc.manufacture.platforms import Culture

DAY = 86400.0
RELEASE = "release"


@dataclass(frozen=True)
class Stage:
    """One stage of a batch: its name, its kind and its length, (count,) s."""

    name: str
    kind: str
    time: Floats


def stages(
    culture: Culture, growth: Expansion, isolation: list[tuple[str, Floats]], loaded: bool,
    draws: Draws,
) -> list[Stage]:  # fmt: skip
    """Stages of one batch, in order; ``isolation`` holds steps with hours of work."""
    day = draws.value("working_day")
    out = [Stage("thaw", "thaw", draws.value("stage_time", "thaw"))]
    out.append(Stage("expansion", "expansion", growth.time))
    out.append(Stage("conditioning and harvests", "culture", culture.time * culture.harvests))
    out += [Stage(name, "isolation", DAY * np.ceil(3600.0 * h / day)) for name, h in isolation]
    after = (("loading", "loading"),) if loaded else ()
    later = (*after, ("quality control", "tests"), ("fill", "fill"), (RELEASE, "tests"))
    return out + [Stage(name, kind, draws.value("stage_time", name)) for name, kind in later]


def one_batch(made: list[Stage]) -> Floats:
    """Time of one batch from thaw to release, s."""
    return np.asarray(np.sum([s.time for s in made], axis=0))


def campaign(made: list[Stage], batches: Floats) -> Floats:
    """Time of all batches on one line, s; 0 where there is none."""
    held = sum((s.time for s in made if s.kind == "culture"), start=np.zeros_like(batches))
    isolating = sum((s.time for s in made if s.kind == "isolation"), start=np.zeros_like(batches))
    line = np.maximum(held, isolating)
    return np.where(batches > 0, one_batch(made) + np.maximum(batches - 1.0, 0.0) * line, 0.0)


def working_days(made: list[Stage], batches: Floats) -> Floats:
    """Days of a campaign in which somebody works: without the wait for the release tests."""
    return campaign([s for s in made if s.name != RELEASE], batches) / DAY


def picture(made: list[Stage], growth: Expansion) -> list[dict[str, object]]:
    """Bars of the schedule of one batch: stage, kind, start and end in days, of the medians.

    Expansion is drawn passage by passage.
    """
    out: list[dict[str, object]] = []
    at = 0.0
    for stage in made:
        length = float(np.median(stage.time)) / DAY
        parts = max(int(np.median(growth.passages)), 1) if stage.kind == "expansion" else 1
        for i in range(parts):
            name = f"expansion, passage {i + 1}" if stage.kind == "expansion" else stage.name
            end = at + length / parts
            if end > at:
                out.append({"stage": name, "kind": stage.kind, "start_d": rounded(at),
                            "end_d": rounded(end)})  # fmt: skip
            at = end
    return out
