"""What a fit says: prior against posterior of numbers, rows and read-outs, or why it is refused."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from evdisc.errors import RunError
from evdisc.evidence.library import Library, context_text
from evdisc.outcome.effects import rounded
from evdisc.outcome.readouts import describe
from evdisc.protocol.specs import DiscStudy, DishStudy
from evdisc.simulate.member import network_arrows
from evdisc.study.claims_influence import unpacked
from evdisc.study.fit_table import Measured
from evdisc.study.influence import drawn_row
from evdisc.study.likelihood import Widths, measurement_error
from evdisc.study.pareto import TRUSTED, weighted_quantiles
from evdisc.study.summary import Stack, citations
from evdisc.study.variants import arms_of, find, variants

if TYPE_CHECKING:
    from evdisc.study.fit import Weighed

Floats = NDArray[np.float64]
SHARES = np.array([0.5, 0.05, 0.95])
#: claims told of
MOST = 12
#: a distance between distributions beyond this over the root of the independent members is more
#: than chance in one of twenty (the asymptotic law of Kolmogorov and Smirnov)
KOLMOGOROV = 1.36


def content(
    study: DiscStudy | DishStudy, table: Sequence[Measured], stack: Stack,
    predicted: Mapping[str, Floats], found: Weighed, library: Library,
) -> dict[str, Any]:  # fmt: skip
    """What a posterior file says beside members and weights."""
    return {
        "kind": study.kind, "seed_of_study": study.ensemble.seed, "ess": round(found.ess, 3),
        "pareto_k": None if not math.isfinite(found.shape) else round(found.shape, 3),
        "hypotheses": {h: rounded(p) for h, p in found.probability.items()},
        "rows": [_row(i, row, predicted, found) for i, row in enumerate(table)],
        "parameters": parameters(study, stack, found, library),
        "claims": claims(stack, found, library),
        "readouts": readouts(study, stack, found),
        "assumed": _assumed(library), "citations": citations(study, library),
        "warnings": _warnings(table, stack, found),
    }  # fmt: skip


def spread(samples: Floats, weights: Floats) -> dict[str, float | None]:
    """Median and 90 % range of weighted samples as JSON numbers."""
    middle, low, high = weighted_quantiles(samples, weights, SHARES)
    return {"median": rounded(middle), "q05": rounded(low), "q95": rounded(high)}


def _both(samples: Floats, weights: Floats) -> dict[str, Any]:
    even = np.full(len(samples), 1.0 / len(samples))
    return {"prior": spread(samples, even), "posterior": spread(samples, weights)}


def _row(
    place: int, row: Measured, predicted: Mapping[str, Floats], found: Weighed
) -> dict[str, Any]:
    error = measurement_error(row)
    ends = (
        [row.mean * math.exp(s * 1.645 * error) for s in (-1.0, 1.0)]
        if row.ratio else [row.mean + s * 1.645 * error for s in (-1.0, 1.0)]
    )  # fmt: skip
    return {
        "line": row.line, "words": row.words, "readout": row.readout, "unit": row.unit,
        "ratio": row.ratio, "measured": rounded(row.mean), "measured_q05": rounded(ends[0]),
        "measured_q95": rounded(ends[1]), "out_of_reach": place in found.far,
        "hypotheses": {
            h: _both(predicted[h][:, place], w) for h, w in found.own.items()
        },
    }  # fmt: skip


def parameters(
    study: DiscStudy | DishStudy, stack: Stack, found: Weighed, library: Library
) -> list[dict[str, Any]]:
    """Drawn numbers before and after, those that moved most first.

    ``moved`` is the largest distance between the two cumulative distributions; ``place`` is the
    posterior's 90 % range in shares of the prior.
    """
    draws = stack.arrays["parameters"]
    out = []
    for i, name in enumerate(stack.names("parameter")):
        row, x = drawn_row(study, name, library), draws[:, i]
        if not np.isfinite(x).any() or np.nanmin(x) == np.nanmax(x):
            continue
        moved, place = _moved(x, found.weights)
        out.append({
            "key": row.key, "context": name.partition("#")[2] or context_text(row),
            "tier": row.tier, "unit": row.si_unit, **_both(x, found.weights),
            "moved": round(moved, 4), "chance": round(KOLMOGOROV / math.sqrt(found.ess), 4),
            "place": [round(p, 4) for p in place],
        })  # fmt: skip
    return sorted(out, key=lambda e: (-e["moved"], e["key"], e["context"]))


def _moved(x: Floats, weights: Floats) -> tuple[float, list[float]]:
    """Kolmogorov's distance from prior to posterior, and where its quantiles lie in the prior."""
    order = np.argsort(np.where(np.isfinite(x), x, np.inf), kind="stable")
    even = (np.arange(len(x)) + 0.5) / len(x)
    after = np.cumsum(weights[order])
    before = np.cumsum(np.full(len(x), 1.0 / len(x)))
    rank = np.empty(len(x))
    rank[order] = even
    return float(np.abs(after - before).max()), [
        float(q) for q in weighted_quantiles(rank, weights, SHARES)
    ]


