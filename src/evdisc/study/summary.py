"""From member arrays, in member order, to result.json; nothing else enters."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from evdisc.evidence.library import Library
from evdisc.outcome.animals import animals_per_arm
from evdisc.outcome.delivery_table import verdicts
from evdisc.outcome.effects import bands, effect, rounded, triple
from evdisc.outcome.readout import Readout
from evdisc.outcome.readouts import describe
from evdisc.protocol.specs import DiscStudy, DishStudy
from evdisc.simulate import disc, dish
from evdisc.simulate.mechanisms import DISC, DISH
from evdisc.simulate.member import network_arrows
from evdisc.simulate.readers import READERS
from evdisc.simulate.upstream import ANY, upstream
from evdisc.simulate.values import Median
from evdisc.study.claims_influence import influence_of_claims, unpacked
from evdisc.study.effort import add_effort
from evdisc.study.influence import assumed, drawn_row
from evdisc.study.organs import add_organs
from evdisc.study.posterior import posterior_notes
from evdisc.study.purity import purity
from evdisc.study.safety import safety
from evdisc.study.sensitivity import HELD, sensitivity
from evdisc.study.variants import HYPOTHESES, Variant, arms_of, find, variants
from evdisc.study.worker import draw

Floats = NDArray[np.float64]
#: read-out whose effect ranks the assumptions
HEADLINE = {"disc": "disc height index", "dish": "viability"}
#: state variable that holds it
HEADLINE_HELD = {"disc": "height_ratio", "dish": "living_cells"}
#: read-out told as a share of members in each grade too
GRADE = "Pfirrmann grade"


@dataclass(frozen=True)
class Stack:
    """All members of a study as arrays (see :func:`evdisc.study.worker.stack`)."""

    members: Sequence[int]
    status: Sequence[str]
    arrays: Mapping[str, NDArray[Any]]

    @property
    def failed(self) -> dict[str, str]:
        """Member number -> reason, for members that failed."""
        return {str(m): s for m, s in zip(self.members, self.status, strict=True) if s != "ok"}

    def names(self, which: str) -> list[str]:
        """Labels of an axis as plain strings."""
        return [str(n) for n in self.arrays.get(which + "_names", ())]


def result(
    study: DiscStudy | DishStudy, stack: Stack, library: Library, print_: str, version: str
) -> dict[str, Any]:
    """The content of result.json."""
    every = variants(study)
    arms = arms_of(study)
    out: dict[str, Any] = {
        "evdisc": version, "kind": study.kind, "title": study.title,
        "seed": study.ensemble.seed, "members": len(stack.members),
        "failed": stack.failed, "fingerprint": print_, "arms": list(arms),
        "carrier": _carrier(study),
    }  # fmt: skip
    if "readouts" not in stack.arrays:
        return out | {
            "readouts": {},
            "delivery": {},
            "product": {},
            "safety": {},
            "evidence": [],
            "assumed": [],
            "influence_of_claims": {},
            "warnings": [],
            "citations": [],
        }
    out["readouts"] = {
        name: _readout(study, name, i, stack, every, arms, library)
        for i, name in enumerate(stack.names("readout"))
    }
    standing = [m for m, s in zip(stack.members, stack.status, strict=True) if s == "ok"]
    drawn = [draw(study, m, library) for m in standing]
    out["delivery"] = delivery_rows(stack, every, arms, library)
    add_organs(out["delivery"], study, drawn)
    if "treated" in out["delivery"]:
        given_off = treated_column(stack, every, "cells:secreted")
        add_effort(out["delivery"]["treated"], study, drawn, given_off, library)
    if study.therapy is not None:
        found = exposure_sensitivity(study, stack, every, library)
        out["delivery"]["treated"]["sensitivity"] = found
    out["product"] = purity(study, library, standing)
    out["safety"] = safety(study, out["delivery"].get("treated", {}).get("organs", {}), library)
    out["evidence"] = sorted({c.claim for a in network_arrows(library) for c in a.claims})
    out["assumed"] = _assumed(study, stack, library)
    out["influence_of_claims"] = _claims(study, stack, library)
    out["warnings"] = [*_warnings(stack), *posterior_notes(study.ensemble)]
    out["citations"] = citations(study, library)
    return out


def _readout(
    study: DiscStudy | DishStudy, name: str, index: int, stack: Stack,
    every: tuple[Variant, ...], arms: Sequence[str], library: Library,
) -> dict[str, Any]:  # fmt: skip
    about = describe(name, study.kind)
    data, times = stack.arrays["readouts"][:, :, index], stack.arrays["times"]
    hypotheses: dict[str, Any] = {}
    for hypothesis in HYPOTHESES:
        hypotheses[hypothesis] = {"arms": {
            arm: bands(data[:, find(every, arm, hypothesis, False)]) for arm in arms
        }}  # fmt: skip
    band = library.resolve("equivalence_band", subject=about.band).median
    effects = [
        _effect(data, every, (arm, versus, hypothesis, believed), times, band, about)
        for i, arm in enumerate(arms) for versus in arms[i + 1 :]
        for hypothesis in HYPOTHESES for believed in (False, True)
    ]  # fmt: skip
    grades = {"distribution": distribution(data[:, :, -1], every, arms)}
    return {
        "unit": about.unit, "meaning": about.meaning, "better": about.better,
        "times_d": [rounded(t / 86400.0) for t in times], "hypotheses": hypotheses,
        "effect": effects[0] if effects else None, "effects": effects[1:],
        **(grades if about.name == GRADE else {}),
    }  # fmt: skip


def distribution(
    last: Floats, every: tuple[Variant, ...], arms: Sequence[str]
) -> dict[str, dict[str, dict[str, float | None]]]:
    """Hypothesis -> arm -> share of the members in each grade at the end, of (members, runs)."""

    def shares(arm: str, hypothesis: str) -> dict[str, float | None]:
        grades = last[:, find(every, arm, hypothesis, False)]
        good = grades[np.isfinite(grades)]
        return {
            str(g): rounded(float((good == g).mean()) if good.size else np.nan) for g in range(1, 6)
        }

    return {h: {arm: shares(arm, h) for arm in arms} for h in HYPOTHESES}


def _effect(
    data: Floats, every: tuple[Variant, ...], which: tuple[str, str, str, bool], times: Floats,
    band: float, about: Readout,
) -> dict[str, Any]:  # fmt: skip
    arm, versus, hypothesis, believed = which
    ours, theirs = (data[:, find(every, a, hypothesis, believed), -1] for a in (arm, versus))
    found = effect(ours, theirs, band, about.better, about.full)
    seen = found.direction in ("up", "down")
    numbers = {k: rounded(v) if isinstance(v, float) else v for k, v in asdict(found).items()}
    return numbers | {
        "animals_per_arm": animals_per_arm(found.median, ours, theirs) if seen else None,
        "arm": arm, "versus": versus, "hypothesis": hypothesis,
        "time_d": rounded(float(times[-1]) / 86400.0),
        "claims": "all believed" if believed else "discounted",
    }  # fmt: skip


def _carrier(study: DiscStudy | DishStudy) -> str:
    """What the vesicles of a disc come in; none in a dish."""
    therapy = study.therapy if isinstance(study, DiscStudy) else None
    return therapy.delivery.carrier if therapy else "none"


def delivery_rows(
    stack: Stack, every: tuple[Variant, ...], arms: Sequence[str], library: Library
) -> dict[str, Any]:
    """Delivery table: vesicles and copies per cell of each arm, and the verdict in words."""
    names = stack.names("delivery")
    half_effect = library.resolve("half_effect_copies").median
    out: dict[str, Any] = {}
    for arm in arms:
        table = stack.arrays["delivery"][:, find(every, arm, "stoichiometric", False)]
        row: dict[str, Any] = {
            "copies_per_cell": {}, "delivered_over_endogenous": {}, "where": {}, "organs": {},
            "by_cell": {}, "cells_given": {},
        }  # fmt: skip
        for i, name in enumerate(names):
            place = row
            *way, last = placed(name)
            for step in way:
                place = place.setdefault(step, {})
            place[last] = triple(table[:, i])
        out[arm] = row | {"verdict": verdicts(row, half_effect)}
    return out


def treated_column(stack: Stack, every: tuple[Variant, ...], name: str) -> Floats:
    """A number of the delivery table of the treated arm, for the members that did not fail."""
    names, good = stack.names("delivery"), np.array(stack.status) == "ok"
    if name not in names:
        return np.zeros(0)
    run = find(every, "treated", "stoichiometric", False)
    return np.asarray(stack.arrays["delivery"][good, run, names.index(name)], dtype=np.float64)


def exposure_sensitivity(
    study: DiscStudy | DishStudy, stack: Stack, every: tuple[Variant, ...], library: Library
) -> dict[str, Any]:
    """What the exposure of the treated arm depends on; see :func:`sensitivity`."""
    rows = {name: drawn_row(study, name, library) for name in stack.names("parameter")}
    table = stack.arrays["delivery"][:, find(every, "treated", "stoichiometric", False)]
    keys = {what: acting_keys(study, library, ["treated"], [at]) for what, at in HELD.items()}
    return sensitivity(rows, stack.arrays["parameters"], stack.names("delivery"), table, keys)


#: first word of a delivery name -> where it stands in a row of result.json
PLACES = {
    "copies": "copies_per_cell", "over": "delivered_over_endogenous", "where": "where",
    "cells": "cells_given", "days_over": "days_over_half_effect",
}  # fmt: skip


def placed(name: str) -> tuple[str, ...]:
    """Keys below an arm of ``delivery`` for a name of the delivery table."""
    word, _, rest = name.partition(":")
    if word == "at":
        cell, _, what = rest.partition(":")
        return "by_cell", cell, *placed(what)
    return (PLACES[word], rest) if word in PLACES else (name,)


def headline(study: DiscStudy | DishStudy, stack: Stack) -> int:
    """Place of the read-out whose effect ranks what drives it."""
    names, wanted = stack.names("readout"), HEADLINE[study.kind]
    return next((i for i, n in enumerate(names) if n.split(" (")[0] == wanted), 0)


def headline_effect(
    study: DiscStudy | DishStudy, stack: Stack, hypothesis: str = HYPOTHESES[0]
) -> Floats:
    """Effect of each member on the headline read-out at the end; its level without a comparison."""
    every, arms = variants(study), arms_of(study)
    data = stack.arrays["readouts"][:, :, headline(study, stack), -1]
    first = data[:, find(every, arms[0], hypothesis, False)]
    if len(arms) < 2:
        return first
    return first - data[:, find(every, arms[1], hypothesis, False)]


def _claims(study: DiscStudy | DishStudy, stack: Stack, library: Library) -> dict[str, Any]:
    """Which claims drive the effect on the headline read-out, under each hypothesis."""
    arrows = network_arrows(library)
    held = unpacked(stack.arrays["arrows"], len(arrows))
    about = describe(stack.names("readout")[headline(study, stack)], study.kind)
    return {"readout": about.name, "unit": about.unit} | {
        h: influence_of_claims(held, headline_effect(study, stack, h), arrows) for h in HYPOTHESES
    }


def _assumed(study: DiscStudy | DishStudy, stack: Stack, library: Library) -> list[dict[str, Any]]:
    rows = {name: drawn_row(study, name, library) for name in stack.names("parameter")}
    arms = arms_of(study)[:2]
    acting = acting_keys(study, library, arms, [HEADLINE_HELD[study.kind]])
    every = acting_keys(study, library, arms, ANY) | {*READERS["outcome.readouts"]}
    effect = headline_effect(study, stack)
    return assumed(rows, stack.arrays["parameters"], effect, acting, every - acting)


def acting_keys(
    study: DiscStudy | DishStudy, library: Library, arms: Sequence[str], targets: Collection[str]
) -> frozenset[str]:
    """Keys of the parameters that can act on state variables in any of the arms."""
    room = disc if isinstance(study, DiscStudy) else dish
    member = room.draw_member(study, library, Median())
    running = {m.name: m for arm in arms for m in room.acting(study, arm, member)}
    return upstream(list(running.values()), targets, HYPOTHESES[0])


def _warnings(stack: Stack) -> list[str]:
    out = [str(w) for w in stack.arrays.get("warnings", ())]
    if stack.failed:
        out.append(f"{len(stack.failed)} of {len(stack.members)} members failed and are left out")
    return sorted(set(out))


def citations(study: DiscStudy | DishStudy, library: Library) -> list[str]:
    """Studies behind the mechanisms, claims and numbers of this kind of run."""
    mechanisms = DISC if study.kind == "disc" else DISH
    cited = {c for m in mechanisms for c in m.cites}
    cited |= {c.study for a in network_arrows(library) for c in a.claims}
    read = {p.key for m in mechanisms for p in m.parameters}
    cited |= {r.source for key in read for r in library.parameters.get(key, ()) if r.use == "model"}
    return sorted(c for c in cited if c in library.sources)
