"""One part of the design's form, drawn from the schema and kept in step with the document."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from typing import Any

from evdisc.app.controls import Field, button, tag
from evdisc.app.form import Node, Part, protocol_form, skeleton

Place = tuple[str | int, ...]
Change = Callable[..., Awaitable[None]]
#: milliseconds of rest before what is typed counts as entered
REST = 900


def at(document: Any, place: Place) -> Any:
    """What the document holds at a place, or None."""
    for part in place:
        if isinstance(document, dict):
            document = document.get(part)
        elif isinstance(document, list) and isinstance(part, int) and part < len(document):
            document = document[part]
        else:
            return None
    return document


def shape(node: Node, value: Any) -> Any:
    """What decides which fields there are: blocks present, and lengths of lists."""
    if node.kind == "block":
        if node.may_lack and not isinstance(value, dict):
            return None
        inside = value if isinstance(value, dict) else {}
        return [shape(n, inside.get(n.key)) for n in node.inside if n.kind in ("block", "blocks")]
    items = value if isinstance(value, list) else []
    return [shape(Node(node.key, "block", "", inside=node.inside), item) for item in items]


def as_text(node: Node, value: Any) -> str:
    """A value as a field shows it."""
    if node.kind == "list":
        items = value if isinstance(value, list) else [] if value is None else [value]
        return ", ".join(str(v) for v in items)
    if node.kind == "switch":
        return str(value if value is not None else node.default).lower()
    return "" if value is None or isinstance(value, (dict, list)) else str(value)


def as_change(node: Node, place: Place, text: str) -> list[Any]:
    """What a field says, as a change of the document."""
    path, text = list(place), text.strip()
    if node.kind == "switch":
        return [path, text == "true"]
    if node.kind == "list":
        return [path, [v for v in (part.strip() for part in text.split(",")) if v]]
    if not text:
        return [path]
    return [path, text, node.kind == "text"]


class Block:
    """One part, as a section that opens and closes."""

    def __init__(self, part: Part, kind: str, change: Change) -> None:
        self.part, self.change = part, change
        self.top = protocol_form(kind)
        self.fields: dict[Place, tuple[Field, Node]] = {}
        self.drawn: Any = None
        with tag("details", "", "part", **({"open": True} if part.open else {})):
            with tag("summary"):
                tag("span", part.title)
                tag("span", part.about, "soft")
            self.box = tag("div")

    def nodes(self) -> Iterator[tuple[Place, Node]]:
        """Top nodes of the part with their places."""
        for path in self.part.paths:
            node = self.top
            for key in path:
                node = node.child(key)
            yield path, node

    def show(self, document: dict[str, Any], fault_at: str, fault: str) -> bool:
        """Show a document; whether the fault stands at one of the fields."""
        now = [shape(node, at(document, place)) for place, node in self.nodes()]
        if now != self.drawn:
            self.drawn, self.fields = now, {}
            self.box.clear()
            with self.box:
                self.draw(document)
        placed = False
        for place, (field, node) in self.fields.items():
            here = bool(fault_at) and ".".join(map(str, place)) == fault_at
            placed = placed or here
            field.show(as_text(node, at(document, place)), fault if here else "")
        return placed

    def draw(self, document: dict[str, Any]) -> None:
        """Make the fields."""
        loose = [(p, n) for p, n in self.nodes() if n.kind not in ("block", "blocks")]
        if loose:
            with tag("div", "", "fields"):
                for place, node in loose:
                    self.field(place, node, document)
        for place, node in self.nodes():
            if node.kind in ("block", "blocks"):
                self.block(place, node, document, len(self.part.paths) > 1 or node.may_lack)

    def block(self, place: Place, node: Node, document: dict[str, Any], named: bool) -> None:
        """A block of keys, one that may be left out, or a list of blocks."""
        if node.kind == "blocks":
            self.several(place, node, document)
        elif node.may_lack:
            with tag("fieldset"):
                tag("legend", node.label)
                there = isinstance(at(document, place), dict)
                Field(f"{node.label}: {node.hint}", str(there).lower(), self.switch(place, node),
                      kind="switch")  # fmt: skip
                if there:
                    self.inside(place, node, document)
        elif named:
            with tag("fieldset"):
                tag("legend", node.label)
                self.inside(place, node, document)
        else:
            self.inside(place, node, document)

    def inside(self, place: Place, node: Node, document: dict[str, Any]) -> None:
        """The keys of a block: plain ones first, then blocks; the rarely used can be opened."""
        plain = [n for n in node.inside if n.kind not in ("block", "blocks")]
        often, seldom = (plain, []) if len(plain) <= 9 else (plain[:3], plain[3:])
        with tag("div", "", "fields"):
            for inner in often:
                self.field((*place, inner.key), inner, document)
        if seldom:
            with tag("details"):
                tag("summary", "values of your own, in place of the preset's")
                with tag("div", "", "fields"):
                    for inner in seldom:
                        self.field((*place, inner.key), inner, document)
        for inner in node.inside:
            if inner.kind in ("block", "blocks") and inner.key not in self.part.left_out:
                self.block((*place, inner.key), inner, document, True)

    def several(self, place: Place, node: Node, document: dict[str, Any]) -> None:
        """A list of blocks, each of which can go, and one more."""
        found = at(document, place)
        count = len(found) if isinstance(found, list) else 0
        with tag("fieldset"):
            tag("legend", node.label)
            tag("p", node.hint, "soft")
            for i in range(count):
                with tag("fieldset"):
                    tag("legend", f"{node.label} {i + 1}")
                    self.inside((*place, i), node, document)
                    button("Remove", self.changer([[*place, i]]), "small",
                           aria_label=f"Remove {node.label} {i + 1}")  # fmt: skip
            more = [[*place, count], skeleton(node)] if count else [list(place), [skeleton(node)]]
            button(f"Add to {node.label}", self.changer(more), "small")

    def changer(self, change: list[Any]) -> Callable[[], Awaitable[None]]:
        """A call that makes one change."""

        async def act() -> None:
            await self.change(change)

        return act

    def switch(self, place: Place, node: Node) -> Callable[[str], Awaitable[None]]:
        """A call that puts a block in or leaves it out."""

        async def told(on: str) -> None:
            await self.change([list(place), skeleton(node)] if on == "true" else [list(place)])

        return told

    def field(self, place: Place, node: Node, document: dict[str, Any]) -> None:
        """One field."""

        async def told(text: str) -> None:
            await self.change(as_change(node, place, text))

        kind = node.kind if node.kind in ("choice", "switch", "whole") else "text"
        optional = node.kind == "choice" and not node.needed
        empty = f"({node.default})" if node.default else "not stated"
        hint = f"{node.hint}; separated by commas" if node.kind == "list" else node.hint
        text, example = as_text(node, at(document, place)), node.default or node.example
        self.fields[place] = (
            Field(node.label, text, told, kind=kind, hint=hint, example=example, empty=empty,
                  choices=["", *node.choices] if optional else node.choices,
                  needed=node.needed, wait=0 if kind == "choice" else REST),
            node,
        )  # fmt: skip
