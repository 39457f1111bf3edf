"""Cost of a plan, by the prices of the user's own file and no others."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from evdisc.errors import InputError, nearest
from evdisc.evidence.names import find, names
from evdisc.manufacture.draws import Floats, rounded, triple
from evdisc.protocol.yaml_io import read_document

VERSION = 1
#: single prices, each for one of something
SINGLE = {
    "medium_litre": "a litre of medium, expansion and conditioning",
    "bank_vial": "a vial of the cell bank",
    "loading_batch": "loading of a batch",
    "quality_control_batch": "quality control of a batch",
    "fill_batch": "sterile filling of a batch",
    "release_batch": "release tests of a batch",
    "labour_day": "a day of everybody's work",
    "facility_day": "a day of the clean rooms",
}
#: prices by name
BY_NAME = {"culture_unit": "platform", "isolation_run": "isolation"}
OTHER = ("evdisc-prices", "currency", "note")


@dataclass(frozen=True)
class Prices:
    """Prices of a user: single ones, and those by platform or isolation step."""

    currency: str
    note: str
    single: Mapping[str, float]
    named: Mapping[str, Mapping[str, float]]


def read_prices(path: Path) -> Prices:
    """Read a price file.

    Raises:
        InputError: not a price file, an unknown key or name, a price that is negative or no number.
    """
    document = read_document(path)
    _require_format(document, path)
    single, named = {}, {}
    for key, value in document.items():
        if key in SINGLE:
            single[key] = _price(value, key, path)
        elif key in BY_NAME:
            named[key] = _by_name(value, key, path)
        elif key not in OTHER:
            valid = [*OTHER, *SINGLE, *BY_NAME]
            raise InputError(
                "unknown key", file=path, key=str(key), expected=" | ".join(valid),
                nearest=nearest(str(key), valid),
            )  # fmt: skip
    currency = document.get("currency")
    if not isinstance(currency, str) or not currency.strip():
        raise InputError("no currency", file=path, key="currency", expected="text such as EUR")
    note = str(document.get("note") or "").strip()
    return Prices(currency, " ".join(note.split()), single, named)


def _require_format(document: Mapping[str, Any], path: Path) -> None:
    if document.get("evdisc-prices") != VERSION:
        raise InputError(
            "is not a price file", file=path, key="evdisc-prices",
            value=document.get("evdisc-prices"), expected=str(VERSION),
        )  # fmt: skip


def _by_name(value: object, key: str, path: Path) -> dict[str, float]:
    kind = BY_NAME[key]
    if not isinstance(value, dict):
        raise InputError("not prices by name", file=path, key=key, expected=f"{kind}: price")
    out = {}
    for name, price in value.items():
        entry = find(kind, str(name))
        if entry is None:
            raise InputError(
                f"no such {kind}", file=path, key=key, value=name,
                expected=" | ".join(names(kind)), nearest=nearest(str(name), names(kind)),
            )  # fmt: skip
        out[entry.name] = _price(price, f"{key}.{name}", path)
    return out


def _price(value: object, key: str, path: Path) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
        raise InputError("no price", file=path, key=key, value=value, expected="a number")
    if value < 0:
        raise InputError("is negative", file=path, key=key, value=value, expected="0 or more")
    return float(value)


def cost(
    prices: Prices, counts: Mapping[str, Floats | Mapping[str, Floats]], doses: int
) -> dict[str, Any]:
    """Cost of a plan: in all, a dose, and item by item, with what no price is known for.

    ``counts`` holds, under the keys of a price file, how many of each thing a plan uses.
    """
    items: dict[str, Floats] = {}
    missing: list[str] = []
    for key, count in counts.items():
        if isinstance(count, Mapping):
            for name, each in count.items():
                price = prices.named.get(key, {}).get(name)
                _add(items, missing, f"{key}: {name}", price, each)
        else:
            _add(items, missing, key, prices.single.get(key), count)
    total = np.sum(list(items.values()), axis=0) if items else np.zeros(1)
    whole = float(np.sum([np.median(x) for x in items.values()])) or 1.0
    return {
        "currency": prices.currency, "note": prices.note, "total": triple(total),
        "per_dose": triple(total / doses),
        "items": {
            name: {**triple(x), "share": rounded(float(np.median(x)) / whole)}
            for name, x in items.items()
        },
        "not_priced": missing,
    }  # fmt: skip


def _add(
    items: dict[str, Floats], missing: list[str], name: str, price: float | None, count: Floats
) -> None:
    if not np.any(count > 0):
        return
    if price is None:
        missing.append(name)
    else:
        items[name] = price * count
