"""A user's own measurements as a table: qPCR folds, viability, dose response, disc height.

One row is one mean: which arm, when, of what, how sure. Columns: ``arm, time, readout, kind, mean``
and ``se``, or ``sd`` with ``n``; ``against`` names the arm a fold or difference is over; ``dose``
is the dose of that row where it is not the protocol's; ``unit`` is checked where it is given.
"""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from evdisc.errors import InputError, nearest
from evdisc.evidence.names import one_of
from evdisc.evidence.tables import read_text
from evdisc.outcome.cell_counts import REGIONS, marked
from evdisc.outcome.readout import Readout
from evdisc.outcome.readouts import describe, readout_names
from evdisc.protocol.specs import DiscStudy, DishStudy
from evdisc.study.asked import require_readout, require_time
from evdisc.study.variants import arms_of
from evdisc.units import parse_quantity

REQUIRED = ("arm", "time", "readout", "kind", "mean")
COLUMNS = (*REQUIRED, "sd", "se", "n", "against", "dose", "unit", "note")
#: kind of number -> what it is
KINDS = {
    "value": "the level, in the read-out's own unit",
    "fraction": "the level of a read-out in %, as a share of one",
    "fold": "over the arm in `against`",
    "percent of control": "100 times the fold over the arm in `against`",
    "percent of baseline": "100 times the level over that of the same arm at the start",
    "difference": "less the arm in `against`, in the read-out's own unit",
}
COMPARED = ("fold", "percent of control", "difference")
RATIOS = ("fold", "percent of control", "percent of baseline")
FOLD_UNIT = "fold of healthy"
#: number written -> number in the model's scale
SCALES = {"fraction": 100.0, "percent of control": 0.01, "percent of baseline": 0.01}
DOSES = {"disc": "particle_count", "dish": "particle_concentration"}


@dataclass(frozen=True)
class Measured:
    """One row of a user's table.

    Attributes:
        line: its line in the file.
        arm, against: the arm, and the arm it is compared with ('' where there is none).
        time: s.
        readout: canonical name.
        kind: one of :data:`KINDS`.
        mean, se: the mean and its standard error on the model's scale (ratios as 1, not 100 %).
        dose: SI dose of the row; None for the protocol's.
    """

    line: int
    arm: str
    against: str
    time: float
    readout: str
    kind: str
    mean: float
    se: float
    dose: float | None
    about: Readout

    @property
    def ratio(self) -> bool:
        """Whether the error is log-normal: the row is a ratio of two levels."""
        return self.kind in RATIOS or (self.about.unit == FOLD_UNIT and self.kind == "value")

    @property
    def unit(self) -> str:
        """Unit of :attr:`mean`."""
        return {"fold": "fold", "percent of control": "fold", "percent of baseline":
                "of the start"}.get(self.kind, self.about.unit)  # fmt: skip

    @property
    def words(self) -> str:
        """The row in a few words."""
        place = f"{self.arm} over {self.against}" if self.kind in RATIOS and self.against else (
            f"{self.arm} less {self.against}" if self.against else self.arm
        )  # fmt: skip
        dose = "" if self.dose is None else f", dose {self.dose:.3g}"
        return f"{self.readout}, {place}, day {self.time / 86400.0:g}{dose}"


def known_readouts(study: DiscStudy | DishStudy, nodes: Sequence[str]) -> list[str]:
    """Names of all read-outs a study gives, those of regions and cell types too."""
    plain = readout_names(study.kind, nodes)
    if isinstance(study, DiscStudy):
        return plain + [marked(n, r) for n in plain for r in REGIONS[1:]]
    if len(study.cells) == 1:
        return plain
    return [f"{n} ({c.type})" for n in plain for c in study.cells]


def read_table(path: Path, study: DiscStudy | DishStudy, nodes: Sequence[str]) -> list[Measured]:
    """Read a user's table.

    Raises:
        InputError: missing column, unknown name, number or unit that cannot be read; says where.
    """
    reader = csv.DictReader(io.StringIO(read_text(path)), strict=True)
    try:
        titles = [t.strip() for t in reader.fieldnames or ()]
        rows = [(reader.line_num, row) for row in reader if any(v for v in row.values())]
    except csv.Error as error:
        raise InputError(f"is no table: {error}", file=path, line=reader.line_num) from None
    _require_columns(titles, path)
    known = known_readouts(study, nodes)
    out = []
    for line, cells in rows:
        if None in cells or None in cells.values():
            raise InputError("has not as many cells as the header", file=path, line=line,
                             expected=f"{len(titles)} cells")  # fmt: skip
        row = {t: str(v).strip() for t, v in zip(titles, cells.values(), strict=True)}
        out.append(_Row(row, path, line, study).read(known))
    return out


