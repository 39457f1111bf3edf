"""One number per parameter: evidence row, protocol override, or a member's draw of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from evdisc.errors import AssemblyError
from evdisc.evidence.library import Library
from evdisc.evidence.parameters import ParameterRow

#: quantile(identity) -> uniform number in (0, 1) that belongs to it
Quantile = Callable[[str], float]


def at_median(identity: str) -> float:
    """The quantile of a run without uncertainty."""
    return 0.5


@dataclass
class Values:
    """Resolves parameters in one context and remembers which rows were read.

    Attributes:
        library: the evidence.
        context: preset, species, grade, cell of this disc or dish.
        quantile: the member's uniform draws.
        overrides: (key, subject or region) -> SI value stated by the protocol.
    """

    library: Library
    context: Mapping[str, str]
    quantile: Quantile = at_median
    overrides: Mapping[tuple[str, str], float] = field(default_factory=dict)
    used: dict[str, ParameterRow] = field(default_factory=dict)
    drawn: dict[str, float] = field(default_factory=dict)

    def number(self, key: str, subject: str = "", tag: str = "", region: str = "",
               unit: str | None = None) -> float:  # fmt: skip
        """SI value of a parameter.

        ``tag`` separates draws that share one evidence row (one per edge or node).

        Raises:
            EvidenceError: no row fits. AssemblyError: the row's unit is not ``unit``.
        """
        for place in (subject, region):
            if (key, place) in self.overrides:
                return self.overrides[key, place]
        row = self.library.resolve(key, **self.context, subject=subject, region=region)
        if unit is not None and row.si_unit != unit:
            raise AssemblyError(f"{key} is declared in {unit} but its evidence is in {row.si_unit}")
        name = row.identity + (f"#{tag}" if tag else "")
        self.used.setdefault(row.identity, row)
        if row.distribution == "fixed":
            return row.at(0.5)
        if name not in self.drawn:
            self.drawn[name] = row.at(self.quantile(name))
        return self.drawn[name]

    def molecular(self, key: str, name: str, kind: str) -> float:
        """:meth:`number` of one molecule: its own row, else that of its kind, drawn for it."""
        rows = self.library.parameters.get(key, ())
        own = any(("subject", name) in row.context for row in rows)
        return self.number(key, name if own else kind, name)

    def chance(self, tag: str) -> float:
        """A uniform draw that belongs to ``tag``."""
        return self.quantile("chance|" + tag)

    def subject_value(self, key: str, subject: str, tag: str) -> float:
        """:meth:`number` in the argument order rooms below use."""
        return self.number(key, subject, tag)
