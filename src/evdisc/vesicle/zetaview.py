"""ZetaView ``.txt`` reports, written from their description: no real file was at hand.

Latin-1 text: ``key: value`` lines, then a block that begins with ``Size / nm`` and has the columns
number and concentration. Experimental until a laboratory supplies a file.
"""

from __future__ import annotations

import re
from pathlib import Path

from evdisc.cargo.tabular import as_number
from evdisc.errors import InputError
from evdisc.vesicle.particles import ParticleFile, run_table

FORMAT = "ZetaView text"
HEAD = re.compile(r"^\s*Size\s*/\s*nm\b", re.IGNORECASE | re.MULTILINE)
#: key of the file, folded -> column of the table of runs
KEYS = {
    "temperature": "temperature_c", "number of traces": "tracks", "traced particles": "tracks",
    "number of frames": "frames", "particles per frame": "particles_per_frame",
    "average number of particles": "particles_per_frame",
    "median (number)": "d50_nm", "x50": "d50_nm", "x10": "d10_nm", "x90": "d90_nm",
}  # fmt: skip


def is_zetaview(text: str) -> bool:
    """Whether a text is such a report."""
    return bool(HEAD.search(text)) and ("ZetaView" in text or "Size Distribution" in text)


def read_zetaview(text: str, path: Path) -> ParticleFile:
    """The run, the bins and the settings of a report.

    Raises:
        InputError: no block of sizes, or no column of concentrations.
    """
    import pandas as pd

    found = HEAD.search(text)
    assert found is not None
    head, block = text[: found.start()], text[found.start() :].strip("\n").split("\n")
    settings = _settings(head)
    columns = [c.strip().casefold() for c in re.split(r"\t|;| {2,}", block[0].strip())]
    place = next((i for i, c in enumerate(columns) if c.startswith("concentration")), None)
    if place is None:
        raise InputError("its size block has no column of concentrations", file=path,
                         value=block[0].strip()[:80],
                         expected="Size / nm, Number, Concentration")  # fmt: skip
    bins = []
    for line in block[1:]:
        cells = [c.strip() for c in re.split(r"\t|;|\s+", line.strip())]
        values = [as_number(c) for c in cells]
        if not cells or values[0] is None or values[0] < 0:
            break  # the block ends; a second one holds the same sizes on a logarithmic axis
        if place >= len(values) or values[place] is None:
            raise InputError(f"size {cells[0]}", file=path, value=line.strip()[:60],
                             expected="a number in each column")  # fmt: skip
        bins.append((path.stem, values[0], values[place]))
    if len(bins) < 2:
        raise InputError("its size block is empty", file=path, advice="is the file cut off?")
    sizes = pd.DataFrame(bins, columns=["run", "diameter_nm", "per_ml"])
    row: dict[str, object] = {"run": path.stem, **_known(settings)}
    factor = as_number(_first(settings, "dilution factor", "dilution"))
    row["dilution"] = float("nan") if factor is None else factor
    # the block is of the undiluted sample where a factor is stated
    scale = 1.0 if factor is None else 1.0 / factor
    sizes["per_ml"] *= scale
    row["per_ml"] = float(sizes["per_ml"].sum())
    note = "ZetaView reader: experimental, written without a real file; compare with the instrument"
    return ParticleFile(str(path), FORMAT, run_table([row]), sizes, settings, (note,), True)


def _settings(head: str) -> dict[str, str]:
    pairs = (line.partition(":") for line in head.split("\n") if ":" in line)
    return {k.strip(): v.strip() for k, _, v in pairs if k.strip() and v.strip()}


def _first(settings: dict[str, str], *keys: str) -> str:
    folded = {k.casefold(): v for k, v in settings.items()}
    return next((folded[k].split()[0] for k in keys if k in folded), "")


def _known(settings: dict[str, str]) -> dict[str, object]:
    out: dict[str, object] = {}
    for key, text in settings.items():
        column = next((c for k, c in KEYS.items() if key.casefold().startswith(k)), None)
        value = as_number(text.split()[0])
        if column and value is not None:
            out.setdefault(column, value)
    return out
