"""One run: settle the healthy state, then step through events and record series."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from evdisc.errors import RunError
from evdisc.mechanism.contract import REGIONS
from evdisc.mechanism.setting import Setting
from evdisc.mechanism.variables import REFERENCES, VARIABLES
from evdisc.simulate.assemble import Assembly, in_bounds
from evdisc.simulate.timeline import Event, steps

Floats = NDArray[np.float64]

SETTLE_SPAN = 100 * 86400.0
#: what step control leaves of an activity in motion; a limit cycle moves by more
SETTLED = 2e-2
#: mechanisms that bring an undisturbed disc or dish to its steady state
SETTLING = ("nutrition", "medium", "starvation", "milieu", "cargo_effect", "signalling")


@dataclass(frozen=True)
class Run:
    """What one run leaves behind.

    Attributes:
        times: output times, s.
        series: name -> values at the output times. A grid or patch variable is averaged over each
            region as ``name|NP``, a sector variable over the annulus (and its ``name:weakest``); a
            node is ``activity:NODE|NP``, a cargo ``cargo_copies:NAME|NP``.
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
    """Averages the state over regions at the output times."""

    setting: Setting
    regions: Sequence[str]
    rows: list[dict[str, float]] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Prepare the averaging weights."""
        s = self.setting
        masks = [s.region == c for c in range(len(self.regions))]
        if s.kind == "dish":
            masks = [s.patch_of == c for c in range(s.patches)]
        cells = np.array([(m * s.volume).ravel() for m in masks])
        self.grid_weight = cells / np.maximum(cells.sum(1, keepdims=True), 1e-300)
        inside = s.patch_of.ravel() >= 0
        patch = np.zeros((len(masks), s.patches))
        for c in range(len(masks)):
            np.add.at(patch[c], s.patch_of.ravel()[inside], cells[c][inside])
        self.patch_weight = patch / np.maximum(patch.sum(1, keepdims=True), 1e-300)

    def record(self, state: Mapping[str, Floats]) -> None:
        """Append one row."""
        row: dict[str, float] = {}
        for name, array in state.items():
            v = VARIABLES[name]
            if name.startswith("reference_") or name == "network_input":
                continue
            if v.held == "disc":
                row[name] = float(array[0])
            elif v.held == "sector":
                row |= {name: float(array.mean()), f"{name}:weakest": float(array.min())}
            elif v.held == "region":
                row |= self._labelled(name, array)
            elif v.held == "grid":
                row |= self._labelled(name, self.grid_weight @ array.ravel())
            elif v.per:
                labels = self.setting.nodes if v.per == "node" else self.setting.cargoes
                for label, values in zip(labels, array @ self.patch_weight.T, strict=True):
                    row |= self._labelled(f"{name}:{label}", values)
            else:
                row |= self._labelled(name, self.patch_weight @ array)
        self.rows.append(row)

    def _labelled(self, name: str, values: Floats) -> dict[str, float]:
        return {f"{name}|{r}": float(x) for r, x in zip(self.regions, values, strict=False)}

    def series(self) -> dict[str, Floats]:
        """Rows as columns."""
        return {name: np.array([row[name] for row in self.rows]) for name in self.rows[0]}


def settle(assembly: Assembly) -> list[str]:
    """Bring nutrients and network to the healthy steady state and freeze the references.

    Returns warnings when the network does not come to rest.
    """
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
    on_settled: Callable[[], None] | None = None,
) -> Run:
    """Run an assembly whose state holds the healthy disc or dish.

    ``on_settled`` runs once the healthy state is reached and before the first step.

    Raises:
        RunError: a state left its bounds or is not finite.
    """
    warnings = settle(assembly)
    if on_settled is not None:
        on_settled()
    recorder = Recorder(setting, regions)
    times = steps(events, outputs, first_step, largest_step)
    clock = np.zeros(4)
    pictures: dict[str, list[Floats]] = {name: [] for name in snapshot_names}
    due = sorted(events, key=lambda e: e.time)
    wanted = {round(float(t)) for t in outputs}
    taken = {round(float(t)) for t in snapshot_times}
    for n, now in enumerate(times):
        clock[0] = now
        if n:
            clock[0], clock[1] = times[n - 1], now - times[n - 1]
            assembly.advance(clock)
        # a dose at an output time is seen in the next record: records are before the event
        if round(float(now)) in wanted:
            _check(assembly.state, now)
            recorder.record(assembly.state)
        if round(float(now)) in taken:
            for name in snapshot_names:
                pictures[name].append(assembly.state[name].copy())
        while due and due[0].time <= now + 1e-6:
            _apply(assembly, due.pop(0), clock)
    return Run(
        np.asarray(outputs),
        recorder.series(),
        {name: np.array(fields) for name, fields in pictures.items()},
        balance(assembly.state, setting),
        tuple(warnings),
        len(times) - 1,
    )


def balance(state: Mapping[str, Floats], setting: Setting) -> dict[str, float]:
    """Where the vesicles of all doses are; ``error`` is relative to what was injected."""
    inside = float(((state["free_vesicles"] + state["bound_vesicles"]) * setting.volume).sum())
    sums = {
        name: float(state[name + "_vesicles"][0]) if name + "_vesicles" in state else 0.0
        for name in ("injected", "leaked", "decayed", "taken_up")
    }
    missing = sums["injected"] - inside - sums["leaked"] - sums["decayed"] - sums["taken_up"]
    return sums | {"in_disc": inside, "error": missing / max(sums["injected"], 1.0)}


def _apply(assembly: Assembly, event: Event, clock: Floats) -> None:
    clock[0], clock[1] = event.time, 0.0
    clock[2:] = 0.0
    clock[2 : 2 + len(event.size)] = event.size
    for bound in assembly.events.get(event.kind, ()):
        bound(clock)
    clock[2:] = 0.0


def _check(state: Mapping[str, Floats], now: float) -> None:
    wrong = in_bounds(state)
    if wrong:
        raise RunError(f"{wrong} on day {now / 86400.0:.3g}", advice="try smaller steps")
