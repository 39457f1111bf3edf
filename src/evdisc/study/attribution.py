"""Attribution: which cargo makes how much of what a whole vesicle does.

    share = effect of the cargo alone over the control / effect of the whole vesicle over it

Each cargo is given alone, in the same vesicles at the same dose, and its effect beyond the same
without vesicles (needle and liquid, or the carrier) is held against that of the whole vesicle, in
members in which that passes a tenth of the equivalence band. Shares need not add up to one: effects
of cargoes saturate, and some work against others. Our choice.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from evdisc.outcome.effects import triple
from evdisc.study.cases import Case, drawn, products_of
from evdisc.study.gains import Gains
from evdisc.study.products import Product
from evdisc.study.stages import Setup, stage

Floats = NDArray[np.float64]
#: share of the equivalence band below which a vesicle does nothing that could be shared out
LEAST = 0.1
#: members in which it must do more than that
FEWEST = 3
COMPUTED, NOT_COMPUTED = "computed", "not computed"
NOTHING = "not resolved: the vesicle adds nothing to its control"
TOO_FEW = "not resolved: the vesicle adds something in too few members"


def attribute(
    setup: Setup, ranked: Sequence[Product], cases: Sequence[Case], gains: Gains,
    order: Mapping[str, Sequence[int]], most: int,
) -> tuple[dict[tuple[int, str], list[dict[str, Any]]], int]:  # fmt: skip
    """Run the cargoes of the first products that add something to their control alone.

    Args:
        setup: what all stages share.
        ranked: the products.
        cases: how each is given.
        gains: what they do.
        order: hypothesis -> places of the products, the best first.
        most: how many products to look into under each hypothesis.

    Returns entries (see :func:`shares`) by product and hypothesis, and the members computed.
    """
    member = drawn(setup.frame, 0, setup.library)
    wanted: dict[int, list[str]] = {}
    found: dict[tuple[int, str], list[dict[str, Any]]] = {}
    for hypothesis, places in order.items():
        whole = gains.over_control(hypothesis)
        for i in places:
            found[i, hypothesis] = uncomputed(ranked[i], status_of(whole[:, i], gains.band))
        acting = [i for i in places if status_of(whole[:, i], gains.band) == NOT_COMPUTED]
        for i in acting[:most]:
            wanted.setdefault(i, []).append(hypothesis)
    if not wanted:
        return found, 0
    cargoes = {i: products_of(cases[i], member, setup.library)[0].cargoes for i in wanted}
    each = [c for i, h in wanted.items() for c in alone_cases(cases[i], cargoes[i], h)]
    done = stage(setup, "alone", each)
    for i, hypotheses in wanted.items():
        for h in hypotheses:
            single = {
                name: gains.beyond_control(i, done, key_of(cases[i], name), h)
                for name in cargoes[i]
            }
            whole = gains.over_control(h)[:, i]
            found[i, h] = shares(ranked[i], whole, single, gains.band)
    return found, done.computed


def alone_cases(case: Case, cargoes: Sequence[str], hypotheses: Sequence[str]) -> list[Case]:
    """A case for each cargo of a product, with the rest of the vesicle's cargo switched off."""
    return [
        case.model_copy(update={
            "key": key_of(case, cargo), "only": (cargo,), "hypotheses": tuple(hypotheses),
        })
        for cargo in cargoes
    ]  # fmt: skip


def key_of(case: Case, cargo: str) -> str:
    """Key of the case in which a cargo of a product is alone."""
    return f"{case.key}: {cargo} alone"


def acts(whole: Floats, band: float) -> NDArray[np.bool_]:
    """Members (members,) in which a vesicle's effect over its control can be shared out."""
    return np.abs(whole) > LEAST * band


def status_of(whole: Floats, band: float) -> str:
    """Whether a vesicle's effect over its control (members,) can be shared out."""
    count = int(acts(whole, band).sum())
    if count >= FEWEST:
        return NOT_COMPUTED
    return TOO_FEW if count else NOTHING


def uncomputed(product: Product, status: str = NOT_COMPUTED) -> list[dict[str, Any]]:
    """Attribution entries of a product whose cargoes were not run alone."""
    return [
        {
            "cargo": cargo,
            "rows": list(rows),
            "share": None,
            "effect": None,
            "acts_in": None,
            "status": status,
        }
        for cargo, rows in product.credited.items()
    ]


def shares(
    product: Product, whole: Floats, each: Mapping[str, Floats], band: float
) -> list[dict[str, Any]]:
    """What each cargo alone makes of the whole vesicle's effect, the largest first.

    Args:
        product: the product.
        whole: (members,) effect of the whole vesicle over its control.
        each: cargo -> (members,) effect of that cargo alone over it.
        band: equivalence band of the read-out.

    Returns entries ``cargo``, ``rows`` that credit it, ``effect`` (alone, over the control),
    ``share`` of the whole over the ``acts_in`` members in which the whole vesicle acts, ``status``.
    """
    counted, status = acts(whole, band), status_of(whole, band)
    out = []
    for cargo, effect in each.items():
        share = None
        if status == NOT_COMPUTED:
            share = triple(effect[counted] / whole[counted])
        out.append({
            "cargo": cargo, "rows": list(product.credited.get(cargo, ())),
            "effect": triple(effect), "share": share, "acts_in": int(counted.sum()),
            "status": status if share is None else COMPUTED,
        })  # fmt: skip
    return sorted(out, key=lambda e: (-abs(e["effect"]["median"] or 0.0), e["cargo"]))
