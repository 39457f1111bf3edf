"""`fit(protocol, table)`: one's own measurements reweigh the ensemble; the posterior is a file.

    w_i = sum over hypotheses of P(h) L_i(h), smoothed in the tail and scaled to a sum of 1
    P(h | table) = P(h) sum of L_i(h) / sum over hypotheses of that
    independent members = 1 / sum of w_i^2 (Kish 1965)

Importance sampling with the prior ensemble as proposal: the likelihood L_i of the table in a member
(:mod:`evdisc.study.likelihood`) gives its weight w_i, smoothed as in :mod:`evdisc.study.pareto`. No
member is changed, so a posterior is members and weights, and any protocol can draw from it.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from evdisc import __version__
from evdisc.errors import FolderError, InputError, RunError, nearest
from evdisc.evidence.library import Library, load
from evdisc.protocol.specs import DiscStudy, DishStudy
from evdisc.protocol.yaml_io import LoadedProtocol, validate
from evdisc.study.crew import Progress, silent
from evdisc.study.execute import gather, run
from evdisc.study.fit_table import Measured, read_table
from evdisc.study.fit_words import content, refusal
from evdisc.study.folder import ELSEWHERE, Folder, fingerprint, write_json
from evdisc.study.likelihood import Block, Widths, blocks, out_of_reach
from evdisc.study.pareto import effective, smoothed
from evdisc.study.plan_rows import hypothesis_chances, plan_row
from evdisc.study.posterior import FORMAT, digest_of, evidence_hash, member_draws
from evdisc.study.preflight import overlay_paths, preflight
from evdisc.study.summary import Stack
from evdisc.study.variants import HYPOTHESES, find, variants
from evdisc.study.worker import draw

Floats = NDArray[np.float64]
UNDER = ("both", *HYPOTHESES)


@dataclass(frozen=True)
class FitResult:
    """A finished fit: ``result`` is the content of the posterior file."""

    result: Mapping[str, Any]
    path: Path
    computed: int


@dataclass(frozen=True)
class Weighed:
    """An ensemble after the table had its say.

    Attributes:
        weights: (members,) normalised.
        ess: independent members the weights are worth.
        shape: of the tail of the weights; above 0.7 they are not to be trusted.
        probability: hypothesis -> its probability after the table.
        far: rows that no member comes near.
        own: hypothesis -> weights if it alone holds.
    """

    weights: Floats
    ess: float
    shape: float
    probability: dict[str, float]
    far: list[int]
    own: dict[str, Floats]


def fit(
    protocol: LoadedProtocol, data: Path, out: Path | None = None, *, under: str = "both",
    runs: Path | None = None, jobs: int = 1, progress: Progress = silent,
) -> FitResult:  # fmt: skip
    """Reweigh the ensemble of a protocol by a table and write the posterior.

    Args:
        protocol: the experiment that was done.
        data: table of its means; see :mod:`evdisc.study.fit_table`.
        out: posterior file; default ``<protocol name>.posterior.json``.
        under: delivery hypothesis, or both with their prior chances.
        runs: folder of the runs, which resume; default ``runs/fit-<protocol name>``.
        jobs: worker processes. The numbers do not depend on it.
        progress: called after every finished task.

    Raises:
        InputError: bad input; nothing is touched.
        RunError: the table leaves too few members; nothing is written but the runs.
    """
    if under not in UNDER:
        raise InputError("no such hypothesis", key="--under", value=under,
                         expected=" | ".join(UNDER), nearest=nearest(under, UNDER))  # fmt: skip
    study = protocol.spec
    overlays = overlay_paths(protocol)
    library = load(overlays)
    preflight(protocol, library)
    table = read_table(data, study, draw(study, 0, library).network(False).nodes)
    path = out if out is not None else Path(f"{_stem(protocol)}.posterior.json")
    require_own(path)
    place = runs if runs is not None else Path("runs") / f"fit-{_stem(protocol)}"
    stacks, computed = _stacks(protocol, table, place, jobs, progress)
    if "readouts" not in stacks[None].arrays:
        reason = next(iter(stacks[None].failed.values()))
        raise RunError(f"every member failed, the first with: {reason}")
    predicted = {h: predictions(study, table, stacks, h) for h in HYPOTHESES}
    prior = hypothesis_chances(library, study.ensemble) if under == "both" else {under: 1.0}
    found = weighed(table, predicted, library, typical(study, table, stacks), prior)
    least = plan_row(library, "fit_least_members").value
    if found.ess < least:
        raise refusal(data, table, found.far, found.ess, least, predicted)
    draws = [member_draws(study.ensemble, m) for m in range(study.ensemble.members)]
    texts = [p.read_bytes() for p in overlays]
    told = {
        "format": FORMAT, "evdisc": __version__, "evidence": evidence_hash(texts),
        "fingerprint": fingerprint(study, texts), "title": study.title, "data": data.name,
        "seed": draws[0].seed, "members": [d.member for d in draws],
        "weights": [float(f"{w:.12g}") for w in found.weights], "under": under,
        **content(study, table, stacks[None], predicted, found, library),
    }  # fmt: skip
    write_json(path, told | {"sha256": digest_of(told)})
    return FitResult(told, path, computed)


def _stem(protocol: LoadedProtocol) -> str:
    return Path(protocol.file).stem if protocol.file is not None else "study"


def require_own(path: Path) -> None:
    """Refuse to overwrite what is no posterior.

    Raises:
        InputError: the file is something else, or its name is that of no posterior.
    """
    if path.suffix != ".json":
        raise InputError("is no name of a posterior", key="--out", value=str(path),
                         expected="a name that ends in .json")  # fmt: skip
    if path.is_dir():
        raise InputError("is a folder", key="--out", value=str(path), expected="a file")
    if path.exists() and FORMAT.encode() not in path.read_bytes():
        raise InputError("would overwrite what is no posterior", key="--out", value=str(path),
                         expected="another name")  # fmt: skip


def _stacks(
    protocol: LoadedProtocol, table: Sequence[Measured], place: Path, jobs: int, progress: Progress
) -> tuple[dict[float | None, Stack], int]:
    """The members at the protocol's dose (None) and at every other dose of the table."""
    out: dict[float | None, Stack] = {}
    computed = 0
    for dose in dict.fromkeys([None, *(row.dose for row in table)]):
        name = "protocol" if dose is None else "dose-" + re.sub(r"[^0-9a-z.]", "", f"{dose:.6g}")
        try:
            done = run(at_dose(protocol, dose), place / name, jobs=jobs, progress=progress)
        except FolderError as error:  # here --out is another file, and nothing starts anew
            advice = (error.advice or "").replace(ELSEWHERE, "choose another --runs")
            raise FolderError(error.message, advice=advice) from None
        out[dose] = gather(Folder(done.folder), protocol.spec.ensemble.members)
        computed += done.computed
    return out, computed


