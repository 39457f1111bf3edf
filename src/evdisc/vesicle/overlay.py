"""A measured sample as evidence and as a block of a protocol.

The size of the vesicles and their number in a microgram of protein are evidence; they go into an
overlay that acts only in protocols that name it. Dose and volume belong to the protocol.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from evdisc.cargo.tabular import ZIP, decode, read_bytes
from evdisc.errors import InputError
from evdisc.evidence.tables import COLUMNS
from evdisc.vesicle.importing import FORMAT, import_particles

STUDY = "own_measurement"
EXAMPLE_DOSE = 1e8
UL_PER_ML = 1e3


@dataclass(frozen=True)
class Measurement:
    """What a stored import says of a sample.

    Attributes:
        per_ml: particles per mL of the undiluted preparation, None where not counted.
        particles_per_ug: median, low, high, None without protein.
        size: as in :class:`evdisc.vesicle.importing.ParticleImport`.
    """

    per_ml: float | None
    particles_per_ug: tuple[float, float, float] | None
    size: Mapping[str, float]


def measurement(path: Path) -> Measurement:
    """What ``vesicles.json`` of an import, or the file of an instrument, says.

    Raises:
        InputError: it is neither.
    """
    data = read_bytes(path)
    if data.lstrip()[:1] == b"{" and not data.startswith(ZIP):
        try:
            summary = json.loads(decode(data, path))
        except ValueError as error:
            raise InputError("is damaged JSON", file=path, advice=str(error)) from None
        if summary.get("format") != FORMAT:
            raise InputError("has an unknown format", file=path, value=summary.get("format"),
                             expected=FORMAT)  # fmt: skip
    else:
        summary = import_particles([path]).summary()
    each = summary["particles_per_ug"]
    return Measurement(
        summary["concentration_per_ml"].get("mean"),
        (each["median"], each["low"], each["high"]) if each else None,
        {k: v for k, v in summary["size"].items() if v is not None},
    )  # fmt: skip


def overlay_text(found: Measurement) -> str:
    """The overlay as CSV: the diameter (its range holds 90 % of the vesicles), particles per ug."""
    source = {"study": STUDY, "title": "measured by this laboratory",
              "note": "written by evdisc vesicles import"}  # fmt: skip
    rows = []
    if found.size:
        middle, low, high = (found.size[k] for k in ("d50_nm", "d05_nm", "d95_nm"))
        note = "measured; range holds 90 % of the vesicles"
        rows.append(_row("vesicle_diameter", middle, low, high, "nm", note))
    if found.particles_per_ug:
        rows.append(_row("particles_per_mass", *found.particles_per_ug, "vesicles/ug",
                         "measured; 90 % interval"))  # fmt: skip
    return _block("sources", [source]) + (_block("parameters", rows) if rows else "")


def _row(key: str, value: float, low: float, high: float, unit: str, note: str) -> dict[str, Any]:
    spread = "lognormal" if low < value < high else "fixed"
    return {"key": key, "value": f"{value:.6g}", "distribution": spread, "low": f"{low:.6g}",
            "high": f"{high:.6g}", "unit": unit, "tier": "measured", "source": STUDY,
            "use": "model", "note": note}  # fmt: skip


def _block(table: str, rows: list[dict[str, Any]]) -> str:
    buffer = io.StringIO()
    writer = csv.DictWriter(buffer, COLUMNS[table], restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return buffer.getvalue()


def protocol_text(found: Measurement, overlay: str, cell: str | None, isolation: str) -> str:
    """The blocks of a protocol that a measurement fills; the rest is for the laboratory to say."""
    lines = ["# Blocks for a protocol, from a measured sample.", "therapy:", "  vesicle:"]
    ask = "" if cell else "        # state the parent cell of your vesicles"
    lines.append(f"    source: {{cell: {cell or 'BMSC'}, species: human}}{ask}")
    lines.append(f"    isolation: {isolation}")
    lines.append("  delivery:")
    note = ""
    if found.per_ml:
        volume = EXAMPLE_DOSE / found.per_ml * UL_PER_ML
        note = f"        # {volume:.3g} uL of the undiluted preparation hold it"
    lines.append(f"    dose: {EXAMPLE_DOSE:.0e} particles{note}".replace("e+0", "e"))
    lines += ["    volume: 2 uL", "    schedule: [14 d]"]
    lines.append(f"evidence: {{overlays: [{overlay}]}}          # measured size and purity")
    return "\n".join(lines) + "\n"
