"""Flow cytometry files (FCS 2.0 to 3.2) through FlowIO: events, channels, spill-over.

A light-scatter signal is no diameter without calibration, so no size is made up from it.
"""

from __future__ import annotations

import io
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from evdisc.errors import InputError, MissingExtraError

if TYPE_CHECKING:
    import pandas as pd

NL_PER_ML = 1e6


@dataclass(frozen=True)
class FlowFile:
    """One FCS file.

    Attributes:
        file: where it was read from.
        version: of the format.
        events: (event, channel) raw values, columns by $PnN.
        channels: number, pnn (short name), pns (stain, ``""`` where none), range, and median, q05
            and q95 of the events.
        spillover: channel x channel as the file states it, not applied; None where it has none.
        per_ml: events per mL where the file states the volume ($VOL, nL), else NaN.
        text: all keywords of the file.
    """

    file: str
    version: str
    events: pd.DataFrame
    channels: pd.DataFrame
    spillover: pd.DataFrame | None
    per_ml: float
    text: dict[str, str]


def is_fcs(data: bytes) -> bool:
    """Whether a file begins as an FCS file."""
    return data[:3] == b"FCS" and data[3:6] in (b"2.0", b"3.0", b"3.1", b"3.2")


def read_flow(data: bytes, path: Path) -> FlowFile:
    """Events and channels of the bytes of a file; ``path`` is where they come from.

    Raises:
        InputError: it is damaged. MissingExtraError: no FlowIO.
    """
    try:
        import flowio
    except ImportError:
        raise MissingExtraError("flowio", "omics") from None
    import pandas as pd

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of odd offsets that it reads all the same
            read = flowio.FlowData(io.BytesIO(data))
        # values as stored: no gain, no logarithm is applied
        values = np.reshape(np.asarray(read.events, dtype=np.float64), (-1, read.channel_count))
    except (flowio.exceptions.FlowIOException, ValueError, KeyError, OSError, IndexError) as error:
        raise InputError("is a damaged FCS file", file=path, advice=str(error)[:120]) from None
    text = {str(k).casefold(): str(v) for k, v in read.text.items()}
    names = _distinct([text.get(f"p{n}n", f"P{n}") for n in range(1, read.channel_count + 1)])
    events = pd.DataFrame(values, columns=names)
    volume = _number(text.get("vol", ""))
    per_ml = len(events) / volume * NL_PER_ML if volume else float("nan")
    return FlowFile(str(path), str(read.version), events, _channels(events, text),
                    _spillover(text, path), per_ml, text)  # fmt: skip


def _channels(events: pd.DataFrame, text: dict[str, str]) -> pd.DataFrame:
    import pandas as pd

    rows = []
    for n, name in enumerate(events.columns, 1):
        own = events[name].to_numpy()
        low, mid, high = np.quantile(own, (0.05, 0.5, 0.95)) if own.size else (np.nan,) * 3
        rows.append(
            (n, name, text.get(f"p{n}s", ""), _number(text.get(f"p{n}r", "")), mid, low, high)
        )
    return pd.DataFrame(rows, columns=["number", "pnn", "pns", "range", "median", "q05", "q95"])


def _spillover(text: dict[str, str], path: Path) -> pd.DataFrame | None:
    """$SPILLOVER: count, names, then the matrix row by row (FCS 3.1, section 3.2.20)."""
    import pandas as pd

    said = next((text[k] for k in ("spillover", "$spillover", "spill", "comp") if text.get(k)), "")
    if not said:
        return None
    parts = [p.strip() for p in said.split(",")]
    try:
        count = int(parts[0])
        names, cells = parts[1 : 1 + count], [float(p) for p in parts[1 + count :]]
        matrix = np.array(cells).reshape(count, count)
    except ValueError:
        raise InputError("has a damaged $SPILLOVER", file=path, value=said) from None
    return pd.DataFrame(matrix, index=names, columns=names)


def _distinct(names: list[str]) -> list[str]:
    seen: dict[str, int] = {}
    out = []
    for name in names:
        seen[name] = seen.get(name, 0) + 1
        out.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
    return out


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return float("nan")
