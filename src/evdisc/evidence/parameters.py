"""Parameter rows: a number, its spread, the context it holds in, and where it comes from."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from evdisc.errors import EvidenceError
from evdisc.evidence import distributions
from evdisc.evidence.tables import Row
from evdisc.evidence.units_si import si_unit

TIERS = ("measured", "derived", "assumed")
#: context columns, most decisive first: a more specific row wins
CONTEXT = ("subject", "preset", "cell", "region", "grade", "species")


@dataclass(frozen=True)
class ParameterRow:
    """One row of parameters.csv; ``value``, ``low`` and ``high`` are in ``unit``."""

    key: str
    context: tuple[tuple[str, str], ...]
    value: float
    distribution: str
    low: float
    high: float
    unit: str
    tier: str
    via: str
    source: str
    use: str
    note: str

    @property
    def si_unit(self) -> str:
        """SI unit of the row."""
        return si_unit(self.unit)[0]

    @cached_property
    def identity(self) -> str:
        """Name under which the row is drawn: equal for all discs and arms of one member."""
        shared = [f"{k}={v}" for k, v in self.context if k in ("subject", "cell", "region")]
        return "|".join([self.key, *shared])

    def at(self, u: float) -> float:
        """SI value at quantile ``u``."""
        raw = distributions.quantile(self.distribution, self.value, self.low, self.high, u)
        return raw * si_unit(self.unit)[1]

    @property
    def median(self) -> float:
        """SI value at the median; for a ``bernoulli`` row its probability."""
        if self.distribution in ("uniform", "loguniform"):
            return self.at(0.5)
        return self.value * si_unit(self.unit)[1]

    def matches(self, asked: dict[str, str]) -> bool:
        """True when every context the row names is the asked one."""
        return all(asked.get(column, "") == wanted for column, wanted in self.context)

    @property
    def specificity(self) -> int:
        """Rank of the row among matching rows; higher is more specific."""
        return sum(1 << (len(CONTEXT) - 1 - CONTEXT.index(c)) for c, _ in self.context)


def parse_row(row: Row, file: object) -> ParameterRow:
    """Check one table row.

    Raises:
        EvidenceError: with file, row and column of the first fault.
    """

    def fault(column: str, expected: str) -> EvidenceError:
        return EvidenceError(
            f"row {row['#']}, column {column}",
            file=file,
            key=row["key"] or None,
            value=row[column],
            expected=expected,
        )

    if not row["key"]:
        raise fault("key", "a parameter name")
    if row["tier"] not in TIERS:
        raise fault("tier", " | ".join(TIERS))
    if row["use"] not in ("model", "plan", "record"):
        raise fault("use", "model | plan | record")
    if not row["source"]:
        raise fault("source", "a study of sources.csv or a named origin")
    si_unit(row["unit"], file=file, key=row["key"])
    value = _number(row, "value", fault)
    low, high = (_number(row, c, fault) if row[c] else value for c in ("low", "high"))
    wrong = distributions.problem(row["distribution"], value, low, high)
    if wrong:
        raise fault("distribution", wrong)
    context = tuple((c, row[c]) for c in CONTEXT if row[c])
    return ParameterRow(
        row["key"],
        context,
        value,
        row["distribution"],
        low,
        high,
        row["unit"],
        row["tier"],
        row["via"],
        row["source"],
        row["use"],
        row["note"],
    )


def _number(row: Row, column: str, fault: object) -> float:
    try:
        number = float(row[column])
    except ValueError:
        raise fault(column, "a number") from None  # type: ignore[operator]
    if number != number or abs(number) == float("inf"):
        raise fault(column, "a finite number")  # type: ignore[operator]
    return number
