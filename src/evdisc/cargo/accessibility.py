"""How free the target is around a site: chance that its bases pair with nothing of their own.

    P = exp(-(F_free - F_all) / (k T))

F is the free energy of the ensemble of a window around the site, which ViennaRNA folds (Lorenz et
al., Algorithms Mol Biol 6:26, 2011), with and without the bases around the seed match held free. A
window, a span and a stretch as TargetScan uses them are rows of the evidence.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from evdisc.cargo.fasta import Sequences
from evdisc.cargo.pairing import LETTERS
from evdisc.errors import MissingExtraError
from evdisc.evidence.library import Library


def unpaired(utrs: Sequences, begins: NDArray[np.int64], library: Library) -> Iterator[float]:
    """Chance that the stretch around each seed match is free; ``begins`` as of the seed match.

    Raises:
        MissingExtraError: ViennaRNA is not installed.
    """
    rna = vienna()
    window, span, stretch = (
        round(library.resolve(f"accessibility_{what}").median)
        for what in ("window", "span", "stretch")
    )
    model = rna.md()
    model.max_bp_span = span
    kt = rna.exp_param(model).kT / 1000.0
    for begin, record in zip(begins, utrs.record_of(begins), strict=True):
        first, last = int(utrs.starts[record]), int(utrs.starts[record + 1]) - 2
        # the stretch is centred between the bases opposite miRNA bases 7 and 8, then kept inside
        left = max(first, min(int(begin) - stretch // 2, last - stretch + 1))
        right = min(last, left + stretch - 1)
        low = max(first, min(left - (window - stretch) // 2, last - window + 1))
        text = "".join(LETTERS[c] for c in utrs.codes[low : min(last, low + window - 1) + 1])
        yield _chance(rna, model, kt, text, left - low + 1, right - low + 1)


def _chance(rna: Any, model: Any, kt: float, text: str, left: int, right: int) -> float:
    free = rna.fold_compound(text, model)
    _, all_folds = free.pf()
    held = rna.fold_compound(text, model)
    for place in range(left, right + 1):
        held.hc_add_up(place)
    _, open_folds = held.pf()
    return min(1.0, math.exp(-(open_folds - all_folds) / kt))


def vienna() -> Any:
    """The ViennaRNA package.

    Raises:
        MissingExtraError: it is not installed.
    """
    try:
        import RNA
    except ImportError as error:
        raise MissingExtraError("ViennaRNA", "rna") from error
    return RNA
