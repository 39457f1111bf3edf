"""Parts of a page: plain tags, labelled fields, links, buttons, tables."""

from __future__ import annotations

import itertools
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from nicegui.element import Element
from nicegui.elements.mixins.text_element import TextElement

_numbers = itertools.count()
Told = Callable[[str], Any]


def tag(name: str, text: str = "", classes: str = "", **given: Any) -> TextElement:
    """An element of the page; ``aria_label`` becomes ``aria-label``, ``for_`` becomes ``for``."""
    made = TextElement(tag=name, text=text)
    if classes:
        made.classes(classes)
    for key, value in given.items():
        made.props[key.rstrip("_").replace("_", "-")] = value
    return made


def link(text: str, to: str, classes: str = "", **given: Any) -> TextElement:
    """A link."""
    return tag("a", text, classes, href=to, **given)


def button(text: str, act: Callable[[], Any], classes: str = "", **given: Any) -> TextElement:
    """A button that calls ``act``."""
    made = tag("button", text, f"button {classes}", type="button", **given)
    made.on("click", lambda _: act(), args=[])
    return made


class Field(Element, component="field.js"):
    """One labelled field; ``told`` gets what a person entered, as text."""

    def __init__(
        self, label: str, value: str,
        told: Callable[[str], Awaitable[None] | None] | None = None, *,
        kind: str = "text", hint: str = "", example: str = "", empty: str = "",
        choices: Sequence[str] = (), needed: bool = False, rows: int = 12, wait: int = 0,
    ) -> None:  # fmt: skip
        super().__init__()
        self.entered = value
        self.props.update({
            "name": f"field-{next(_numbers)}", "label": label, "kind": kind, "value": value,
            "hint": hint, "example": example, "empty": empty, "choices": list(choices),
            "needed": needed, "rows": rows, "wait": wait, "error": "", "stamp": 0,
        })  # fmt: skip

        async def heard(event: Any) -> None:
            self.entered = str(event.args)
            answer = told(self.entered) if told is not None else None
            if answer is not None:
                await answer

        self.on("told", heard)

    def show(self, value: str, error: str = "") -> None:
        """Show a value and its fault; a value that is there already is left alone."""
        if value == self.entered == self.props["value"] and error == self.props["error"]:
            return
        if value != self.entered and value == self.props["value"]:
            self.props["stamp"] += 1
        self.entered = value
        self.props["value"], self.props["error"] = value, error
        self.update()


def table(header: Sequence[str], rows: Sequence[Sequence[Any]], caption: str,
          classes: str = "") -> Element:  # fmt: skip
    """A table; a cell is text, or a call that fills it."""
    with (
        tag("div", "", f"scroll {classes}", tabindex="0", role="region", aria_label=caption) as box,
        tag("table"),
    ):
        tag("caption", caption, "unseen")
        with tag("thead"), tag("tr"):
            for word in header:
                tag("th", word, scope="col")
        with tag("tbody"):
            for row in rows:
                with tag("tr"):
                    for cell in row:
                        if callable(cell):
                            with tag("td"):
                                cell()
                        else:
                            tag("td", str(cell))
    return box


def note(text: str, classes: str = "") -> TextElement:
    """A soft line."""
    return tag("p", text, f"soft {classes}")


def failure(text: str) -> TextElement:
    """A line that says what went wrong, read out at once."""
    return tag("p", text, "fault", role="alert")
