"""The contract of a mechanism: one piece of physics, one file, one kernel."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from evdisc.mechanism.setting import Setting

#: regions a parameter may differ between, in the order of the packed columns
REGIONS = ("NP", "AF", "CEP")
When = Literal[
    "step",
    "halves",
    "puncture",
    "dose",
    "stimulus",
    "cell_loss",
    "occlusion",
    "enzyme",
    "cytokine",
    "transfer",
    "gel_dose",
    "depot_dose",
    "blood_dose",
    "muscle_dose",
    "transplant_dose",
]
#: parts the annulus is divided into around the axis
SECTORS = 8


@dataclass(frozen=True)
class Parameter:
    """A number a mechanism needs: its evidence key, SI unit and the bounds it must keep.

    ``subject`` narrows the evidence row to a molecule, node or material.
    """

    key: str
    unit: str
    meaning: str
    lower: float = float("-inf")
    upper: float = float("inf")
    subject: str = ""


def nothing(setting: Setting) -> tuple[Any, ...]:
    """Prepare no extra arrays."""
    return ()


@dataclass(frozen=True)
class Mechanism:
    """What a piece of physics reads, owns, adds to, and how it advances.

    ``kernel(clock, p, *prepared, *reads, *owns, *adds_to)`` is a module-level compiled
    function. ``clock`` is ``[time, step, event size, ...]`` in s; ``p`` is (parameters, 3), one
    column per region of :data:`REGIONS`; ``prepared`` is what ``prepare(setting)`` returned.
    Variables arrive as arrays in the declared order: a ``grid`` variable as (nr, nz), a ``patch``
    variable as (patches,), a ``sector`` variable as (8,), a ``disc`` variable as (1,), with a
    leading axis where the table says.

    A read that is also ``averaged`` arrives as the mean of its value at the start of the step and
    now, which makes the coupling to mechanisms earlier in the list second order in time.

    ``when`` is ``step`` for every macro step, ``halves`` for half a step before and half a step
    after those (Strang 1968, second order in time), or the event at which the kernel runs once.
    ``cites`` names studies of sources.csv. ``acts_on`` names, for what is read and for a parameter
    that acts on part of what the mechanism writes alone, that part.
    """

    name: str
    kernel: Callable[..., Any]
    reads: tuple[str, ...] = ()
    averaged: tuple[str, ...] = ()
    owns: tuple[str, ...] = ()
    adds_to: tuple[str, ...] = ()
    parameters: tuple[Parameter, ...] = ()
    prepare: Callable[[Setting], tuple[Any, ...]] = nothing
    when: When = "step"
    cites: tuple[str, ...] = ()
    acts_on: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
