"""Leave one study out: the model of all other studies, tried on one it has never seen."""

from __future__ import annotations

from typing import Any

import numpy as np

from evdisc.diagnose.candidates import candidates
from evdisc.diagnose.chosen import choose
from evdisc.diagnose.cohort import Cohort
from evdisc.diagnose.concordance import concordance
from evdisc.diagnose.settings import Settings, generator


def leave_one_out(cohort: Cohort, settings: Settings, column: str) -> list[dict[str, Any]]:
    """Concordance within each level of ``column`` by the model of all others.

    Donors that also have samples elsewhere are left out of training. Where either side holds one
    class only the value is None and ``why`` says so.
    """
    rows = []
    for code, name in enumerate(cohort.stratum_names[column]):
        test = cohort.strata[column] == code
        train = ~test & ~np.isin(cohort.donors, cohort.donors[test])
        rows.append({"left_out": name, "samples": int(test.sum()),
                     **_told(cohort, settings, test, train, f"{column} {name}")})  # fmt: skip
    return rows


def _told(
    cohort: Cohort, settings: Settings, test: Any, train: Any, name: str
) -> dict[str, float | int | str | None]:
    codes = cohort.outcome.codes
    none: dict[str, Any] = {"value": None, "low": None, "high": None, "pairs": 0}
    for rows, words in ((test, "holds"), (train, "the others hold")):
        if len(np.unique(codes[rows])) < 2:
            return none | {"why": f"{words} one {cohort.outcome.column} only"}
    donors = cohort.donors
    model = choose(
        cohort.kind, cohort.values[train], codes[train], donors[train],
        len(cohort.outcome.levels), candidates(settings.panel, settings.models), settings.inner,
        generator(settings.seed, f"left out {name}"),
    )  # fmt: skip
    score = model.above(cohort.values[test]).sum(axis=1)
    one = np.zeros((1, int(test.sum())), dtype=np.int64)
    found = concordance(score[None, :], codes[test], one, donors[test])
    return {**found.row, "why": ""}
