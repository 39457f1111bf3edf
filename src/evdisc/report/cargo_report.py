"""From measured cargo to the disc: import, copies per vesicle, copies per cell, effect; one page.

This gathers what the rooms compute: :mod:`evdisc.cargo` the shares and their scale,
:mod:`evdisc.study.measured` the uptake and the runs, the evidence what is known of each molecule.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from evdisc import __version__
from evdisc.cargo.copies import Profile, profile
from evdisc.cargo.known import KINDS, acting, not_found, other_arms, said_of
from evdisc.cargo.molecules import kind as kind_of
from evdisc.cargo.molecules import known_cargo
from evdisc.cargo.omics import CargoImport, import_cargo
from evdisc.errors import InputError
from evdisc.evidence.library import Library, load
from evdisc.protocol.yaml_io import LoadedProtocol, load_protocol
from evdisc.report.import_folder import require_own
from evdisc.study import measured as study
from evdisc.study.crew import Progress, silent
from evdisc.study.folder import write_bytes
from evdisc.study.measured_frames import frames
from evdisc.study.preflight import overlay_paths
from evdisc.vesicle.native import native_profile
from evdisc.vesicle.overlay import Measurement, measurement, overlay_text

FORMAT = "evdisc-cargo-report/1"
RECORD, OVERLAY = "cargo-report.json", "measured.csv"
#: members of the dose table and the dish, which are quick
QUICK_MEMBERS = 20
#: most plentiful molecules tabulated beside those the evidence knows
PLENTIFUL = 15
NO_CELL = "BMSC"


@dataclass(frozen=True)
class Asked:
    """What a cargo report is asked.

    Attributes:
        table, samples: as for :func:`evdisc.cargo.omics.import_cargo`.
        out: folder of the report.
        kind: ``mirna``, ``protein`` or None for what the table says.
        group: group of samples whose vesicles are tried; the first of the sheet if None.
        protocol: a disc or dish with a product; None for the usual ones.
        vesicles: ``vesicles.json`` or a file of an instrument.
        spike_ins: name -> copies added to each library.
        stated: copies of all molecules per vesicle, or (name, copies of that one).
        members, seed: of the disc runs.
        isolate: leave out what was not measured.
        reference: current miRNA names.
        command: the command line, for the page.
    """

    table: Path
    samples: Path
    out: Path
    kind: str | None = None
    group: str | None = None
    protocol: Path | None = None
    vesicles: Path | None = None
    spike_ins: Mapping[str, float] | None = None
    stated: float | tuple[str, float] | None = None
    members: int = 8
    seed: int = 1
    isolate: bool = False
    reference: frozenset[str] = frozenset()
    command: str = "evdisc cargo report"


@dataclass(frozen=True)
class Answer:
    """A finished cargo report.

    Attributes:
        content: what cargo-report.json holds.
        data: the import.
        profile: shares and scale of the group.
        dish, disc: the protocols that were run.
        library: the evidence with what was measured on top.
    """

    content: dict[str, Any]
    data: CargoImport
    profile: Profile
    dish: LoadedProtocol
    disc: LoadedProtocol
    library: Library


def cargo_report(asked: Asked, progress: Progress = silent) -> Answer:
    """Compute a cargo report; nothing is written but the overlay of the vesicles, which it reads.

    Raises:
        EvdiscError: bad input, or nothing could be run.
    """
    read = (asked.table, asked.samples, asked.protocol, asked.vesicles)
    require_own(asked.out, RECORD, FORMAT, read)
    loaded = None if asked.protocol is None else load_protocol(asked.protocol)
    vesicles = None if asked.vesicles is None else measurement(asked.vesicles)
    library = _library(asked, loaded, vesicles)
    data = import_cargo(asked.table, asked.samples, asked.kind, reference=asked.reference,
                        library=library)  # fmt: skip
    data = _with_particles(data, vesicles)
    group = asked.group or str(data.samples["group"].iloc[0])
    own = profile(data, group, library, spike_ins=asked.spike_ins, stated=asked.stated,
                  particles_per_ug=vesicles.particles_per_ug if vesicles else None)  # fmt: skip
    dish, disc, said = frames(loaded, NO_CELL, asked.members, asked.seed, library)
    done = _Work(asked, library, data, own, loaded is None)
    content = done.content(dish, disc, progress)
    content["warnings"] = _warnings(data, own, said, asked, content, done)
    return Answer(content, data, own, done.dish, done.disc, library)


def _library(
    asked: Asked, loaded: LoadedProtocol | None, vesicles: Measurement | None
) -> Library:  # fmt: skip
    paths = [] if loaded is None else overlay_paths(loaded)
    if vesicles is not None and (vesicles.size or vesicles.particles_per_ug):
        write_bytes(asked.out / OVERLAY, overlay_text(vesicles).encode())
        paths = [asked.out / OVERLAY, *paths]
    return load(paths)


def _with_particles(data: CargoImport, vesicles: Measurement | None) -> CargoImport:
    """Vesicles of each library from the volume it was made from, where the sheet states that."""
    if vesicles is None or not vesicles.per_ml:
        return data
    sheet = data.samples.copy()
    sheet["particles"] = sheet["particles"].fillna(sheet["volume_ul"] * 1e-3 * vesicles.per_ml)
    return replace(data, samples=sheet)


class _Work:
    """The computing part of a report, with what it needs at hand."""

    def __init__(
        self, asked: Asked, library: Library, data: CargoImport, own: Profile, usual: bool
    ) -> None:
        self.asked, self.library, self.data, self.own = asked, library, data, own
        self.kind = KINDS[data.kind]
        self.shares: dict[str, float] = {str(k): float(x) for k, x in own.share.items()}
        self.acts = acting(self.shares, library, data.kind)
        # a protein goes under the name of the evidence, a miRNA keeps its measured arm
        self.called = {n: known if data.kind == "protein" else n for n, known in self.acts.items()}
        self.isolate = asked.isolate or usual
        self.said: list[str] = []

    def content(
        self, dish: LoadedProtocol, disc: LoadedProtocol, progress: Progress
    ) -> dict[str, Any]:
        self.dish, self.disc = dish, disc
        quick = replace(dish, spec=_members(dish.spec, QUICK_MEMBERS))
        out: dict[str, Any] = {
            "format": FORMAT, "evdisc": __version__, "kind": self.data.kind,
            "title": f"Measured {self.kind} of {self.own.group} vesicles in the disc",
            "group": self.own.group, "samples": list(self.own.samples),
            "seed": self.asked.seed, "members": self.asked.members,
            "scale": {"origin": self.own.scale.origin, "relative": self.own.scale.relative,
                      "words": self.own.scale.words, "median": self.own.scale.median,
                      "low": self.own.scale.low, "high": self.own.scale.high},
            "import": self.data.summary(),
            "acts_through": self.acts, "claims": self._claims(), "groups": self._groups(),
        }  # fmt: skip
        for name, protocol, table_of in (("dish", quick, quick), ("disc", disc, disc)):
            out[name] = self._one(protocol, table_of, progress)
        out["fingerprint"] = out["disc"]["result"]["fingerprint"] if out["disc"]["result"] else ""
        return out

    def _one(
        self, protocol: LoadedProtocol, table_of: LoadedProtocol, progress: Progress
    ) -> dict[str, Any]:
        """Stoichiometry at the dose, and the effect, of one study."""
        vesicle, said = study.as_measured(study.vesicle_of(protocol.spec))
        self.said += said
        frame = _with_vesicle(protocol.spec, vesicle)
        cell = vesicle.source.cell
        absent = [] if self.isolate else not_found(
            native_profile(self.library, cell), self.acts, self.library, self.data.kind
        )  # fmt: skip
        cargo = study.MeasuredCargo(
            {self.called[n]: self.shares[n] for n in self.acts}, absent, self.own.scale.at,
            self.isolate,
        )  # fmt: skip
        plenty = dict(list(self.shares.items())[:PLENTIFUL])
        tabled = {n: self.shares[n] for n in (*self.acts, *plenty)}
        tracer = next(iter(self.called.values()), None) or _tracer(self.kind, self.library)
        many = _members(_with_vesicle(table_of.spec, vesicle), QUICK_MEMBERS)
        taken = study.uptake(many, tracer, self.library)
        rows = study.stoichiometry(many, tabled, cargo, taken, self.kind, self.library)
        for row in rows:
            row["acts_through"] = self.acts.get(row["name"], "")
        found = study.run_measured(frame, cargo, self.library, progress) if self.acts else None
        from evdisc.outcome.effects import triple

        return {
            "vesicles_per_cell": triple(taken.vesicles_per_cell),
            "members_of_the_table": len(taken.members), "stoichiometry": rows, "result": found,
            "rest_of_the_profile": not self.isolate, "not_found": absent,
        }  # fmt: skip

    def _claims(self) -> list[dict[str, Any]]:
        """What the evidence says each molecule does."""
        rows = []
        for name, known in self.acts.items():
            for c in said_of(known, self.library):
                rows.append({
                    "cargo": name, "known_as": c.source, "sign": c.sign, "target": c.target,
                    "target_type": c.target_type, "cell": c.cell, "species": c.species,
                    "study": c.study, "proof": c.proof, "tier": c.tier, "claim": c.claim,
                })  # fmt: skip
        return rows

    def _groups(self) -> list[dict[str, Any]]:
        """Shares of the acting molecules in every group that has a usable sample."""
        rows = []
        for group in dict.fromkeys(self.data.samples["group"]):
            try:
                other = profile(self.data, str(group), self.library, stated=1.0).share
            except InputError:
                continue  # no usable sample in it
            rows += [
                {"group": str(group), "name": n, "share": float(other.get(n, 0.0))}
                for n in self.acts
            ]
        return rows


def _members(spec: Any, members: int) -> Any:
    ensemble = spec.ensemble.model_copy(update={"members": members})
    return spec.model_copy(update={"ensemble": ensemble})


def _with_vesicle(spec: Any, vesicle: Any) -> Any:
    therapy = spec.therapy.model_copy(update={"vesicle": vesicle})
    return spec.model_copy(update={"therapy": therapy})


def _tracer(kind: str, library: Library) -> str:
    return next(n for n in known_cargo(library) if kind_of(n, library) == kind)


def _warnings(
    data: CargoImport, own: Profile, said: Sequence[str], asked: Asked, content: dict[str, Any],
    done: _Work,
) -> list[str]:  # fmt: skip
    out = [own.scale.words + "."] if own.scale.relative else []
    if asked.protocol is None:
        out += [f"no protocol was given: {words}" for words in said]
        out.append("no parent cell was stated: cargo that was not measured is left out")
    if asked.group is None and data.samples["group"].nunique() > 1:
        out.append(f"the sheet has several groups; {own.group}, its first, was tried (--group)")
    out += list(dict.fromkeys(done.said))
    arms = other_arms(done.acts, done.shares)
    if arms:
        out.append("the evidence names these miRNA without an arm; the less plentiful arm is not "
                   "taken to act: " + ", ".join(arms))  # fmt: skip
    if not done.acts:
        out.append("none of the measured molecules is known as cargo to the evidence: there is "
                   "nothing to simulate")  # fmt: skip
    for name in ("dish", "disc"):
        found = content[name]["result"]
        out += [] if found is None else found["warnings"]
    flagged = data.quality[data.quality["flags"] != ""]
    out += [f"{r.sample}: {r.flags}" for r in flagged.itertuples()]
    return list(dict.fromkeys([*out, *data.warnings]))
