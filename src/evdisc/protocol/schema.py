"""JSON Schema of a protocol, and the table of all its keys; both come from the specification."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from evdisc.protocol.faults import block_of
from evdisc.protocol.quantities import Named, Quantity
from evdisc.protocol.specs import KINDS
from evdisc.units import KINDS as QUANTITIES
from evdisc.units import celsius


@dataclass(frozen=True)
class Key:
    """One key of a protocol: its dotted path, what it takes, its default and its meaning."""

    path: str
    takes: str
    default: str
    meaning: str


def json_schema(kind: str) -> dict[str, Any]:
    """JSON Schema (2020-12) of a ``disc`` or ``dish`` protocol."""
    schema = KINDS[kind].model_json_schema(by_alias=True)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}


def keys(kind: str) -> list[Key]:
    """Every key of a ``disc`` or ``dish`` protocol, in the order of the specification."""
    return list(_walk(KINDS[kind], ""))


def markdown(kind: str) -> str:
    """The table of :func:`keys` for the documentation."""
    rows = ["| key | takes | default | meaning |", "|---|---|---|---|"]
    rows += [f"| `{k.path}` | {k.takes} | {k.default} | {k.meaning} |" for k in keys(kind)]
    return "\n".join(rows) + "\n"


def _walk(model: type[BaseModel], prefix: str) -> Iterator[Key]:
    for name, field in model.model_fields.items():
        path = prefix + (field.alias or name)
        inner = block_of(field.annotation)
        many = get_origin(field.annotation) is tuple
        if inner is None:
            yield Key(path, _takes(field), _default(field), field.description or "")
        else:
            yield from _walk(inner, f"{path}[]." if many else f"{path}.")


def _takes(field: FieldInfo) -> str:
    found = _marker([*field.metadata, field.annotation])
    many = "list of " if get_origin(field.annotation) is tuple else ""
    if isinstance(found, Quantity):
        example = QUANTITIES[found.kind].example
        return f"{many}{found.kind.replace('_', ' ')}, such as {example}"
    if isinstance(found, Named):
        return f"{many}{found.kind.replace('_', ' ')} (`evdisc vocabulary {found.kind}`)"
    if found is not None:
        return many + " or ".join(str(v) for v in get_args(found))
    return many + {int: "whole number", bool: "true or false"}.get(_plain_type(field), "text")


def _marker(parts: Any) -> Any:
    for part in parts:
        if isinstance(part, (Quantity, Named)) or get_origin(part) is Literal:
            return part
        found = _marker(get_args(part))
        if found is not None:
            return found
    return None


def _plain_type(field: FieldInfo) -> Any:
    inner = [a for a in get_args(field.annotation) if a is not type(None)]
    return inner[0] if inner and get_origin(field.annotation) is not tuple else field.annotation


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "required"
    value = field.default
    if value is PydanticUndefined or value is None or value == ():
        return ""
    marker = _marker([*field.metadata, field.annotation])
    if isinstance(marker, Quantity) and isinstance(value, float):
        return _quantity(value, QUANTITIES[marker.kind].unit)
    return ", ".join(value) if isinstance(value, tuple) else str(value).lower()


def _quantity(value: float, unit: str) -> str:
    if unit == "s":
        for name, seconds in (("d", 86400.0), ("h", 3600.0), ("min", 60.0)):
            if value >= seconds:
                return f"{value / seconds:g} {name}"
    if unit == "K":
        return celsius(value)
    if unit == "dimensionless":
        return f"{value:g}"
    return f"{value:g} {unit}"
