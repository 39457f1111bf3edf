"""`evdisc study next`: which measurement would most change the choice among protocols.

    payoff = s (read-out treated - read-out untreated) - least gain worth a therapy
    payoff of doing nothing = 0

s is -1 where less is better; the least gain is the equivalence band unless it is given. All
protocols share their members: one disc, one set of cells, one belief about each claim. For a single
protocol its arms are the options. What knowledge is worth: :mod:`evdisc.study.information`. The
payoff is our choice.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from evdisc import __version__
from evdisc.errors import InputError, RunError
from evdisc.evidence.library import Library, load
from evdisc.outcome.effects import NOISE
from evdisc.protocol.specs import DiscStudy, DishStudy
from evdisc.protocol.yaml_io import LoadedProtocol, validate
from evdisc.simulate.member import network_arrows
from evdisc.study.asked import Asked, asked
from evdisc.study.claims_influence import unpacked
from evdisc.study.crew import Progress, require, silent
from evdisc.study.execute import gather, run
from evdisc.study.fit_table import known_readouts
from evdisc.study.folder import (
    Folder,
    Owner,
    fingerprint,
    joint_fingerprint,
    write_bytes,
    write_json,
)
from evdisc.study.information import Decision
from evdisc.study.plan_rows import hypothesis_chances
from evdisc.study.preflight import overlay_paths, preflight
from evdisc.study.publish import bibliography
from evdisc.study.summary import Stack, citations
from evdisc.study.variants import HYPOTHESES, find, variants
from evdisc.study.worker import draw
from evdisc.study.worths import Ensemble, answer

Floats = NDArray[np.float64]
NOTHING = "no therapy"
#: members without which no regression is tried
LEAST = 10


@dataclass(frozen=True)
class NextResult:
    """A finished question: ``result`` is the content of result.json."""

    result: Mapping[str, Any]
    folder: Path
    computed: int
    seconds: float


def next_measurement(
    protocols: Sequence[LoadedProtocol], out: Path | None = None, *, readout: str | None = None,
    least: float | None = None, jobs: int = 1, fresh: bool = False, progress: Progress = silent,
) -> NextResult:  # fmt: skip
    """Find the measurement that is worth most to a choice, and write the folder.

    Args:
        protocols: the options; one protocol stands for its arms.
        out: folder; default ``runs/next-<names>``. The runs in it resume.
        readout: ``NAME`` or ``NAME at TIME`` that is to be made better.
        least: gain worth a therapy, in the unit of the read-out; its equivalence band where it
            is left out.
        jobs: worker processes. The numbers do not depend on it.
        fresh: drop what the folder holds and start anew.
        progress: called after every finished task.

    Raises:
        EvdiscError: bad input (nothing is touched), or too few members ran.
    """
    began = time.perf_counter()
    compared = [with_untreated(p) for p in protocols]
    require_alike(compared)
    first = compared[0]
    overlays = overlay_paths(first)
    library = load(overlays)
    for p in compared:
        preflight(p, library)
    nodes = draw(first.spec, 0, library).network(False).nodes
    about = asked(readout, first.spec, known_readouts(first.spec, nodes))
    folder = Folder(out if out is not None else default_folder(protocols))
    texts = [p.read_bytes() for p in overlays]
    print_ = joint_fingerprint(*(fingerprint(p.spec, texts) for p in compared))
    owner = Owner("study next", print_, first.spec.ensemble.members)
    folder.verify(owner, fresh)
    require(jobs)
    with folder.lock():
        folder.claim(owner, fresh)
        write_bytes(folder.path / "protocol.yaml", "---\n".join(p.text for p in compared).encode())
        names = option_names(protocols)
        stacks, computed = _stacks(compared, names, folder, jobs, progress)
        found = ensemble(compared, names, stacks, about, library, least)
        content = answer(found, about, library) | {
            "evdisc": __version__, "kind": "next", "title": f"what to measure next: {about.words}",
            "fingerprint": print_, "members": first.spec.ensemble.members,
            "seed": first.spec.ensemble.seed, "protocols": names,
            "citations": citations(first.spec, library),
        }  # fmt: skip
        write_json(folder.path / "result.json", content)
        bib = bibliography(content["citations"], library)
        write_bytes(folder.path / "CITATIONS.bib", bib.encode())
    return NextResult(content, folder.path, computed, time.perf_counter() - began)


def with_untreated(protocol: LoadedProtocol) -> LoadedProtocol:
    """The protocol with an untreated arm to gain over.

    Raises:
        InputError: it has no therapy, so there is nothing to decide.
    """
    study = protocol.spec
    if study.therapy is None:
        raise InputError("has no therapy, so there is nothing to decide", file=protocol.file,
                         key="therapy", expected="a vesicle and how it is given")  # fmt: skip
    if "untreated" in study.compare:
        return protocol
    arms = ", ".join(["untreated", *study.compare])
    return validate(protocol.text, protocol.file, [f"compare=[{arms}]"])


def require_alike(protocols: Sequence[LoadedProtocol]) -> None:
    """Refuse protocols whose members cannot be paired.

    Raises:
        InputError: another kind, seed, member count or evidence.
    """
    first = protocols[0]
    own = [p.resolve() for p in overlay_paths(first)]
    for other in protocols[1:]:
        a, b = first.spec, other.spec
        for key, left, right in (
            ("kind", a.kind, b.kind), ("ensemble", a.ensemble, b.ensemble),
            ("evidence.overlays", own, [p.resolve() for p in overlay_paths(other)]),
        ):  # fmt: skip
            if left != right:
                raise InputError(
                    "differs from the first protocol, so that members cannot be paired",
                    file=other.file, key=key, value=str(right), expected=str(left),
                )  # fmt: skip


def option_names(protocols: Sequence[LoadedProtocol]) -> list[str]:
    """A name for each protocol: its file's, with a number where two are the same."""
    names: list[str] = []
    for p in protocols:
        stem = Path(p.file).stem if p.file is not None else "protocol"
        count = sum(n == stem or n.startswith(stem + " (") for n in names)
        names.append(f"{stem} ({count + 1})" if count else stem)
    return names