def at_dose(protocol: LoadedProtocol, dose: float | None) -> LoadedProtocol:
    """The protocol with another dose; itself for None."""
    if dose is None:
        return protocol
    one = f"therapy.delivery.dose={dose:.12g} particles"
    if isinstance(protocol.spec, DishStudy):
        one = f"therapy.concentration={dose:.12g} particles/m^3"
    return validate(protocol.text, protocol.file, [one])


def predictions(
    study: DiscStudy | DishStudy, table: Sequence[Measured],
    stacks: Mapping[float | None, Stack], hypothesis: str,
) -> Floats:  # fmt: skip
    """(members, rows) what each member says of each row, on the row's scale; NaN where it failed.

    Levels between two recorded times are interpolated.
    """
    out = np.empty((study.ensemble.members, len(table)))
    for i, row in enumerate(table):

        def level(arm: str, time: float, row: Measured = row) -> Floats:
            return level_of(study, stacks[row.dose], arm, row.readout, hypothesis, time)

        own = level(row.arm, row.time)
        if row.kind == "percent of baseline":
            own = own / level(row.arm, 0.0)
        elif row.kind == "difference":
            own = own - level(row.against, row.time)
        elif row.against:
            own = own / level(row.against, row.time)
        out[:, i] = own
    return out


def level_of(
    study: DiscStudy | DishStudy, stack: Stack, arm: str, readout: str, hypothesis: str, time: float
) -> Floats:
    """(members,) level of a read-out in one arm at one time.

    Raises:
        InputError: the runs give no such read-out.
    """
    names, times = stack.names("readout"), stack.arrays["times"]
    if readout not in names:
        raise InputError("is not told of this study", key="readout", value=readout)
    column = find(variants(study), arm, hypothesis, False)
    data: Floats = stack.arrays["readouts"][:, column, names.index(readout)]
    after = int(np.clip(np.searchsorted(times, time), 1, len(times) - 1))
    share = np.clip((time - times[after - 1]) / (times[after] - times[after - 1]), 0.0, 1.0)
    return np.asarray((1.0 - share) * data[:, after - 1] + share * data[:, after])


def typical(
    study: DiscStudy | DishStudy, table: Sequence[Measured], stacks: Mapping[float | None, Stack]
) -> Floats:
    """(rows,) median level of each row's arm over the members."""
    return np.array([
        np.nanmedian(level_of(study, stacks[r.dose], r.arm, r.readout, HYPOTHESES[0], r.time))
        for r in table
    ])  # fmt: skip


def weighed(
    table: Sequence[Measured], predicted: Mapping[str, Floats], library: Library,
    levels: Floats, prior: Mapping[str, float],
) -> Weighed:  # fmt: skip
    """Weights of the members by what they say of the table.

    A member's likelihood is the mean over the hypotheses by their chances in ``prior``.
    """
    every = blocks(table, levels, Widths.of(library))
    logs = {
        h: math.log(p) + log_likelihood(every, predicted[h]) for h, p in prior.items() if p > 0.0
    }
    joint = np.stack(list(logs.values()))
    together = np.logaddexp.reduce(joint, axis=0)
    far = sorted(
        set.intersection(*(
            {row for b in every for row in out_of_reach(b, predicted[h][:, b.rows])} for h in prior
        ))
    )  # fmt: skip
    if not np.isfinite(together).any():
        nothing = np.zeros(len(together))
        return Weighed(nothing, 0.0, np.inf, dict(prior), far, dict.fromkeys(logs, nothing))
    weights, shape = smoothed(together)
    own = {h: smoothed(log)[0] for h, log in logs.items()}
    evidence = np.logaddexp.reduce(joint, axis=1)
    share = np.exp(evidence - np.logaddexp.reduce(evidence))
    probability = {h: float(s) for h, s in zip(logs, share, strict=True)}
    return Weighed(weights, effective(weights), shape, probability, far, own)


def log_likelihood(every: Sequence[Block], predicted: Floats) -> Floats:
    """(members,) log-likelihood of all blocks; 0 for an empty table, -inf for a failed member."""
    out = np.zeros(len(predicted))
    for block in every:
        out += block.log_likelihood(predicted[:, block.rows])
    return out
