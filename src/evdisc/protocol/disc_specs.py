"""The disc of a protocol: preset, grade, injuries, load, and values that replace the preset's."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field, model_validator

from evdisc.protocol.blocks import Spec
from evdisc.protocol.quantities import (
    CellDensity,
    ChargeDensity,
    Fraction,
    Length,
    MassConcentration,
    MolarConcentration,
    Number,
    Preset,
    Pressure,
    Time,
    refusal,
)


class PunctureSpec(Spec):
    """A needle driven through the annulus into the nucleus."""

    gauge: int = Field(strict=True, ge=1, le=40, description="needle gauge")
    sector: int = Field(0, strict=True, ge=0, le=7, description="eighth of the annulus it enters")
    at: Time = Field(0.0, description="time of the puncture")


class CellLossSpec(Spec):
    """Cells that die at once, everywhere."""

    share: Fraction = Field(description="share of the living cells that is lost")
    at: Time = Field(0.0, description="time of the loss")


class OcclusionSpec(Spec):
    """An endplate that calcifies: less of its area is open to exchange."""

    open_fraction: Fraction = Field(description="share of the endplate still open, from the centre")
    at: Time = Field(0.0, description="time of the occlusion")


class EnzymeSpec(Spec):
    """An enzyme such as chondroitinase that takes glycosaminoglycan from the nucleus."""

    gag_lost: Fraction = Field(description="share of the nucleus's GAG that is lost")
    at: Time = Field(0.0, description="time of the injection")


class CytokineSpec(Spec):
    """Cytokines injected into the disc."""

    il_1beta: MassConcentration = Field(0.0, description="IL-1beta per volume of disc")
    tnf_alpha: MassConcentration = Field(0.0, description="TNF-alpha per volume of disc")
    at: Time = Field(0.0, description="time of the injection")


class AgeingSpec(Spec):
    """Slow changes of an ageing disc; rates are evidence rows."""

    start: Time = Field(0.0, description="time at which ageing begins")


class InsultSpec(Spec):
    """What made the disc degenerate; several may be named."""

    puncture: PunctureSpec | None = Field(None, description="needle puncture")
    cell_loss: CellLossSpec | None = Field(None, description="sudden loss of cells")
    occlusion: OcclusionSpec | None = Field(None, description="loss of nutrition")
    enzyme: EnzymeSpec | None = Field(None, description="enzymatic loss of matrix")
    cytokine: CytokineSpec | None = Field(None, description="injected cytokines")
    ageing: AgeingSpec | None = Field(None, description="ageing over years")

    def times(self) -> dict[str, float]:
        """Key of each insult named -> its time, s."""
        found = {}
        for name in type(self).model_fields:
            block = getattr(self, name)
            if block is not None:
                found[f"disc.insult.{name}"] = block.start if name == "ageing" else block.at
        return found


class LoadSpec(Spec):
    """Axial stress on the disc: two levels a day; equal levels are a constant load."""

    rest: Pressure = Field(description="stress at rest")
    activity: Pressure = Field(description="stress in activity")
    hours: Number | None = Field(
        None, ge=0, le=24, description="hours of activity a day; else those of the evidence"
    )


class DiscSpec(Spec):
    """The disc: a preset, its grade, its injury, and values that replace those of the preset."""

    preset: Preset = Field(description="species and level; every value of it is an evidence row")
    grade: int = Field(1, strict=True, ge=1, le=5, description="Pfirrmann grade at the start")
    insult: InsultSpec = Field(InsultSpec(), description="injury")
    height: Length | None = Field(None, gt=0, description="height without endplates")
    radius: Length | None = Field(None, gt=0, description="radius of the disc")
    nucleus_radius: Length | None = Field(None, gt=0, description="radius of the nucleus")
    endplate_radius: Length | None = Field(None, gt=0, description="radius of the endplate")
    endplate_thickness: Length | None = Field(None, gt=0, description="cartilage endplate")
    cell_density_nucleus: CellDensity | None = Field(None, description="cells in the nucleus")
    cell_density_annulus: CellDensity | None = Field(None, description="cells in the annulus")
    cell_density_endplate: CellDensity | None = Field(None, description="cells in the endplate")
    endplate_diffusivity_factor: Number | None = Field(
        None, gt=0, description="endplate diffusivity over that of the hindrance law"
    )
    endplate_open_fraction: Fraction | None = Field(
        None, description="share of the endplate area open to exchange, from the centre"
    )
    endplate_oxygen: Pressure | None = Field(None, description="oxygen at the endplate")
    endplate_glucose: MolarConcentration | None = Field(None, description="glucose there")
    endplate_lactate: MolarConcentration | None = Field(None, description="lactate there")
    annulus_oxygen: Pressure | None = Field(None, description="oxygen at the outer annulus")
    annulus_glucose: MolarConcentration | None = Field(None, description="glucose there")
    annulus_lactate: MolarConcentration | None = Field(None, description="lactate there")
    metabolic_multiplier: Number | None = Field(
        None, gt=0, description="metabolic rate over the published one"
    )
    porosity_nucleus: Fraction | None = Field(None, gt=0, lt=1, description="water volume share")
    porosity_annulus: Fraction | None = Field(None, gt=0, lt=1, description="of the annulus")
    porosity_endplate: Fraction | None = Field(None, gt=0, lt=1, description="of the endplate")
    charge_nucleus: ChargeDensity | None = Field(None, description="fixed charge per water")
    charge_annulus: ChargeDensity | None = Field(None, description="of the annulus")
    charge_endplate: ChargeDensity | None = Field(None, description="of the endplate")
    living_fraction: Fraction = Field(1.0, description="living share of the cells at the start")
    culture: Literal["in vivo", "free swelling"] = Field(
        "in vivo", description="free swelling: medium (annulus values) on every free face"
    )
    load: LoadSpec | None = Field(
        None, description="axial stress; that of the evidence if left out"
    )
    rate_law: Literal["published", "guarded"] = Field(
        "guarded", description="guarded: the glucose sink vanishes with glucose"
    )

    @model_validator(mode="after")
    def radii_are_ordered(self) -> Self:
        """A nucleus or endplate wider than the disc is refused."""
        for name in ("nucleus_radius", "endplate_radius"):
            own = getattr(self, name)
            if own is not None and self.radius is not None and own >= self.radius:
                raise refusal(f"{name} is not smaller than radius", "a smaller one")
        return self
