"""Faults of a protocol as one line: file, place, key, value, what was expected, nearest name."""

from __future__ import annotations

import typing
from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from evdisc.errors import ProtocolError, nearest

#: pydantic's kind of fault -> what was expected, in a biologist's words
WORDS = {
    "int_type": "a whole number", "int_from_float": "a whole number",
    "int_parsing": "a whole number", "tuple_type": "a list",
    "bool_type": "true or false", "string_type": "text",
    "model_type": "a block of keys", "model_attributes_type": "a block of keys",
    "string_too_short": "some text", "float_type": "a number",
}  # fmt: skip
#: place of a key or value in the document -> (line, column), counted from 1
Places = Mapping[tuple[str | int, ...], tuple[int, int]]


def first_fault(
    error: ValidationError, model: type[BaseModel], file: object, places: Places
) -> ProtocolError:
    """The first fault of a validation, and how many more there are."""
    details = error.errors(include_url=False)
    places_of = {tuple(d["loc"]) for d in details}
    # a list is also called too short when its items are at fault: the items say it better
    details = [
        d
        for d in details
        if not any(
            len(other) > len(d["loc"]) and other[: len(d["loc"])] == tuple(d["loc"])
            for other in places_of
        )
    ]
    one = min(details, key=lambda d: places.get(tuple(d["loc"]), (10**9, 0)))
    fault = _unknown_key(one, model) or _missing(one) or _value(one)
    line, column = _place(tuple(one["loc"]), places)
    more = len(details) - 1
    advice = None if not more else f"and {more} more fault{'s' if more > 1 else ''}"
    key = ".".join(str(part) for part in one["loc"]) or None
    return ProtocolError(
        fault.pop("message"), file=file, key=key, line=line, column=column, advice=advice, **fault
    )


def _unknown_key(one: ErrorDetails, model: type[BaseModel]) -> dict[str, Any] | None:
    if one["type"] != "extra_forbidden":
        return None
    valid = keys_at(model, one["loc"][:-1])
    found = nearest(str(one["loc"][-1]), valid)
    return {
        "message": "unknown key",
        "expected": None if found else " | ".join(valid),
        "nearest": found,
    }


def _missing(one: ErrorDetails) -> dict[str, Any] | None:
    return {"message": "missing key"} if one["type"] == "missing" else None


def _value(one: ErrorDetails) -> dict[str, Any]:
    context = one.get("ctx", {})
    if one["type"] == "evdisc":
        value = one["input"]
        if isinstance(value, (dict, list, BaseModel)):
            value = None
        return {
            "message": one["msg"],
            "value": value,
            "expected": context["expected"] or None,
            "nearest": context.get("nearest") or None,
        }
    words = WORDS.get(one["type"]) or one["msg"][0].lower() + one["msg"][1:]
    value = one["input"] if not isinstance(one["input"], BaseModel) else None
    if one["type"] == "literal_error":
        valid = context["expected"].replace("'", "").replace(" or ", ", ").split(", ")
        return {
            "message": "not a valid value",
            "value": value,
            "expected": " | ".join(valid),
            "nearest": nearest(str(value), valid),
        }
    if one["type"] in ("too_long", "too_short"):
        most = context.get("max_length", context.get("min_length"))
        words = f"at {'most' if one['type'] == 'too_long' else 'least'} {most} items in the list"
    return {"message": "not a valid value", "value": value, "expected": _plain(words)}


def _plain(words: str) -> str:
    return words.removeprefix("input should be ")


def _place(loc: tuple[str | int, ...], places: Places) -> tuple[int | None, int | None]:
    while loc:
        if loc in places:
            return places[loc]
        loc = loc[:-1]
    return None, None


def keys_at(model: type[BaseModel], loc: tuple[str | int, ...]) -> list[str]:
    """Keys the block at ``loc`` may have."""
    for part in loc:
        if isinstance(part, int):
            continue
        inner = _field(model, part)
        if inner is None:
            return []
        model = inner
    return [f.alias or name for name, f in model.model_fields.items()]


def _field(model: type[BaseModel], key: str) -> type[BaseModel] | None:
    for name, field in model.model_fields.items():
        if key in (name, field.alias):
            return block_of(field.annotation)
    return None


def block_of(annotation: Any) -> type[BaseModel] | None:
    """The specification inside an annotation such as ``tuple[CargoSpec, ...] | None``."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    for inner in typing.get_args(annotation):
        found = block_of(inner)
        if found is not None:
            return found
    return None
