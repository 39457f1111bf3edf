"""The form of a protocol, from its JSON Schema: every key with its kind, help and valid names."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from evdisc.protocol.schema import json_schema


@dataclass(frozen=True)
class Node:
    """One key of a protocol, or a block of keys.

    Attributes:
        key: its name; path leads to it from the top of the document, without list positions.
        kind: text, quantity, whole, choice, switch, list (of scalars), block, or blocks (a list).
        hint: what it means, its unit and range.
        example: a valid value.
        choices: valid names.
        default: what holds where it is left out, in words.
        needed: it may not be left out.
        may_lack: a block that is there or not.
        inside: keys of a block.
    """

    key: str
    kind: str
    hint: str
    example: str = ""
    choices: tuple[str, ...] = ()
    default: str = ""
    needed: bool = False
    may_lack: bool = False
    inside: tuple[Node, ...] = ()

    @property
    def label(self) -> str:
        """Its name as a person reads it."""
        return self.key.replace("_", " ")

    def child(self, key: str) -> Node:
        """A key of the block."""
        return next(n for n in self.inside if n.key == key)


@functools.cache
def protocol_form(kind: str) -> Node:
    """The form of a ``disc`` or ``dish`` protocol."""
    schema = json_schema(kind)
    return Node(kind, "block", "", inside=tuple(_nodes(schema, schema["$defs"])))


def _nodes(block: Mapping[str, Any], defs: Mapping[str, Any]) -> Iterator[Node]:
    needed = set(block.get("required", ()))
    for key, schema in block["properties"].items():
        yield _node(key, schema, key in needed, defs)


def _node(key: str, schema: Mapping[str, Any], needed: bool, defs: Mapping[str, Any]) -> Node:
    hint = schema.get("description", "")
    bare = next((s for s in schema.get("anyOf", ()) if s.get("type") != "null"), schema)
    may_lack = bare is not schema
    if "$ref" in bare:
        inside = tuple(_nodes(_block(bare, defs), defs))
        return Node(key, "block", hint, needed=needed, may_lack=may_lack, inside=inside)
    if bare.get("type") == "array":
        items = bare["items"]
        if "$ref" in items:
            inside = tuple(_nodes(_block(items, defs), defs))
            return Node(key, "blocks", hint, needed=needed, inside=inside)
        return Node(key, "list", _told(hint, items), _example(items), tuple(items.get("enum", ())),
                    ", ".join(map(str, schema.get("default") or ())), needed)  # fmt: skip
    return Node(key, _kind(bare), _told(hint, bare), _example(bare), tuple(bare.get("enum", ())),
                _default(schema.get("default"), bare), needed)  # fmt: skip


def _block(schema: Mapping[str, Any], defs: Mapping[str, Any]) -> Mapping[str, Any]:
    found: Mapping[str, Any] = defs[schema["$ref"].rpartition("/")[2]]
    return found


def _kind(schema: Mapping[str, Any]) -> str:
    if "enum" in schema:
        return "choice"
    if "x-quantity" in schema:
        return "quantity"
    return {"integer": "whole", "boolean": "switch"}.get(str(schema.get("type")), "text")


def _example(schema: Mapping[str, Any]) -> str:
    if schema.get("examples"):
        return str(schema["examples"][0])
    if schema.get("type") == "integer" and "maximum" in schema:
        return str((schema["minimum"] + schema["maximum"]) // 2)
    return ""


def _told(hint: str, schema: Mapping[str, Any]) -> str:
    parts = [hint]
    if "x-quantity" in schema:
        parts.append(f"{schema['x-quantity']}, such as {schema['examples'][0]}")
    low, high = schema.get("minimum"), schema.get("maximum")
    if low is not None and high is not None:
        parts.append(f"{low:,} to {high:,}")
    return "; ".join(p for p in parts if p)


def _default(value: Any, schema: Mapping[str, Any]) -> str:
    if value is None or isinstance(value, (dict, list)):
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if schema.get("x-quantity") == "time":
        for unit, seconds in (("d", 86400.0), ("h", 3600.0), ("min", 60.0)):
            if value and value % seconds == 0.0:
                return f"{value / seconds:g} {unit}"
        return f"{value:g} s"
    return "" if "x-quantity" in schema and value else str(value)


def skeleton(node: Node) -> dict[str, Any]:
    """The least a block must hold: its needed keys with examples."""
    out: dict[str, Any] = {}
    for inner in node.inside:
        if inner.needed:
            out[inner.key] = _least(inner)
    return out


def _least(node: Node) -> Any:
    if node.kind == "block":
        return skeleton(node)
    if node.kind == "blocks":
        return [skeleton(node)]
    if node.kind == "list":
        return [node.example or (node.choices[0] if node.choices else "")]
    if node.choices:
        return node.choices[0]
    return node.example or {"molecule": "miR-21-5p", "name": "IL-1beta"}.get(node.key, "1")


@dataclass(frozen=True)
class Part:
    """A part of the design as a person thinks of it: keys from several places of the protocol."""

    title: str
    about: str
    paths: tuple[tuple[str, ...], ...]
    left_out: tuple[str, ...] = ()
    open: bool = False


PARTS = {
    "disc": (
        Part("Vesicle", "the product and its cargo", (("therapy", "vesicle"),),
             ("engineering", "storage"), True),
        Part("Engineering", "what was done to cells or vesicles",
             (("therapy", "vesicle", "engineering"), ("therapy", "vesicle", "storage"))),
        Part("Delivery and schedule", "route, carrier, dose, times", (("therapy", "delivery"),),
             open=True),
        Part("Disc", "species, grade, and values of your own", (("disc",),), ("insult",)),
        Part("Insult", "what made the disc degenerate", (("disc", "insult"),)),
        Part("Study", "length, arms, members",
             (("title",), ("duration",), ("compare",), ("readouts",), ("ensemble",),
              ("evidence",))),
        Part("Numerics", "grid and steps", (("numerics",),)),
    ),
    "dish": (
        Part("Vesicle or cargo", "what is added to the cells", (("therapy",),), open=True),
        Part("Cells and medium", "who grows in what", (("cells",), ("medium",)), open=True),
        Part("Stimuli", "the insult of the cells", (("stimuli",),), open=True),
        Part("Transfer", "conditioned medium from another dish", (("transfer",),)),
        Part("Study", "length, arms, members",
             (("title",), ("duration",), ("compare",), ("readouts",), ("ensemble",),
              ("evidence",))),
        Part("Numerics", "steps", (("numerics",),)),
    ),
}  # fmt: skip
