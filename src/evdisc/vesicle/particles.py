"""What a particle instrument says of a sample: runs, size distributions, settings.

Everything is as counted in the measuring cell, with the dilution beside it; what the undiluted
preparation holds is computed in :mod:`evdisc.vesicle.sizes`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

#: columns of ``runs``; NaN where the instrument does not say
RUN_COLUMNS = (
    "run", "per_ml", "dilution", "mean_nm", "mode_nm", "sd_nm", "d10_nm", "d50_nm", "d90_nm",
    "tracks", "frames", "temperature_c", "particles_per_frame",
)  # fmt: skip
#: columns of ``sizes``
SIZE_COLUMNS = ("run", "diameter_nm", "per_ml")


@dataclass(frozen=True)
class ParticleFile:
    """One file of an instrument.

    Attributes:
        file: where it was read from.
        format: what it was recognised as.
        runs: one row a run: run, per_ml (particles per mL in the measuring cell), dilution (NaN
            where not recorded), mean_nm, mode_nm, sd_nm, d10_nm, d50_nm, d90_nm as the file states
            them, tracks, frames, temperature_c, particles_per_frame.
        sizes: run, diameter_nm (middle of a bin), per_ml in the bin (in the cell; of arbitrary
            height where the file counts no concentration).
        settings: instrument settings by their names in the file.
        warnings: what the instrument itself warned of, and what a reader must know.
        experimental: True for a format no real file of which was at hand.
    """

    file: str
    format: str
    runs: pd.DataFrame
    sizes: pd.DataFrame
    settings: dict[str, str] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()
    experimental: bool = False


def run_table(rows: list[dict[str, object]]) -> pd.DataFrame:
    """Rows as a table of runs with every column."""
    import pandas as pd

    table = pd.DataFrame(rows)
    for column in RUN_COLUMNS:
        if column not in table:
            table[column] = float("nan")
    table[list(RUN_COLUMNS[1:])] = table[list(RUN_COLUMNS[1:])].astype("float64")
    return table[list(RUN_COLUMNS)]
