"""The dose and stoichiometry table of a protocol alone: no folder, treated arm only."""

from __future__ import annotations

from typing import Any

import numpy as np

from evdisc.errors import InputError, RunError
from evdisc.evidence.library import load
from evdisc.protocol.specs import DiscStudy, DishStudy
from evdisc.protocol.yaml_io import LoadedProtocol
from evdisc.study.dose_context import context
from evdisc.study.execute import overlay_paths, preflight
from evdisc.study.summary import Stack, delivery_rows
from evdisc.study.variants import Variant
from evdisc.study.worker import run_members

#: largest step of the table: what reaches cells changes by a percent or two, in a fifth of the time
STEP = 0.5 * 86400.0


def dose_table(protocol: LoadedProtocol) -> dict[str, Any]:
    """Vesicles and copies per cell of the treated arm, with the verdict in words.

    A disc is stepped by half a day at most, more coarsely than in a run.

    Raises:
        InputError: the protocol has no therapy. RunError: every member failed.
    """
    study = protocol.spec
    if study.therapy is None:
        raise InputError(
            "has no therapy", file=protocol.file, key="therapy", expected="a dose to tabulate"
        )
    library = load(overlay_paths(protocol))
    preflight(protocol, library)
    members = range(study.ensemble.members)
    treated = (Variant("treated", "stoichiometric", False),)
    arrays = run_members(_coarser(study), members, library, treated)
    stack = Stack(members, [str(s) for s in arrays["status"]], arrays)
    if not np.any(arrays["status"] == "ok"):
        raise RunError(f"every member failed, the first with: {arrays['status'][0]}")
    row = delivery_rows(stack, treated, ("treated",), library)["treated"]
    return {
        "title": study.title, "members": len(members), "seed": study.ensemble.seed,
        "failed": stack.failed, "delivery": row,
        "half_effect_copies": library.resolve("half_effect_copies").median,
        "warnings": [str(w) for w in arrays["warnings"]],
        **context(study, library, members),
    }  # fmt: skip


def _coarser(study: DiscStudy | DishStudy) -> DiscStudy | DishStudy:
    if isinstance(study, DishStudy):
        return study
    longest = max(STEP, study.numerics.longest_step(study.duration))
    numerics = study.numerics.model_copy(update={"largest_step": longest})
    return study.model_copy(update={"numerics": numerics})
