"""Published therapies in the words of a case: contrasts, plain rows, what is stored."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import Any

import numpy as np

from evdisc.evidence.library import Library
from evdisc.evidence.therapies import CONTRASTS, therapies
from evdisc.validate.case import Check, Result, holds, told
from evdisc.validate.cell_scores import bootstrap
from evdisc.validate.therapy_runs import HYPOTHESES, row_results
from evdisc.validate.therapy_scores import Scored, frozen, scored, stored

#: rows that are computed again in their first members: a dish and a disc, studies left out
SAMPLE = ("IVD034.4", "IVD035.2")
FIRST = 2
#: what two machines may differ by, in the unit of the read-out
ROUNDING = 1e-3
SOURCE = "chen2025"
#: groups of rows
BLIND, REAL = "contrasts the rule cannot get", "of these, all but a dose of nothing"
EVERY, PLAIN = "contrasts in all", "plain read-outs"


def judged(rows: Sequence[Scored]) -> list[Scored]:
    """Rows that were simulated."""
    return [r for r in rows if r.verdict != "not simulated"]


def shares(rows: Sequence[Scored]) -> tuple[float, float]:
    """Percent right of the model and of the rule."""
    ours = [r.hit for r in rows]
    theirs = [r.rule == r.row.direction for r in rows]
    return 100 * float(np.mean(ours)), 100 * float(np.mean(theirs))


def spread(rows: Sequence[Scored]) -> tuple[float, float]:
    """90 % interval of the percent right, studies resampled whole."""
    hits = np.array([float(r.hit) for r in rows])
    low, high = bootstrap(100 * hits, [r.row.study for r in rows])
    return float(low), float(high)


def interval(rows: Sequence[Scored]) -> str:
    """The same in words."""
    low, high = spread(rows)
    return f"{low:.0f} to {high:.0f}"


def groups() -> dict[str, list[Scored]]:
    """Rows that are scored together, by what they are; contrasts the rule cannot get come first."""
    rows = judged(scored())
    plain_rows = [r for r in rows if r.row.contrast == "plain"]
    contrast = [r for r in rows if r.row.contrast != "plain"]
    blind = [r for r in contrast if r.rule != r.row.direction]
    real = [r for r in blind if r.row.contrast != "dose zero"]
    return {BLIND: blind, REAL: real, EVERY: contrast, PLAIN: plain_rows}


def headline() -> list[dict[str, Any]]:
    """Percent right of the model, with its 90 % interval, and of the rule, by :func:`groups`."""
    return [
        {"about": about, "rows": len(rows), "model": shares(rows)[0], "rule": shares(rows)[1],
         **dict(zip(("q05", "q95"), spread(rows), strict=True))}
        for about, rows in groups().items()
    ]  # fmt: skip


def counted(rows: Sequence[Scored]) -> str:
    """Verdicts in words."""
    counts = Counter(r.verdict for r in rows)
    return ", ".join(f"{n} {word}" for word, n in sorted(counts.items()))


def contrasts(library: Library) -> Result:
    """The headline: contrasts that the rule cannot get."""
    every = [r for r in scored() if r.row.contrast != "plain"]
    blind, real, rows = (groups()[g] for g in (BLIND, REAL, EVERY))
    low, high = spread(real)
    checks = [
        told(f"right on {len(blind)} contrasts the rule cannot get", f"rule 0 (90 %: "
             f"{interval(blind)})", shares(blind)[0], "%"),
        holds(f"the same without a dose of nothing ({len(real)})",
              f"above 0 (90 %: {low:.0f} to {high:.0f})", shares(real)[0], "%", low > 0.0),
        told(f"right on all {len(rows)} contrasts", f"rule {shares(rows)[1]:.0f}",
             shares(rows)[0], "%"),
        *_by_hypothesis(real),
        leaning(real),
        *_by_kind(every),
    ]  # fmt: skip
    return Result(
        "therapies: contrasts", "what the rule that every vesicle helps cannot get", SOURCE,
        tuple(checks),
        "a cargo whose target the record does not name cannot matter when it is knocked out; by "
        "copies so few arrive that nothing moves beyond the band, and by potency an arm counts "
        "vesicles, so priming and a missing cargo among ten change little; each row has its own "
        "cause (--rows)",
    )  # fmt: skip


def _by_hypothesis(rows: Sequence[Scored]) -> Iterator[Check]:
    for hypothesis in HYPOTHESES:
        right = [bool(r.found) and r.found[hypothesis]["direction"] == r.row.direction
                 for r in rows if r.found]  # fmt: skip
        yield told(f"right under {hypothesis} alone", "", 100 * float(np.mean(right)), "%")


def leaning(rows: Sequence[Scored]) -> Check:
    """Share of the rows that move in which most members go as published: a lean, never a hit."""
    both = [(r.found["both"]["share_up"], r.row.direction) for r in rows if r.found]
    moved = [(share > 0.5) == (seen == "up") for share, seen in both
             if share is not None and seen != "none"]  # fmt: skip
    return told(f"lean as published, of the {len(moved)} that move at all", "no hit",
                100 * float(np.mean(moved)) if moved else 0.0, "%")  # fmt: skip


def _by_kind(rows: Sequence[Scored]) -> Iterator[Check]:
    for kind in CONTRASTS[1:]:
        mine = [r for r in rows if r.row.contrast == kind]
        if mine:
            yield told(f"{kind}: {counted(mine)}", f"of {len(mine)}",
                       float(sum(r.hit for r in mine)), "")  # fmt: skip


def plain(library: Library) -> Result:
    """Rows that compare a therapy with no therapy: the rule gets nearly all."""
    every = [r for r in scored() if r.row.contrast == "plain"]
    rows = groups()[PLAIN]
    settled = [r for r in rows if r.verdict != "unresolved"]
    ours, theirs = shares(rows)
    checks = [
        told(f"right on {len(rows)} read-outs", f"rule {theirs:.0f} (ours, 90 %: "
             f"{interval(rows)})", ours, "%"),
        told(f"right among {len(settled)} that are resolved", "", shares(settled)[0], "%"),
        told(f"{counted(every)}", f"of {len(every)}", float(sum(r.hit for r in rows)), ""),
    ]  # fmt: skip
    checks += [*_by_hypothesis(rows), leaning(rows)]
    for model in ("dish", "disc"):
        mine = [r for r in rows if r.row.model == model]
        checks.append(told(f"right as {model} ({len(mine)})", "", shares(mine)[0], "%"))
    return Result(
        "therapies: plain", "published therapies against no therapy", SOURCE, tuple(checks),
        "only what helped is published, so the rule cannot fail here; no source gives dose and "
        "means of a disc, so the usual dose stands for them, and both hypotheses together span "
        "nothing to much: an interval over both seldom leaves zero out",
    )  # fmt: skip


def reproduced(library: Library) -> Result:
    """What was frozen, and members of two rows computed again and compared with those stored."""
    known = {r["id"]: r for r in stored()["rows"]}
    same = stored()["frozen"] == frozen()
    worst = 0.0
    for row in (r for r in therapies() if r.id in SAMPLE):
        new, old = (r["differences"] for r in (row_results(row, library, FIRST), known[row.id]))
        worst = max(worst, *(abs(a - b) for h in HYPOTHESES
                             for a, b in zip(new[h], old[h][:FIRST], strict=True)))  # fmt: skip
    return Result(
        "therapies: stored", "stored results of the therapies against this program", "evdisc",
        (holds("table, bands and rule are those hashed before scoring", "same", float(same), "",
               same),
         holds(f"largest difference in {FIRST} members of {' and '.join(SAMPLE)}",
               f"below {ROUNDING}", worst, "", worst < ROUNDING)),
        "renew them with evdisc validate --therapies", used=True,
    )  # fmt: skip


def table() -> list[dict[str, Any]]:
    """Every row with what was published, predicted, and the verdict, for JSON."""
    return [
        {
            **asdict(r.row), "predicted": r.found, "rule": r.rule, "verdict": r.verdict,
            "cause": r.cause, "use": use(r),
        }
        for r in scored()
    ]  # fmt: skip


def use(row: Scored) -> str:
    """Whether the row is scored, and how its study was kept out of the prediction."""
    if row.verdict == "not simulated":
        return "not scored"
    return "used, scored with the study left out" if row.row.used == "claims" else "scored"


CASES = (contrasts, plain, reproduced)