def claims(stack: Stack, found: Weighed, library: Library) -> list[dict[str, Any]]:
    """Arrows by how much the share of members that hold them changed."""
    if "arrows" not in stack.arrays:
        return []
    arrows = network_arrows(library)
    held = unpacked(stack.arrays["arrows"], len(arrows)).astype(np.float64)
    good = np.array([s == "ok" for s in stack.status])
    before, after = held[good].mean(axis=0), found.weights @ held
    error = np.sqrt(before * (1.0 - before) / found.ess)
    order = sorted(range(len(arrows)), key=lambda i: (-abs(after[i] - before[i]), i))
    return [
        {"arrow": arrows[i].identity, "claims": sorted(c.claim for c in arrows[i].claims),
         "prior": rounded(float(before[i])), "posterior": rounded(float(after[i])),
         "standard_error": rounded(float(error[i]))}
        for i in order[:MOST] if after[i] != before[i]
    ]  # fmt: skip


def readouts(study: DiscStudy | DishStudy, stack: Stack, found: Weighed) -> list[dict[str, Any]]:
    """Effect at the end of the first arm on the second, before and after, of every read-out."""
    every, arms = variants(study), arms_of(study)
    out = []
    for i, name in enumerate(stack.names("readout")):
        about = describe(name, study.kind)
        data = stack.arrays["readouts"][:, :, i, -1]

        def end(arm: str, hypothesis: str, data: Floats = data) -> Floats:
            return data[:, find(every, arm, hypothesis, False)]

        for h, weights in found.own.items():
            x = end(arms[0], h)
            versus = arms[1] if len(arms) > 1 else ""
            out.append({
                "readout": name, "unit": about.unit, "hypothesis": h, "arm": arms[0],
                "versus": versus, **_both(x - end(versus, h) if versus else x, weights),
            })  # fmt: skip
    return out


def _assumed(library: Library) -> list[dict[str, Any]]:
    widths = Widths.of(library)
    return [
        {"key": key, "subject": subject, "value": own[ratio], "tier": "assumed"}
        for key, own in (("fit_study_effect", widths.study), ("fit_model_error", widths.model))
        for ratio, subject in ((True, "ratio"), (False, "level"))
    ]


def _warnings(table: Sequence[Measured], stack: Stack, found: Weighed) -> list[str]:
    out = []
    if not table:
        out.append("the table has no row: the posterior is the prior")
    if found.shape > TRUSTED:
        out.append(f"a few members carry most of the weight (Pareto k {found.shape:.2f} is above "
                   f"{TRUSTED}): ranges are rough, more members would tell")  # fmt: skip
    for place in found.far:
        out.append(f"line {table[place].line} ({table[place].words}) is beyond every member")
    if len(found.probability) > 1:
        out.append("both delivery hypotheses share the members, weighed by their chances; "
                   "--under keeps one of them")  # fmt: skip
    if stack.failed:
        out.append(f"{len(stack.failed)} of {len(stack.members)} members failed and count nothing")
    return out


def refusal(
    data: Path, table: Sequence[Measured], far: Sequence[int], ess: float, least: float,
    predicted: Mapping[str, Floats],
) -> RunError:  # fmt: skip
    """Why there is no posterior, and what to do."""
    start = f"{data}: the table leaves {ess:.1f} independent members, {least:.0f} are needed"
    if far:
        rows = "; ".join(f"line {table[i].line} ({table[i].words}) reads {table[i].mean:.3g}, "
                         f"members say {_range(i, predicted)}" for i in far[:3])  # fmt: skip
        more = f", and {len(far) - 3} more" if len(far) > 3 else ""
        return RunError(
            f"{start}. It contradicts the model: {rows}{more}",
            advice="check arm, unit and kind of these rows, or give them a wider error",
        )
    members = len(next(iter(predicted.values())))
    wanted = math.ceil(2.0 * members * least / max(ess, 1.0) / 50.0) * 50
    return RunError(
        start, advice=f"try --members {wanted}, or wider errors where the table is too sure"
    )


def _range(place: int, predicted: Mapping[str, Floats]) -> str:
    every = np.concatenate([p[:, place] for p in predicted.values()])
    every = every[np.isfinite(every)]
    return f"{every.min():.3g} to {every.max():.3g}" if every.size else "nothing"
