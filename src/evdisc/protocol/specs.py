"""Every key a protocol may have: one frozen model per block, with unit, default and meaning."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from evdisc.errors import InputError
from evdisc.evidence.names import find
from evdisc.protocol.blocks import Spec
from evdisc.protocol.disc_specs import DiscSpec
from evdisc.protocol.quantities import (
    PH,
    CellDensity,
    CopiesPerCell,
    Fraction,
    MolarConcentration,
    ParticleConcentration,
    ReadoutName,
    RecipientCell,
    Species,
    Text,
    Time,
    refusal,
)
from evdisc.protocol.therapy_specs import TherapySpec, VesicleSpec
from evdisc.units import parse_quantity

FORMAT_VERSION = 1
DAY = 86400.0
GENETIC = ("knock-down", "over-expression")
#: arms that get vesicles
VESICLE_ARMS = ("treated", "knock-out", "empty vesicle")
MOST_OUTPUTS = 20_000


def none_is_none(value: Any) -> Any:
    """``none`` in a protocol means that the block is left out."""
    return None if isinstance(value, str) and value.strip().casefold() == "none" else value


class EvidenceSpec(Spec):
    """Evidence beside the shipped one."""

    overlays: tuple[Text, ...] = Field(
        (), max_length=100, description="CSV files of the user's own studies, relative to this file"
    )


class EnsembleSpec(Spec):
    """How many members, and from which seed."""

    members: int = Field(20, strict=True, ge=1, le=100_000, description="ensemble members")
    seed: int = Field(1, strict=True, ge=0, lt=2**63, description="seed of all draws")
    posterior: Text | None = Field(
        None, description="file of `evdisc fit` to take members from, relative to this file"
    )


class NumericsSpec(Spec):
    """Grid and time steps."""

    radial_cells: int = Field(24, strict=True, ge=4, le=400, description="grid cells along r")
    axial_cells: int = Field(
        16, strict=True, ge=4, le=400, description="grid cells along z, in half a disc"
    )
    patch_edge: int = Field(
        4,
        strict=True,
        ge=1,
        le=16,
        description="one network for about this many grid cells squared, and 128 over it a region "
        "at least; 1 gives each its own",
    )
    first_step: Time = Field(180.0, gt=0, description="macro step after an event")
    largest_step: Time | None = Field(
        None,
        gt=0,
        description="largest macro step; 4 h to a day by duration, 1/400 of a study of years",
    )
    output_every: Time | None = Field(
        None, gt=0, description="distance of recorded times; a day, or 1/400 of a study of years"
    )

    def longest_step(self, duration: float) -> float:
        """Largest macro step of a study of ``duration``, s."""
        usual = max(min(duration / 112.0, DAY), DAY / 6.0)
        return self.largest_step or max(usual, duration / 400.0)

    def record_every(self, duration: float) -> float:
        """Distance of recorded times in a study of ``duration``, s."""
        return self.output_every or max(DAY, duration / 400.0)


class Study(Spec):
    """What disc and dish studies share."""

    evdisc: Literal[1] = Field(description="version of the protocol format")
    title: Text = Field(description="one line; say 'modelled on' where numbers are assumed")
    evidence: EvidenceSpec = Field(EvidenceSpec(), description="overlays")
    duration: Time = Field(gt=0, description="length of the study")
    ensemble: EnsembleSpec = Field(EnsembleSpec(), description="members and seed")
    readouts: tuple[ReadoutName, ...] = Field(
        (), description="read-outs the report shows first; all are stored"
    )

    def check_times(self, times: dict[str, float], output_every: float) -> None:
        """Refuse an event after the end, and an absurd number of output times."""
        for name, time in times.items():
            if time >= self.duration:
                raise refusal(f"{name} is not before the end of the study", "a time below duration")
        if self.duration / output_every > MOST_OUTPUTS:
            raise refusal(
                f"more than {MOST_OUTPUTS} output times", "a larger numerics.output_every"
            )


def require_arms(compare: tuple[str, ...], vesicle: VesicleSpec | None) -> None:
    """Refuse an arm named twice, and arms of vesicles the therapy does not have."""
    if len(set(compare)) < len(compare):
        raise refusal("compare names an arm twice", "each arm once")
    for arm in set(compare) & set(VESICLE_ARMS):
        if vesicle is None:
            raise refusal(f"compare names {arm}, and the therapy has no vesicle", "a vesicle")
        if arm == "knock-out" and not vesicle.named_cargo:
            raise refusal("compare names knock-out, and no cargo is named", "vesicle.cargo")


class DiscStudy(Study):
    """A study of one disc, treated against untreated."""

    kind: Literal["disc"] = Field(description="what is simulated")
    disc: DiscSpec = Field(description="the disc and its injury")
    therapy: Annotated[TherapySpec | None, BeforeValidator(none_is_none)] = Field(
        None, description="the therapy, or none"
    )
    compare: tuple[
        Literal["untreated", "vehicle", "carrier", "knock-out", "empty vesicle"], ...
    ] = Field(("untreated",), description="arms to compare with")
    numerics: NumericsSpec = Field(NumericsSpec(), description="grid and steps")

    @model_validator(mode="after")
    def times_fit(self) -> Self:
        """Every event lies inside the study; arms differ."""
        times: dict[str, float] = {}
        times |= self.disc.insult.times()
        if self.therapy:
            times["therapy.delivery.schedule"] = self.therapy.delivery.schedule[-1]
        self.check_times(times, self.numerics.record_every(self.duration))
        require_arms(self.compare, self.therapy.vesicle if self.therapy else None)
        bare = self.therapy is None or self.therapy.delivery.carrier == "none"
        if "carrier" in self.compare and bare:
            raise refusal("compare names carrier, and the therapy has none", "a carrier")
        return self


class CellSpec(Spec):
    """One cell type in a dish."""

    type: RecipientCell = Field(description="recipient cell")
    species: Species = Field("human", description="species")
    density: CellDensity = Field(1e12, gt=0, description="cells per volume of medium")


class MediumSpec(Spec):
    """Medium, renewed so that it stays as stated."""

    glucose: MolarConcentration = Field(5.0, description="glucose")
    oxygen: Fraction = Field(0.21, description="oxygen in the gas above")
    ph: PH = Field(7.4, description="pH")


class StimulusSpec(Spec):
    """A stimulus, as in ``IL-1beta`` at ``10 ng/mL``."""

    name: Text = Field(description="name of the vocabulary, or knock-down:GENE")
    dose: Text | None = Field(None, description="quantity with a unit")
    at: Time = Field(0.0, description="start")
    lasting: Time | None = Field(None, alias="for", gt=0, description="length; the end if left out")

    @model_validator(mode="before")
    @classmethod
    def canonical_name(cls, data: Any) -> Any:
        """Bring the name to its canonical form."""
        if isinstance(data, dict) and isinstance(data.get("name"), str):
            prefix, colon, gene = data["name"].partition(":")
            entry = find("stimulus", prefix if colon else data["name"])
            if entry:
                data = data | {"name": f"{entry.name}:{gene.strip()}" if colon else entry.name}
        return data

    @model_validator(mode="after")
    def dose_fits(self) -> Self:
        """The dose has the unit that belongs to the stimulus; genetic stimuli have none."""
        entry = find("stimulus", self.name.partition(":")[0])
        genetic = self.name.partition(":")[0] in GENETIC
        if genetic:
            if self.dose is not None or self.lasting is not None or self.at != 0.0:
                raise refusal("a genetic stimulus holds throughout", "a name alone")
            return self
        if self.dose is None:
            raise refusal(f"{self.name} has no dose", "a quantity such as 10 ng/mL")
        try:
            parse_quantity(self.dose, entry.unit_kind if entry else "mass_concentration")
        except InputError as error:
            raise refusal(f"dose {error.bare}", error.expected or "", error.nearest or "") from None
        return self


class BareCargoSpec(Spec):
    """Cargo put into the cells by transfection."""

    molecule: Text = Field(description="name of the molecule")
    copies_per_cell: CopiesPerCell = Field(description="copies in the cytosol of one cell")


class DishTherapySpec(Spec):
    """Vesicles added to the medium, or cargo without vesicles."""

    vesicle: VesicleSpec | None = Field(None, description="the product")
    concentration: ParticleConcentration | None = Field(None, description="vesicles in medium")
    cargo: tuple[BareCargoSpec, ...] = Field((), max_length=100, description="bare cargo")
    at: Time = Field(0.0, description="time of addition")

    @model_validator(mode="after")
    def one_of_two(self) -> Self:
        """Either vesicles with a concentration, or bare cargo."""
        if (self.vesicle is None) != (self.concentration is None):
            raise refusal("vesicle and concentration belong together", "both or neither")
        if (self.vesicle is None) == (not self.cargo):
            raise refusal(
                "states vesicles and bare cargo, or neither", "vesicle with concentration, or cargo"
            )
        return self


class DonorSpec(Spec):
    """A dish whose medium is taken."""

    cells: tuple[CellSpec, ...] = Field(
        min_length=1, max_length=8, description="cell types that condition the medium"
    )
    stimuli: tuple[StimulusSpec, ...] = Field((), max_length=100, description="stimuli")
    medium: MediumSpec = Field(MediumSpec(), description="medium")
    duration: Time = Field(gt=0, description="time before the medium is taken")


class TransferSpec(Spec):
    """Conditioned medium moved into the dish; arms that get the stimuli get it."""

    donor: DonorSpec = Field(description="the dish it comes from")
    at: Time = Field(0.0, description="time of the transfer")
    share: Fraction = Field(0.5, gt=0, description="share of the medium that is replaced")


class DishNumericsSpec(Spec):
    """Time steps of a dish."""

    first_step: Time = Field(600.0, gt=0, description="macro step after an event")
    largest_step: Time = Field(14400.0, gt=0, description="largest macro step")
    output_every: Time = Field(7200.0, gt=0, description="distance of recorded times")


class DishStudy(Study):
    """A study of cells in a dish."""

    kind: Literal["dish"] = Field(description="what is simulated")
    cells: tuple[CellSpec, ...] = Field(
        min_length=1, max_length=8, description="cell types that share the medium"
    )
    medium: MediumSpec = Field(MediumSpec(), description="medium")
    stimuli: tuple[StimulusSpec, ...] = Field((), max_length=100, description="stimuli")
    therapy: Annotated[DishTherapySpec | None, BeforeValidator(none_is_none)] = Field(
        None, description="vesicles or bare cargo, or none"
    )
    transfer: tuple[TransferSpec, ...] = Field(
        (), max_length=20, description="conditioned medium from other dishes"
    )
    compare: tuple[
        Literal["untreated", "vehicle", "healthy", "knock-out", "empty vesicle"], ...
    ] = Field(("untreated",), description="arms to compare with")
    numerics: DishNumericsSpec = Field(DishNumericsSpec(), description="steps")

    @model_validator(mode="after")
    def times_fit(self) -> Self:
        """Every event lies inside the study; cell types and arms differ."""
        times = {f"stimuli.{i}.at": s.at for i, s in enumerate(self.stimuli)}
        if self.therapy:
            times["therapy.at"] = self.therapy.at
        times |= {f"transfer.{i}.at": t.at for i, t in enumerate(self.transfer)}
        self.check_times(times, self.numerics.output_every)
        for dish in (self.cells, *(t.donor.cells for t in self.transfer)):
            types = [c.type for c in dish]
            if len(set(types)) < len(types):
                raise refusal("cells names a type twice", "each type once")
            if {c.species for c in dish} != {self.cells[0].species}:
                raise refusal("cells of several species", "one species in a dish")
        require_arms(self.compare, self.therapy.vesicle if self.therapy else None)
        return self


KINDS: dict[str, type[DiscStudy] | type[DishStudy]] = {"disc": DiscStudy, "dish": DishStudy}