def default_folder(protocols: Sequence[LoadedProtocol]) -> Path:
    """``runs/next-<names>`` below the current folder."""
    names = option_names(protocols)
    more = f"-and-{len(names) - 1}-more" if len(names) > 1 else ""
    return Path("runs") / f"next-{names[0]}{more}"


def _stacks(
    protocols: Sequence[LoadedProtocol], names: Sequence[str], folder: Folder, jobs: int,
    progress: Progress,
) -> tuple[list[Stack], int]:  # fmt: skip
    stacks, computed = [], 0
    for name, protocol in zip(names, protocols, strict=True):
        done = run(protocol, folder.path / "stages" / name, jobs=jobs, progress=progress)
        stacks.append(gather(Folder(done.folder), protocol.spec.ensemble.members))
        computed += done.computed
    return stacks, computed


def ensemble(
    protocols: Sequence[LoadedProtocol], names: Sequence[str], stacks: Sequence[Stack],
    about: Asked, library: Library, least: float | None = None,
) -> Ensemble:  # fmt: skip
    """Payoffs and draws of the members that ran to the end in every protocol.

    Raises:
        RunError: fewer than ten did.
    """
    fine = np.all([[s == "ok" for s in stack.status] for stack in stacks], axis=0)
    failed = {f"{n}: member {m}": s for n, stack in zip(names, stacks, strict=True)
              for m, s in stack.failed.items()}  # fmt: skip
    if fine.sum() < LEAST:
        why = next(iter(failed.values()), "more --members are needed")
        raise RunError(f"{int(fine.sum())} members ran to the end, {LEAST} are needed: {why}")
    needed = worth_while(protocols[0].spec, stacks[0], about, library) if least is None else least
    payoff = {h: [np.zeros(len(fine))] for h in HYPOTHESES}
    options = [NOTHING]
    for name, protocol, stack in zip(names, protocols, stacks, strict=True):
        study = protocol.spec
        arms = [a for a in ("treated", *study.compare) if a not in ("untreated", "healthy")]
        for arm in arms if len(protocols) == 1 else arms[:1]:
            options.append(arm if len(protocols) == 1 else name)
            for h in HYPOTHESES:
                payoff[h].append(gain(study, stack, arm, h, about) - needed)
    mixed = {h: np.stack(p, axis=1)[fine] for h, p in payoff.items()}
    labels = list(dict.fromkeys(n for s in stacks for n in s.names("parameter")))
    arrows = network_arrows(library)
    return Ensemble(
        Decision(mixed, hypothesis_chances(library, protocols[0].spec.ensemble)), needed,
        options, labels,
        np.stack([_drawn(stacks, label) for label in labels], axis=1)[fine],
        unpacked(stacks[0].arrays["arrows"], len(arrows)).astype(np.float64)[fine], failed,
    )  # fmt: skip


def worth_while(
    study: DiscStudy | DishStudy, stack: Stack, about: Asked, library: Library
) -> float:
    """The equivalence band of the read-out: a smaller gain counts as none."""
    end = levels(study, stack, "untreated", HYPOTHESES[0], about)
    share = library.resolve("equivalence_band", subject=about.about.band).median
    return float(share * (about.about.full or abs(np.nanmedian(end))))


def levels(
    study: DiscStudy | DishStudy, stack: Stack, arm: str, hypothesis: str, about: Asked
) -> Floats:
    """(members,) the read-out asked for in one arm.

    Raises:
        InputError: the runs do not give it.
    """
    names = stack.names("readout")
    if about.name not in names:
        raise InputError("is not told of this study", key="--for", value=about.name)
    data: Floats = stack.arrays["readouts"][:, find(variants(study), arm, hypothesis, False)]
    return data[:, names.index(about.name), about.column(stack.arrays["times"])]


def gain(
    study: DiscStudy | DishStudy, stack: Stack, arm: str, hypothesis: str, about: Asked
) -> Floats:
    """(members,) how much better an arm is than untreated; of a neutral read-out more is better."""
    untreated = levels(study, stack, "untreated", hypothesis, about)
    own = levels(study, stack, arm, hypothesis, about)
    found = (about.about.better or 1) * (own - untreated)
    level = np.nanmax(np.abs(untreated), initial=1.0)
    return np.where(np.abs(found) < NOISE * level, 0.0, found)


def _drawn(stacks: Sequence[Stack], label: str) -> Floats:
    """(members,) a draw, from the first protocol that reads it."""
    for stack in stacks:
        names = stack.names("parameter")
        if label in names:
            column: Floats = stack.arrays["parameters"][:, names.index(label)]
            return np.where(np.isfinite(column), column, np.nanmedian(column))
    raise KeyError(label)
