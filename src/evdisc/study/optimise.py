"""`evdisc study optimise`: dose, volume, carrier and schedule against what they cost.

A multi-objective tree of Parzen estimators (Ozaki et al. 2022, doi:10.1613/jair.1.13188) proposes;
every proposal meets the same members. Each trial is seeded by how many came before it and stored
when it ends, so that a killed search goes on to the same front.
"""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from evdisc import __version__
from evdisc.errors import InputError, MissingExtraError, RunError, nearest
from evdisc.evidence.library import Library, load
from evdisc.protocol.specs import DiscStudy
from evdisc.protocol.yaml_io import LoadedProtocol, validate
from evdisc.simulate import disc
from evdisc.simulate.limits import require_possible
from evdisc.study.asked import Asked, asked
from evdisc.study.crew import Progress, silent
from evdisc.study.execute import copy_overlays, default_folder
from evdisc.study.fit_table import known_readouts
from evdisc.study.folder import (
    Folder,
    Owner,
    fingerprint,
    joint_fingerprint,
    write_bytes,
    write_json,
)
from evdisc.study.front import COSTS, content
from evdisc.study.preflight import overlay_paths, preflight
from evdisc.study.publish import bibliography
from evdisc.study.search_space import Limit, Proposal, Space, limits, over
from evdisc.study.stages import FOLDER
from evdisc.study.summary import citations
from evdisc.study.tasks import npz
from evdisc.study.trial import AGAINST, UNTREATED, Bench, bench, levels, outcome, runs_of
from evdisc.study.variants import HYPOTHESES
from evdisc.study.worker import draw

Floats = NDArray[np.float64]
#: what is wanted of a trial, in the order of its values: much gain, little cost
OBJECTIVES = (*HYPOTHESES, *COSTS)
#: proposals at random before the estimator is trusted
STARTING = 10
#: proposals that may break a limit for each that is run
PATIENCE = 20
STORE = "trials.db"


@dataclass(frozen=True)
class Search:
    """What is asked of a search.

    Attributes:
        over: what may change, comma-separated.
        readout: ``NAME`` or ``NAME at TIME``.
        limits: such as ``punctures <= 2``.
        trials: proposals that are run.
        against: what a gain is over: ``untreated``, or ``carrier``, the same without vesicles.
    """

    over: str
    readout: str | None = None
    limits: tuple[str, ...] = ()
    trials: int = 40
    against: str = AGAINST[0]


@dataclass(frozen=True)
class SearchResult:
    """A finished search: ``result`` is the content of result.json."""

    result: Mapping[str, Any]
    folder: Path
    computed: int
    seconds: float


@dataclass(frozen=True)
class Task:
    """Everything a trial needs."""

    protocol: LoadedProtocol
    study: DiscStudy
    search: Search
    space: Space
    limits: Sequence[Limit]
    about: Asked
    library: Library
    made_per_dose: float

    @property
    def question(self) -> str:
        """What must be the same for a search to go on: all but the number of trials."""
        kept = sorted(k.text for k in self.limits)
        members = self.study.ensemble.members
        return json.dumps([self.space.over, self.search.against, kept, self.about.words, members])


def optimise(
    protocol: LoadedProtocol, search: Search, out: Path | None = None, *, jobs: int = 1,
    fresh: bool = False, progress: Progress = silent,
) -> SearchResult:  # fmt: skip
    """Search for better ways of giving the vesicles, or go on doing so, and write the folder.

    Args:
        protocol: a disc protocol; its own delivery is the first trial.
        search: what is asked.
        out: folder; default ``runs/optimise-<protocol name>``.
        jobs: worker processes for the members of a trial. The numbers do not depend on it.
        fresh: drop what the folder holds and start anew.
        progress: called after every trial.

    Raises:
        EvdiscError: bad input (nothing is touched), or no proposal can be given.
    """
    began = time.perf_counter()
    require_optuna()
    study = require_therapy(protocol)
    require_choices(search, jobs)
    overlays = overlay_paths(protocol)
    library = load(overlays)
    preflight(protocol, library)
    task = task_of(protocol, study, search, library)
    texts = [p.read_bytes() for p in overlays]
    print_ = joint_fingerprint(fingerprint(study, texts), task.question)
    owner = Owner("study optimise", print_, study.ensemble.members)
    folder = Folder(out if out is not None else default_folder(protocol, "optimise-"))
    folder.verify(owner, fresh)
    with folder.lock():
        folder.claim(owner, fresh)
        write_bytes(folder.path / "protocol.yaml", protocol.text.encode())
        copies = copy_overlays(folder, overlays, texts)
        with bench(library, copies, jobs) as place:
            untreated = controls(task, folder, place)
            rows, broken, computed = _searched(task, folder, place, untreated, progress)
        told = _told(task, rows, broken, untreated) | {"fingerprint": print_}
        write_json(folder.path / "result.json", told)
        bib = bibliography(told["citations"], library)
        write_bytes(folder.path / "CITATIONS.bib", bib.encode())
    return SearchResult(told, folder.path, computed, time.perf_counter() - began)


