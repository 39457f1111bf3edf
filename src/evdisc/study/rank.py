"""`rank(question)`: products in one disc, member by member the same, with their ties shown.

Controls run once per member and not per product. The ranking follows delivered copies
(``stoichiometric``); what vesicles per cell would give (``potency``) stands beside it.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from evdisc import __version__
from evdisc.errors import InputError, nearest
from evdisc.evidence.library import Library, load
from evdisc.evidence.names import one_of
from evdisc.outcome.readouts import describe, readout_names
from evdisc.protocol.overrides import split
from evdisc.protocol.specs import DiscStudy
from evdisc.protocol.therapy_specs import TherapySpec, VesicleSpec
from evdisc.protocol.yaml_io import LoadedProtocol, from_document, load_protocol
from evdisc.simulate import disc
from evdisc.simulate.limits import require_possible
from evdisc.study import ranking
from evdisc.study.attribution import attribute
from evdisc.study.cases import Case, drawn, products_of, study_of, with_carriers
from evdisc.study.crew import Jobs, Progress, require, silent
from evdisc.study.execute import StudyResult, copy_overlays
from evdisc.study.folder import (
    Folder,
    Owner,
    fingerprint,
    joint_fingerprint,
    write_bytes,
    write_json,
)
from evdisc.study.gains import Gains
from evdisc.study.gains import gains as paired
from evdisc.study.pairs import pair_cases, seconds_of_a_run
from evdisc.study.preflight import overlay_paths
from evdisc.study.products import ATLAS, Product, attributions, products
from evdisc.study.publish import bibliography
from evdisc.study.stages import Outcome, Setup, stage
from evdisc.study.summary import HEADLINE, citations
from evdisc.study.usual import PLACE, document, preset_asked

BY = ("product", "cargo")
EQUAL = ("dose", "cost", "given")
#: products whose pairs are tried
BEST = 8


@dataclass(frozen=True)
class Question:
    """What is asked of a ranking.

    Attributes:
        disc: preset, or a disc protocol whose disc, insult, duration and delivery count.
        therapies: ``atlas`` or protocol files.
        members: ensemble members; those of the protocol, else 20.
        seed: seed of all draws; that of the protocol, else 1.
        by: rank whole products, or the table rows' cargoes in isolation.
        equal: the same dose for all, the same number of vesicles made, or each as its file says.
        readout: read-out that ranks.
        attribute: how many of the first products have their cargoes run alone.
        pairs: try pairs of the best at half the dose each.
        overrides: ``dotted.key=value``.
    """

    disc: str
    therapies: tuple[str, ...] = (ATLAS,)
    members: int | None = None
    seed: int | None = None
    by: str = "product"
    equal: str = "dose"
    readout: str = HEADLINE["disc"]
    attribute: int = 3
    pairs: bool = False
    overrides: tuple[str, ...] = ()


def rank(
    question: Question, out: Path | None = None, *, jobs: Jobs = 1, fresh: bool = False,
    progress: Progress = silent, told: Callable[[str], None] = lambda _: None,
) -> StudyResult:  # fmt: skip
    """Rank products in one disc, or resume doing so, and write the run folder.

    Args:
        question: what is asked.
        out: run folder; default ``runs/rank-<disc name>``.
        jobs: worker processes, or ``dask:`` with the address or file of a scheduler. The numbers
            do not depend on it.
        fresh: drop what the folder holds and start anew.
        progress: called after every finished task.
        told: called with a line about the time a long step will take, or about the workers.

    Raises:
        EvdiscError: bad input (nothing is touched), or the folder cannot be used.
    """
    began = time.perf_counter()
    require_choices(question)
    protocol, notes = frame_of(question)
    assert isinstance(protocol.spec, DiscStudy)
    overlays = overlay_paths(protocol)
    library = load(overlays)
    ranked = contenders(question, library)
    cases = [case_of(p, question, protocol.spec) for p in ranked]
    preflight(protocol, question.readout, cases, library)
    texts = [p.read_bytes() for p in overlays]
    print_ = joint_fingerprint("rank", fingerprint(protocol.spec, texts))
    owner = Owner("rank", print_, protocol.spec.ensemble.members)
    folder = Folder(out if out is not None else default_folder(question))
    folder.verify(owner, fresh)
    jobs = require(jobs, told)
    with folder.lock():
        folder.claim(owner, fresh)
        write_bytes(folder.path / "protocol.yaml", protocol.text.encode())
        copies = copy_overlays(folder, overlays, texts)
        setup = Setup(protocol.spec, library, copies, folder, jobs, progress)
        if not describe(question.readout, "disc").better:
            notes.append(f"{question.readout} is neither good nor bad: more of it ranks first")
        content, computed = _answer(question, setup, ranked, cases, told)
        content |= {
            "evdisc": __version__, "kind": "rank", "title": protocol.spec.title,
            "fingerprint": print_, "notes": notes,
            "therapies": list(question.therapies),
            "citations": citations(protocol.spec, library),
        }  # fmt: skip
        write_json(folder.path / "result.json", content)
        bib = bibliography(content["citations"], library)
        write_bytes(folder.path / "CITATIONS.bib", bib.encode())
    return StudyResult(content, folder.path, computed, time.perf_counter() - began)


def _answer(
    question: Question, setup: Setup, ranked: Sequence[Product], cases: Sequence[Case],
    told: Callable[[str], None],
) -> tuple[dict[str, Any], int]:  # fmt: skip
    """Run the stages and put their numbers together."""
    given, keys = with_carriers(setup.frame, cases)
    controls = stage(setup, "controls", given)
    whole = stage(setup, question.by, cases)
    computed = controls.computed + whole.computed
    gains = paired(question.readout, controls, whole, keys, setup.library)
    content = ranking.content(gains, ranked, controls, whole, setup.frame)
    content |= {"by": question.by, "equal": question.equal, "pairs": None}
    order = content.pop("order")
    first = {"stoichiometric": order, "potency": content.pop("order_by_potency", [])}
    if not gains.members.size:
        return content, computed
    if question.by == "product":
        found, more = attribute(setup, ranked, cases, gains, first, question.attribute)
        computed += more
        for (index, hypothesis), entries in found.items():
            row = content["ranking"][order.index(index)]
            (row if hypothesis == "stoichiometric" else row["potency"])["attribution"] = entries
    if question.pairs:
        best = [ranked[i] for i in order[:BEST]]
        content["pairs"], more = _pairs(question, setup, best, gains, whole, told)
        computed += more
    return content, computed


def _pairs(
    question: Question, setup: Setup, best: Sequence[Product], gains: Gains, whole: Outcome,
    told: Callable[[str], None],
) -> tuple[dict[str, Any], int]:  # fmt: skip
    """Run pairs of the best; says first how long that will take."""
    pairs, left_out = pair_cases(best, question.equal == "cost", setup)
    seconds = seconds_of_a_run(setup, pairs[:1]) * len(pairs) * len(gains.members)
    told(
        f"{len(pairs)} pairs of the best {len(best)}: about {seconds:.0f} s of "
        "computing shared by the workers, less what is stored"
    )
    mixed = stage(setup, "pairs", pairs)
    rows = ranking.pair_rows(gains, mixed, whole, best)
    return rows | {"left_out": left_out}, mixed.computed


def require_choices(question: Question) -> None:
    """Refuse options that are none.

    Raises:
        InputError: an unknown choice, or a number out of range.
    """
    for key, value, known in (("--by", question.by, BY), ("--equal", question.equal, EQUAL)):
        if value not in known:
            raise InputError("no such choice", key=key, value=value, expected=" | ".join(known),
                             nearest=nearest(value, known))  # fmt: skip
    if question.attribute < 0:
        raise InputError("is negative", key="--attribute", value=question.attribute)
    if question.by == "cargo" and (question.pairs or question.therapies != (ATLAS,)):
        raise InputError("ranks the table rows alone", key="--by", value="cargo",
                         expected="no --pairs and no --therapies beside it")  # fmt: skip


def frame_of(question: Question) -> tuple[LoadedProtocol, list[str]]:
    """The common disc, injury, delivery and steps as a protocol, and what to say of them.

    Raises:
        InputError: neither a preset nor a disc protocol; an override of the vesicle.
    """
    for text in question.overrides:
        if text.replace(" ", "").startswith("therapy.vesicle"):
            raise InputError("sets a vesicle", key="--set", value=text,
                             expected="products by --therapies")  # fmt: skip
    sizes = {"members": question.members, "seed": question.seed}
    more = [f"ensemble.{k}={v}" for k, v in sizes.items() if v is not None]
    overrides = [*question.overrides, *more]
    path = Path(question.disc)
    if path.suffix not in (".yaml", ".yml") and not path.exists():
        preset = preset_asked(question.disc, question.overrides)
        return from_document(document(preset, load()), overrides), []
    return _file_frame(path, overrides)


def _file_frame(path: Path, overrides: Sequence[str]) -> tuple[LoadedProtocol, list[str]]:
    loaded = load_protocol(path, overrides)
    spec = loaded.spec
    if not isinstance(spec, DiscStudy):
        raise InputError("is no disc study", file=path, key="kind", value=spec.kind,
                         expected="disc")  # fmt: skip
    place = VesicleSpec.model_validate(PLACE)
    if spec.therapy is None:
        usual = from_document(document(spec.disc.preset, load())).spec
        assert usual.therapy is not None
        delivery = usual.therapy.delivery  # type: ignore[union-attr]
        note = "the protocol gives nothing: dose, volume and time are the usual ones"
    else:
        delivery = spec.therapy.delivery
        note = "the vesicle of the protocol is left out; its delivery counts for every product"
    therapy = TherapySpec(vesicle=place, delivery=delivery)
    frame = spec.model_copy(update={"therapy": therapy, "compare": ("untreated", "vehicle")})
    return LoadedProtocol(frame, loaded.document, loaded.text, loaded.file), [note]


def contenders(question: Question, library: Library) -> list[Product]:
    """What is ranked."""
    if question.by == "cargo":
        return attributions(library)
    return products(question.therapies, library)


def case_of(product: Product, question: Question, frame: DiscStudy) -> Case:
    """How a product is given: route and carrier of its own file; dose, volume and times of all.

    What ``--set`` says of the delivery holds for every product.
    """
    delivery = product.delivery
    if delivery is not None:
        assert frame.therapy is not None
        same = {"dose", "volume", "schedule"} if question.equal != "given" else set()
        for parts, _ in map(split, question.overrides):
            if parts[:2] == ["therapy", "delivery"]:
                same |= set(parts[2:3])
        common = {name: getattr(frame.therapy.delivery, name) for name in same}
        delivery = delivery.model_copy(update=common)
    return Case(
        key=product.name, vesicles=(product.vesicle,), delivery=delivery,
        only=product.only, equal_cost=question.equal == "cost",
    )  # fmt: skip


def preflight(
    protocol: LoadedProtocol, readout: str, cases: Sequence[Case], library: Library
) -> None:
    """Check what can be checked before the first file is written.

    Raises:
        InputError: unknown read-out or cargo, or a dose that cannot be given.
    """
    frame = protocol.spec
    assert isinstance(frame, DiscStudy)
    member = drawn(frame, 0, library)
    known = readout_names("disc", member.network(False).nodes)
    if readout not in known:
        raise InputError("is not simulated in a disc", key="--for", value=readout,
                         expected=one_of(known), nearest=nearest(readout, known))  # fmt: skip
    try:
        for case in (*with_carriers(frame, cases)[0], *cases):
            study = study_of(frame, case, products_of(case, member, library), library)
            require_possible(study, library)
            disc.events(study, case.arm, member.values)
    except InputError as error:
        raise error.found_in(protocol.file) from None


def default_folder(question: Question) -> Path:
    """``runs/rank-<disc name>`` below the current folder."""
    name = Path(question.disc).stem
    preset = preset_asked(name, question.overrides)
    return Path("runs") / ("rank-" + preset + ("-by-cargo" if question.by == "cargo" else ""))
