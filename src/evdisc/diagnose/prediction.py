"""Using a stored model on new samples, with what lies outside of what it has seen."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np

from evdisc.diagnose.cohort import sample_names
from evdisc.diagnose.stored_model import StoredModel
from evdisc.diagnose.table import Table, numbers
from evdisc.errors import InputError, nearest
from evdisc.evidence.names import fold

MOST_NAMED = 5
#: share of a range by which a value may lie outside before it is told
SLACK = 0.05


def predict(model: StoredModel, table: Table, id_: str | None) -> dict[str, Any]:
    """Predict every sample of a table.

    Returns: ``predictions`` [{id, level, probabilities {level: p}, out_of_range [molecules]}],
    ``warnings``, ``model`` (its card), ``outcome``, ``levels``, ``simulated``.

    Raises:
        InputError: a molecule of the panel has no column; offers the nearest.
    """
    columns = _columns(model, table)
    values = np.full((len(table.frame), len(model.features)), np.nan)
    for i, column in enumerate(columns):
        if column is not None:
            parsed = numbers(table, column)
            if parsed is None:
                raise InputError("is a column of words", file=table.path, key=column)
            values[:, i] = parsed
    if model.chosen.preparation.kind != "plain" and np.nanmin(values, initial=0.0) < 0:
        raise InputError("has numbers below 0 where the model expects none", file=table.path)
    notes = _notes(model, columns)
    with warnings.catch_warnings():
        # a sample without any value is told below; the median of nothing is no news
        warnings.simplefilter("ignore", RuntimeWarning)
        ready = model.chosen.prepared(values)
        above = model.chosen.cascade.above(ready)
    reach = SLACK * (model.high - model.low)
    outside = (ready < model.low - reach) | (ready > model.high + reach)
    ids, _ = sample_names(table, id_)
    probabilities = -np.diff(above, axis=1, prepend=1.0, append=0.0)
    rows = [
        {"id": ids[i], "level": model.levels[int((above[i] > 0.5).sum())],
         "probabilities": dict(zip(model.levels, map(float, probabilities[i]), strict=True)),
         "out_of_range": [model.panel[j] for j in np.flatnonzero(outside[i])]}
        for i in range(len(values))
    ]  # fmt: skip
    far = int(outside.any(axis=1).sum())
    if far:
        notes.append(f"{far} of {len(rows)} samples lie outside of what the model has seen")
    return {
        "format": "evdisc-prediction/1", "outcome": model.outcome, "levels": list(model.levels),
        "predictions": rows, "warnings": notes, "model": model.card,
        "simulated": table.simulated or bool(model.card.get("simulated")),
    }  # fmt: skip


def _columns(model: StoredModel, table: Table) -> list[str | None]:
    """Column of each feature; names are compared without case, blanks and hyphens."""
    known = list(map(str, table.frame.columns))
    folded = {fold(c): c for c in known}
    found = [f if f in table.frame.columns else folded.get(fold(f)) for f in model.features]
    missing = [f for i, f in enumerate(model.features) if found[i] is None and f in model.panel]
    if missing:
        close = {m: nearest(m, known) for m in missing[:MOST_NAMED]}
        said = ", ".join(f"{m} (near: {n})" if n else m for m, n in close.items())
        more = f" and {len(missing) - MOST_NAMED} more" if len(missing) > MOST_NAMED else ""
        raise InputError(
            f"{len(missing)} of {len(model.panel)} molecules of the model have no column: "
            f"{said}{more}", file=table.path,
        )  # fmt: skip
    return found


def _notes(model: StoredModel, columns: list[str | None]) -> list[str]:
    import sklearn

    notes = []
    absent = sum(c is None for c in columns)
    if absent:
        notes.append(
            f"{absent} of {len(columns)} molecules measured in training have no column; the panel "
            "is complete, but normalisation saw more"
        )
    if sklearn.__version__ != model.sklearn:
        notes.append(f"model of scikit-learn {model.sklearn}, used with {sklearn.__version__}")
    if model.card.get("verdict") != "signal":
        notes.append(f"the verdict on this model was: {model.card.get('verdict')}")
    return notes
