"""One run: settle the healthy state, then step through events and record series."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from evdisc.delivery import systemic
from evdisc.mechanism.contract import REGIONS
from evdisc.mechanism.setting import Setting
from evdisc.mechanism.variables import REFERENCES
from evdisc.simulate.assemble import Assembly
from evdisc.simulate.record import Recorder
from evdisc.simulate.timeline import Event, steps

Floats = NDArray[np.float64]

SETTLE_SPAN = 100 * 86400.0
#: what step control leaves of an activity in motion; a limit cycle moves by more
SETTLED = 2e-2
#: where vesicles of a dose may be outside the disc
OUTSIDE = ("depot_vesicles", *systemic.NAMES)
#: mechanisms that bring an undisturbed disc or dish to its steady state
SETTLING = ("nutrition", "medium", "starvation", "milieu", "cargo_effect", "signalling")


@dataclass(frozen=True)
class Run:
    """What one run leaves behind.

    Attributes:
        times: output times, s.
        series: name -> values at the output times. A grid or patch variable is averaged over each
            region as ``name|NP``, a sector variable over the annulus (and its ``name:weakest``); a
            node is ``activity:NODE|NP``, a cargo ``cargo_copies:NAME|NP``; see :class:`Series`.
        snapshots: variable -> (snapshots, nr, nz).
        balance: the vesicle balance at the end.
        warnings: what a reader must know.
    """

    times: Floats
    series: Mapping[str, Floats]
    snapshots: Mapping[str, Floats]
    balance: Mapping[str, float]
    warnings: tuple[str, ...] = ()
    steps: int = 0


def settle(assembly: Assembly, healthy: Floats) -> list[str]:
    """Bring nutrients and network to the healthy steady state and freeze the references.

    ``healthy`` (nodes,) is where the activities start. Returns warnings when the network does not
    come to rest.
    """
    assembly.state["activity"][:] = healthy[:, None]
    bound = {b.mechanism.name: b for b in (*assembly.halves, *assembly.steps)}
    clock = np.array([0.0, SETTLE_SPAN, 0.0, 0.0])
    assembly.begin_step()
    for name in SETTLING:
        if name in bound:
            bound[name](clock)
    activity = assembly.state["activity"]
    before = activity.copy()
    clock[1] = 10 * 86400.0
    bound["signalling"](clock)
    moved = float(np.abs(activity - before).max())
    for name in REFERENCES:
        assembly.state["reference_" + name][:] = assembly.state[name]
    if moved > SETTLED:
        return [f"the healthy network does not come to rest (moves by {moved:.2g} in 10 days)"]
    return []


def execute(
    assembly: Assembly,
    setting: Setting,
    events: Sequence[Event],
    outputs: Floats,
    *,
    first_step: float,
    largest_step: float,
    snapshot_times: Sequence[float] = (),
    snapshot_names: Sequence[str] = (),
    regions: Sequence[str] = REGIONS,
    restarts: Sequence[float] = (),
    injuries: Sequence[float] = (),
    on_settled: Callable[[], None] | None = None,
) -> Run:
    """Run an assembly whose state holds the healthy disc or dish.

    Steps start small again after every event and at ``restarts``: the events of other arms, so that
    arms that are compared step alike. After ``injuries``, which are among the events, they stay
    smaller for a while. ``on_settled`` runs once the healthy state is reached and
    before the first step.

    Raises:
        RunError: a state left its bounds or is not finite.
    """
    warnings = settle(assembly, setting.objects["network"].healthy)
    if on_settled is not None:
        on_settled()
    recorder = Recorder(
        assembly, setting, regions, outputs, snapshot_times, {name: [] for name in snapshot_names}
    )
    due = sorted(events, key=lambda e: e.time)
    anew = [*(e.time for e in due), *restarts]
    times = steps(anew, outputs, first_step, largest_step, injuries)
    clock, still, owed = np.zeros(4), False, 0.0
    seen = recorder.wanted | recorder.taken | {round(e.time) for e in due}
    for n, now in enumerate(times):
        clock[0] = now
        if n and not still:
            clock[0], clock[1] = times[n - 1], now - times[n - 1]
            if setting.kind == "dish":
                before = assembly.flat.copy()
                assembly.advance(clock)
                # nothing in a dish follows the clock: what a step did not change, the next will not
                still = bool((before == assembly.flat).all())
            else:
                owed = assembly.advance(clock, owed, round(float(now)) in seen)
        # a dose at an output time is seen in the next record: records are before the event
        recorder.look(float(now))
        while due and due[0].time <= now + 1e-6:
            _apply(assembly, due.pop(0), clock)
            still = False
    return Run(
        np.asarray(outputs),
        recorder.series(),
        {name: np.array(fields) for name, fields in recorder.pictures.items()},
        balance(assembly.state, setting),
        tuple(warnings),
        len(times) - 1,
    )


def balance(state: Mapping[str, Floats], setting: Setting) -> dict[str, float]:
    """Where the vesicles of all doses are; ``error`` is relative to what was injected."""
    held = ("free_vesicles", "bound_vesicles", "carried_vesicles")
    inside = sum(float((state[n] * setting.volume).sum()) for n in held if n in state)
    outside = sum(float(state[n][0]) for n in OUTSIDE if n in state)
    sums = {
        name: float(state[name + "_vesicles"][0]) if name + "_vesicles" in state else 0.0
        for name in ("injected", "leaked", "decayed", "taken_up")
    }
    gone = sums["leaked"] + sums["decayed"] + sums["taken_up"]
    missing = sums["injected"] - inside - outside - gone
    return sums | {
        "in_disc": inside, "outside": outside, "error": missing / max(sums["injected"], 1.0)
    }  # fmt: skip


def _apply(assembly: Assembly, event: Event, clock: Floats) -> None:
    clock[0], clock[1] = event.time, 0.0
    clock[2:] = 0.0
    clock[2 : 2 + len(event.size)] = event.size
    for bound in assembly.events.get(event.kind, ()):
        bound(clock)
    clock[2:] = 0.0
