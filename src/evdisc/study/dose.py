"""The dose and stoichiometry table of a protocol alone: no folder, treated arm only."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

import numpy as np

from evdisc.errors import InputError, RunError
from evdisc.evidence.library import load
from evdisc.protocol.yaml_io import LoadedProtocol
from evdisc.study.dose_context import context
from evdisc.study.effort import add_effort
from evdisc.study.organs import add_organs
from evdisc.study.posterior import require_evidence
from evdisc.study.preflight import overlay_paths, preflight
from evdisc.study.summary import Stack, delivery_rows, treated_column
from evdisc.study.variants import Variant
from evdisc.study.worker import draw, expose_member, stack

#: members at a time; between kernels they take turns, so that more would wait for one another
THREADS = 2


def dose_table(protocol: LoadedProtocol) -> dict[str, Any]:
    """Vesicles and copies per cell of the treated arm, with the verdict in words.

    A disc is stepped more coarsely than in a run; see :mod:`evdisc.simulate.exposure`.

    Raises:
        InputError: the protocol has no therapy. RunError: every member failed.
    """
    study = protocol.spec
    if study.therapy is None:
        raise InputError(
            "has no therapy", file=protocol.file, key="therapy", expected="a dose to tabulate"
        )
    overlays = overlay_paths(protocol)
    require_evidence(study.ensemble, [p.read_bytes() for p in overlays])
    library = load(overlays)
    preflight(protocol, library)
    members = range(study.ensemble.members)
    treated = (Variant("treated", "stoichiometric", False),)
    drawn = [draw(study, m, library) for m in members]
    with ThreadPoolExecutor(THREADS) as crew:
        arrays = stack(list(crew.map(partial(expose_member, study), drawn)), members)
    found = Stack(members, [str(s) for s in arrays["status"]], arrays)
    if not np.any(arrays["status"] == "ok"):
        raise RunError(f"every member failed, the first with: {arrays['status'][0]}")
    rows = delivery_rows(found, treated, ("treated",), library)
    standing = [m for m, s in zip(drawn, found.status, strict=True) if s == "ok"]
    add_organs(rows, study, standing)
    given_off = treated_column(found, treated, "cells:secreted")
    add_effort(rows["treated"], study, standing, given_off, library)
    return {
        "title": study.title, "members": len(members), "seed": study.ensemble.seed,
        "failed": found.failed, "delivery": rows["treated"],
        "half_effect_copies": library.resolve("half_effect_copies").median,
        "warnings": [str(w) for w in arrays["warnings"]],
        **context(study, library, drawn),
    }  # fmt: skip
