"""From the arrays of a ranking's stages to its JSON; nothing else enters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from evdisc.outcome.effects import rounded, triple
from evdisc.protocol.specs import DiscStudy
from evdisc.protocol.therapy_specs import DeliverySpec
from evdisc.study import ties
from evdisc.study.attribution import uncomputed
from evdisc.study.gains import HYPOTHESES, Gains
from evdisc.study.posterior import posterior_notes
from evdisc.study.products import Product
from evdisc.study.stages import Outcome
from evdisc.study.usual import dose_words, injury_words
from evdisc.study.variants import bare_arm

#: share of the equivalence band below which two medians are equal
SAME = 0.01
#: members below which quantiles of 5 and 95 % are hardly more than the extremes
FEW = 20
#: how a run says that a number was drawn from a wide prior
PRIOR = ("copies per vesicle are a wide prior", "copies after", "copies loaded by", "how much")


def content(
    found: Gains, ranked: Sequence[Product], controls: Outcome, whole: Outcome, frame: DiscStudy
) -> dict[str, Any]:
    """The JSON of a ranking but for what the caller adds.

    ``order`` holds the places of the products in the order of the ranking.
    """
    assert frame.therapy is not None
    given = frame.therapy.delivery
    out: dict[str, Any] = {
        "disc": frame.disc.preset, "grade": frame.disc.grade, "insult": injury_words(frame.disc),
        "dose": {
            "particles": given.dose, "volume_uL": rounded(1e9 * given.volume),
            "schedule_d": [rounded(t / 86400.0) for t in given.schedule], "route": given.route,
            "carrier": given.carrier, "words": dose_words(frame),
        },
        "duration_d": rounded(frame.duration / 86400.0), "readout": _readout(found),
        "members": frame.ensemble.members, "seed": frame.ensemble.seed,
        "failed": whole.failed | controls.failed, "numerics": frame.numerics.model_dump(),
        "warnings": [*_warnings(whole, controls), *posterior_notes(frame.ensemble)],
        "ranking": [], "order": [], "controls": {},
        "naive": None, "probability_none_helps": None, "none_helps_over": None,
        "widest_difference": None,
    }  # fmt: skip
    if not found.members.size:
        return out
    standing = {h: _standing(found, h) for h in HYPOTHESES}
    order = places(found, standing["stoichiometric"])
    rows = [_row(i, product, given, found, whole, standing) for i, product in enumerate(ranked)]
    return out | {
        "ranking": [rows[i] for i in order], "order": order,
        "controls": _controls(found, controls),
        "order_by_potency": places(found, standing["potency"]),
        "probability_none_helps": {
            h: rounded(ties.chance_none_helps(found.help(h), found.band)) for h in HYPOTHESES
        },
        "none_helps_over": _compared_with(found),
        "naive": {"rule": "every vesicle helps", "products": len(rows)}
        | {h: _naive(h, found) for h in HYPOTHESES},
        "widest_difference": {h: rounded(ties.widest(found.gain(h))) for h in HYPOTHESES},
    }  # fmt: skip


def places(found: Gains, standing: Sequence[Mapping[str, Any]]) -> list[int]:
    """Products by rank, then by their median; equals stay in the order they came in.

    Medians that differ by less than a hundredth of the equivalence band are equal.
    """
    step = SAME * found.band
    return sorted(
        range(len(standing)),
        key=lambda i: (
            standing[i]["rank"], -round(found.better * standing[i]["effect"] / step)
        ),
    )  # fmt: skip


def _readout(found: Gains) -> dict[str, Any]:
    about = found.about
    band = rounded(found.band) if found.members.size else None
    return {"name": about.name, "unit": about.unit, "better": about.better,
            "meaning": about.meaning, "band": band}  # fmt: skip


def _standing(found: Gains, hypothesis: str) -> list[dict[str, Any]]:
    """Effect against untreated, chance of being best, and rank of every product."""
    gain = found.gain(hypothesis)
    best = ties.chance_of_best(gain, found.band)
    apart = ties.told_apart(gain, found.band)
    out = []
    for i, rank in enumerate(ties.ranks(apart)):
        told = found.effect(found.ends[hypothesis][:, i], found.untreated)
        out.append(told | {
            "rank": rank, "probability_best": rounded(best[i]),
            "tied_with": int(np.sum(apart[i] == 0)) - 1,
            "versus_vehicle": found.effect(found.ends[hypothesis][:, i], found.controls[:, i]),
        })  # fmt: skip
    return out


def _compared_with(found: Gains) -> str:
    """What a product must better to help: ``untreated``, ``carrier``, or each as it is given."""
    kinds = {"carrier" if carried else "untreated" for carried in found.carried}
    return " or ".join(sorted(kinds, reverse=True))


def _row(
    index: int, product: Product, given: DeliverySpec, found: Gains, whole: Outcome,
    standing: Mapping[str, Sequence[dict[str, Any]]],
) -> dict[str, Any]:  # fmt: skip
    case = whole.cases[index]
    names = whole.names("delivery")
    table = whole.arrays["delivery"][found.members, whole.at(case.key, "stoichiometric")]
    numbers = {
        name: triple(table[:, k]) for k, name in enumerate(names)
        if np.isfinite(table[:, k]).any()
    }  # fmt: skip

    def each(prefix: str) -> dict[str, Any]:
        return {n.removeprefix(prefix): v for n, v in numbers.items() if n.startswith(prefix)}

    delivery = case.delivery or given
    return standing["stoichiometric"][index] | {
        "therapy": product.name, "rows": product.rows, "tier": product.tier,
        "conflicts": list(product.conflicts), "notes": list(product.notes),
        "potency": standing["potency"][index] | {"attribution": uncomputed(product)},
        "route": delivery.route, "carrier": delivery.carrier,
        "control": bare_arm(delivery.carrier),
        "dose": numbers["given"], "vesicles_to_make": numbers["to_make"],
        "vesicles_per_cell": numbers["vesicles_per_cell"], "copies_per_cell": each("copies:"),
        "delivered_over_endogenous": each("over:"), "attribution": uncomputed(product),
    }  # fmt: skip


def _controls(found: Gains, controls: Outcome) -> dict[str, Any]:
    """Every control against untreated; ``carriers`` are gels and the like without vesicles."""
    carriers = [(c, found.of(controls, c.key)) for c in controls.cases if c.arm == "carrier"]
    return {
        "untreated": triple(found.untreated),
        "vehicle": triple(found.vehicle),
        "vehicle_versus_untreated": found.effect(found.vehicle, found.untreated),
        "carriers": [
            {"carrier": case.delivery.carrier, "route": case.delivery.route, "level": triple(end),
             "versus_untreated": found.effect(end, found.untreated)}
            for case, end in carriers if case.delivery
        ],
    }  # fmt: skip


def _naive(hypothesis: str, found: Gains) -> dict[str, int]:
    """How many products 'every vesicle helps' is right about."""
    benefit, harm = ("up", "down") if found.better > 0 else ("down", "up")
    ends = zip(found.ends[hypothesis].T, found.without_help.T, strict=True)
    words = [found.effect(end, versus)["direction"] for end, versus in ends]
    return {"agree": words.count(benefit), "against": words.count(harm),
            "none": words.count("none"), "unresolved": words.count("unresolved")}  # fmt: skip


def _warnings(whole: Outcome, controls: Outcome) -> list[str]:
    said = {str(w) for w in (*whole.arrays["warnings"], *controls.arrays["warnings"])}
    out = {w for w in said if not w.startswith((*PRIOR, "cargo is isolated"))}
    if any(w.startswith(PRIOR) for w in said):
        out.add("copies per vesicle, and what engineering changes of them, are wide priors")
    failed = whole.failed | controls.failed
    count = len(whole.arrays["status"])
    if count - len(failed) < FEW:
        out.add(f"with fewer than {FEW} members 90 % ranges are rough and ranks may be luck")
    if failed:
        out.add(f"{len(failed)} of {count} members failed and are left out")
    return sorted(out)


def pair_rows(
    found: Gains, mixed: Outcome, whole: Outcome, best: Sequence[Product]
) -> dict[str, Any]:
    """Pairs against untreated and against the better of the two alone at the full dose."""
    own = {p.name: found.of(whole, p.name) for p in best}
    rows = []
    for case in mixed.cases:
        names = case.key.split(" + ")
        end = found.of(mixed, case.key)
        single = np.stack([found.better * own[n] for n in names]).max(axis=0) * found.better
        rows.append(found.effect(end, found.untreated) | {
            "therapies": names, "against_better": found.effect(end, single),
        })  # fmt: skip
    order = sorted(rows, key=lambda r: -found.better * (r["effect"] or 0.0))
    return {"pairs": order, "hypothesis": "stoichiometric", "dose": "half of each"}
