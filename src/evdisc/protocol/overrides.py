"""``--set dotted.key=value``: the only way to change a protocol from outside."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from evdisc.errors import ProtocolError

#: value(text) -> document of one override, parsed by the rules of a protocol
EXAMPLE = "dotted.key=value, such as disc.preset=human-lumbar"


def split(text: str) -> tuple[list[str], str]:
    """Key and value of one override.

    Raises:
        ProtocolError: it is not KEY=VALUE.
    """
    key, equals, value = text.partition("=")
    parts = [p.strip() for p in key.split(".")]
    if not equals or not all(parts) or not value.strip():
        raise ProtocolError("not an override", file="--set", value=text, expected=EXAMPLE)
    return parts, value


def apply(document: Any, overrides: Iterable[tuple[list[str], Any]]) -> None:
    """Write overrides into a document (mappings and lists), in order.

    Raises:
        ProtocolError: a list is addressed by something that is no index of it.
    """
    for parts, value in overrides:
        here = document
        for part, after in zip(parts, [*parts[1:], None], strict=True):
            key = _index(here, part, parts) if isinstance(here, list) else part
            if after is None:
                here[key] = value
            elif isinstance(here, list):
                here = here[key]  # type: ignore[index]
            else:
                if not isinstance(here.get(key), (dict, list)):
                    here[key] = {}
                here = here[key]


def _index(items: list[Any], part: str, parts: list[str]) -> int:
    if part.isdigit() and int(part) < len(items):
        return int(part)
    raise ProtocolError(
        "no such item", file="--set", key=".".join(parts), value=part,
        expected=f"an index from 0 to {len(items) - 1}",
    )  # fmt: skip
