"""NanoSight NTA 3 ``ExperimentSummary.csv``: read by the labels of its sections and rows.

Sections and rows may stand in any order. Concentrations are stated after the dilution factor
where one was recorded; it is taken out again so that a blank can be subtracted in the cell.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from pathlib import Path

from evdisc.cargo.tabular import as_number, separator
from evdisc.errors import InputError
from evdisc.vesicle.particles import ParticleFile, run_table

TITLE = "NTA Experiment Summary File"
FORMAT = "NanoSight NTA experiment summary"
BINS, PERCENTILES = "Bin centre (nm)", "Percentile"
DILUTION = "Dilution factor (concentrations adjusted for this factor)"
CONCENTRATION = "Concentration (Particles / ml)"
SECTIONS = ("Conditions", "Settings", "Results", "Size Data")
#: row of a section -> column of the table of runs
ROWS = {
    "Results": {CONCENTRATION: "per_ml", "Completed tracks": "tracks",
                "Particles per frame": "particles_per_frame"},
    "Size Data": {"Mean": "mean_nm", "Mode": "mode_nm", "SD": "sd_nm", "D10": "d10_nm",
                  "D50": "d50_nm", "D90": "d90_nm"},
    "Conditions": {"Temperature/C": "temperature_c"},
    "Settings": {"Total frames analysed": "frames"},
}  # fmt: skip
NEEDED = {"Results": (CONCENTRATION,), "Size Data": ("Mean", "Mode", "D10", "D50", "D90")}
Row = list[str]


def is_nanosight(text: str) -> bool:
    """Whether a text is such a file."""
    head = text[:4000]
    return TITLE in head or ("[Experiment Details]" in head and "[Conditions]" in text)


def read_nanosight(text: str, path: Path) -> ParticleFile:
    """The runs, bins and settings of a file.

    Raises:
        InputError: it is cut off, a section or row is missing, or numbers have decimal commas
            that cannot be told from separators.
    """
    sections = _sections(text)
    for name in SECTIONS:
        if name not in sections:
            raise InputError(f"has no section [{name}]", file=path, advice="is the file cut off?")
    conditions = _labelled(sections["Conditions"])
    names = _names(sections.get("Experiment Details", []), path)
    size_names = _names(sections["Size Data"], path)
    if sorted(names) != sorted(size_names):
        raise InputError("names other runs in its size data than at its head", file=path,
                         value=", ".join(size_names))  # fmt: skip
    rows = _runs(sections, names, size_names, path)
    bins = _bins(sections["Size Data"], size_names, path)
    _whole(text, sections, path)
    for row in rows:
        factor = row["dilution"]
        scale = 1.0 / factor if factor == factor else 1.0
        row["per_ml"] = row["per_ml"] * scale
        bins[str(row["run"])] = [(d, c * scale) for d, c in bins[str(row["run"])]]
    import pandas as pd

    sizes = pd.DataFrame(
        [(run, d, c) for run in names for d, c in bins[run]],
        columns=["run", "diameter_nm", "per_ml"],
    )
    settings = {k: v[0] for k, v in {**conditions, **_labelled(sections["Settings"])}.items() if v}
    settings |= {k: v[0] for k, v in _labelled(sections.get("Experiment Details", [])).items()
                 if v and v[0] and k not in ("Filename:", "Processed")}  # fmt: skip
    return ParticleFile(str(path), FORMAT, run_table([dict(row) for row in rows]), sizes, settings,
                        tuple(_warnings(sections, names)))  # fmt: skip


def _sections(text: str) -> dict[str, list[Row]]:
    sign = separator(text)
    out: dict[str, list[Row]] = {}
    here: list[Row] = []
    for row in csv.reader(io.StringIO(text), delimiter=sign):
        cells = [c.strip() for c in row]
        first = cells[0] if cells else ""
        if first.startswith("[") and first.endswith("]"):
            here = out.setdefault(first[1:-1], [])
        elif any(cells):
            here.append(cells)
    return out


def _labelled(rows: Sequence[Row]) -> dict[str, Row]:
    return {row[0]: row[1:] for row in rows if row[0]}


def _names(rows: Sequence[Row], path: Path) -> list[str]:
    for row in rows:
        if row[0].rstrip(":") == "Filename":
            names = [c for c in row[1:] if c and c not in ("Average", "Standard Error")]
            if len(set(names)) < len(names):
                raise InputError("names a run twice", file=path, value=row[0])
            if names:
                return names
    raise InputError("has no row of file names", file=path, expected="Filename: RUN, RUN ...",
                     advice="is the file cut off?")  # fmt: skip


def _runs(
    sections: dict[str, list[Row]], names: Sequence[str], size_names: Sequence[str], path: Path
) -> list[dict[str, float]]:
    rows: list[dict[str, float]] = [{"run": name} for name in names]  # type: ignore[dict-item]
    for section, wanted in ROWS.items():
        own = _labelled(sections[section])
        order = size_names if section == "Size Data" else names
        for label, column in wanted.items():
            if label not in own:
                if label in NEEDED.get(section, ()):
                    raise InputError(f"[{section}] has no row '{label}'", file=path,
                                     advice="is the file cut off?")  # fmt: skip
                continue
            for row in rows:
                cell = _cell(own[label], order.index(str(row["run"])), len(order), label, path)
                row[column] = _number(cell, label, path)
    dilution = _labelled(sections["Results"]).get(DILUTION, [])
    for i, row in enumerate(rows):
        said = as_number(dilution[i]) if i < len(dilution) else None
        row["dilution"] = float("nan") if said is None else said
    return rows


def _cell(cells: Row, place: int, runs: int, label: str, path: Path) -> str:
    filled = [c for c in cells if c]
    if len(filled) > runs + 2:  # beside the runs stand an average and a standard error
        raise InputError(
            f"row '{label}' has {len(filled)} cells for {runs} runs", file=path,
            expected="decimal points", advice="exported with decimal commas? Use a point, or ; "
            "between cells",
        )  # fmt: skip
    if place >= len(cells) or not cells[place]:
        raise InputError(f"row '{label}' ends before run {place + 1}", file=path,
                         advice="is the file cut off?")  # fmt: skip
    return cells[place]


def _number(cell: str, label: str, path: Path) -> float:
    value = as_number(cell)
    if value is None:
        raise InputError(f"row '{label}'", file=path, value=cell, expected="a number")
    return value


def _bins(
    rows: Sequence[Row], names: Sequence[str], path: Path
) -> dict[str, list[tuple[float, float]]]:
    start = next((i for i, row in enumerate(rows) if row[0] == BINS), None)
    if start is None:
        raise InputError(f"has no table '{BINS}'", file=path, advice="is the file cut off?")
    out: dict[str, list[tuple[float, float]]] = {name: [] for name in names}
    for row in rows[start + 1 :]:
        middle = as_number(row[0])
        if middle is None:
            break
        for place, name in enumerate(names):
            cell = _cell(row[1:], place, len(names), f"bin {row[0]}", path)
            out[name].append((middle, _number(cell, f"bin {row[0]}", path)))
    if not out[names[0]]:
        raise InputError("has no size bins", file=path, advice="is the file cut off?")
    return out


def _whole(text: str, sections: dict[str, list[Row]], path: Path) -> None:
    """A file that promises percentiles ends with the hundredth."""
    included = " ".join(row[0] for row in sections.get("Data Included", []))
    if "Percentiles" not in included:
        return
    rows = sections["Size Data"]
    start = next((i for i, row in enumerate(rows) if row[0] == PERCENTILES), None)
    last = as_number(rows[-1][0]) if start is not None else None
    if last != 100.0:
        raise InputError("is cut off", file=path, expected="percentiles 0 to 100 at its end")


def _warnings(sections: dict[str, list[Row]], names: Sequence[str]) -> list[str]:
    """What the instrument itself marked, one line a row and mark."""
    said = []
    for section in ("Concentration Warnings", "Information"):
        for label, cells in _labelled(sections.get(section, [])).items():
            if label in ("Settings changed?", "Vibration correction applied"):
                continue
            marks: dict[str, list[str]] = {}
            for name, cell in zip(names, cells, strict=False):
                if cell and cell.casefold() not in ("ok", "no"):
                    marks.setdefault(cell, []).append(name)
            said += [f"{label}: {mark} in {', '.join(runs)}" for mark, runs in marks.items()]
    return said
