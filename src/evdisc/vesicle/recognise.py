"""Which instrument a file comes from: seen from its content, never from its name."""

from __future__ import annotations

from pathlib import Path

from evdisc.cargo.tabular import ZIP, decode, read_bytes, read_table
from evdisc.errors import InputError
from evdisc.vesicle.flow import FlowFile, is_fcs, read_flow
from evdisc.vesicle.nanosight import is_nanosight, read_nanosight
from evdisc.vesicle.particles import ParticleFile
from evdisc.vesicle.size_table import (
    is_bins,
    is_single_particles,
    read_bins,
    read_single_particles,
)
from evdisc.vesicle.zetaview import is_zetaview, read_zetaview

LOOKED_FOR = (
    "a NanoSight ExperimentSummary.csv ('NTA Experiment Summary File'), a ZetaView text "
    "('Size / nm'), an FCS file, a table with a column of sizes in nm and columns of "
    "concentrations, or a TRPS table of single particles"
)


def _text(data: bytes, path: Path) -> str:
    try:
        return decode(data, path)
    except InputError as error:
        raise InputError("format not recognised", file=path, expected=LOOKED_FOR,
                         advice=error.bare) from None  # fmt: skip


def read_particles(path: Path) -> ParticleFile | FlowFile:
    """Read a file of any known instrument.

    Raises:
        InputError: it is none; says what was looked for. Or it is damaged.
    """
    data = read_bytes(path)
    if is_fcs(data):
        return read_flow(data, path)
    if not data.startswith(ZIP):
        text = _text(data, path)
        if is_nanosight(text):
            return read_nanosight(text, path)
        if is_zetaview(text):
            return read_zetaview(text, path)
    try:
        raw = read_table(path)
    except InputError as error:
        raise InputError("format not recognised", file=path, expected=LOOKED_FOR,
                         advice=error.bare) from None  # fmt: skip
    columns = [str(c) for c in raw.columns]
    if is_bins(columns):
        return read_bins(raw, path)
    if is_single_particles(columns):
        return read_single_particles(raw, path)
    raise InputError("format not recognised", file=path, value=", ".join(columns)[:80],
                     expected=LOOKED_FOR)  # fmt: skip
