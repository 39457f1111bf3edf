"""Files of an import: tidy tables, JSON, a page, and what a protocol takes from it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from evdisc import __version__
from evdisc.cargo.omics import CargoImport, plain
from evdisc.report import words
from evdisc.report.cargo_figures import distribution
from evdisc.report.render import csv_link
from evdisc.study.folder import write_bytes, write_json
from evdisc.vesicle.importing import FORMAT, ParticleImport
from evdisc.vesicle.overlay import Measurement, overlay_text, protocol_text

if TYPE_CHECKING:
    import pandas as pd

OVERLAY = "measured.csv"
VESICLES, CARGO = "vesicles.json", "cargo.json"


def write_cargo(
    data: CargoImport, compared: Sequence[pd.DataFrame], summary: Mapping[str, Any], out: Path
) -> None:
    """Write cargo.json and the tidy tables of :doc:`docs/import.md`.

    Raises:
        FolderError: the folder cannot be written.
    """
    tables = {
        "values": data.tidy(), "samples": data.quality.merge(
            data.samples.reset_index(names="sample"), on="sample"),
        "batches": data.batches,
        "components": data.scores.reset_index(names="sample"),
    }  # fmt: skip
    if len(data.names):
        tables["names"] = data.names
    for table in compared:
        pair = f"{table['group'].iloc[0]}-{table['versus'].iloc[0]}" if len(table) else "none"
        tables["difference-" + "".join(c if c.isalnum() or c in "-_" else "_" for c in pair)] = (
            table
        )
    write_json(out / CARGO, summary)
    for name, frame in tables.items():
        write_bytes(out / f"{name}.csv", frame.to_csv(index=False).encode())


def write_vesicles(done: ParticleImport, out: Path, cell: str | None, isolation: str) -> Path:
    """Write vesicles.json, the tidy tables, the overlay, the blocks of a protocol and the page.

    Raises:
        FolderError: the folder cannot be written.
    """
    summary = done.summary()
    found = Measurement(
        summary["concentration_per_ml"].get("mean"),
        None if not done.particles_per_ug else (
            done.particles_per_ug["median"], done.particles_per_ug["low"],
            done.particles_per_ug["high"],
        ), {k: v for k, v in summary["size"].items() if v is not None},
    )  # fmt: skip
    block = protocol_text(found, OVERLAY, cell, isolation)
    text = _page(done, summary, block)
    write_json(out / VESICLES, summary)
    for name, frame in (("runs", done.runs), ("sizes", done.sizes),
                        ("distribution", done.distribution)):  # fmt: skip
        write_bytes(out / f"{name}.csv", frame.to_csv(index=False).encode())
    for n, flow in enumerate(done.flow, 1):
        write_bytes(out / f"channels-{n}.csv", flow.channels.to_csv(index=False).encode())
        if flow.spillover is not None:
            write_bytes(out / f"spillover-{n}.csv", flow.spillover.to_csv().encode())
    write_bytes(out / OVERLAY, overlay_text(found).encode())
    write_bytes(out / "vesicle.yaml", block.encode())
    write_bytes(out / "report.html", text.encode())
    return out / "report.html"


def _page(done: ParticleImport, summary: Mapping[str, Any], block: str) -> str:
    import jinja2
    from markupsafe import Markup
    from plotly.offline import get_plotlyjs

    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("evdisc.report", "."), autoescape=True,
        undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    environment.filters.update(number=words.number, interval=words.interval, csv_link=csv_link)
    head = {"evdisc": __version__, "title": "Vesicles as measured", "warnings": summary["warnings"]}
    figure = distribution(plain(done.distribution), summary["size"]) if len(done.sizes) else None
    return environment.get_template("vesicles_page.html").render(
        format=FORMAT, result=head, plotly=Markup(get_plotlyjs()), markup=Markup, summary=summary,
        figure=figure, block=block,
    )  # fmt: skip
