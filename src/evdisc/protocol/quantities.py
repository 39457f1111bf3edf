"""Field types of a protocol: a quantity with a unit, or a name of the vocabulary."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import Field, GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

from evdisc.errors import InputError
from evdisc.evidence.names import canonical, names
from evdisc.units import KINDS, parse_quantity


def refusal(message: str, expected: str = "", nearest: str = "") -> PydanticCustomError:
    """A fault of one field or block, which pydantic then gives its place."""
    words = message.replace("{", "").replace("}", "")
    return PydanticCustomError("evdisc", words, {"expected": expected, "nearest": nearest})


def refuse(error: InputError) -> PydanticCustomError:
    """An evdisc error as a fault of one field."""
    return refusal(error.bare, error.expected or "", error.nearest or "")


@dataclass(frozen=True)
class Quantity:
    """A field with a quantity of ``kind`` (:data:`evdisc.units.KINDS`).

    A protocol states it as text with a unit; inside, and in the JSON of a specification, it is
    a number in the SI unit of the kind.
    """

    kind: str

    def parse(self, value: object, info: core_schema.ValidationInfo) -> float:
        """SI value of what the protocol says."""
        if info.mode == "json" and isinstance(value, (int, float)):
            return float(value)
        try:
            return parse_quantity(value, self.kind)
        except InputError as error:
            raise refuse(error) from None

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        """Parse before the number is checked."""
        return core_schema.with_info_before_validator_function(self.parse, handler(source))

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        """Text with a unit, and an example."""
        return {
            "type": ["string", "number"],
            "examples": [KINDS[self.kind].example],
            "x-quantity": self.kind.replace("_", " "),
        }


@dataclass(frozen=True)
class Named:
    """A field with a name of ``kind`` (:mod:`evdisc.evidence.names`)."""

    kind: str

    def parse(self, value: object) -> str:
        """Canonical name of what the protocol says."""
        try:
            return canonical(self.kind, str(value))
        except InputError as error:
            raise refuse(error) from None

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        """Find the canonical name first."""
        return core_schema.no_info_before_validator_function(self.parse, handler(source))

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        """The canonical names; synonyms are accepted too."""
        return {"type": "string", "enum": names(self.kind), "x-name": self.kind.replace("_", " ")}


Time = Annotated[float, Quantity("time")]
Length = Annotated[float, Quantity("length")]
Volume = Annotated[float, Quantity("volume")]
MassConcentration = Annotated[float, Quantity("mass_concentration")]
MolarConcentration = Annotated[float, Quantity("molar_concentration")]
ParticleCount = Annotated[float, Quantity("particle_count")]
ParticleConcentration = Annotated[float, Quantity("particle_concentration")]
CopiesPerVesicle = Annotated[float, Quantity("copies_per_vesicle")]
CopiesPerCell = Annotated[float, Quantity("copies_per_cell")]
CellCount = Annotated[float, Quantity("cell_count")]
CellDensity = Annotated[float, Quantity("cell_density")]
Fraction = Annotated[float, Quantity("fraction")]
ChargeDensity = Annotated[float, Quantity("charge_density")]
Pressure = Annotated[float, Quantity("pressure")]
Temperature = Annotated[float, Quantity("temperature")]
PH = Annotated[float, Quantity("ph")]
Number = Annotated[float, Quantity("number")]

Text = Annotated[str, Field(strict=True, min_length=1, max_length=300)]

Preset = Annotated[str, Named("preset")]
Engineering = Annotated[str, Named("engineering")]
RecipientCell = Annotated[str, Named("recipient_cell")]
ParentCell = Annotated[str, Named("parent_cell")]
Species = Annotated[str, Named("species")]
Preconditioning = Annotated[str, Named("preconditioning")]
Isolation = Annotated[str, Named("isolation")]
Route = Annotated[str, Named("route")]
Carrier = Annotated[str, Named("carrier")]
ReadoutName = Annotated[str, Named("readout")]
