"""Batches compared: what differs between them carried into the effect, and the test to catch it.

    acting dose = cargo x uptake x given, if copies decide
    acting dose = uptake x given, if vesicles per cell decide
    effect of a batch = response at its acting dose
    effective = effect of a batch >= keep x effect of the middle batch
    measured = true value exp(z sqrt(ln(1 + v^2))), v the error of an assay, z standard normal

All doses are relative to the middle batch. The protocol is run once over a ladder of doses at a few
members; that is its dose-response, the median over members joined by a monotone curve. A batch is a
draw of cargo, uptake and purity. A dose counted in vesicles is the same in each batch; a dose
weighed in protein follows the batch's purity. Our choice; the spreads are rows of the evidence.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import PchipInterpolator

from evdisc.errors import InputError
from evdisc.evidence.library import Library
from evdisc.manufacture.draws import Draws
from evdisc.manufacture.frame import Asked, Frame, frame
from evdisc.outcome.effects import rounded, triple
from evdisc.protocol.yaml_io import LoadedProtocol
from evdisc.study.dose_ladder import LADDER, Progress, Response, response
from evdisc.study.preflight import preflight
from evdisc.study.variants import HYPOTHESES

Floats = NDArray[np.float64]
#: an effective batch keeps this share of the middle batch's effect unless another is asked for;
#: share wanted effective of those released
KEEPS, WANTED = 0.5, 0.9
#: a criterion that fewer batches pass is none
LEAST_PASSING = 0.05
#: a middle effect below this share of the band is none at all
LEAST_OF_BAND = 0.01
FEWEST, MOST = 20, 200_000
PER_UG = 1e-9


@dataclass(frozen=True)
class Batches:
    """Draws of batches, each (count,), over the middle one."""

    cargo: Floats
    uptake: Floats
    purity: Floats
    draws: Draws


def compare(
    loaded: LoadedProtocol, asked: Asked, library: Library, count: int, members: int,
    progress: Progress | None = None, keeps: float = KEEPS,
) -> dict[str, Any]:  # fmt: skip
    """Compare ``count`` batches of a protocol's product by their effect.

    A batch is effective if it keeps ``keeps`` of the middle batch's effect.

    Raises:
        InputError: no dose, or too few batches or members.
        RunError: every run failed, or no vesicle reaches a cell.
    """
    _require(count, members, keeps)
    made = frame(asked, library)
    dose = float(np.median(made.per_dose))
    if dose <= 0.0:
        raise InputError(
            "compares nothing", key="--batches", value=count, expected="a dose above 0"
        )
    preflight(loaded, library)
    seen = response(asked.study, dose, library, range(members), progress)
    drawn = _batches(made, count)
    told = {h: _hypothesis(h, seen, drawn, made, keeps) for h in HYPOTHESES}
    protein = made.want.protein is not None
    return {
        "batches": count, "members": members, "readout": seen.about.name,
        "unit": seen.about.unit, "arm": "treated", "versus": seen.versus,
        "band": rounded(seen.band), "keeps": keeps, "protein": protein,
        "hypotheses": told, "assumed": drawn.draws.assumed(),
        "note": (
            "The dose is weighed in protein, so a batch's purity moves what is given."
            if protein else
            "The dose is counted in vesicles, so a batch's purity does not move what is given; by "
            "--dose '100 ug' it would."
        ),
    }  # fmt: skip


def _require(count: int, members: int, keeps: float) -> None:
    if not FEWEST <= count <= MOST:
        raise InputError(
            "cannot be compared", key="--batches", value=count, expected=f"{FEWEST} to {MOST}"
        )
    if not 0.0 < keeps <= 1.0:
        raise InputError("is no share", key="--keep", value=keeps, expected="above 0, at most 1")
    if members < 1:
        raise InputError("too few", key="--members", value=members, expected="1 or more")


def _batches(made: Frame, count: int) -> Batches:
    draws = Draws(made.draws.library, made.asked.seed, count, made.draws.species)
    return Batches(
        draws.value("batch_cargo", made.want.vesicle.source.cell, "batch"),
        draws.value("batch_uptake"), draws.value("batch_purity"), draws,
    )  # fmt: skip


def _hypothesis(
    name: str, seen: Response, drawn: Batches, made: Frame, keeps: float = KEEPS
) -> dict[str, Any]:
    effects = seen.effect[name]
    order = np.argsort(seen.multiplier)
    at, curve = np.log(seen.multiplier[order]), np.median(effects, axis=1)[order]
    acting = acting_dose(name, seen, drawn, by_protein=made.want.protein is not None)
    sign = seen.about.better or int(np.sign(curve[len(curve) // 2])) or 1
    course = PchipInterpolator(at, sign * curve)  # keeps a rising response rising
    gains = np.asarray(course(np.clip(np.log(acting), at[0], at[-1])))
    middle = float(course(0.0))
    works, there = middle > seen.band, middle > LEAST_OF_BAND * seen.band
    good = gains >= keeps * middle
    needed = _needed(seen.multiplier[order], sign * curve, seen.band)
    low, mid, high = np.quantile(effects, [0.05, 0.5, 0.95], axis=1)
    return {
        "response": {
            "multiplier": [rounded(x) for x in seen.multiplier],
            "median": [rounded(x) for x in mid],
            "q05": [rounded(x) for x in low],
            "q95": [rounded(x) for x in high],
        },
        "middle_effect": triple(effects[len(LADDER) // 2]),
        "works": works,
        "dose_beyond_band": needed,
        "acting_dose": triple(acting),
        "batch_effect": triple(sign * gains),
        "effective": rounded(float(np.mean(good))) if there else None,
        "criteria": [
            {"criterion": what, "unit": unit, **(least(x, good) if there else NO_CRITERION)}
            for what, unit, x in _tests(acting, drawn, made)
        ],
        "words": _words(
            name, seen, middle * sign, (works, there), needed, float(np.mean(good)), keeps
        ),
    }


NO_CRITERION = {"at_least": None, "passing": None, "effective": None}


def acting_dose(name: str, seen: Response, drawn: Batches, *, by_protein: bool) -> Floats:
    """Acting dose of each batch over that of the middle one, (count,)."""
    given = np.ones_like(drawn.uptake)
    if by_protein:
        order = np.argsort(LADDER)
        reached = np.interp(np.log(drawn.purity), np.log(LADDER[order]),
                            np.log(seen.multiplier[order]))  # fmt: skip
        given = np.exp(reached)
    cargo = drawn.cargo if name == "stoichiometric" else np.ones_like(drawn.cargo)
    return np.asarray(cargo * drawn.uptake * given)


def _tests(acting: Floats, drawn: Batches, made: Frame) -> list[tuple[str, str, Floats]]:
    """What a laboratory would measure of each batch, assay error included."""
    named = made.want.vesicle.named_cargo
    cargoes = made.product.cargoes
    cargo = next((c for c in named if c in cargoes), cargoes[0] if cargoes else None)
    out = []
    if cargo is not None:
        copies = float(np.median(made.product.copies[cargoes.index(cargo)]))
        out.append((f"copies of {cargo} per vesicle", "copies/vesicle",
                    copies * drawn.cargo * _error("copies per vesicle", drawn)))  # fmt: skip
    purity = float(np.median(made.chain.per_mass)) * PER_UG
    out.append(("particles per ug", "particles/ug",
                purity * drawn.purity * _error("particles per ug", drawn)))  # fmt: skip
    out.append(("potency against the middle batch", "", acting * _error("potency", drawn)))
    return out


def _error(assay: str, drawn: Batches) -> Floats:
    spread = drawn.draws.value("assay_error", assay)
    sigma = np.sqrt(np.log1p(spread**2))
    return np.asarray(np.exp(sigma * drawn.draws.normal(f"assay error of {assay}")))


def least(measured: Floats, good: NDArray[np.bool_]) -> dict[str, float | None]:
    """Least value of a test at which the wanted share of the batches that pass is effective."""
    order = np.argsort(-measured)
    passing = np.arange(1, len(order) + 1)
    share = np.cumsum(good[order]) / passing
    fits = np.flatnonzero((share >= WANTED) & (passing >= LEAST_PASSING * len(order)))
    if not fits.size:
        return dict(NO_CRITERION)
    last = int(fits[-1])
    every = last == len(order) - 1
    return {
        "at_least": 0.0 if every else rounded(float(measured[order[last]])),
        "passing": rounded(float(passing[last]) / len(order)),
        "effective": rounded(float(share[last])),
    }


def _needed(multiplier: Floats, gains: Floats, band: float) -> float | None:
    """Acting dose, over that of the middle batch, from which on a benefit counts; None if none."""
    beyond = np.flatnonzero(gains > band)
    if not beyond.size:
        return None
    i = int(beyond[0])
    if i == 0:
        return rounded(float(multiplier[0]))
    share = (band - gains[i - 1]) / (gains[i] - gains[i - 1])
    low, high = np.log(multiplier[i - 1 : i + 1])
    return rounded(float(np.exp(low + share * (high - low))))


STARTS = {
    "stoichiometric": "If delivered copies decide", "potency": "If vesicles per cell decide"
}  # fmt: skip


def _words(
    name: str, seen: Response, middle: float, is_: tuple[bool, bool], needed: float | None,
    share: float, keeps: float,
) -> str:  # fmt: skip
    works, there = is_
    told = (
        f"{STARTS[name]}, the middle batch changes {seen.about.name} by {middle:.2g} "
        f"{seen.about.unit} against the {seen.versus}"
    )
    kept = f"{100.0 * share:.0f} % of batches keep at least {100.0 * keeps:.0f} % of it untested"
    if works:
        return f"{told}; {kept}."
    more = (
        f"no dose up to {seen.multiplier.max():.2g} times it counts either" if needed is None
        else f"{needed:.2g} times the acting dose would count"
    )  # fmt: skip
    less = f"{told}, less benefit than the {seen.band:.2g} that counts as a difference; {more}."
    if not there:
        return f"{less} No release test can keep an effect that is not there."
    return f"{less} {kept}, but a share of too little is too little."
