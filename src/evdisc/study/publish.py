"""The files of a run folder that are pure functions of its members."""

from __future__ import annotations

import io
import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from evdisc import __version__
from evdisc.evidence.library import Library
from evdisc.evidence.tables import Row
from evdisc.protocol.specs import DiscStudy, DishStudy
from evdisc.simulate import disc
from evdisc.study.folder import write_bytes, write_json
from evdisc.study.summary import Stack
from evdisc.study.variants import find, variants
from evdisc.study.worker import BALANCE, draw

SERIES_FORMAT = "evdisc-series/1"
FIELDS_FORMAT = "evdisc-fields/2"


def everything(
    study: DiscStudy | DishStudy, stack: Stack, content: Mapping[str, Any], library: Library,
    folder: Path, record: Mapping[str, Any],
) -> None:  # fmt: skip
    """Write result.json, series, fields, citations and the research-object description."""
    write_json(folder / "result.json", content)
    if "readouts" in stack.arrays:
        write_bytes(folder / "series.parquet", series(study, stack))
    if "snapshots" in stack.arrays and isinstance(study, DiscStudy):
        fields(study, stack, library, folder)
    write_bytes(folder / "CITATIONS.bib", bibliography(content["citations"], library).encode())
    write_json(folder / "ro-crate-metadata.json", research_object(content, folder, record))


