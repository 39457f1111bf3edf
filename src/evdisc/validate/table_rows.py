"""Every row of the review's two tables as dish studies.

(a) the cargo alone at a saturating level, all claims believed: does the mechanism show what was
reported? (b) whole vesicles at a usual concentration, under both delivery hypotheses, with the
discount on claims: reported whatever it says; and what knocking the cargo out of the vesicle
changes, with the rest of its cargo there and not.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from importlib import resources
from typing import Any

import numpy as np

from evdisc.cell.assay import assay
from evdisc.cell.blueprint import blueprint
from evdisc.cell.dose import targets
from evdisc.evidence.chains import Chain, chains
from evdisc.evidence.library import Library
from evdisc.outcome.effects import effect
from evdisc.protocol.specs import DishStudy
from evdisc.protocol.yaml_io import from_document
from evdisc.simulate import dish
from evdisc.simulate.draws import MemberDraws
from evdisc.simulate.member import Member
from evdisc.vesicle.product import bare_cargo

FORMAT = "evdisc-table-rows/1"
MEMBERS, SEED, HOURS = 20, 2026, 48
#: insults of a row whose study states none, each at a usual dose
INSULTS = {
    "IL-1beta": "10 ng/mL", "TNF-alpha": "10 ng/mL", "TBHP": "100 uM", "compression": "1 MPa",
}  # fmt: skip
#: saturating copies in a cell
COPIES = {"protein": 1e7, "organelle": 1e5}
RNA_COPIES = 1e3
CONCENTRATION = "1e9 particles/mL"
HYPOTHESES = ("stoichiometric", "potency")
#: change of an activity that counts as a move
LEAST = 1e-3
Row = dict[str, Any]


def table_chains(library: Library) -> dict[str, Chain]:
    """Rows of the two tables: key such as ``T1.05`` -> chain."""
    prefix = "chen2025:T"
    every = chains(library.claims).items()
    return {key.rpartition(":")[2]: chain for key, chain in every if key.startswith(prefix)}


def insults_of(chain: Chain) -> list[str]:
    """Insults the row's study states, or all four."""
    stated = {c.insult for c in chain.claims} & set(INSULTS)
    return [name for name in INSULTS if name in stated] or list(INSULTS)


def row_results(key: str, chain: Chain, library: Library, members: int = MEMBERS) -> list[Row]:
    """Results of one table row: one entry a cell type, insult and reported phenotype."""
    nodes = set(blueprint(library).nodes)
    cells = dict.fromkeys(n.strip() for e in chain.effects for n in e.cell.split(";"))
    out = []
    for cell in cells:
        told = {
            e.target: e for e in chain.effects
            if e.source in chain.cargoes and cell in e.cell and e.target in nodes
        }  # fmt: skip
        for insult in insults_of(chain):
            moved = _moved(chain, cell, insult, list(told), library, members)
            moved["target alone"] = target_alone(chain, cell, insult, list(told), library, members)
            out += [
                {
                    "row": key, "cargo": list(chain.cargoes), "cell": cell, "insult": insult,
                    "phenotype": phenotype, "reported": "up" if claim.sign > 0 else "down",
                    **_judged(chain, phenotype, claim.sign, moved),
                }
                for phenotype, claim in told.items()
            ]  # fmt: skip
    return out


def _judged(chain: Chain, phenotype: str, sign: int, moved: dict[str, dict[str, Any]]) -> Row:
    """Effects on one phenotype and the verdict on the mechanism."""
    found = {name: effects[phenotype] for name, effects in moved.items()}
    mechanism = found["mechanism"]
    linked = any(r.path for r in chain.readings() if r.effect.target == phenotype)
    if mechanism["direction"] == ("up" if sign > 0 else "down"):
        verdict = "as reported"
    elif not mechanism["moved"]:
        verdict = "no effect" if linked else "missing link"
    else:
        verdict = "leans as reported" if mechanism["share_up"] * sign > 0.5 * sign else "against"
    missing = [f"{c.source} -> {c.target}" for c in chain.unknown]
    return {"verdict": verdict, "missing": missing if verdict != "as reported" else [], **found}


def _moved(
    chain: Chain, cell: str, insult: str, phenotypes: Sequence[str], library: Library,
    members: int,
) -> dict[str, dict[str, Any]]:  # fmt: skip
    """Name of a comparison -> phenotype -> effect."""
    parent = next((c.parent_cell for c in chain.claims if c.parent_cell), "MSC")
    kinds = dict(zip(chain.cargoes, bare_cargo(chain.cargoes, library).kinds, strict=True))
    bare = [
        {"molecule": c, "copies_per_cell": f"{COPIES.get(kind, RNA_COPIES):g} copies/cell"}
        for c, kind in kinds.items()
    ]  # fmt: skip
    direct = _study(cell, insult, {"cargo": bare}, [])
    whole = _study(cell, insult, _vesicles(parent, chain.cargoes, False), ["knock-out"])
    alone = _study(cell, insult, _vesicles(parent, chain.cargoes, True), ["knock-out"])
    plans: dict[str, tuple[DishStudy, str, tuple[str, str], bool]] = {
        "mechanism": (direct, "stoichiometric", ("treated", "untreated"), True),
        "discounted": (direct, "stoichiometric", ("treated", "untreated"), False),
    }
    for h in HYPOTHESES:
        plans[f"vesicles, {h}"] = (whole, h, ("treated", "untreated"), False)
        plans[f"knock-out, rest there, {h}"] = (whole, h, ("treated", "knock-out"), False)
        plans[f"knock-out, rest absent, {h}"] = (alone, h, ("treated", "knock-out"), False)
    out: dict[str, dict[str, Any]] = {}
    ends: dict[tuple[int, str, str, bool], dict[str, list[float]]] = {}
    for name, (study, hypothesis, pair, believed) in plans.items():
        for arm in pair:
            asked = id(study), hypothesis, arm, believed
            if asked not in ends:
                ends[asked] = _ends(study, cell, arm, hypothesis, believed, phenotypes, members,
                                    library)  # fmt: skip
        mine, theirs = (ends[id(study), hypothesis, a, believed] for a in pair)
        band = library.resolve("equivalence_band", subject="expression").median
        out[name] = {p: _effect(mine[p], theirs[p], band) for p in phenotypes}
    return out


