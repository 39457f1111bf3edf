"""One trial of a search: a way of giving the vesicles in every member, by both hypotheses."""

from __future__ import annotations

import json
import multiprocessing
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from evdisc.evidence.library import Library, load
from evdisc.outcome.effects import NOISE, effect, rounded, triple
from evdisc.protocol.specs import DiscStudy
from evdisc.study.asked import Asked
from evdisc.study.crew import quiet_worker
from evdisc.study.variants import HYPOTHESES, Variant, bare_arm
from evdisc.study.worker import Arrays, run_members

Floats = NDArray[np.float64]
UNTREATED = (Variant("untreated", HYPOTHESES[0], False),)
#: what a gain may be over: no therapy, or the same carrier, needle and liquid without vesicles
AGAINST = ("untreated", "carrier")
#: key of what vesicles add to the arm that gets all but them
ADDED = "over_carrier"


@dataclass(frozen=True)
class Bench:
    """Where members run: here, or in worker processes that stay for all trials.

    Attributes:
        library: the evidence.
        overlays: files of the user's evidence, as a worker process reads them.
        jobs: worker processes; no number depends on it.
        pool: the processes, None where members run here.
    """

    library: Library
    overlays: Sequence[str]
    jobs: int
    pool: ProcessPoolExecutor | None

    def run(self, study: DiscStudy, which: Sequence[Variant]) -> Arrays:
        """All members of a study in the named variants; see :func:`evdisc.study.worker.stack`."""
        members = range(study.ensemble.members)
        if self.pool is None:
            return run_members(study, members, self.library, which)
        text = json.dumps(study.model_dump(mode="json"))
        parts = np.array_split(members, min(self.jobs, len(members)))
        waiting = [
            self.pool.submit(members_task, text, self.overlays, [int(m) for m in part],
                             [(v.arm, v.hypothesis) for v in which])
            for part in parts
        ]  # fmt: skip
        return joined([w.result() for w in waiting])


@contextmanager
def bench(library: Library, overlays: Sequence[str], jobs: int) -> Iterator[Bench]:
    """A bench with its processes, which end with it."""
    if jobs == 1:
        yield Bench(library, overlays, 1, None)
        return
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(jobs, mp_context=spawn, initializer=quiet_worker) as pool:
        try:
            yield Bench(library, overlays, jobs, pool)
        finally:
            pool.shutdown(wait=False, cancel_futures=True)


def members_task(
    text: str, overlays: Sequence[str], members: list[int], which: Sequence[tuple[str, str]]
) -> Arrays:
    """Entry point of a worker process: everything it needs arrives as text."""
    study = DiscStudy.model_validate_json(text)
    library = load(Path(p) for p in overlays)
    return run_members(study, members, library, [Variant(a, h, False) for a, h in which])


def joined(parts: Sequence[Arrays]) -> Arrays:
    """Status and read-outs of members that ran in several processes, in order."""
    full = next((p for p in parts if "readouts" in p), parts[0])
    out: Arrays = {"status": np.concatenate([p["status"] for p in parts])}
    if "readouts" not in full:
        return out
    blank = full["readouts"].shape[1:]
    out |= {name: full[name] for name in ("times", "readout_names")}
    out["readouts"] = np.concatenate([
        p["readouts"] if "readouts" in p else np.full((len(p["status"]), *blank), np.nan)
        for p in parts
    ])  # fmt: skip
    return out


def runs_of(study: DiscStudy) -> tuple[Variant, ...]:
    """Runs of a trial: treated under both hypotheses, then the same without the vesicles."""
    assert study.therapy is not None
    bare = bare_arm(study.therapy.delivery.carrier)
    treated = [Variant("treated", h, False) for h in HYPOTHESES]
    return (*treated, Variant(bare, HYPOTHESES[0], False))


def levels(arrays: Arrays, about: Asked) -> Floats:
    """(members, runs) the read-out asked for; NaN where a member failed."""
    if "readouts" not in arrays:
        return np.full((len(arrays["status"]), 1), np.nan)
    place = [str(n) for n in arrays["readout_names"]].index(about.name)
    data: Floats = arrays["readouts"][:, :, place, about.column(arrays["times"])]
    return data


def outcome(
    arrays: Arrays, untreated: Floats, about: Asked, share: float, against: str = AGAINST[0]
) -> dict[str, Any]:
    """Hypothesis -> gain over the untreated members, more is better, and its chance.

    Args:
        arrays: members in the runs of :func:`runs_of`.
        untreated: (members,) the same members without a therapy.
        about: what is asked.
        share: equivalence band of it, as a share of its full level.
        against: what the gain is over; see :data:`AGAINST`.
    """
    own = levels(arrays, about)
    out: dict[str, Any] = {"failed": int(np.sum(arrays["status"] != "ok"))}
    for k, h in enumerate(HYPOTHESES):
        treated, bare = own[:, min(k, own.shape[1] - 1)], own[:, -1]
        versus = untreated if against == AGAINST[0] else bare
        out[h] = _told(treated, versus, about, share) | {ADDED: _told(treated, bare, about, share)}
    return out


def _told(arm: Floats, versus: Floats, about: Asked, share: float) -> dict[str, Any]:
    """Gain of an arm, more is better, and the chance of one that matters."""
    gain = (about.about.better or 1) * (arm - versus)
    gain[np.abs(gain) < NOISE * np.nanmax(np.abs(versus), initial=1.0)] = 0.0
    chance = effect(arm, versus, share, about.about.better, about.about.full)
    return triple(gain) | {"probability_of_benefit": rounded(chance.probability_of_benefit)}
