"""What a search may change: dose, volume, carrier and schedule, and the limits it must keep."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from evdisc.errors import InputError, nearest
from evdisc.evidence.library import Library
from evdisc.evidence.names import names
from evdisc.protocol.specs import DiscStudy
from evdisc.protocol.therapy_specs import NEEDLE_ROUTE, NEEDLES, DeliverySpec
from evdisc.study.plan_rows import plan_row
from evdisc.units import parse_quantity

DAY, UL = 86400.0, 1e-9
OVER = ("dose", "volume", "carrier", "schedule")
#: what a limit may be about -> kind of its quantity, and what it is
LIMITED = {
    "punctures": ("number", "injections by a needle into the disc"),
    "injections": ("number", "injections of any route"),
    "dose": ("particle_count", "vesicles in one injection"),
    "made": ("particle_count", "vesicles that must be made for all injections"),
    "volume": ("volume", "volume of one injection"),
}
SIGNS: dict[str, Callable[[float, float], bool]] = {
    "<=": operator.le, ">=": operator.ge, "<": operator.lt, ">": operator.gt, "=": operator.eq,
}  # fmt: skip
LIMIT = re.compile(r"^\s*([A-Za-z ]+?)\s*(<=|>=|<|>|=)\s*(\S.*?)\s*$")
EXAMPLE = "'punctures <= 2', 'made < 1e9 particles' or 'volume <= 2 uL'"


class Suggests(Protocol):
    """What a trial of a search does: it names numbers and choices within bounds."""

    def suggest_float(self, name: str, low: float, high: float, *, log: bool = False) -> float:
        """A number."""
        ...

    def suggest_int(self, name: str, low: int, high: int) -> int:
        """A whole number."""
        ...

    def suggest_categorical(self, name: str, choices: Sequence[str]) -> Any:
        """One of a few."""
        ...


@dataclass(frozen=True)
class Limit:
    """One limit of a search, such as ``punctures <= 2``."""

    text: str
    name: str
    sign: str
    value: float

    def kept(self, numbers: Mapping[str, float]) -> bool:
        """Whether a proposal keeps it."""
        return SIGNS[self.sign](numbers[self.name], self.value)


def limits(texts: Sequence[str]) -> list[Limit]:
    """Read ``--limit``.

    Raises:
        InputError: it cannot be read, is about nothing known, or its unit is wrong.
    """
    return [_limit(text) for text in texts]


def _limit(text: str) -> Limit:
    found = LIMIT.match(text)
    if found is None:
        raise InputError("cannot be read", key="--limit", value=text, expected=EXAMPLE)
    name, sign, quantity = found.groups()
    if name not in LIMITED:
        raise InputError("is about nothing a search knows", key="--limit", value=name,
                         expected=" | ".join(LIMITED), nearest=nearest(name, LIMITED))  # fmt: skip
    value = parse_quantity(quantity, LIMITED[name][0], key=f"--limit {name}")
    return Limit(text.strip(), name, sign, value)


def over(text: str) -> list[str]:
    """Read ``--over``.

    Raises:
        InputError: it names nothing, or something that cannot be searched.
    """
    asked = [word.strip() for word in text.split(",") if word.strip()]
    for word in asked:
        if word not in OVER:
            raise InputError("cannot be searched", key="--over", value=word,
                             expected=", ".join(OVER), nearest=nearest(word, OVER))  # fmt: skip
    if not asked:
        raise InputError("names nothing", key="--over", value=text, expected=", ".join(OVER))
    return [word for word in OVER if word in asked]


@dataclass(frozen=True)
class Space:
    """What is searched, around the delivery of a protocol.

    Attributes:
        over: what may change.
        given: the protocol's own delivery.
        ranges: subject of a ``search_range`` row -> low, high.
        carriers: carriers that are tried.
    """

    over: Sequence[str]
    given: DeliverySpec
    ranges: Mapping[str, tuple[float, float]]
    carriers: tuple[str, ...]

    @classmethod
    def around(cls, study: DiscStudy, asked: Sequence[str], library: Library) -> Space:
        """The space around a protocol; its own delivery lies in it."""
        assert study.therapy is not None
        given = study.therapy.delivery
        rows = {s: plan_row(library, "search_range", s) for s in
                ("dose", "volume", "interval", "injections", "first")}  # fmt: skip
        ranges = {s: (r.low, r.high) for s, r in rows.items()}
        low, high = ranges["injections"]
        ranges["injections"] = (low, max(high, len(given.schedule)))
        low, high = ranges["interval"]
        ranges["interval"] = (min(low, _interval(given)), max(high, _interval(given)))
        gels = [c for c in names("carrier") if c not in NEEDLES or given.route == NEEDLE_ROUTE]
        return cls(asked, given, ranges, tuple(dict.fromkeys([given.carrier, *gels])))

    def own(self) -> dict[str, Any]:
        """The protocol's own delivery as a proposal."""
        every: dict[str, dict[str, Any]] = {
            "dose": {"dose": 1.0}, "volume": {"volume": 1.0},
            "carrier": {"carrier": self.given.carrier},
            "schedule": {"injections": len(self.given.schedule), "first": 1.0,
                         "interval": _interval(self.given)},
        }  # fmt: skip
        return {name: value for word in self.over for name, value in every[word].items()}

    def proposal(self, trial: Suggests) -> Proposal:
        """Ask a trial for a proposal; numbers are rounded to what a laboratory would do."""
        given, scaled = self.given, {"dose": 1.0, "volume": 1.0}
        for word in ("dose", "volume"):
            if word in self.over:
                scaled[word] = trial.suggest_float(word, *self.ranges[word], log=True)
        carrier = given.carrier
        if "carrier" in self.over:
            carrier = str(trial.suggest_categorical("carrier", self.carriers))
        schedule = tuple(t / DAY for t in given.schedule)
        if "schedule" in self.over:
            low, high = self.ranges["injections"]
            count = trial.suggest_int("injections", int(low), int(high))
            first = trial.suggest_float("first", *self.ranges["first"], log=True)
            step = trial.suggest_float("interval", *self.ranges["interval"], log=True)
            start = round(2.0 * first * given.schedule[0] / DAY) / 2.0
            # the protocol's own times stay as they are written
            if (count, first, step) != (len(given.schedule), 1.0, _interval(given)):
                schedule = tuple(start + i * max(round(step), 1) for i in range(count))
        dose = given.dose if scaled["dose"] == 1.0 else _two(scaled["dose"] * given.dose)
        volume = given.volume / UL
        if scaled["volume"] != 1.0:
            volume = _two(scaled["volume"] * volume)
        return Proposal(dose, volume, carrier, schedule, given.route)


