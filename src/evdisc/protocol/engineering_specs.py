"""Engineering steps of a protocol's vesicle, and how it was stored."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from evdisc.protocol.blocks import Spec
from evdisc.protocol.quantities import Engineering, Temperature, Text, Time, refusal
from evdisc.units import ZERO_CELSIUS

#: what a method works on
KINDS = {
    "hypoxia": "culture", "compression": "culture", "static magnetic field": "culture",
    "light": "culture", "ultrasound": "culture", "dehydration": "culture",
    "rapamycin": "culture", "metformin": "culture", "TNF-alpha": "culture",
    "mimic transfection": "parent", "antagomir transfection": "parent", "lentivirus": "parent",
    "co-incubation": "direct", "electroporation": "direct", "lipofection": "direct",
    "sonication": "direct", "extrusion": "direct", "freeze-thaw": "direct",
    "pH gradient": "direct",
    "Cavin-2 transfection": "surface", "targeting peptide": "surface",
    "click chemistry": "surface", "cationic coating": "surface",
}  # fmt: skip


class EngineeringSpec(Spec):
    """One engineering step."""

    method: Engineering = Field(description="what is done")
    cargo: tuple[Text, ...] = Field((), max_length=20, description="cargo that is loaded")
    purified: bool = Field(
        True, strict=True, description="free cargo is removed after direct loading"
    )

    @model_validator(mode="before")
    @classmethod
    def a_name_alone(cls, data: Any) -> Any:
        """A method alone may stand for a step."""
        return {"method": data} if isinstance(data, str) else data

    @property
    def kind(self) -> str:
        """culture, parent, direct or surface."""
        return KINDS[self.method]

    @model_validator(mode="after")
    def cargo_fits(self) -> Self:
        """Loading names a cargo; other steps name none."""
        loads = self.kind in ("parent", "direct")
        if loads and not self.cargo:
            raise refusal(f"{self.method} loads nothing", "cargo: [NAME]")
        if not loads and self.cargo:
            raise refusal(f"{self.method} loads no cargo", "a method that loads, or no cargo")
        return self


#: liquid nitrogen, and an incubator with a fault, degC
COLDEST, HOTTEST = -200, 60


class StorageSpec(Spec):
    """How the product was kept between counting and use."""

    time: Time = Field(0.0, description="time in store before use")
    temperature: Temperature = Field(
        ZERO_CELSIUS + 4.0, description="temperature; the nearest stated one acts and is named"
    )
    tube: Literal["ordinary", "low-binding", "in medium"] = Field(
        "low-binding", description="tube, or vesicles left in their medium"
    )
    freeze_thaw: Annotated[int, Field(strict=True, ge=0, le=20)] = Field(
        0, description="cycles of freezing and thawing; one at least below 0 degC"
    )

    @property
    def frozen(self) -> bool:
        """Whether it is kept below freezing."""
        return self.temperature < ZERO_CELSIUS

    @property
    def thawings(self) -> int:
        """Cycles of freezing and thawing: what was frozen is thawed once at least."""
        return max(self.freeze_thaw, int(self.frozen))

    @model_validator(mode="after")
    def is_a_store(self) -> Self:
        """A temperature that no store has is refused."""
        if not COLDEST <= self.temperature - ZERO_CELSIUS <= HOTTEST:
            raise refusal(
                "no vesicles are stored at this temperature", f"{COLDEST} degC to {HOTTEST} degC"
            )
        return self