def series(study: DiscStudy | DishStudy, stack: Stack) -> bytes:
    """Every member's read-outs as one tidy Parquet table."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    data = stack.arrays["readouts"]
    _, runs, names, _ = data.shape
    every = variants(study)
    labels = stack.names("readout")
    member, run, name, time = (
        g.ravel() for g in np.meshgrid(
            np.array(stack.members), np.arange(runs), np.arange(names),
            stack.arrays["times"] / 86400.0, indexing="ij",
        )
    )  # fmt: skip

    def coded(values: list[str], index: Any) -> pa.DictionaryArray:
        distinct = list(dict.fromkeys(values))
        code = np.array([distinct.index(v) for v in values], dtype=np.int32)
        return pa.DictionaryArray.from_arrays(pa.array(code[index]), pa.array(distinct))

    table = pa.table(
        {
            "member": member,
            "arm": coded([v.arm for v in every], run),
            "hypothesis": coded([v.hypothesis for v in every], run),
            "claims": coded(
                ["all believed" if v.believe_all else "discounted" for v in every], run
            ),
            "readout": coded(labels, name),
            "time_d": time,
            "value": data.ravel(),
        }
    ).replace_schema_metadata({"format": SERIES_FORMAT, "evdisc": __version__})
    buffer = io.BytesIO()
    pq.write_table(table, buffer, compression="zstd")
    return buffer.getvalue()


def fields(study: DiscStudy, stack: Stack, library: Library, folder: Path) -> None:
    """Quantiles and mean of the snapshot fields over the members, and one representative member.

    All members share the cells; the grid written is that of the representative one. Its film, which
    would fill a store if every member kept one, is run anew.
    """
    import zarr

    data = stack.arrays["snapshots"]
    every = variants(study)
    target, temporary = folder / "fields.zarr", folder / ".fields.zarr.part"
    shutil.rmtree(temporary, ignore_errors=True)
    group = zarr.open_group(str(temporary), mode="w")
    typical = representative(study, stack)
    group.attrs.update({
        "format": FIELDS_FORMAT, "evdisc": __version__, "representative_member": typical,
        "axes": ["snapshot", "variable", "r", "z"], "variables": stack.names("snapshot"),
        "snapshot_times_d": [t / 86400.0 for t in disc.snapshot_times(study)],
        "film_times_d": [t / 86400.0 for t in disc.film_times(study)],
    })  # fmt: skip
    member = draw(study, int(stack.members[typical]), library)
    grid = disc.member_grid(study, member)
    for name in ("r_faces", "z_faces", "region"):
        group.create_array(f"grid/{name}", data=getattr(grid, name))
    for arm in dict.fromkeys(v.arm for v in every):
        run = find(every, arm, "stoichiometric", False)
        low, middle, high = np.nanquantile(data[:, run], (0.05, 0.5, 0.95), axis=0)
        for name, array in (
            ("q05", low),
            ("median", middle),
            ("q95", high),
            ("mean", np.nanmean(data[:, run], axis=0)),
            ("representative", data[typical, run]),
        ):
            group.create_array(f"{arm}/{name}", data=array.astype(np.float32))
        film = disc.run_arm(study, member, arm, "stoichiometric", film=True).snapshots
        frames = np.stack(list(film.values()), axis=1).astype(np.float32)
        group.create_array(f"{arm}/film", data=frames, chunks=(1, 1, *frames.shape[2:]))
    shutil.rmtree(target, ignore_errors=True)
    temporary.rename(target)


def representative(study: DiscStudy | DishStudy, stack: Stack) -> int:
    """The member whose headline read-out ends closest to the median of its arm."""
    data = stack.arrays["readouts"][:, 0, 0, -1]
    distance = np.abs(data - np.nanmedian(data))
    return int(np.nanargmin(distance))


def bibliography(keys: list[str], library: Library) -> str:
    """BibTeX of the named studies."""
    return "\n".join(_bibtex(library.sources[k]) for k in keys if k in library.sources)


def _bibtex(row: Row) -> str:
    # what is not on record is said; a study without authors goes by its key
    missing = [f"{k} not on record" for k in ("authors", "title") if not row[k]]
    fields_ = {
        "author": row["authors"], "key": "" if row["authors"] else row["study"],
        "title": row["title"], "journal": row["journal"], "year": row["year"],
        "volume": row["volume"], "doi": row["doi"],
        "note": "; ".join(s for s in (*missing, row["note"]) if s),
    }  # fmt: skip
    lines = [f"  {k} = {{{v.replace('{', '').replace('}', '')}}}," for k, v in fields_.items() if v]
    return "@misc{" + row["study"] + ",\n" + "\n".join(lines) + "\n}\n"


def research_object(
    content: Mapping[str, Any], folder: Path, record: Mapping[str, Any]
) -> dict[str, Any]:
    """RO-Crate 1.1 metadata of the run folder."""
    names = ("protocol.yaml", "result.json", "series.parquet", "report.html", "CITATIONS.bib")
    files = [
        {"@id": n, "@type": "File", "name": n}
        for n in names
        if (folder / n).exists() or n == "report.html"
    ]
    return {
        "@context": "https://w3id.org/ro/crate/1.1/context",
        "@graph": [
            {"@id": "ro-crate-metadata.json", "@type": "CreativeWork",
             "conformsTo": {"@id": "https://w3id.org/ro/crate/1.1"}, "about": {"@id": "./"}},
            {"@id": "./", "@type": "Dataset", "name": content["title"],
             "description": "Simulation of vesicle therapy of the intervertebral disc",
             "datePublished": record["created"], "identifier": content["fingerprint"],
             "license": {"@id": "https://www.apache.org/licenses/LICENSE-2.0"},
             "hasPart": [{"@id": f["@id"]} for f in files]},
            {"@id": "#evdisc", "@type": "SoftwareApplication", "name": "evdisc",
             "softwareVersion": __version__},
            *files,
        ],
    }  # fmt: skip


def diagnostics(
    folder: Path, stack: Stack, computed: int, seconds: float, jobs: int | str,
    oracle: Mapping[str, Any] | None = None,
) -> None:  # fmt: skip
    """What depends on the day: timings, the worst vesicle balance, and errors where measured."""
    out: dict[str, Any] = {
        "format": "evdisc-diagnostics/1", "seconds": round(seconds, 3), "jobs": jobs,
        "members_computed": computed, "failed": stack.failed,
    }  # fmt: skip
    if "balance" in stack.arrays:
        error = np.abs(stack.arrays["balance"][:, :, BALANCE.index("error")])
        out["largest_vesicle_balance_error"] = float(np.nanmax(error))
        out["macro_steps_per_run"] = float(np.nanmean(stack.arrays["steps"]))
    if oracle is not None:
        out["oracle"] = oracle
    write_bytes(folder / "diagnostics.json", (json.dumps(out, indent=1) + "\n").encode())