def _require_columns(titles: Sequence[str], path: Path) -> None:
    for title in titles:
        if title not in COLUMNS:
            raise InputError("is no column of a table of measurements", file=path, line=1,
                             value=title, expected=" | ".join(COLUMNS),
                             nearest=nearest(title, COLUMNS))  # fmt: skip
    missing = [c for c in REQUIRED if c not in titles]
    if missing:
        raise InputError("missing column", file=path, line=1, key=missing[0],
                         expected=", ".join(REQUIRED) + ", and se or sd with n")  # fmt: skip
    if "se" not in titles and not {"sd", "n"} <= set(titles):
        raise InputError("missing column", file=path, line=1, key="se",
                         expected="se, or sd with n")  # fmt: skip


@dataclass(frozen=True)
class _Row:
    """The cells of a row, and where they stand."""

    cells: Mapping[str, str]
    path: Path
    line: int
    study: DiscStudy | DishStudy

    def fault(self, column: str, what: str, expected: str = "", near: str | None = None,
              value: object = None) -> InputError:  # fmt: skip
        return InputError(
            what, file=self.path, line=self.line, key=column,
            value=self.cells.get(column, "") if value is None else value,
            expected=expected or None, nearest=near,
        )  # fmt: skip

    def get(self, column: str) -> str:
        return self.cells.get(column, "")

    def read(self, known: Sequence[str]) -> Measured:
        kind = self.one_of("kind", tuple(KINDS))
        readout = require_readout(
            self.get("readout"), known, key="readout", file=self.path, line=self.line
        )
        about = describe(readout, self.study.kind)
        self.require_unit(kind, about)
        arms = arms_of(self.study)
        arm, against = self.one_of("arm", arms), ""
        if kind in COMPARED:
            against = self.one_of("against", arms)
            if against == arm:
                raise self.fault("against", "compares an arm with itself", "another arm")
        elif self.get("against"):
            raise self.fault("against", f"has no meaning for a {kind}", "an empty cell")
        time = require_time(
            self.get("time"), self.study, key="time", file=self.path, line=self.line
        )
        mean, se = self.mean_and_error(kind)
        return Measured(self.line, arm, against, time, readout, kind, mean, se, self.dose(), about)

    def one_of(self, column: str, known: Sequence[str]) -> str:
        text = self.get(column)
        if text not in known:
            raise self.fault(
                column, "is empty" if not text else "is none of them", one_of(list(known)),
                nearest(text, known) if text else None,
            )  # fmt: skip
        return text

    def require_unit(self, kind: str, about: Readout) -> None:
        if kind == "fraction" and about.unit != "%":
            raise self.fault("kind", f"{about.name} is no share: it is told in "
                             f"{about.unit or 'grades'}", "value, fold or difference")  # fmt: skip
        if kind in ("value", "difference") and self.get("unit") not in ("", about.unit):
            raise self.fault("unit", f"wrong unit for {about.name}", about.unit or "an empty cell")

    def number(self, column: str, least: float = -math.inf) -> float | None:
        text = self.get(column)
        if not text:
            return None
        try:
            found = float(text)
        except ValueError:
            raise self.fault(column, "is no number", "a number") from None
        if not math.isfinite(found) or found < least:
            raise self.fault(column, "is out of range", f"a finite number of at least {least:g}")
        return found

    def mean_and_error(self, kind: str) -> tuple[float, float]:
        mean, se, sd = self.number("mean"), self.number("se", 0.0), self.number("sd", 0.0)
        n = self.number("n", 1.0)
        if mean is None:
            raise self.fault("mean", "is empty", "a number")
        if se is None:
            if sd is None or n is None:
                raise self.fault("se", "is empty, and so is sd or n", "se, or sd with n")
            se = sd / math.sqrt(n)
        if kind in RATIOS and mean <= 0.0:
            raise self.fault("mean", f"a {kind} is above zero", "a number above 0")
        if kind == "fraction" and not 0.0 <= mean <= 1.5:
            raise self.fault("mean", "is no share of one", "0 to 1; 85 % is 0.85")
        scale = SCALES.get(kind, 1.0)
        return mean * scale, se * scale

    def dose(self) -> float | None:
        text = self.get("dose")
        if not text:
            return None
        therapy = self.study.therapy
        if therapy is None or therapy.vesicle is None:
            raise self.fault("dose", "the protocol gives no vesicles", "an empty cell")
        try:
            return parse_quantity(text, DOSES[self.study.kind])
        except InputError as error:
            raise self.fault("dose", error.bare, error.expected or "", error.nearest) from None
