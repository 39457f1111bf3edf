"""Import of a laboratory's particle measurements: files of one sample -> what it holds."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from evdisc.errors import InputError
from evdisc.evidence.distributions import Z95
from evdisc.evidence.library import Library, load
from evdisc.vesicle.flow import FlowFile
from evdisc.vesicle.particle_quality import flags, purity_flags, variation
from evdisc.vesicle.particles import ParticleFile
from evdisc.vesicle.protein_plate import Protein, read_protein
from evdisc.vesicle.recognise import read_particles
from evdisc.vesicle.reported import misev_items
from evdisc.vesicle.sizes import mean_bins, moments, percentiles, undiluted

if TYPE_CHECKING:
    import pandas as pd

FORMAT = "evdisc-vesicles/1"
SHARES = (0.05, 0.10, 0.50, 0.90, 0.95)


@dataclass(frozen=True)
class ParticleImport:
    """One sample as measured.

    Attributes:
        formats: format of each file.
        runs: one row a run, of the undiluted preparation: file, run, per_ml, measured_per_ml and
            blank_per_ml (in the measuring cell), dilution, mean_nm, mode_nm, sd_nm, d10_nm, d50_nm,
            d90_nm (as the file states them, computed from its bins where it does not), tracks,
            frames, temperature_c, particles_per_frame.
        sizes: file, run, diameter_nm, per_ml (undiluted, in the bin).
        distribution: mean over the runs: diameter_nm, per_ml, low, high.
        size: d05_nm, d10_nm, d50_nm, d90_nm, d95_nm, mean_nm, sd_nm, mode_nm and span of the mean
            distribution.
        concentration: mean, sd, cv, standard_error and runs of the concentration per mL.
        protein: BCA result, None where none was given.
        particles_per_ug: median, low and high (90 %), empty without protein.
        flow: flow cytometry files.
        settings: of the instruments.
        flags: what is wrong with the measurement.
        warnings: what the instruments warned of.
        blank: whether a blank was taken off.
        experimental: formats whose reader saw no real file.
    """

    formats: tuple[str, ...]
    runs: pd.DataFrame
    sizes: pd.DataFrame
    distribution: pd.DataFrame
    size: dict[str, float]
    concentration: dict[str, float]
    protein: Protein | None
    particles_per_ug: dict[str, float]
    flow: tuple[FlowFile, ...]
    settings: dict[str, str]
    flags: tuple[str, ...]
    warnings: tuple[str, ...]
    blank: bool
    experimental: tuple[str, ...]

    def summary(self) -> dict[str, Any]:
        """What was imported, as JSON."""
        return {
            "format": FORMAT, "recognised_as": list(self.formats),
            "experimental": list(self.experimental), "size": _plain(self.size),
            "concentration_per_ml": _plain(self.concentration),
            "particles_per_ug": _plain(self.particles_per_ug),
            "protein_ug_per_ml": None if self.protein is None else {
                "median": self.protein.ug_per_ml, "low": self.protein.low,
                "high": self.protein.high, "sample": self.protein.sample,
                "warnings": list(self.protein.warnings),
            },
            "runs": [_plain(r) for r in self.runs.to_dict(orient="records")],
            "flow": [{
                "file": f.file, "version": f.version, "events": len(f.events),
                "per_ml": _number(f.per_ml),
                "channels": [_plain(r) for r in f.channels.to_dict(orient="records")],
                "spillover": None if f.spillover is None else f.spillover.to_numpy().tolist(),
            } for f in self.flow],
            "flags": list(self.flags), "warnings": list(self.warnings), "blank": self.blank,
            "misev": misev_items(self),
        }  # fmt: skip


def import_particles(
    files: Sequence[Path], *, dilution: float | None = None, blank: Path | None = None,
    protein: Path | None = None, library: Library | None = None,
) -> ParticleImport:  # fmt: skip
    """Import the files of one sample.

    Args:
        files: of any known instrument; their runs are replicates of one preparation.
        dilution: fold before counting, where the files do not record it.
        blank: a file of the diluent alone.
        protein: BCA plate of the same preparation.
        library: evidence with the limits; the shipped one where left out.

    Raises:
        InputError: a file cannot be read or is not recognised, or a dilution is contradicted.
    """
    library = load() if library is None else library
    if dilution is not None and not (math.isfinite(dilution) and dilution >= 1.0):
        raise InputError("is no dilution", key="--dilution", value=dilution, expected="1 or more")
    if len({p.resolve() for p in files}) < len(files):
        raise InputError("a file is given twice", value=", ".join(map(str, files)))
    read = [read_particles(p) for p in files]
    counted = [r for r in read if isinstance(r, ParticleFile)]
    flow = tuple(r for r in read if isinstance(r, FlowFile))
    base = None if blank is None else _blank(blank)
    runs, sizes = _together(counted, dilution, base)
    protein_found = None if protein is None else read_protein(protein)
    done = ParticleImport(
        tuple(r.format if isinstance(r, ParticleFile) else f"FCS {r.version}" for r in read),
        runs, sizes, mean_bins(sizes.assign(run=sizes["file"] + sizes["run"])), {}, {},
        protein_found, {}, flow, _settings(counted), (),
        tuple(dict.fromkeys(w for c in counted for w in c.warnings)), base is not None,
        tuple(dict.fromkeys(c.format for c in counted if c.experimental)),
    )  # fmt: skip
    concentration = _concentration(runs)
    said = flags(runs, base is not None, library) if counted else []
    if counted and dilution is None and any(c.runs["dilution"].isna().any() for c in counted):
        said.append("no dilution is recorded or given: concentrations are those in the cell")
    each = _per_ug(concentration, protein_found)
    said += purity_flags(each.get("median"), library)
    return replace(
        done, size=_size(done.distribution), concentration=concentration, flags=tuple(said),
        particles_per_ug=each,
    )  # fmt: skip


def _blank(path: Path) -> pd.DataFrame:
    read = read_particles(path)
    if isinstance(read, FlowFile) or read.runs["per_ml"].isna().any():
        raise InputError("the blank counts no concentration", file=path, key="--blank")
    return mean_bins(read.sizes)[["diameter_nm", "per_ml"]]


def _together(
    read: Sequence[ParticleFile], dilution: float | None, blank: pd.DataFrame | None
) -> tuple[pd.DataFrame, pd.DataFrame]:
    import pandas as pd

    from evdisc.vesicle.particles import SIZE_COLUMNS, run_table

    runs = [run_table([]).assign(file="", measured_per_ml=0.0, blank_per_ml=0.0)]
    sizes = [pd.DataFrame({c: [] for c in ("file", *SIZE_COLUMNS)})]
    for one in read:
        try:
            own, bins = undiluted(one.runs, one.sizes, dilution, blank)
        except InputError as error:
            raise error.found_in(one.file) from None
        runs.append(_completed(own, bins, blank is not None).assign(file=one.file))
        sizes.append(bins.assign(file=one.file))
    order = ["file", "run", "per_ml", "measured_per_ml", "blank_per_ml"]
    every = pd.concat(runs[1:] or runs, ignore_index=True)
    every = every[[*order, *(c for c in every if c not in order)]]
    bins = pd.concat(sizes[1:] or sizes, ignore_index=True)
    return every, bins[["file", "run", "diameter_nm", "per_ml"]]


def _completed(runs: pd.DataFrame, sizes: pd.DataFrame, anew: bool) -> pd.DataFrame:
    """Percentiles and moments from the bins where the file states none, or a blank changed them."""
    out = runs.copy()
    for i, name in enumerate(out["run"]):
        own = sizes[sizes["run"] == name]
        d, c = own["diameter_nm"].to_numpy(), own["per_ml"].to_numpy()
        mean, sd, mode = moments(d, c)
        found = dict(zip(("d10_nm", "d50_nm", "d90_nm"), percentiles(d, c, (0.1, 0.5, 0.9)),
                         strict=True))  # fmt: skip
        found |= {"mean_nm": mean, "sd_nm": sd, "mode_nm": mode}
        for column, value in found.items():
            if anew or not np.isfinite(out[column].iloc[i]):
                out.loc[out.index[i], column] = value
    return out


def _size(bins: pd.DataFrame) -> dict[str, float]:
    if not len(bins):
        return {}
    d, c = bins["diameter_nm"].to_numpy(), bins["per_ml"].to_numpy()
    low, d10, d50, d90, high = percentiles(d, c, SHARES)
    mean, sd, mode = moments(d, c)
    return {"d05_nm": low, "d10_nm": d10, "d50_nm": d50, "d90_nm": d90, "d95_nm": high,
            "mean_nm": mean, "sd_nm": sd, "mode_nm": mode, "span": (d90 - d10) / d50}  # fmt: skip


def _concentration(runs: pd.DataFrame) -> dict[str, float]:
    own = runs["per_ml"].dropna()
    sd = float(own.std(ddof=1)) if len(own) > 1 else 0.0
    return {
        "mean": float(own.mean()) if len(own) else float("nan"), "sd": sd, "cv": variation(own),
        "standard_error": sd / math.sqrt(len(own)) if len(own) else float("nan"),
        "runs": float(len(own)),
    }  # fmt: skip


def _per_ug(concentration: dict[str, float], protein: Protein | None) -> dict[str, float]:
    """Particles per ug and 90 % range: relative errors of both added in quadrature, lognormal."""
    if protein is None or not concentration["mean"] > 0:
        return {}
    middle = concentration["mean"] / protein.ug_per_ml
    counting = concentration["standard_error"] / concentration["mean"]
    weighing = (protein.high - protein.low) / (2.0 * Z95 * protein.ug_per_ml)
    reach = math.exp(Z95 * math.hypot(counting, weighing))
    return {"median": middle, "low": middle / reach, "high": middle * reach}


def _settings(read: Sequence[ParticleFile]) -> dict[str, str]:
    out: dict[str, str] = {}
    for one in read:
        for key, value in one.settings.items():
            out.setdefault(key, value)
    return out


def _plain(row: dict[Any, Any]) -> dict[str, Any]:
    return {str(k): _number(v) for k, v in row.items()}


def _number(value: Any) -> Any:
    if isinstance(value, (float, np.floating)):
        return float(value) if np.isfinite(value) else None
    return int(value) if isinstance(value, np.integer) else value
