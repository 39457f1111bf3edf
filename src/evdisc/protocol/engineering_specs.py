"""Engineering steps of a protocol's vesicle, and how it was stored."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from evdisc.protocol.blocks import Spec
from evdisc.protocol.quantities import Engineering, Text, Time, refusal

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


class StorageSpec(Spec):
    """How the product was kept between counting and use."""

    time: Time = Field(0.0, description="time in the cold before use")
    tube: Literal["ordinary", "low-binding", "in medium"] = Field(
        "low-binding", description="tube, or vesicles left in their medium"
    )
    freeze_thaw: Annotated[int, Field(strict=True, ge=0, le=20)] = Field(
        0, description="cycles of freezing and thawing"
    )
