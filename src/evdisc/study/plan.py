"""`plan(question)`: groups, unit, sample size, allocation, time points, and what would falsify.

The plan is plain data; nothing here writes a document. Everything that can be refused is refused
before the first simulated member.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from evdisc import __version__
from evdisc.errors import InputError
from evdisc.evidence.library import Library, load
from evdisc.outcome.readouts import EXPRESSION, readout_names
from evdisc.protocol.specs import DiscStudy, DishStudy
from evdisc.protocol.yaml_io import LoadedProtocol, validate
from evdisc.simulate.site import disc_context
from evdisc.study.allocation import Allocation, allocate
from evdisc.study.crew import Progress, silent
from evdisc.study.execute import run as run_study
from evdisc.study.falsify import falsifiers, lacking
from evdisc.study.groups import Group, asked, groups, included, treated
from evdisc.study.pilot import Pilot, read_pilot
from evdisc.study.plan_words import QUESTIONS, analysis, caveats
from evdisc.study.power import Rules
from evdisc.study.predicted import (
    Predicted,
    Run,
    outcomes,
    read_run,
    require_same,
    time_points,
)
from evdisc.study.preflight import overlay_paths
from evdisc.study.sample_size import SIZES, Design, detectables, sized
from evdisc.study.spread import Spread, spread_of
from evdisc.study.unit import Unit, require_unit, unit_of
from evdisc.study.usual import stated
from evdisc.study.variants import HYPOTHESES

FORMAT = "evdisc-plan/1"
#: groups the treated one is compared with, the first that is simulated being the primary
COMPARED = ("vehicle", "untreated", "carrier", "knock-out")
MEMBERS = 10


@dataclass(frozen=True)
class Question:
    """What a user asks of a plan; None and empty stand for what the evidence says."""

    protocol: LoadedProtocol
    unit: str | None
    power: float = 0.8
    pilot: Path | None = None
    run: Path | None = None
    outcomes: tuple[str, ...] = ()
    levels: tuple[str, ...] = ()
    attrition: float | None = None
    per_group: int | None = None
    members: int | None = None
    seed: int | None = None


@dataclass(frozen=True, eq=False)
class Prepared:
    """A question after every check that needs no simulation."""

    question: Question
    library: Library
    groups: list[Group]
    unit: Unit
    pilot: Pilot | None
    run: Run | None
    rules: Rules
    assumed: list[dict[str, Any]]

    @property
    def study(self) -> DiscStudy | DishStudy:
        """The study that is planned."""
        return self.question.protocol.spec


@dataclass(frozen=True, eq=False)
class Plan:
    """A finished plan: ``result`` is the content of plan.json."""

    result: dict[str, Any]
    unit: Unit
    allocation: Allocation


def prepare(question: Question) -> Prepared:
    """Check a question, and read what it names.

    Raises:
        InputError: what was found wrong first.
    """
    protocol, study = question.protocol, question.protocol.spec
    try:
        every = groups(study)
        name = require_unit(study, question.unit)
    except InputError as error:
        raise error.found_in(protocol.file) from None
    _require_shares(question)
    library = load(overlay_paths(protocol))
    known = known_outcomes(study)
    outcomes(study, question.outcomes, known)
    holder = "donor" if name == "donor" else "animal"
    pilot = read_pilot(question.pilot, holder, known) if question.pilot else None
    run = read_run(question.run) if question.run else None
    if run is not None:
        require_same(run, study, protocol.file or "the protocol")
    assumed: list[dict[str, Any]] = []
    levels = _levels(question, name, pilot, library, assumed)
    unit = unit_of(name, levels, len(included(every)))
    lost = question.attrition
    if lost is None:
        row = stated(library, "plan_attrition")
        lost = row.median if row else 0.0
        assumed.append({"what": "share of animals lost", "value": lost, "why": row.note if row
                        else ""})  # fmt: skip
    seed = study.ensemble.seed if question.seed is None else question.seed
    rules = Rules(question.power, attrition=lost, seed=seed)
    return Prepared(question, library, every, unit, pilot, run, rules, assumed)


def known_outcomes(study: DiscStudy | DishStudy) -> list[str]:
    """Names of the outcomes of a study, those of each cell type in a dish of several too."""
    bare = readout_names(study.kind, EXPRESSION)
    types = [c.type for c in study.cells] if isinstance(study, DishStudy) else []
    return bare + [f"{name} ({t})" for t in types for name in bare if len(types) > 1]


def _require_shares(question: Question) -> None:
    if not 0.0 < question.power < 1.0:
        raise InputError("is not between 0 and 1", key="--power", value=question.power,
                         expected="such as 0.8")  # fmt: skip
    if question.attrition is not None and not 0.0 <= question.attrition < 1.0:
        raise InputError("is not a share", key="--attrition", value=question.attrition,
                         expected="0 or more, under 1, such as 0.1")  # fmt: skip
    if question.per_group is not None and not 2 <= question.per_group <= 1000:
        raise InputError("is no group size", key="--per-group", value=question.per_group,
                         expected="2 to 1000")  # fmt: skip
    if question.members is not None and question.members < 2:
        raise InputError("are too few to tell an effect", key="--members",
                         value=question.members, expected="2 or more")  # fmt: skip


def _levels(
    question: Question, name: str, pilot: Pilot | None, library: Library,
    assumed: list[dict[str, Any]],
) -> Sequence[str]:  # fmt: skip
    if question.levels or name == "donor":
        return question.levels
    if pilot is not None:
        return pilot.levels or ("level 1",)
    row = stated(library, "plan_levels")
    count = int(row.median) if row else 1
    assumed.append({"what": "discs used in one animal", "value": count,
                    "why": row.note if row else ""})  # fmt: skip
    return [f"level {i + 1}" for i in range(count)]


def plan(prepared: Prepared, workshop: Path, *, jobs: int = 1, progress: Progress = silent) -> Plan:
    """Plan an experiment; without a run folder a few members are simulated in ``workshop``.

    Raises:
        EvdiscError: the run does not fit, or no member of it could be run.
    """
    run = _run(prepared, workshop, jobs, progress)
    study, every = prepared.study, included(prepared.groups)
    names = outcomes(study, prepared.question.outcomes, list(run.result["readouts"]))
    spreads = {n: spread_of(n, prepared.unit, _species(study), prepared.pilot, prepared.library)
               for n in names}  # fmt: skip
    design = Design(
        prepared.unit, tuple(g.name for g in every), prepared.rules,
        prepared.pilot.correlation_of if prepared.pilot else lambda some: np.eye(len(some)),
    )  # fmt: skip
    compared = [g for arm in COMPARED for g in every if g.arm == arm and arm in run.arms]
    if not compared:
        raise InputError("holds no arm to compare the treated one with", file=run.folder,
                         key="--run", expected=" | ".join(COMPARED))  # fmt: skip
    contrasts = [
        _sized(design, treated(prepared.groups), g, h, run, names, spreads, i == 0)
        for i, g in enumerate(compared) for h in HYPOTHESES
    ]  # fmt: skip
    first = [run.contrast(n, "treated", compared[0].arm, HYPOTHESES[0]) for n in names]
    pair = _pair(design, treated(prepared.groups), compared[0])
    per_group, why = _per_group(prepared.question, contrasts)
    drawn = allocate(prepared.unit, design.groups, per_group, prepared.rules.generator(0))
    result = _result(prepared, run, names, spreads) | {
        "sample_size": _sizes(prepared, contrasts, per_group, why, design),
        "detectable": detectables(design, pair, first, spreads),
        "time_points": [
            time_points(run.contrast(n, "treated", compared[0].arm, h))
            for n in names for h in HYPOTHESES
        ],
        "allocation": {"seed": prepared.rules.seed, "per_group": per_group, "why": why,
                       "rows": drawn.counts()},
    }  # fmt: skip
    result["warnings"] = caveats(result, prepared.unit, run.result, _species(study))
    return Plan(result, prepared.unit, drawn)


def _run(prepared: Prepared, workshop: Path, jobs: int, progress: Progress) -> Run:
    question = prepared.question
    if prepared.run is not None:
        return prepared.run
    widened = simulated(question.protocol, question.members or MEMBERS)
    done = run_study(widened, workshop / "run", jobs=jobs, progress=progress)
    return read_run(done.folder)


def simulated(protocol: LoadedProtocol, members: int) -> LoadedProtocol:
    """The protocol with the arms a plan compares, and with few members."""
    study = protocol.spec
    about = asked(study)
    more = ["vehicle", "untreated"]
    more += ["carrier"] if about.carrier != "none" else []
    more += ["knock-out"] if about.cargo and about.vesicle else []
    arms = list(dict.fromkeys((*study.compare, *more)))
    wanted = [f"compare=[{', '.join(arms)}]", f"ensemble.members={members}"]
    return replace(validate(protocol.text, protocol.file, wanted), file=protocol.file)


def _species(study: DiscStudy | DishStudy) -> str:
    if isinstance(study, DiscStudy):
        return disc_context(study.disc).get("species", "")
    return study.cells[0].species


def _pair(design: Design, one: Group, other: Group) -> tuple[int, int]:
    return design.groups.index(one.name), design.groups.index(other.name)


def _sized(
    design: Design, one: Group, other: Group, hypothesis: str, run: Run, names: Sequence[str],
    spreads: dict[str, Spread | None], primary: bool,
) -> dict[str, Any]:  # fmt: skip
    told: list[Predicted] = [run.contrast(n, "treated", other.arm, hypothesis) for n in names]
    found = sized(design, _pair(design, one, other), told, spreads)
    return found | {"group": one.name, "against": other.name, "primary": primary,
                    "separates": other.separates}  # fmt: skip


def _per_group(question: Question, contrasts: Sequence[dict[str, Any]]) -> tuple[int, str]:
    if question.per_group is not None:
        return question.per_group, "as asked for"
    found = [c["n_primary"] for c in contrasts if c["primary"] and c["n_primary"]]
    if found:
        return max(found), "the larger of the two delivery hypotheses that give a number"
    return SIZES[1], (
        "a placeholder: no number follows from the prediction, so that the detectable table decides"
    )


def _sizes(
    prepared: Prepared, contrasts: list[dict[str, Any]], per_group: int, why: str, design: Design
) -> dict[str, Any]:
    rules = prepared.rules
    sound = why != "as asked for" and not why.startswith("a placeholder")
    return {
        "power": rules.power, "level": rules.level, "attrition": rules.attrition,
        "experiments": rules.experiments, "correction": "Holm over the outcomes",
        "contrasts": contrasts, "per_group": per_group if sound else None,
        "animals": design.animals(per_group) if sound else None,
    }  # fmt: skip


def _result(
    prepared: Prepared, run: Run, names: Sequence[str], spreads: dict[str, Spread | None]
) -> dict[str, Any]:
    study, unit = prepared.study, prepared.unit
    cargoes = asked(study).cargo
    return {
        "format": FORMAT, "evdisc": __version__, "kind": study.kind, "title": study.title,
        "seed": prepared.rules.seed, "members": run.result["members"],
        "failed": run.result["failed"], "fingerprint": run.result["fingerprint"],
        "groups": [asdict(g) for g in prepared.groups],
        "unit": {"name": unit.name, "meaning": unit.meaning, "holder": unit.holder,
                 "part": unit.part, "levels": list(unit.levels), "analysis": analysis(unit)},
        "outcomes": [
            {"name": n, "unit": run.result["readouts"][n]["unit"], "primary": i == 0,
             "spread": spreads[n].basis if spreads[n] else "unknown"}  # type: ignore[union-attr]
            for i, n in enumerate(names)
        ],
        "better": {n: run.result["readouts"][n]["better"] for n in names},
        "falsify": [asdict(f) | {"claims": list(f.claims)}
                    for f in falsifiers(cargoes, prepared.library)],
        "gaps": lacking(cargoes, prepared.library),
        "questions": list(QUESTIONS[study.kind]),
        "assumed": [*prepared.assumed, *_assumed(run)],
    }  # fmt: skip


def _assumed(run: Run) -> list[dict[str, Any]]:
    """The five assumptions that drive the effect of the run most."""
    return [
        {"what": row.get("key", ""), "value": row.get("value"), "why": row.get("note", "")}
        for row in run.result["assumed"][:5]
    ]
