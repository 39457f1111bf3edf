"""Dose-response of signalling over an ensemble of cells."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from evdisc.cell.assay import assay
from evdisc.cell.blueprint import STIMULUS, stimuli
from evdisc.cell.dose import drive, targets
from evdisc.errors import InputError, nearest
from evdisc.evidence.library import Library
from evdisc.evidence.names import find
from evdisc.simulate.draws import MemberDraws
from evdisc.simulate.member import Member
from evdisc.simulate.network_case import CONTEXT
from evdisc.simulate.values import Values
from evdisc.units import parse_quantity

MOST_DOSES = 50


def parse_doses(stimulus: str, text: str) -> tuple[list[float], str]:
    """Numbers and the unit of ``"0.1, 1, 10 ng/mL"``, rising.

    Raises:
        InputError: not numbers with one unit at their end, or not of the stimulus's kind.
    """
    *first, last = (part.strip() for part in text.split(","))
    number, _, unit = last.partition(" ")
    try:
        levels = [float(part) for part in (*first, number)]
    except ValueError:
        levels = []
    rising = all(a < b for a, b in pairwise(levels))
    if not levels or len(levels) > MOST_DOSES or not rising or not np.isfinite(levels).all():
        raise InputError(
            "no list of doses", key="--doses", value=text,
            expected='rising numbers and one unit, such as "0.1, 1, 10 ng/mL"',
        )  # fmt: skip
    for level in levels:
        _si(stimulus, level, unit)
    return levels, unit


def dose_response(
    library: Library, cell: str, stimulus: str, levels: Sequence[float], unit: str, hours: float,
    readouts: Sequence[str], members: int, seed: int,
) -> dict[str, Any]:  # fmt: skip
    """Activities after ``hours`` of each dose: median, 5 % and 95 % of the members.

    ``decades`` is how many powers of ten lie between 10 % and 90 % of the whole change of the
    median, null where the doses do not reach so far.

    Raises:
        InputError: the network has no such stimulus or read-out.
    """
    seen = []
    for number in range(members):
        values = Values(library, CONTEXT, MemberDraws(seed, number))
        network = Member(values, (cell,)).network(False)
        nodes = targets(stimulus, network.nodes)
        if not nodes:
            raise InputError(
                "the network has no such stimulus", value=stimulus,
                nearest=nearest(stimulus, stimuli(network.nodes)),
            )  # fmt: skip
        places = [network.index(name) for name in readouts]
        drives = [
            {network.nodes.index(STIMULUS + n): drive(n, _si(stimulus, d, unit), values.number)
             for n in nodes}
            for d in levels
        ]  # fmt: skip
        seen.append(assay(network, 0, drives, [3600.0 * hours])[0, places, :])
    low, middle, high = np.quantile(np.array(seen), [0.05, 0.5, 0.95], axis=0)
    return {
        "cell": cell, "stimulus": stimulus, "unit": unit, "doses": list(levels), "hours": hours,
        "members": members, "seed": seed,
        "readouts": {
            name: {
                "median": middle[i].tolist(), "q05": low[i].tolist(), "q95": high[i].tolist(),
                "decades": _decades(np.asarray(levels), middle[i]),
            }
            for i, name in enumerate(readouts)
        },
    }  # fmt: skip


def _si(stimulus: str, level: float, unit: str) -> float:
    entry = find("stimulus", stimulus)
    kind = entry.unit_kind if entry else "mass_concentration"
    return parse_quantity(f"{level} {unit}".strip(), kind, key="--doses")


def _decades(levels: np.ndarray[Any, Any], course: np.ndarray[Any, Any]) -> float | None:
    whole = course[-1] - course[0]
    if abs(whole) < 1e-3 or levels[0] <= 0.0:
        return None
    share = np.maximum.accumulate((course - course[0]) / whole)
    at = np.interp([0.1, 0.9], share, np.log10(levels))
    return float(at[1] - at[0])
