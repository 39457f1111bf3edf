"""From relative abundance to copies per vesicle: a spike-in, a stated scale, or a wide prior.

    copies per vesicle = share x copies of all molecules in a vesicle
    copies of all = copies added x reads of all / (reads of what was added x vesicles)
    copies of all proteins = protein per vesicle / mean mass of a molecule

Sequencing and mass spectrometry give shares; reads of a protein count over its mass, or as iBAQ.
Only the copies of all need a scale: the second line is that of a spike-in, the geometric mean over
libraries and spike-ins, the third that of particles per ug, a vesicle holding no more protein than
it weighs. The scale is our choice where nothing is measured, a prior, and then copies are relative.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from scipy.constants import atomic_mass

from evdisc.cargo.mirna_names import without_species
from evdisc.cargo.omics import CargoImport
from evdisc.cargo.thresholds import limit_row
from evdisc.errors import InputError, nearest
from evdisc.evidence.distributions import Z95, quantile
from evdisc.evidence.library import Library

if TYPE_CHECKING:
    import pandas as pd

UG = 1e-9  # kg
KDA = 1e3 * atomic_mass  # kg


@dataclass(frozen=True)
class Scale:
    """Copies of all measured molecules in one vesicle: lognormal, median and 90 % range.

    Attributes:
        origin: ``spike-in``, ``stated``, ``protein per vesicle`` or ``assumed``.
        words: where it comes from, in a sentence.
    """

    origin: str
    words: str
    median: float
    low: float
    high: float

    def at(self, u: float) -> float:
        """Value at a quantile ``u`` in (0, 1)."""
        if not self.low < self.high:
            return self.median
        return quantile("lognormal", self.median, self.low, self.high, u)

    @property
    def relative(self) -> bool:
        """True where nothing measured sets the scale."""
        return self.origin == "assumed"


@dataclass(frozen=True)
class Profile:
    """What one vesicle of a group carries.

    Attributes:
        kind: ``mirna`` or ``protein``.
        group: group of samples.
        samples: samples that count.
        share: share of all molecules, most plentiful first; sums to 1.
        spread: coefficient of variation of each share between the samples.
        scale: copies of all molecules in one vesicle.
    """

    kind: str
    group: str
    samples: tuple[str, ...]
    share: pd.Series
    spread: pd.Series
    scale: Scale

    def table(self) -> pd.DataFrame:
        """feature, share, spread, copies_per_vesicle with copies_low and copies_high (90 %)."""
        import pandas as pd

        return pd.DataFrame({
            "feature": list(self.share.index), "share": self.share.to_numpy(),
            "spread": self.spread.to_numpy(),
            "copies_per_vesicle": self.share.to_numpy() * self.scale.median,
            "copies_low": self.share.to_numpy() * self.scale.low,
            "copies_high": self.share.to_numpy() * self.scale.high,
        })  # fmt: skip


def profile(
    data: CargoImport, group: str, library: Library, *,
    spike_ins: Mapping[str, float] | None = None, stated: float | tuple[str, float] | None = None,
    particles_per_ug: Sequence[float] | None = None,
) -> Profile:  # fmt: skip
    """Copies per vesicle of a group.

    Args:
        data: imported cargo.
        group: group of the sample sheet.
        library: evidence with the priors of the scale.
        spike_ins: name of a spike-in -> copies of it added to each library; needs the column
            particles in the sheet.
        stated: copies of all molecules in a vesicle, or (name, copies of that one).
        particles_per_ug: median, low and high of a measurement; sets the scale of proteins.

    Raises:
        InputError: a name is not in the table, has no reads, or particles are not stated.
    """
    samples = data.group(group)
    molar = _molar(data, samples, library)
    parts = molar / molar.sum(axis=0)
    share = parts.mean(axis=1)
    share = share[share > 0].sort_values(ascending=False, kind="stable")
    share = share / share.sum()
    spread = (parts.std(axis=1, ddof=1) / parts.mean(axis=1)).reindex(share.index)
    bare = Profile(data.kind, group, tuple(samples), share, spread,
                   Scale("assumed", "", 1.0, 1.0, 1.0))  # fmt: skip
    if spike_ins and stated is not None:
        raise InputError("a spike-in and a stated scale contradict each other",
                         key="--copies-per-vesicle")  # fmt: skip
    if spike_ins:
        return replace(bare, scale=_by_spike_in(data, samples, spike_ins))
    if stated is not None:
        return replace(bare, scale=_stated(bare, stated))
    if data.kind == "protein":
        return replace(bare, scale=_by_protein(data, bare, library, particles_per_ug))
    return replace(bare, scale=_prior(library))


def _molar(data: CargoImport, samples: Sequence[str], library: Library) -> pd.DataFrame:
    """Numbers proportional to molecules: reads; iBAQ; or signal over mass (total protein)."""
    values = data.values[list(samples)].fillna(0.0)
    if data.kind == "mirna" or data.format.endswith("iBAQ"):
        return values
    return values.div(masses(data, library), axis=0)


def masses(data: CargoImport, library: Library) -> pd.Series:
    """kDa of each protein, the mean protein where the table states none."""
    mean = limit_row(library, "mean_protein_mass").median / KDA
    return data.mass.reindex(data.values.index).fillna(mean)


def _prior(library: Library) -> Scale:
    row = limit_row(library, "mirna_copies_per_vesicle")
    words = (
        f"no scale was measured: {row.value:g} copies of all miRNA per vesicle "
        f"({row.low:g} to {row.high:g}) are assumed, so copies are relative"
    )
    return Scale("assumed", words, row.value, row.low, row.high)


def _stated(bare: Profile, stated: float | tuple[str, float]) -> Scale:
    if isinstance(stated, tuple):
        name, copies = stated
        hit = _find(name, bare.share.index, "--copies-per-vesicle")
        total = copies / float(bare.share[hit])
        return Scale("stated", f"{copies:g} copies of {hit} per vesicle are stated", total, total,
                     total)  # fmt: skip
    return Scale("stated", f"{stated:g} copies of all measured molecules per vesicle are stated",
                 stated, stated, stated)  # fmt: skip


def _by_spike_in(
    data: CargoImport, samples: Sequence[str], spike_ins: Mapping[str, float]
) -> Scale:
    """Copies per read from what was added, times reads, over vesicles; geometric mean of samples.

    The 90 % range is the spread between libraries and spike-ins; one library has none.
    """
    if data.kind != "mirna":
        raise InputError("spike-ins are read for counts alone", key="--spike-in",
                         expected="--copies-per-vesicle or --vesicles for proteins")  # fmt: skip
    particles = data.samples["particles"].loc[list(samples)]
    if particles.isna().any():
        raise InputError(
            "a spike-in gives copies in a library; how many vesicles it was made from is unknown",
            key=next(str(s) for s, n in particles.items() if n != n),
            expected="a column particles in the sample sheet, or volume_ul and --vesicles",
        )  # fmt: skip
    import pandas as pd

    every = pd.concat([data.values, data.others])
    logs = []
    for name, copies in spike_ins.items():
        row = every.loc[_find(name, every.index, "--spike-in"), list(samples)]
        if (row <= 0).any():
            raise InputError(
                "spike-in has no reads",
                key=name,
                value=next(str(s) for s, n in row.items() if n <= 0),
            )
        total = data.values[list(samples)].sum(axis=0)
        if name in data.values.index or _find(name, every.index, "") in data.values.index:
            total = total - row
        logs.append(np.log((total * copies / row / particles).to_numpy(dtype=np.float64)))
    found = np.concatenate(logs)
    spread = float(found.std(ddof=1)) if found.size > 1 else 0.0
    median, reach = math.exp(float(found.mean())), math.exp(Z95 * spread)
    words = (
        f"{', '.join(spike_ins)} added to {len(samples)} libraries: {median:.3g} copies of all "
        "miRNA per vesicle"
    )
    return Scale("spike-in", words, median, median / reach, median * reach)


def _by_protein(
    data: CargoImport, bare: Profile, library: Library, measured: Sequence[float] | None
) -> Scale:
    """Protein per vesicle over the mean mass of the molecules found.

    A vesicle holds no more protein than it weighs: what particles per ug leave beyond that is free.
    """
    row = limit_row(library, "particles_per_mass")
    fewest = limit_row(library, "largest_particles_per_mass", "100 nm").value
    middle, low, high = (max(x, fewest) for x in measured or (row.value, row.low, row.high))
    mean = float((bare.share * masses(data, library).reindex(bare.share.index)).sum()) * KDA
    each = [UG / x / mean for x in (middle, high, low)]
    if measured:
        words = f"{measured[0]:.3g} particles per ug of protein were measured"
        if measured[0] < fewest:
            words += (
                f"; whole vesicles are at least {fewest:.2g}, so the rest is taken for free protein"
            )
        return Scale("protein per vesicle", words, *each)
    words = (
        f"particles per ug of protein were not measured: {middle:.3g} ({low:.3g} to {high:.3g}) "
        "are assumed, so copies are relative"
    )
    return Scale("assumed", words, *each)


def _find(name: str, index: Sequence[str] | pd.Index, key: str) -> str:
    names = [str(n) for n in index]
    wanted = without_species(name).casefold()
    hits = [n for n in names if n == name] or [
        n for n in names if without_species(n).casefold() == wanted
    ]
    if not hits:
        raise InputError("is not in the table", key=key, value=name, nearest=nearest(name, names))
    return hits[0]
