"""Numbers of plans: rows of the evidence that no mechanism reads, such as the range of a search."""

from __future__ import annotations

from pathlib import Path

from evdisc.errors import EvidenceError
from evdisc.evidence.library import Library
from evdisc.evidence.parameters import ParameterRow
from evdisc.protocol.specs import EnsembleSpec
from evdisc.study.posterior import read_posterior
from evdisc.study.variants import HYPOTHESES


def plan_row(library: Library, key: str, subject: str = "") -> ParameterRow:
    """The row of a plan; a user's overlay row comes first.

    Raises:
        EvidenceError: there is none.
    """
    for row in library.parameters.get(key, ()):
        if row.use == "plan" and dict(row.context).get("subject", "") == subject:
            return row
    raise EvidenceError("no value known", key=key, value=subject, expected="a row for it")


def hypothesis_chances(library: Library, ensemble: EnsembleSpec) -> dict[str, float]:
    """Chance of each delivery hypothesis: of the posterior where there is one, else prior."""
    if ensemble.posterior is not None:
        told = read_posterior(Path(ensemble.posterior)).content["hypotheses"]
        return {h: float(told.get(h, 0.0)) for h in HYPOTHESES}
    first = plan_row(library, "hypothesis_probability", HYPOTHESES[0]).value
    return {HYPOTHESES[0]: first, HYPOTHESES[1]: 1.0 - first}
