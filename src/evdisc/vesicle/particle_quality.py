"""What is wrong with a particle measurement, one line each; limits are rows of evidence."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from evdisc.cargo.thresholds import limit, limit_row
from evdisc.evidence.library import Library

if TYPE_CHECKING:
    import pandas as pd


def flags(runs: pd.DataFrame, blank: bool, library: Library) -> list[str]:
    """Flags of the runs of one sample; numbers the instrument does not state are not judged.

    Args:
        runs: as :func:`evdisc.vesicle.sizes.undiluted` returns them.
        blank: whether a blank was measured.
        library: evidence with the limits.
    """
    said = []
    few = runs[runs["tracks"] < limit(library, "nta_least_tracks")]
    if len(few):
        least = limit(library, "nta_least_tracks")
        said.append(f"fewer than {least:.0f} completed tracks: {_each(few, 'tracks')}")
    short = runs[runs["frames"] < limit(library, "nta_least_frames")]
    if len(short):
        least = limit(library, "nta_least_frames")
        said.append(f"fewer than {least:.0f} frames: {_each(short, 'frames')}")
    if len(runs) < limit(library, "nta_least_runs"):
        said.append(
            f"{len(runs)} of the {limit(library, 'nta_least_runs'):.0f} runs a sample needs"
        )
    drift = float(runs["temperature_c"].max() - runs["temperature_c"].min())
    if drift > limit(library, "nta_most_temperature_drift"):
        said.append(f"temperature drifts by {drift:.2g} K between the runs")
    spread = variation(runs["per_ml"])
    if spread > limit(library, "nta_most_spread"):
        said.append(f"concentration varies by {100 * spread:.0f} % between the runs")
    return said + _of_blank(runs, blank, library)


def purity_flags(per_ug: float | None, library: Library) -> list[str]:
    """Flag of a preparation whose protein outweighs its vesicles; ``per_ug`` particles per ug."""
    fewest = limit_row(library, "largest_particles_per_mass", "100 nm").value
    if per_ug is None or per_ug >= fewest:
        return []
    return [
        f"{per_ug:.2g} particles per ug of protein: fewer than the {fewest:.2g} of whole vesicles "
        "of 100 nm, so free protein is there"
    ]


def variation(values: pd.Series) -> float:
    """Coefficient of variation; 0 for one value, NaN without any."""
    own = values.dropna()
    if len(own) < 2:
        return 0.0 if len(own) else float("nan")
    return float(own.std(ddof=1) / own.mean()) if own.mean() > 0 else float("nan")


def _of_blank(runs: pd.DataFrame, blank: bool, library: Library) -> list[str]:
    if not blank:
        return ["no blank was measured: particles of the diluent are counted as vesicles"]
    share = float(np.nanmedian(runs["blank_per_ml"] / runs["measured_per_ml"]))
    if share >= 1.0:
        return ["the blank holds as many particles as the sample: nothing is left"]
    if share > limit(library, "nta_blank_share"):
        return [f"the blank holds {100 * share:.0f} % of the particles of the sample"]
    return []


def _each(runs: pd.DataFrame, column: str) -> str:
    cells = [f"{r} ({x:.0f})" for r, x in zip(runs["run"], runs[column], strict=True)]
    return ", ".join(cells[:4]) + (f" and {len(cells) - 4} more" if len(cells) > 4 else "")
