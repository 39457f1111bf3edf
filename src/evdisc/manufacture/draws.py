"""Evidence rows as many draws at once: one array a number, the same for the same seed and name.

A draw depends on seed, row and place in the ensemble alone (Philox, Salmon 2011,
doi:10.1145/2063384.2063405), so more draws extend an ensemble and a new row changes no other.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, logit, ndtri

from evdisc.errors import EvidenceError, nearest
from evdisc.evidence.distributions import Z95
from evdisc.evidence.library import Library, context_text
from evdisc.evidence.parameters import ParameterRow
from evdisc.evidence.units_si import si_unit

Floats = NDArray[np.float64]
#: cells taken where nobody measured those of a species
STANDS_IN = "human"
#: scale on which a distribution is even or normal, and the way back
SCALES = {
    "lognormal": (np.log, np.exp), "loguniform": (np.log, np.exp), "logitnormal": (logit, expit),
}  # fmt: skip


@dataclass
class Draws:
    """Draws of evidence rows; remembers which rows were read.

    Attributes:
        library: the evidence.
        seed: of all draws.
        count: draws of each number.
        species: of the parent cells.
        used: rows read, by their name.
        drawn: spread rows as drawn, by their name.
        borrowed: whether human cells stood in for those of another species.
    """

    library: Library
    seed: int
    count: int
    species: str = "human"
    used: dict[str, ParameterRow] = field(default_factory=dict)
    drawn: dict[str, Floats] = field(default_factory=dict)
    borrowed: bool = False

    def value(self, key: str, subject: str = "", tag: str = "") -> Floats:
        """SI values (count,) of a number; ``tag`` separates draws that share one row.

        Raises:
            EvidenceError: no row fits.
        """
        row = self.row(key, subject)
        name = row.identity + (f"#{tag}" if tag else "")
        if row.distribution == "fixed":
            return np.full(self.count, row.median)
        if name not in self.drawn:
            self.drawn[name] = quantiles(row, self.uniform(name))
        return self.drawn[name]

    def row(self, key: str, subject: str = "") -> ParameterRow:
        """The most specific row of a number that the model or a plan may read.

        Raises:
            EvidenceError: no row fits.
        """
        if key not in self.library.parameters:
            known = nearest(key, self.library.parameters)
            raise EvidenceError("unknown parameter", key=key, nearest=known)
        rows = self._fitting(key, subject, self.species)
        if not rows:
            rows = self._fitting(key, subject, STANDS_IN)
            self.borrowed |= bool(rows)
        if not rows:
            raise EvidenceError(
                "no value known", key=key, value=subject or self.species, expected="a row for it"
            )
        row = max(rows, key=lambda r: r.specificity)  # the first of equals: an overlay's
        self.used.setdefault(row.identity, row)
        return row

    def _fitting(self, key: str, subject: str, species: str) -> list[ParameterRow]:
        asked = {"subject": subject, "species": species}
        rows = self.library.parameters[key]
        return [r for r in rows if r.use != "record" and r.matches(asked)]

    def record(self, key: str) -> Floats:
        """SI values (count,) of the first row of a key, a record of others' work included.

        Raises:
            EvidenceError: unknown key.
        """
        if key not in self.library.parameters:
            known = nearest(key, self.library.parameters)
            raise EvidenceError("unknown parameter", key=key, nearest=known)
        row = self.library.parameters[key][0]
        self.used.setdefault(row.identity, row)
        return quantiles(row, self.uniform(row.identity))

    def uniform(self, name: str) -> Floats:
        """Uniform numbers (count,) in (0, 1) that belong to a name."""
        word = int.from_bytes(hashlib.blake2b(name.encode(), digest_size=8).digest(), "little")
        philox = np.random.Philox(key=np.array([self.seed % 2**64, word], dtype=np.uint64))
        raw = np.random.Generator(philox).integers(0, 2**53, self.count, dtype=np.int64)
        return np.asarray((raw + 0.5) * 2.0**-53, dtype=np.float64)

    def normal(self, name: str) -> Floats:
        """Standard normal numbers (count,) that belong to a name."""
        return np.asarray(ndtri(self.uniform(name)))

    def assumed(self) -> list[str]:
        """Rows read whose tier is assumed, by key and context."""
        rows = (r for r in self.used.values() if r.tier == "assumed")
        return sorted({named(r) for r in rows})

    def sources(self) -> list[str]:
        """Studies behind the rows read."""
        rows = self.used.values()
        return sorted({r.source for r in rows} | {r.via for r in rows if r.via})


def named(row: ParameterRow) -> str:
    """Key of a row with its context, for a reader."""
    where = context_text(row)
    return row.key if where == "general" else f"{row.key} ({where})"


def quantiles(row: ParameterRow, u: Floats) -> Floats:
    """SI values of a row at quantiles ``u``; ``row.at`` for many at once.

    On the scale of the distribution (log, logit or as it is) y = value + z / 1.645 (high - value)
    for z > 0, and (value - low) below, z the normal quantile; low and high bound 90 % of the draws.
    """
    forward, back = SCALES.get(row.distribution, (np.positive, np.positive))
    unit = si_unit(row.unit)[1]
    if row.distribution == "fixed":
        return np.full(u.shape, row.value * unit)
    if row.distribution == "bernoulli":
        return np.asarray((u > 1.0 - row.value) * unit)
    low, value, high = forward(np.array([row.low, row.value, row.high]))
    if row.distribution in ("uniform", "loguniform"):
        return np.asarray(back(low + u * (high - low)) * unit)
    z = ndtri(u) / Z95
    return np.asarray(back(value + z * np.where(z < 0, value - low, high - value)) * unit)


def triple(samples: Floats) -> dict[str, float | None]:
    """Median, 5 % and 95 % as JSON numbers; None where a number is not finite."""
    low, middle, high = np.quantile(samples, (0.05, 0.5, 0.95), method="inverted_cdf")
    return {"median": rounded(middle), "q05": rounded(low), "q95": rounded(high)}


def rounded(x: float) -> float | None:
    """Eight significant digits; None for what JSON cannot hold."""
    return float(f"{x:.8g}") if np.isfinite(x) else None


def spread_of(samples: Mapping[str, Floats], outcome: Floats) -> dict[str, float]:
    """Rank correlation of each drawn number with an outcome, 0 where the outcome is constant.

    rho = mean of (rank of x) (rank of outcome), both standardised (Spearman 1904).
    """
    ranks = _ranks(outcome)
    if not ranks.any():
        return dict.fromkeys(samples, 0.0)
    return {name: float(_ranks(x) @ ranks) / len(ranks) for name, x in samples.items()}


def _ranks(x: Floats) -> Floats:
    if np.ptp(x) == 0.0 or not np.isfinite(x).all():
        return np.zeros(len(x))
    order = np.argsort(np.argsort(x)).astype(float)
    return np.asarray((order - order.mean()) / order.std())
