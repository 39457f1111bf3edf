"""The therapy of a protocol: the vesicle, and how it reaches the disc."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field, model_validator

from evdisc.protocol.blocks import Spec
from evdisc.protocol.engineering_specs import EngineeringSpec, StorageSpec
from evdisc.protocol.quantities import (
    Carrier,
    CellCount,
    CopiesPerVesicle,
    Isolation,
    ParentCell,
    ParticleCount,
    Preconditioning,
    Route,
    Species,
    Text,
    Time,
    Volume,
    refusal,
)

#: carriers that are needles, and the one route that sets them
NEEDLES = ("microneedle", "core-shell microneedle")
NEEDLE_ROUTE = "annulus microneedle"


class SourceSpec(Spec):
    """Where the vesicles come from."""

    cell: ParentCell = Field(description="parent cell")
    species: Species = Field("human", description="its species")
    preconditioning: Preconditioning = Field(
        "none", description="what was done to the parent cells"
    )


class CargoSpec(Spec):
    """One molecule of a vesicle's cargo."""

    molecule: Text = Field(description="name of the molecule, such as miR-21-5p")
    copies_per_vesicle: CopiesPerVesicle | None = Field(
        None, description="mean copies in one vesicle; a wide prior where it is left out"
    )
    isolate: bool = Field(
        False, strict=True, description="switch the rest of the vesicle's profile off"
    )


#: the kind of vesicle that brings mitochondria by its name
ORGANELLE_CARRIER = "mitochondria-containing microvesicle"


class VesicleSpec(Spec):
    """The product: a whole vesicle with all its cargo."""

    source: SourceSpec = Field(description="parent cell")
    cargo: tuple[CargoSpec, ...] = Field(
        (), max_length=100, description="cargo that is stated; the evidence adds the rest"
    )
    subtype: Literal[
        "exosome", "microvesicle", "mitochondria-containing microvesicle", "apoptotic body",
        "migrasome",
    ] = Field("exosome", description="kind of vesicle")  # fmt: skip
    engineering: tuple[EngineeringSpec, ...] = Field(
        (), max_length=20, description="engineering steps, in order"
    )
    storage: StorageSpec | None = Field(
        None, description="storage between counting and use; none if left out"
    )
    isolation: Isolation = Field(
        "not stated", description="how the vesicles were isolated; sets particles per ug"
    )

    @property
    def steps(self) -> tuple[EngineeringSpec, ...]:
        """Engineering steps, the preconditioning of the parent cells first."""
        if self.source.preconditioning == "none":
            return self.engineering
        first = EngineeringSpec(method=self.source.preconditioning)
        return (first, *self.engineering)

    @property
    def named_cargo(self) -> tuple[str, ...]:
        """Cargoes the protocol names: stated, or loaded."""
        loaded = (name for step in self.engineering for name in step.cargo)
        return tuple(dict.fromkeys((*(c.molecule for c in self.cargo), *loaded)))

    @model_validator(mode="after")
    def molecules_differ(self) -> Self:
        """A molecule stands in the list once."""
        names = [c.molecule.casefold() for c in self.cargo]
        if len(set(names)) < len(names):
            raise refusal("cargo names a molecule twice", "each molecule once")
        return self


class DeliverySpec(Spec):
    """How the vesicles reach the disc."""

    route: Route = Field("intradiscal", description="route")
    carrier: Carrier = Field("none", description="carrier")
    dose: ParticleCount = Field(description="vesicles in one injection")
    cells: CellCount | None = Field(
        None, gt=0, description="living parent cells given with or instead of vesicles"
    )
    volume: Volume = Field(gt=0, description="injected volume")
    schedule: tuple[Time, ...] = Field(
        min_length=1, max_length=1000, description="times of the injections"
    )
    sector: int = Field(4, strict=True, ge=0, le=7, description="eighth of the annulus it enters")
    gauge: int | None = Field(
        None,
        strict=True,
        ge=1,
        le=40,
        description="needle of the injection; by species if left out",
    )

    @model_validator(mode="after")
    def carrier_fits(self) -> Self:
        """A carrier that clots the blood, or a needle elsewhere than in the annulus, is refused."""
        if self.route in ("intravenous", "intramuscular") and self.carrier != "none":
            raise refusal(f"a carrier cannot be given by the route {self.route}", "carrier: none")
        if self.carrier in NEEDLES and self.route != NEEDLE_ROUTE:
            raise refusal(
                f"carrier {self.carrier} cannot be given by the route {self.route}: it sits in "
                "the annulus", f"route: {NEEDLE_ROUTE}, or a gel as carrier",
            )  # fmt: skip
        if self.cells and self.route != "intradiscal":
            raise refusal(f"cells are not given by the route {self.route}", "route: intradiscal")
        return self

    @model_validator(mode="after")
    def schedule_rises(self) -> Self:
        """Injections stand in the order of time."""
        if any(b <= a for a, b in zip(self.schedule, self.schedule[1:], strict=False)):
            raise refusal("schedule does not rise", "each time later than the one before")
        return self


class TherapySpec(Spec):
    """A vesicle and how it is given."""

    vesicle: VesicleSpec = Field(description="the product")
    delivery: DeliverySpec = Field(description="route, dose and times")
