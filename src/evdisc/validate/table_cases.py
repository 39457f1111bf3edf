"""The review's tables in the words of a case: mechanism, vesicles, knock-out, target alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np

from evdisc.evidence.library import Library
from evdisc.validate.case import Check, Result, holds, told
from evdisc.validate.table_rows import HYPOTHESES, Row, row_results, stored, table_chains

SOURCE = "chen2025"
#: rows of one stated insult that are computed again
SAMPLE = ("T1.11", "T2.01")
#: what two machines may differ by
ROUNDING = 1e-4


def mechanism(library: Library) -> Result:
    """(a) Cargo alone, saturating, all claims believed."""
    rows = stored()
    counts = Counter(r["verdict"] for r in rows)
    open_rows = [r for r in rows if r["verdict"] in ("against", "no effect", "missing link")]
    named = [r for r in open_rows if r["missing"]]
    whole = {r["row"] for r in rows}
    shown = {r["row"] for r in rows if r["verdict"] in ("as reported", "leans as reported")}
    checks = [
        holds("rows run", "39", float(len(whole)), "", len(whole) == 39),
        told("rows that show a reported effect", "39", float(len(shown)), ""),
        *(told(f"phenotypes x insults {word}", "", float(n), "") for word, n in counts.items()),
        told("of those not shown, the record names a missing link", f"of {len(open_rows)}",
             float(len(named)), ""),
    ]  # fmt: skip
    return Result(
        "tables: mechanism", "Tables 1 and 2 as dishes, cargo alone at a saturating level", SOURCE,
        tuple(checks),
        "what is not shown is a link the record leaves open, other claims on the same target that "
        "work against it, or a phenotype the insult holds at its ceiling; see --json", used=True,
    )  # fmt: skip


def vesicles(library: Library) -> Result:
    """(b) Whole vesicles under both hypotheses, and their knock-outs."""
    rows = stored()
    checks: list[Check] = []
    for h in HYPOTHESES:
        checks.append(_resolved(rows, f"vesicles, {h}", "resolved as reported"))
        for rest in ("there", "absent"):
            name = f"knock-out, rest {rest}, {h}"
            checks.append(_resolved(rows, name, f"cargo needed, rest {rest}"))
    return Result(
        "tables: vesicles", "Tables 1 and 2 as dishes, whole vesicles and knock-outs", SOURCE,
        tuple(checks),
        "studies report every one of these; a native vesicle brings few copies, so occupancy "
        "alone seldom explains them: the disagreement is the finding", used=True,
    )  # fmt: skip


def target_alone(library: Library) -> Result:
    """Leave one cargo out: phenotypes from the cargo's target alone."""
    rows = stored()
    moved = [r for r in rows if r["target alone"]["moved"]]
    right = [(r["target alone"]["share_up"] > 0.5) == (r["reported"] == "up") for r in moved]
    return Result(
        "tables: target alone", "phenotypes from the cargo's target, later links deleted", SOURCE,
        (told("phenotypes x insults that move at all", f"of {len(rows)}", float(len(moved)), ""),
         told("majority of the members as reported", "every vesicle helps: 100",
              100 * float(np.mean(right)) if right else 0.0, "%")),
        "the naive rule knows that only benefits are published; it cannot say which cargo does "
        "what", used=False,
    )  # fmt: skip


def reproduced(library: Library) -> Result:
    """A few rows computed again and compared with the stored results."""
    known = {(r["row"], r["cell"], r["insult"], r["phenotype"]): r for r in stored()}
    worst = 0.0
    for key in SAMPLE:
        for row in row_results(key, table_chains(library)[key], library):
            old = known[row["row"], row["cell"], row["insult"], row["phenotype"]]
            worst = max(worst, *(abs(row[n]["median"] - old[n]["median"]) for n in row
                                 if isinstance(row[n], dict)))  # fmt: skip
    return Result(
        "tables: stored", "stored results of the tables against this program", "evdisc",
        (holds(f"largest difference in rows {' and '.join(SAMPLE)}", f"below {ROUNDING}", worst,
               "", worst < ROUNDING),),
        "renew them with make study-cell", used=True,
    )  # fmt: skip


def _resolved(rows: Sequence[Row], name: str, words: str) -> Check:
    yes = sum(r[name]["direction"] == r["reported"] for r in rows)
    return told(f"{words} ({name.rpartition(', ')[2]})", f"of {len(rows)}", float(yes), "")


CASES = (mechanism, vesicles, target_alone, reproduced)
