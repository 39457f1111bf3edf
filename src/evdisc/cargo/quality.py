"""Quality of cargo data: library size, blood cells, proteins that are not of vesicles, batches."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import TYPE_CHECKING

import numpy as np

from evdisc.cargo.mirna_names import without_species
from evdisc.cargo.thresholds import limit
from evdisc.evidence.library import Library

if TYPE_CHECKING:
    import pandas as pd

NOT_OF_VESICLES = ("albumin", "apolipoprotein", "immunoglobulin", "uromodulin")
RED, REFERENCE = "miR-451a", "miR-23a-3p"


@dataclass(frozen=True)
class Marker:
    """A molecule that tells where a preparation comes from; a name may end in ``*``."""

    name: str
    kind: str
    category: str
    meaning: str
    tier: str
    source: str

    def fits(self, name: str) -> bool:
        """Whether a molecule of a table is this marker."""
        own, given = self.name.casefold(), without_species(name).casefold()
        return given.startswith(own[:-1]) if own.endswith("*") else given == own


@lru_cache(maxsize=1)
def markers() -> tuple[Marker, ...]:
    """Markers that come with the package."""
    text = resources.files("evdisc.cargo").joinpath("data/markers.csv").read_text("utf-8")
    rows = csv.reader(text.splitlines(), strict=True)
    next(rows)
    return tuple(Marker(*row) for row in rows)


def shares(values: pd.DataFrame, kind: str) -> pd.DataFrame:
    """Share of each sample's signal in each category of markers (category x sample)."""
    import pandas as pd

    total = values.sum(axis=0)
    found: dict[str, pd.Series] = {}
    for category in dict.fromkeys(m.category for m in markers() if m.kind == kind):
        own = [m for m in markers() if m.kind == kind and m.category == category]
        hit = [any(m.fits(str(n)) for m in own) for n in values.index]
        found[category] = values[hit].sum(axis=0) / total.where(total > 0)
    return pd.DataFrame(found).T


def sample_quality(values: pd.DataFrame, kind: str, library: Library) -> pd.DataFrame:
    """One row a sample: total, detected, and flags in words (``""`` where none).

    Columns: sample, total (reads, or signal), detected (features above 0), haemolysis_log_ratio
    (log2 miR-451a over miR-23a; NaN without both), non_vesicle_share, flags.
    """
    import pandas as pd

    seen = values.fillna(0.0)
    total, detected = seen.sum(axis=0), (seen > 0).sum(axis=0)
    part = shares(seen, kind)
    rows = []
    for sample in values.columns:
        ratio = _log_ratio(seen[sample]) if kind == "mirna" else float("nan")
        foreign = float(part.reindex(NOT_OF_VESICLES)[sample].sum())
        said = _size_flags(float(total[sample]), float(np.median(total)), kind, library)
        said += _blood_flags(ratio, library) if kind == "mirna" else []
        if kind == "protein" and foreign > limit(library, "non_vesicle_share"):
            said.append(f"{100 * foreign:.0f} % of the signal is albumin, lipoprotein or antibody")
        rows.append((sample, float(total[sample]), int(detected[sample]), ratio, foreign,
                     "; ".join(said)))  # fmt: skip
    return pd.DataFrame(rows, columns=[
        "sample", "total", "detected", "haemolysis_log_ratio", "non_vesicle_share", "flags",
    ])  # fmt: skip


def _size_flags(total: float, median: float, kind: str, library: Library) -> list[str]:
    if kind != "mirna":
        return ["no signal"] if total <= 0 else []
    least = limit(library, "cargo_least_reads")
    share = limit(library, "cargo_least_share_of_median")
    if total < least:
        return [f"near-empty: {total:.0f} reads, fewer than {least:.0f}"]
    if total < share * median:
        return [f"near-empty: {total:.0f} reads, {100 * total / median:.0f} % of the median"]
    return []


def _blood_flags(ratio: float, library: Library) -> list[str]:
    for grade in ("severe", "possible"):
        if ratio > limit(library, "haemolysis_log_ratio", grade):
            return [f"{grade} haemolysis: miR-451a over miR-23a is 2^{ratio:.1f}"]
    return []


def _log_ratio(sample: pd.Series) -> float:
    both = []
    for wanted in (RED, REFERENCE):
        hit = [without_species(str(n)) == wanted for n in sample.index]
        both.append(float(sample[hit].sum()))
    return float(np.log2(both[0] / both[1])) if min(both) > 0 else float("nan")
