"""How well published therapies are predicted, beside the rule that every vesicle helps.

Nearly every published therapy helped, so the rule is right on nearly every plain row. What counts
are the contrasts it cannot get: arms that both get vesicles, an annulus cell that is helped by less
autophagy, a dose of nothing.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from multiprocessing import get_context
from typing import Any

from evdisc.evidence.library import load
from evdisc.evidence.tables import shipped
from evdisc.evidence.therapies import Therapy, table_bytes, therapies
from evdisc.validate.therapy_runs import (
    COARSE,
    GIVEN,
    HYPOTHESES,
    LEAST,
    MEMBERS,
    SEED,
    left_out,
)
from evdisc.validate.therapy_runs import row_results as computed

FORMAT = "evdisc-therapies/1"
#: the rule, frozen before scoring: vesicles raise these and lower every other read-out; whatever
#: else is changed in an arm that gets vesicles changes nothing
RAISED = (
    "ACAN", "COL2A1", "SOX9", "ECM synthesis", "GAG", "TIMP1", "proliferation", "cell number",
    "migration", "viability", "autophagy", "mitophagy", "disc height index", "T2",
)  # fmt: skip
HELPS = ("plain", "dose zero")


@dataclass(frozen=True)
class Scored:
    """A row, what was computed of it, what the rule says, and the verdict with its cause."""

    row: Therapy
    found: dict[str, Any] | None
    rule: str
    verdict: str
    cause: str

    @property
    def hit(self) -> bool:
        """Whether the published direction was predicted."""
        return self.verdict == "hit"


def frozen() -> str:
    """SHA-256 over the table, the equivalence bands and the rule."""
    bands = [sorted(r.items()) for r in shipped("parameters") if r["key"] == "equivalence_band"]
    plain = [[pair for pair in band if pair[0] != "#"] for band in bands]
    rule = json.dumps([FORMAT, RAISED, HELPS, plain])
    return hashlib.sha256(table_bytes() + rule.encode()).hexdigest()


def rule(row: Therapy) -> str:
    """Direction by the rule that every vesicle helps."""
    if row.contrast in HELPS or row.against == "untreated":
        return "up" if row.readout in RAISED else "down"
    return "none"


def verdict(row: Therapy, found: dict[str, Any] | None) -> str:
    """``hit``, ``miss``, ``unresolved`` or ``not simulated``.

    Where nothing moved in any member nothing is known, which is no prediction that it stays,
    unless no vesicle was given.
    """
    if found is None:
        return "not simulated"
    both = found["both"]
    still = both["share_up"] is None and row.contrast != "dose zero"
    if still or both["direction"] == "unresolved":
        return "unresolved"
    return "hit" if both["direction"] == row.direction else "miss"


def cause(row: Therapy, found: dict[str, Any] | None, word: str) -> str:
    """Why a row is not a hit, in words."""
    if word == "hit":
        return ""
    if found is None:
        return row.note.removeprefix("not simulated: ")
    few, potent = (found[h] for h in HYPOTHESES)
    lacking = row.against == "knock-out" and row.cargo not in (found["acting"] or ())
    if found["acting"] == [] or lacking:
        what = row.cargo if lacking else "the vesicle's cargo"
        return f"no link leads from {what} to {row.readout}" + _without(row)
    if found["both"]["share_up"] is None:
        return f"nothing moves by more than {LEAST} in any member" + _without(row)
    said = [f"by copies: {_said(row, few)}", f"by potency: {_said(row, potent)}"]
    if row.contrast == "primed":
        said.append("priming changes copies; potency counts only what is there or not")
    if row.contrast == "inhibitor" and row.against != "knock-out":
        said.append("the block takes little of the benefit away")
    return "; ".join(said)


def _without(row: Therapy) -> str:
    return ", the study's own later links being deleted" if left_out(row) else ""


def _said(row: Therapy, effect: dict[str, Any]) -> str:
    if effect["share_up"] is None:
        return "nothing moves"
    if row.direction == "none":
        return effect["direction"] if effect["direction"] != "unresolved" else "not settled"
    share = effect["share_up"] if row.direction == "up" else 1.0 - effect["share_up"]
    known = {"none": "inside the band", "unresolved": "not settled", row.direction: "as published"}
    word = known.get(effect["direction"], "the other way")
    return f"{word}, {100 * share:.0f} % lean as published"


def scored(rows: Sequence[dict[str, Any]] | None = None) -> list[Scored]:
    """Every row of the table with its verdict; ``rows`` are results, by default the stored ones."""
    known = {r["id"]: r for r in (stored()["rows"] if rows is None else rows)}
    out = []
    for row in therapies():
        found = known.get(row.id)
        word = verdict(row, found)
        out.append(Scored(row, found, rule(row), word, cause(row, found, word)))
    return out


@lru_cache(maxsize=1)
def stored() -> dict[str, Any]:
    """Results as they come with the package: format, recipe, hash of what was frozen, rows."""
    place = resources.files("evdisc.validate").joinpath("data/therapies.json")
    content: dict[str, Any] = json.loads(place.read_text("utf-8"))
    assert content["format"] == FORMAT
    return content


def all_rows(jobs: int, progress: Callable[[int, int], None]) -> list[dict[str, Any]]:
    """Results of every row that is simulated, in the order of the table."""
    groups = list(_groups())
    found: dict[str, dict[str, Any]] = {}
    with ProcessPoolExecutor(jobs, mp_context=get_context("spawn")) as pool:
        for done, results in enumerate(pool.map(_task, groups), start=1):
            found |= {r["id"]: r for r in results}
            progress(done, len(groups))
    return [found[r.id] for r in therapies() if r.id in found]


def _groups() -> Iterator[tuple[str, ...]]:
    """Ids of rows whose runs can be shared: one study left out, one kind of simulation."""
    kept: dict[tuple[str, str], list[str]] = {}
    for row in therapies():
        if row.model:
            kept.setdefault((left_out(row), row.model), []).append(row.id)
    return (tuple(ids) for ids in kept.values())


def _task(ids: tuple[str, ...]) -> list[dict[str, Any]]:
    library = load()
    return [computed(row, library) for row in therapies() if row.id in ids]


def as_text(rows: Sequence[dict[str, Any]], date: str) -> str:
    """File content of results, with the recipe, the date, and the hash of what was frozen."""
    recipe = {"members": MEMBERS, "seed": SEED, "vesicles given at": GIVEN, "disc": COARSE}
    content = {"format": FORMAT, "frozen": frozen(), "computed": date, "recipe": recipe,
               "rows": list(rows)}  # fmt: skip
    return json.dumps(content, indent=1) + "\n"