def task_of(protocol: LoadedProtocol, study: DiscStudy, search: Search, library: Library) -> Task:
    """What is searched, by what is asked.

    Raises:
        InputError: an option cannot be read.
    """
    words, kept = over(search.over), limits(search.limits)
    nodes = draw(study, 0, library).network(False).nodes
    about = asked(search.readout, study, known_readouts(study, nodes))
    space = Space.around(study, words, library)
    made = made_per_dose(study, library)
    return Task(protocol, study, search, space, kept, about, library, made)


def require_choices(search: Search, jobs: int) -> None:
    """Refuse options that are none.

    Raises:
        InputError: an unknown choice, or a number out of range.
    """
    if search.against not in AGAINST:
        raise InputError(
            "no such choice", key="--against", value=search.against,
            expected=" | ".join(AGAINST), nearest=nearest(search.against, AGAINST),
        )  # fmt: skip
    if search.trials < 1:
        raise InputError("needs at least one", key="--trials", value=search.trials)
    if jobs < 1:
        raise InputError("needs at least one worker", key="--jobs", value=jobs)


def _told(
    task: Task, rows: Sequence[Mapping[str, Any]], broken: Counter[str], untreated: Floats
) -> dict[str, Any]:
    """The content of result.json but for the fingerprint."""
    about, study, search = task.about.about, task.study, task.search
    share = task.library.resolve("equivalence_band", subject=about.band).median
    band = share * (about.full or abs(float(np.nanmedian(untreated))))
    return content(rows, task.about, broken, band) | {
        "evdisc": __version__, "kind": "optimise", "over": list(task.space.over),
        "title": f"ways of giving the vesicles: {task.about.words}",
        "limits": [k.text for k in task.limits], "trials": search.trials,
        "against": search.against, "members": study.ensemble.members,
        "seed": study.ensemble.seed, "failed": {}, "citations": citations(study, task.library),
        "untreated": {"median": float(f"{np.nanmedian(untreated):.8g}")},
    }  # fmt: skip


def require_optuna() -> None:
    """Say how to install Optuna where it is missing.

    Raises:
        MissingExtraError: it is.
    """
    try:
        import optuna
    except ImportError as error:
        raise MissingExtraError("optuna", "plan") from error
    optuna.logging.set_verbosity(optuna.logging.WARNING)


def require_therapy(protocol: LoadedProtocol) -> DiscStudy:
    """The study, where there is a delivery to search around.

    Raises:
        InputError: it is no disc, or has no therapy.
    """
    study = protocol.spec
    if not isinstance(study, DiscStudy):
        raise InputError(
            "is no disc study: a dish has no needle, carrier or schedule", file=protocol.file,
            key="kind", value=study.kind, expected="disc",
        )  # fmt: skip
    if study.therapy is None:
        raise InputError("has no therapy to search around", file=protocol.file, key="therapy",
                         expected="a vesicle and how it is given")  # fmt: skip
    return study


def made_per_dose(study: DiscStudy, library: Library) -> float:
    """Vesicles to make for one that is given: what engineering loses, median over the members."""
    lost = []
    for number in range(study.ensemble.members):
        product = disc.product_of(study, draw(study, number, library))
        assert product is not None
        lost.append(1.0 / (product.recovery * product.whole_share))
    return float(np.median(lost))


def controls(task: Task, folder: Folder, place: Bench) -> Floats:
    """(members,) the read-out asked for without a therapy; run once and stored.

    Raises:
        RunError: every member failed.
    """
    shelf, members = Folder(folder.path / FOLDER / "untreated"), task.study.ensemble.members
    if len(shelf.load()) < members:
        bare = task.study.model_copy(update={"therapy": None, "compare": ()})
        found = levels(place.run(bare, UNTREATED), task.about)[:, 0]
        shelf.store(range(members), npz({"members": np.arange(members), "level": found}))
    path, _ = shelf.load()[0]
    level: Floats = shelf.read(path)["level"]
    if not np.isfinite(level).any():
        raise RunError("every untreated member failed", advice="run the protocol to see why")
    return level


