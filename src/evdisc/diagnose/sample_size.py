"""How many patients a model would need, by the criteria of Riley 2019 (doi:10.1002/sim.7992).

    n = P / ((S - 1) ln(1 - R2 / S)), S the shrinkage asked for
    n = the same with S = R2 / (R2 + d R2_max), d the optimism allowed
    n = (1.96 / margin)^2 q (1 - q), q the prevalence

The largest of the three counts. Three demands on P candidate parameters at an anticipated Cox-Snell
R2: coefficients need little shrinkage, apparent fit is hardly better than true fit, and the
prevalence is known well. R2 comes from the concordance found, for normal scores of equal spread
(Riley 2021, doi:10.1002/sim.8806).
"""

from __future__ import annotations

from math import ceil, exp, log, log1p, sqrt
from statistics import NormalDist
from typing import Any

import numpy as np

from evdisc.diagnose.concordance import Z95
from evdisc.evidence.library import load

SOURCES = ("riley2019",)
NODES = 80
MOST = 10_000_000


def cox_snell(concordance: float, prevalence: float) -> float:
    """Cox-Snell R2 of a model whose scores are normal, unit spread, apart by what C says."""
    apart = sqrt(2.0) * NormalDist().inv_cdf(min(max(concordance, 0.5), 0.999))
    nodes, weights = np.polynomial.hermite_e.hermegauss(NODES)
    weights = weights / weights.sum()
    start = log(prevalence / (1.0 - prevalence))

    def mean_log(shift: float, sign: float) -> float:
        logit = start + apart * (nodes + shift) - 0.5 * apart**2
        return float(-weights @ np.logaddexp(0.0, -sign * logit))

    fitted = prevalence * mean_log(apart, 1.0) + (1.0 - prevalence) * mean_log(0.0, -1.0)
    return 1.0 - exp(-2.0 * (fitted - _null(prevalence)))


def riley(r2: float, prevalence: float, parameters: int) -> dict[str, float | int | None]:
    """Patients that each criterion asks for; None where no number would do."""
    library = load()
    shrinkage = library.resolve("diagnosis_shrinkage").median
    optimism = library.resolve("diagnosis_optimism").median
    margin = library.resolve("diagnosis_prevalence_margin").median
    most = 1.0 - exp(2.0 * _null(prevalence))
    needed = {
        "shrinkage": _for_shrinkage(r2, shrinkage, parameters),
        "optimism": _for_shrinkage(r2, r2 / (r2 + optimism * most), parameters) if r2 > 0 else None,
        "prevalence": ceil((Z95 / margin) ** 2 * prevalence * (1.0 - prevalence)),
    }
    known = [n for n in needed.values() if n is not None]
    return {**needed, "patients": max(known) if len(known) == len(needed) else None}


def _null(prevalence: float) -> float:
    return prevalence * log(prevalence) + (1.0 - prevalence) * log(1.0 - prevalence)


def _for_shrinkage(r2: float, shrinkage: float, parameters: int) -> int | None:
    if not 0.0 < r2 < shrinkage:
        return None
    n = parameters / ((shrinkage - 1.0) * log1p(-r2 / shrinkage))
    return ceil(n) if n < MOST else None


def for_width(concordance: float, prevalence: float, reach: float) -> int:
    """Patients with whom a test of a finished model pins the AUC down to +- ``reach``."""
    a = min(concordance, 0.99)
    more = (1.0 - a) / (2.0 - a) + a / (1.0 + a)
    n = 4
    while True:
        cases, controls = n * prevalence, n * (1.0 - prevalence)
        variance = a * (1 - a) / (cases * controls) * (1 + (0.5 * n - 1) * more)
        if Z95 * sqrt(variance) <= reach:
            return n
        n = ceil(n * 1.01) + 1


def needed(
    value: float | None, low: float | None, prevalence: float, panel: int, molecules: int
) -> dict[str, Any]:
    """Patients needed at the concordance found and at the low end of its interval.

    Two counts of parameters: the panel alone, as if it had been named before the data were seen,
    and every molecule that could have been chosen.
    """
    rows = []
    for words, c in (("as found", value), ("low end of its interval", low)):
        r2 = cox_snell(c, prevalence) if c is not None and c > 0.5 else 0.0
        rows += [
            {"concordance": c, "taken": words, "parameters": p, "counting": counting, "r2": r2,
             **riley(r2, prevalence, p)}
            for counting, p in (("panel named beforehand", panel), ("all molecules", molecules))
        ]  # fmt: skip
    reach = load().resolve("diagnosis_auc_reach").median
    test = for_width(value, prevalence, reach) if value is not None and value > 0.5 else None
    return {
        "development": rows, "external_test": {"patients": test, "reach": reach},
        "sources": list(SOURCES),
    }  # fmt: skip
