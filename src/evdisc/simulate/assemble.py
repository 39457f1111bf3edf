"""Assembly: contracts are checked once, then kernels run on bound arrays.

    step(dt) = halves(dt / 2), then all others (dt) in their order, then halves(dt / 2)
    averaged read = (value at the start of the step + value now) / 2

Halves and means make the coupling of the mechanisms second order in time (Strang 1968). Refused:
two owners of one variable, a read nobody provides, a parameter without a row or in another unit, a
value outside its bounds, an overlay parameter no mechanism reads.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, get_args

import numpy as np
from numba import njit
from numpy.typing import NDArray

from evdisc.errors import AssemblyError
from evdisc.mechanism.contract import REGIONS, SECTORS, Mechanism, Parameter
from evdisc.mechanism.setting import Setting
from evdisc.mechanism.variables import VARIABLES, Holder
from evdisc.simulate.values import Values

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
#: what a variable may be held by
HOLDERS = get_args(Holder)


@dataclass(frozen=True)
class Bound:
    """A mechanism's kernel with every argument but the clock in place.

    ``averages`` holds, for each averaged read, its value at the start of the step, now, and the
    mean of both that the kernel is given.
    """

    mechanism: Mechanism
    arguments: tuple[Any, ...]
    averages: tuple[tuple[Floats, Floats, Floats], ...] = ()

    def __call__(self, clock: Floats) -> Any:
        """Run the kernel once."""
        for start, now, mean in self.averages:
            np.add(start, now, out=mean)
            mean *= 0.5
        return self.mechanism.kernel(clock, *self.arguments)


@dataclass(frozen=True)
class Assembly:
    """Mechanisms bound to one state.

    ``flat`` holds all of the state end to end, first what is recorded: ``held`` says where its
    variables held alike begin and end, in ``ends`` each of them ends, ``lower`` and ``upper`` are
    their bounds.
    """

    state: Mapping[str, Floats]
    flat: Floats
    held: Mapping[str, slice]
    ends: Ints
    lower: Floats
    upper: Floats
    halves: tuple[Bound, ...]
    steps: tuple[Bound, ...]
    events: Mapping[str, tuple[Bound, ...]]
    start: Mapping[str, Floats]

    def begin_step(self) -> None:
        """Remember the averaged variables as they are before the step."""
        for name, array in self.start.items():
            array[:] = self.state[name]

    def without(self, names: Collection[str]) -> Assembly:
        """The same assembly with the named mechanisms at rest; their variables stay as they are."""
        return replace(
            self, halves=tuple(b for b in self.halves if b.mechanism.name not in names),
            steps=tuple(b for b in self.steps if b.mechanism.name not in names),
        )  # fmt: skip

    @property
    def recorded(self) -> int:
        """Length of what is recorded."""
        return int(self.ends[-1])

    def fault(self) -> str | None:
        """What is wrong with the state, or None; see :func:`in_bounds`."""
        fine = within(self.flat, self.ends, self.lower, self.upper)
        return None if fine else in_bounds(self.state)

    def advance(self, clock: Floats, owed: float = 0.0, whole: bool = True) -> float:
        """One macro step of ``clock[1]`` s from ``clock[0]``.

        The second half of a step and the first of the next see the same inputs, so where nobody
        looks at the state between them they are run as one.

        Args:
            clock: time and step, s.
            owed: second half of the step before, s, where that was not run.
            whole: run the second half.

        Returns the half that is owed, s.
        """
        self.begin_step()
        step = clock[1]
        clock[1] = owed + 0.5 * step
        for bound in self.halves:
            bound(clock)
        clock[1] = step
        for bound in self.steps:
            bound(clock)
        if not whole:
            return 0.5 * step
        clock[1] = 0.5 * step
        for bound in self.halves:
            bound(clock)
        return 0.0


@njit(cache=True, nogil=True)
def within(flat: Floats, ends: Ints, lower: Floats, upper: Floats) -> bool:
    """Whether every number up to the last of ``ends`` is finite and within bounds."""
    start = 0
    for v in range(ends.shape[0]):
        own, least, most = flat[start : ends[v]], lower[v], upper[v]
        good = 0
        for i in range(len(own)):
            good += (own[i] >= least) & (own[i] <= most) & (abs(own[i]) < np.inf)
        if good < len(own):
            return False
        start = ends[v]
    return True


def check(mechanisms: Sequence[Mechanism]) -> None:
    """Check that mechanisms fit together.

    Raises:
        AssemblyError: unknown variable, two owners, or a read nobody provides.
    """
    owner: dict[str, str] = {}
    provided: set[str] = set()
    for m in mechanisms:
        for name in (*m.reads, *m.owns, *m.adds_to):
            if name not in VARIABLES:
                raise AssemblyError(f"{m.name} names '{name}', which is not a state variable")
        for name in m.owns:
            if name in owner:
                raise AssemblyError(f"'{name}' has two owners: {owner[name]} and {m.name}")
            owner[name] = m.name
        provided |= {*m.owns, *m.adds_to}
    provided |= {"reference_" + n for n in provided}
    for m in mechanisms:
        for name in m.averaged:
            if name not in m.reads:
                raise AssemblyError(f"{m.name} averages '{name}' but does not read it")
        for name in m.reads:
            if name not in provided:
                raise AssemblyError(f"{m.name} reads '{name}', which no mechanism provides")


def unread(values: Values, mechanisms: Iterable[Mechanism], others: Iterable[str]) -> list[str]:
    """Overlay parameters that no mechanism of the list, and nothing in ``others``, reads.

    Rows for planning alone are not meant for a run.
    """
    library = values.library
    read = {p.key for m in mechanisms for p in m.parameters} | set(others)
    planned = {k for k in library.overlaid if all(r.use == "plan" for r in library.parameters[k])}
    return sorted(library.overlaid - read - planned)


def pack(parameters: Sequence[Parameter], values: Values) -> Floats:
    """Values as (parameters, regions).

    Raises:
        AssemblyError: a unit mismatch or a value outside its bounds.
    """
    packed = np.empty((len(parameters), len(REGIONS)))
    for i, parameter in enumerate(parameters):
        for j, region in enumerate(REGIONS):
            number = values.number(
                parameter.key, parameter.subject, region=region, unit=parameter.unit
            )
            if not parameter.lower <= number <= parameter.upper:
                raise AssemblyError(
                    f"{parameter.key} is {number:g} {parameter.unit}, outside "
                    f"{parameter.lower:g} to {parameter.upper:g}"
                )
            packed[i, j] = number
    return packed


def new_state(setting: Setting, names: Iterable[str]) -> tuple[dict[str, Floats], Floats]:
    """Zero arrays for the named variables, and the one array they are parts of."""
    axes = {"node": len(setting.nodes), "cargo": len(setting.cargoes)}
    held = {
        "grid": setting.shape, "patch": (setting.patches,), "region": (len(REGIONS),),
        "sector": (SECTORS,), "disc": (1,),
    }  # fmt: skip
    shapes = {}
    for name in names:
        v = VARIABLES[name]
        lead = (axes[v.per],) if v.per else ()
        shapes[name] = lead + tuple(held[v.held])
    flat = np.zeros(sum(math.prod(shape) for shape in shapes.values()))
    state, start = {}, 0
    for name, shape in shapes.items():
        stop = start + math.prod(shape)
        state[name] = flat[start:stop].reshape(shape)
        start = stop
    return state, flat


def recorded(name: str) -> bool:
    """Whether a variable is recorded: neither fixed nor told by others."""
    return not name.startswith("reference_") and name != "network_input"


def in_order(name: str) -> tuple[int, str]:
    """Where a variable stands among those that are recorded: by its holder, then by name."""
    return HOLDERS.index(VARIABLES[name].held), name


def blocks(names: Sequence[str], ends: Ints) -> dict[str, slice]:
    """Holder -> where its variables begin and end, of variables in order that end at ``ends``."""
    found, start = {}, 0
    for held in HOLDERS:
        own = [
            int(end) for name, end in zip(names, ends, strict=True) if VARIABLES[name].held == held
        ]
        found[held] = slice(start, own[-1] if own else start)
        start = found[held].stop
    return found


def assemble(
    mechanisms: Sequence[Mechanism], setting: Setting, values: Values,
    resting: Collection[str] = (),
) -> Assembly:  # fmt: skip
    """Check, allocate, pack and bind.

    Mechanisms named in ``resting`` are not bound: their variables stay as they are.

    Raises:
        AssemblyError: see :func:`check` and :func:`pack`.
    """
    check(mechanisms)
    names = {n for m in mechanisms for n in (*m.reads, *m.owns, *m.adds_to)}
    names |= {"reference_" + n for n in names if "reference_" + n in VARIABLES}
    told = sorted((n for n in names if recorded(n)), key=in_order)
    state, flat = new_state(setting, [*told, *sorted(names - set(told))])
    ends = np.cumsum([state[name].size for name in told])

    start = {n: np.zeros_like(state[n]) for m in mechanisms for n in m.averaged}

    def bind(m: Mechanism) -> Bound:
        means = {n: np.zeros_like(state[n]) for n in m.averaged}
        arrays = [means.get(n, state[n]) for n in m.reads]
        arrays += [state[n] for n in (*m.owns, *m.adds_to)]
        averages = tuple((start[n], state[n], mean) for n, mean in means.items())
        if m.name not in values.packed:
            values.packed[m.name] = pack(m.parameters, values)
        arguments = (values.packed[m.name], *m.prepare(setting), *arrays)
        return Bound(m, arguments, averages)

    bound = [bind(m) for m in mechanisms if m.name not in resting]
    kinds = {m.when for m in mechanisms} - {"step", "halves"}
    return Assembly(
        state,
        flat,
        blocks(told, ends),
        ends,
        np.array([VARIABLES[name].lower for name in told]),
        np.array([VARIABLES[name].upper for name in told]),
        tuple(b for b in bound if b.mechanism.when == "halves"),
        tuple(b for b in bound if b.mechanism.when == "step"),
        {kind: tuple(b for b in bound if b.mechanism.when == kind) for kind in sorted(kinds)},
        start,
    )


def in_bounds(state: Mapping[str, Floats], tolerance: float = 1e-9) -> str | None:
    """Name the first variable with a value that is not finite or outside its bounds, or None."""
    for name, array in state.items():
        if not array.size:
            continue
        v, least, most = VARIABLES[name], array.min(), array.max()  # both are NaN where one is
        if not (np.isfinite(least) and np.isfinite(most)):
            return f"{name} is not finite"
        scale = tolerance * max(1.0, -least, most)
        if least < v.lower - scale or most > v.upper + scale:
            return f"{name} left its bounds {v.lower:g} to {v.upper:g}"
    return None