def _interval(given: DeliverySpec) -> float:
    """Mean days between the injections of a protocol; a week where there is one."""
    times = given.schedule
    return 7.0 if len(times) < 2 else (times[-1] - times[0]) / DAY / (len(times) - 1)


def _two(x: float) -> float:
    return float(f"{x:.2g}")


@dataclass(frozen=True)
class Proposal:
    """A way of giving the vesicles.

    Attributes:
        dose: vesicles in one injection.
        volume: uL.
        carrier, route: by name.
        schedule: days.
    """

    dose: float
    volume: float
    carrier: str
    schedule: tuple[float, ...]
    route: str

    @property
    def settings(self) -> list[str]:
        """The proposal as ``--set`` overrides of the protocol."""
        days = ", ".join(f"{t:g} d" for t in self.schedule)
        return [
            f"therapy.delivery.dose={self.dose:.12g} particles",
            f"therapy.delivery.volume={self.volume:.12g} uL",
            f"therapy.delivery.carrier={self.carrier}", f"therapy.delivery.schedule=[{days}]",
        ]  # fmt: skip

    def numbers(self, made_per_dose: float) -> dict[str, float]:
        """What limits and objectives are about, SI."""
        count = float(len(self.schedule))
        return {
            "dose": self.dose, "volume": self.volume * UL, "injections": count,
            "punctures": count if self.route == "intradiscal" else 0.0,
            "made": self.dose * count * made_per_dose,
        }  # fmt: skip
