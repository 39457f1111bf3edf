"""One run: settle the healthy state, then step through events and record series."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from evdisc.delivery import systemic
from evdisc.errors import RunError
from evdisc.mechanism.contract import REGIONS
from evdisc.mechanism.setting import Setting
from evdisc.mechanism.variables import REFERENCES, VARIABLES
from evdisc.simulate.assemble import Assembly
from evdisc.simulate.series import Series
from evdisc.simulate.timeline import Event, steps

Floats = NDArray[np.float64]

SETTLE_SPAN = 100 * 86400.0
#: what step control leaves of an activity in motion; a limit cycle moves by more
SETTLED = 2e-2
#: where vesicles of a dose may be outside the disc
OUTSIDE = ("depot_vesicles", *systemic.NAMES)
#: recorded states are averaged together, as many as fit into this many numbers
TOGETHER = 2**20
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


@dataclass
class Recorder:
    """Averages the state over regions at the output times, and keeps fields at some of them."""

    setting: Setting
    regions: Sequence[str]
    outputs: Sequence[float] | Floats
    snapshot_times: Sequence[float]
    pictures: dict[str, list[Floats]]
    waiting: int = 0
    columns: dict[str, list[Floats]] = field(default_factory=dict)
    states: Floats = field(default_factory=lambda: np.empty((0, 0)))

    def __post_init__(self) -> None:
        """Prepare the averaging weights."""
        s = self.setting
        self.wanted = {round(float(t)) for t in self.outputs}
        self.taken = {round(float(t)) for t in self.snapshot_times}
        masks = [s.region == c for c in range(len(self.regions))]
        if s.kind == "dish":
            masks = [s.patch_of == c for c in range(s.patches)]
        cells = np.array([(m * s.volume).ravel() for m in masks])
        self.grid_weight = cells / np.maximum(cells.sum(1, keepdims=True), 1e-300)
        self.inside = np.flatnonzero(s.patch_of >= 0)
        self.belongs = (np.arange(len(masks))[:, None] == s.patch_region).astype(np.float64)
        whole = np.maximum(cells.sum(1), 1e-300)[s.patch_region]
        self.part = s.volume.ravel()[self.inside]
        self.heard = np.empty((0, s.patches))
        self.whole = whole

    def look(self, assembly: Assembly, now: float) -> None:
        """Record the state, and its fields, where now is a time for it.

        Raises:
            RunError: a value left its bounds or is not finite.
        """
        if round(now) in self.wanted:
            _check(assembly, now)
            self.record(assembly)
        if round(now) in self.taken:
            for name, kept in self.pictures.items():
                kept.append(assembly.state[name].copy())

    def record(self, assembly: Assembly) -> None:
        """Keep what the state is now; states are averaged a few at a time."""
        if not len(self.states):
            rows = max(TOGETHER // assembly.flat.size, 1)
            self.states = np.empty((rows, assembly.flat.size))
            self.heard = np.empty((rows, self.setting.patches))
        self.states[self.waiting] = assembly.flat
        self.heard[self.waiting] = self.listeners()
        self.waiting += 1
        if self.waiting == len(self.states):
            self.average(assembly)

    def listeners(self) -> Floats:
        """(networks,) share of its region's volume that listens to each network now."""
        s, total = self.setting.sharing, np.zeros(self.setting.patches)
        share = s.share.ravel()[self.inside]
        for network, weight in ((s.first, 1.0 - share), (s.second, share)):
            number = network.ravel()[self.inside]
            total += np.bincount(number, weight * self.part, minlength=len(total))
        return total / self.whole

    def average(self, assembly: Assembly) -> None:
        """Turn the states that wait into averages."""
        if not self.waiting:
            return
        flat, start = self.states[: self.waiting], 0
        for name, array in assembly.state.items():
            stop = start + array.size
            if not name.startswith("reference_") and name != "network_input":
                values = flat[:, start:stop].reshape(len(flat), *array.shape)
                self.columns.setdefault(name, []).append(self._averaged(name, values))
            start = stop
        self.waiting = 0

    def _averaged(self, name: str, values: Floats) -> Floats:
        """(times, labels x regions) of values (times, ...); mean and least over the sectors."""
        held, count = VARIABLES[name].held, len(values)
        if held == "sector":
            return np.stack([values.mean(axis=1), values.min(axis=1)], axis=1)
        if held == "grid":
            found = values.reshape(count, -1, self.grid_weight.shape[1]) @ self.grid_weight.T
            return found.reshape(count, math.prod(found.shape[1:]))
        if held == "patch":
            heard = self.heard[:count].reshape(count, *(1,) * (values.ndim - 2), -1)
            found = (values * heard) @ self.belongs.T
            return found.reshape(count, math.prod(found.shape[1:]))
        return values[:, : len(self.regions)].copy()

    def series(self) -> Series:
        """Label -> values at the recorded times."""
        s = self.setting
        tables = {name: np.concatenate(rows) for name, rows in self.columns.items()}
        return Series(tables, tuple(s.nodes), tuple(s.cargoes), tuple(self.regions))


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
    on_settled: Callable[[], None] | None = None,
) -> Run:
    """Run an assembly whose state holds the healthy disc or dish.

    Steps start small again after every event and at ``restarts``: the events of other arms, so that
    arms that are compared step alike. ``on_settled`` runs once the healthy state is reached and
    before the first step.

    Raises:
        RunError: a state left its bounds or is not finite.
    """
    warnings = settle(assembly, setting.objects["network"].healthy)
    if on_settled is not None:
        on_settled()
    recorder = Recorder(
        setting, regions, outputs, snapshot_times, {name: [] for name in snapshot_names}
    )
    anew = [*(e.time for e in events), *restarts]
    times = steps(anew, outputs, first_step, largest_step)
    clock = np.zeros(4)
    still, owed = False, 0.0
    due = sorted(events, key=lambda e: e.time)
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
        recorder.look(assembly, float(now))
        while due and due[0].time <= now + 1e-6:
            _apply(assembly, due.pop(0), clock)
            still = False
    recorder.average(assembly)
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


def _check(assembly: Assembly, now: float) -> None:
    wrong = assembly.fault()
    if wrong:
        raise RunError(f"{wrong} on day {now / 86400.0:.3g}", advice="try smaller steps")