def _searched(
    task: Task, folder: Folder, place: Bench, untreated: Floats, progress: Progress
) -> tuple[list[dict[str, Any]], Counter[str], int]:
    """Run what is missing of a search; rows of its trials, broken limits, trials run now."""
    import optuna
    from optuna.study import StudyDirection

    path = folder.path / FOLDER / STORE
    path.parent.mkdir(parents=True, exist_ok=True)
    storage = optuna.storages.RDBStorage(f"sqlite:///{path.resolve().as_posix()}")
    try:
        study = optuna.create_study(
            storage=storage, study_name="evdisc", load_if_exists=True,
            directions=[StudyDirection.MAXIMIZE] * len(HYPOTHESES)
            + [StudyDirection.MINIMIZE] * len(COSTS),
        )  # fmt: skip
        _drop_unfinished(study)
        computed, trials = 0, task.search.trials
        done, broken = _counted(study)
        while done < trials and broken < PATIENCE * trials:
            if done + broken == 0:
                study.enqueue_trial(task.space.own())
            computed += _trial(study, task, place, untreated, done + broken)
            done, broken = _counted(study)
            progress(done, trials, broken)
        rows = [t.user_attrs["row"] for t in study.get_trials(deepcopy=False)
                if t.state == optuna.trial.TrialState.COMPLETE][:trials]  # fmt: skip
        reasons = Counter(
            t.user_attrs["reason"] for t in study.get_trials(deepcopy=False)
            if t.state == optuna.trial.TrialState.PRUNED
        )  # fmt: skip
    finally:
        storage.remove_session()
        storage.engine.dispose()
    if not rows:
        raise RunError("no proposal can be given: " + reasons.most_common(1)[0][0],
                       advice="widen --limit, or change the protocol")  # fmt: skip
    return rows, reasons, computed


def _drop_unfinished(study: Any) -> None:
    """What a killed search was about to run is run anew."""
    from optuna.trial import TrialState

    for trial in study.get_trials(deepcopy=False, states=(TrialState.RUNNING, TrialState.WAITING)):
        study._storage.set_trial_state_values(trial._trial_id, TrialState.FAIL)


def _counted(study: Any) -> tuple[int, int]:
    """Trials that were run, and proposals that broke a limit."""
    from optuna.trial import TrialState

    states = Counter(t.state for t in study.get_trials(deepcopy=False))
    return states[TrialState.COMPLETE], states[TrialState.PRUNED]


def _trial(study: Any, task: Task, place: Bench, untreated: Floats, before: int) -> int:
    """Propose once and run it where it can be given; 1 where it was run."""
    import optuna

    # the seed counts trials, so a search that goes on proposes what it would have proposed
    study.sampler = optuna.samplers.TPESampler(
        seed=(task.study.ensemble.seed + 7919 * before) % 2**32, n_startup_trials=STARTING
    )
    trial = study.ask()
    proposal = task.space.proposal(trial)
    ready = feasible(task, proposal)
    if isinstance(ready, str):
        trial.set_user_attr("reason", ready)
        study.tell(trial, state=optuna.trial.TrialState.PRUNED)
        return 0
    share = task.library.resolve("equivalence_band", subject=task.about.about.band).median
    done = place.run(ready, runs_of(ready))
    found = outcome(done, untreated, task.about, share, task.search.against)
    if any(found[h]["median"] is None for h in HYPOTHESES):
        trial.set_user_attr("reason", "every member failed")
        study.tell(trial, state=optuna.trial.TrialState.PRUNED)
        return 1
    numbers = proposal.numbers(task.made_per_dose)
    trial.set_user_attr("row", _row(proposal, numbers, found, first=before == 0))
    values = [found[k]["median"] if k in HYPOTHESES else numbers[k] for k in OBJECTIVES]
    study.tell(trial, values)
    return 1


def _row(
    proposal: Proposal, numbers: Mapping[str, float], found: Mapping[str, Any], first: bool
) -> dict[str, Any]:
    return {
        "protocol": first, "dose": proposal.dose, "volume_uL": proposal.volume,
        "carrier": proposal.carrier, "schedule_d": list(proposal.schedule),
        "punctures": int(numbers["punctures"]), "made": float(f"{numbers['made']:.6g}"),
        "settings": proposal.settings, "failed": found["failed"],
        "hypotheses": {h: found[h] for h in HYPOTHESES},
    }  # fmt: skip


def feasible(task: Task, proposal: Proposal) -> DiscStudy | str:
    """The study of a proposal, or why it cannot be given."""
    numbers = proposal.numbers(task.made_per_dose)
    for limit in task.limits:
        if not limit.kept(numbers):
            return f"limit {limit.text}"
    try:
        study = validate(task.protocol.text, task.protocol.file, proposal.settings).spec
        assert isinstance(study, DiscStudy)
        require_possible(study, task.library)
    except InputError as error:
        return f"{error.key or 'the protocol'}: {error.bare}"
    return study
