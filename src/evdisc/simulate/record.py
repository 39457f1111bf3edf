"""Recording: the state averaged over regions at the output times, and fields at some of them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from evdisc.errors import RunError
from evdisc.mechanism.setting import Setting
from evdisc.mechanism.variables import VARIABLES
from evdisc.simulate.assemble import Assembly, recorded
from evdisc.simulate.series import Series

Floats = NDArray[np.float64]

#: small states are averaged together, as many as fit into this many numbers
TOGETHER = 2**16


@dataclass
class Recorder:
    """Averages the state over regions at the output times, and keeps fields at some of them."""

    assembly: Assembly
    setting: Setting
    regions: Sequence[str]
    outputs: Sequence[float] | Floats
    snapshot_times: Sequence[float]
    pictures: dict[str, list[Floats]]
    waiting: list[tuple[Floats, Floats]] = field(default_factory=list)
    blocks: dict[str, list[Floats]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Prepare the averaging weights."""
        s = self.setting
        self.wanted = {round(float(t)) for t in self.outputs}
        self.taken = {round(float(t)) for t in self.snapshot_times}
        masks = [s.region == c for c in range(len(self.regions))]
        if s.kind == "dish":
            masks = [s.patch_of == c for c in range(s.patches)]
        cells = np.array([(m * s.volume).ravel() for m in masks])
        whole = np.maximum(cells.sum(1, keepdims=True), 1e-300)
        self.weight = np.ascontiguousarray((cells / whole).T)
        self.belongs = (s.patch_region[:, None] == np.arange(len(masks))).astype(np.float64)
        self.inside = np.flatnonzero(s.patch_of >= 0)
        self.part = s.volume.ravel()[self.inside]
        self.whole = whole[:, 0][s.patch_region]

    def listeners(self) -> Floats:
        """(networks,) share of its region's volume that listens to each network now."""
        s, total = self.setting.sharing, np.zeros(self.setting.patches)
        share = s.share.ravel()[self.inside]
        for network, weight in ((s.first, 1.0 - share), (s.second, share)):
            number = network.ravel()[self.inside]
            total += np.bincount(number, weight * self.part, minlength=len(total))
        return total / self.whole

    def look(self, now: float) -> None:
        """Record the state, and its fields, where now is a time for it.

        Raises:
            RunError: a value left its bounds or is not finite.
        """
        if round(now) in self.wanted:
            wrong = self.assembly.fault()
            if wrong:
                raise RunError(f"{wrong} on day {now / 86400.0:.3g}", advice="try smaller steps")
            self.record()
        if round(now) in self.taken:
            for name, kept in self.pictures.items():
                kept.append(self.assembly.state[name].copy())

    def record(self) -> None:
        """Keep what the state is now; small states are averaged a few at a time."""
        own, heard = self.assembly.flat[: self.assembly.recorded], self.listeners()
        if 2 * own.size > TOGETHER:
            self.average(own[None], heard[None])
            return
        self.waiting.append((own.copy(), heard))
        if (len(self.waiting) + 1) * own.size > TOGETHER:
            self.catch_up()

    def catch_up(self) -> None:
        """Average the states that wait."""
        if self.waiting:
            states, heard = zip(*self.waiting, strict=True)
            self.average(np.array(states), np.array(heard))
            self.waiting.clear()

    def average(self, states: Floats, heard: Floats) -> None:
        """Turn states (times, numbers) into averages, all variables held alike at once.

        ``heard`` (times, networks) is what :meth:`listeners` told at each.
        """
        for held, part in self.assembly.held.items():
            values = states[:, part]
            if held == "grid":
                values = values.reshape(len(states), -1, len(self.weight)) @ self.weight
            if held == "patch":
                values = values.reshape(len(states), -1, len(self.belongs)) * heard[:, None]
                values = values @ self.belongs
            self.blocks.setdefault(held, []).append(values.reshape(len(states), -1).copy())

    def series(self) -> Series:
        """Label -> values at the recorded times."""
        self.catch_up()
        s = self.setting
        tables: dict[str, Floats] = {}
        for held, rows in self.blocks.items():
            block, start = np.concatenate(rows), 0
            for name, array in self.assembly.state.items():
                if VARIABLES[name].held != held or not recorded(name):
                    continue
                size = array.size
                if held in ("grid", "patch"):
                    size = size // math.prod(array.shape[-2 if held == "grid" else -1 :])
                    size *= len(self.regions)
                tables[name] = self._told(held, block[:, start : start + size])
                start += size
        in_order = {name: tables[name] for name in sorted(tables)}
        return Series(in_order, tuple(s.nodes), tuple(s.cargoes), tuple(self.regions))

    def _told(self, held: str, values: Floats) -> Floats:
        """(times, labels) of a variable; mean and least over the sectors."""
        if held == "sector":
            return np.stack([values.mean(axis=1), values.min(axis=1)], axis=1)
        return values[:, : len(self.regions)] if held == "region" else values