def target_alone(
    chain: Chain, cell: str, insult: str, phenotypes: Sequence[str], library: Library,
    members: int,
) -> dict[str, Row]:  # fmt: skip
    """Effect of the cargo where all the row's studies alone tell of is deleted but its target."""
    plan = blueprint(library)
    studies = {c.study for c in chain.claims}
    later = np.array([
        {c.study for c in arrow.claims} <= studies and arrow.source not in chain.cargoes
        for arrow in plan.arrows
    ])  # fmt: skip
    band = library.resolve("equivalence_band", subject="expression").median
    pushed = {"stimulus:" + n for n in targets(insult, plan.nodes)}
    ends: dict[str, tuple[list[float], list[float]]] = {p: ([], []) for p in phenotypes}
    for number in range(members):
        network = _member(library, cell, number).network_without(later)
        stressed = {network.nodes.index(n): 1.0 for n in pushed}
        brought = {network.nodes.index(c): 1.0 for c in chain.cargoes if c in network.nodes}
        seen = assay(network, 0, [stressed | brought, stressed], [3600.0 * HOURS])[0]
        for p in phenotypes:
            for column, kept in enumerate(ends[p]):
                kept.append(float(seen[network.index(p), column]))
    return {p: _effect(*ends[p], band) for p in phenotypes}


def _effect(arm: Sequence[float], versus: Sequence[float], band: float) -> Row:
    found = effect(np.array(arm), np.array(versus), band, 0)
    difference = np.array(arm) - np.array(versus)
    moved = np.abs(difference) > LEAST
    up = difference > 0
    return {
        "median": round(found.median, 6), "q05": round(found.q05, 6), "q95": round(found.q95, 6),
        "direction": found.direction, "moved": bool(moved.any()),
        "share_up": round(float(up[moved].mean()), 3) if moved.any() else 0.5,
    }  # fmt: skip


def _ends(
    study: DishStudy, cell: str, arm: str, hypothesis: str, believed: bool,
    phenotypes: Sequence[str], members: int, library: Library,
) -> dict[str, list[float]]:  # fmt: skip
    """Activity of each phenotype at the end of an arm, in every member."""
    out: dict[str, list[float]] = {p: [] for p in phenotypes}
    for number in range(members):
        run = dish.run_arm(study, _member(library, cell, number), arm, hypothesis, believed)
        for p in phenotypes:
            out[p].append(float(run.series[f"activity:{p}|{cell}"][-1]))
    return out


@lru_cache(maxsize=8 * MEMBERS)
def _member(library: Library, cell: str, number: int) -> Member:
    context = {"species": "human", "grade": "1"}
    return Member.draw(library, context, MemberDraws(SEED, number), {}, (cell,))


def _vesicles(parent: str, cargoes: Iterable[str], isolate: bool) -> dict[str, Any]:
    cargo = [{"molecule": c, "isolate": isolate} for c in cargoes]
    vesicle = {"source": {"cell": parent}, "cargo": cargo}
    return {"vesicle": vesicle, "concentration": CONCENTRATION}


def _study(cell: str, insult: str, therapy: dict[str, Any], compare: Sequence[str]) -> DishStudy:
    document = {
        "evdisc": 1, "kind": "dish", "title": "a row of the review's tables",
        "cells": [{"type": cell}], "stimuli": [{"name": insult, "dose": INSULTS[insult]}],
        "therapy": therapy, "compare": ["untreated", *compare], "duration": f"{HOURS} h",
        "numerics": {"output_every": f"{HOURS} h"},
    }  # fmt: skip
    spec = from_document(document).spec
    assert isinstance(spec, DishStudy)
    return spec


def all_rows(library: Library, progress: Callable[[int, int], None] | None = None) -> list[Row]:
    """Results of every table row."""
    every = sorted(table_chains(library).items())
    out = []
    for done, (key, chain) in enumerate(every, start=1):
        out += row_results(key, chain, library)
        if progress:
            progress(done, len(every))
    return out


def stored() -> list[Row]:
    """Results as they come with the package."""
    text = resources.files("evdisc.validate").joinpath("data/table_rows.json").read_text("utf-8")
    content = json.loads(text)
    assert content["format"] == FORMAT
    rows: list[Row] = content["rows"]
    return rows


def as_text(rows: Sequence[Row]) -> str:
    """File content of results, with the recipe."""
    recipe = {"members": MEMBERS, "seed": SEED, "hours": HOURS, "concentration": CONCENTRATION}
    return json.dumps({"format": FORMAT, "recipe": recipe, "rows": list(rows)}, indent=1) + "\n"
