"""Imports as lines for a terminal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from evdisc.report.words import number

MOST = 8


def vesicles_text(summary: Mapping[str, Any], out: Path | None) -> str:
    """What a particle import found."""
    return "\n".join(_vesicles(summary, out))


def _vesicles(summary: Mapping[str, Any], out: Path | None) -> Iterator[str]:
    yield "recognised as " + ", ".join(dict.fromkeys(summary["recognised_as"]))
    for name in summary["experimental"]:
        yield f"experimental: the reader of '{name}' was written without a real file"
    found, size = summary["concentration_per_ml"], summary["size"]
    if found.get("mean"):
        yield (f"{number(found['mean'])} particles/mL undiluted, coefficient of variation "
               f"{number(100 * found['cv'], 2)} % over {found['runs']:.0f} runs")  # fmt: skip
    if size.get("d50_nm"):
        yield ", ".join(f"{label} {number(size[key])} nm" for label, key in (
            ("D10", "d10_nm"), ("D50", "d50_nm"), ("D90", "d90_nm"), ("mean", "mean_nm"),
            ("mode", "mode_nm")))  # fmt: skip
    protein, each = summary["protein_ug_per_ml"], summary["particles_per_ug"]
    if protein:
        yield f"protein {_range(protein)} ug/mL"
    if each:
        yield f"particles per ug of protein {_range(each)}"
    for flow in summary["flow"]:
        names = ", ".join(c["pnn"] for c in flow["channels"])
        yield f"{flow['file']}: {flow['events']} events; channels {names}"
    yield from (f"flag: {f}" for f in summary["flags"])
    yield from (f"instrument: {w}" for w in summary["warnings"])
    if out is not None:
        yield f"\nwritten to {out}: report.html, vesicles.json, vesicle.yaml, measured.csv, tables"


def cargo_text(summary: Mapping[str, Any], out: Path | None) -> str:
    """What a cargo import found."""
    return "\n".join(_cargo(summary, out))


def _cargo(summary: Mapping[str, Any], out: Path | None) -> Iterator[str]:
    groups = ", ".join(f"{g} {n}" for g, n in summary["groups"].items())
    yield (f"recognised as {summary['recognised_as']}: {summary['features']} molecules, "
           f"{summary['samples']} samples ({groups})")  # fmt: skip
    for why, count in summary["dropped"].items():
        yield f"left out: {count} {why}"
    yield from _names(summary["names_repaired"], "repaired", lambda r: f"{r[0]} -> {r[1]} ({r[2]})")
    yield from _names(summary["names_in_doubt"], "in doubt", lambda r: f"{r[0]} ({r[1]})")
    if summary["kind"] == "mirna":
        yield "factors: " + ", ".join(f"{s} {number(x)}" for s, x in summary["factors"].items())
    for q in summary["quality"]:
        if q["flags"]:
            yield f"flag: {q['sample']}: {q['flags']}"
    yield from (f"note: {w}" for w in summary["warnings"])
    for d in summary["compared"]:
        if d["tested"]:
            count = d["false_discovery_5_percent"]
            yield (f"{d['group']} over {d['versus']}, {d['method']}: {count} of {d['tested']} "
                   "differ at a false discovery rate of 5 %")  # fmt: skip
            yield from (f"  {n}: log2 fold {number(f)}, adjusted p {number(p, 2)}"
                        for n, f, p in d["first"][:MOST])  # fmt: skip
    if out is not None:
        yield f"\nwritten to {out}: cargo.json, values.csv, samples.csv and more"


def _range(row: Mapping[str, Any]) -> str:
    return f"{number(row['median'])} ({number(row['low'])} to {number(row['high'])})"


def _names(rows: list[Any], what: str, said: Any) -> Iterator[str]:
    if rows:
        yield (
            f"{len(rows)} names {what}: "
            + ", ".join(said(r) for r in rows[:MOST])
            + (f" and {len(rows) - MOST} more" if len(rows) > MOST else "")
        )
