"""One value of a protocol's text changed; comments, order and all else stay as they were."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq

from evdisc.errors import ProtocolError
from evdisc.protocol.yaml_io import parse

Path = Sequence[str | int]


def set_value(text: str, path: Path, value: Any, literal: bool = False) -> str:
    """Text with ``value`` (a scalar, list or mapping) at ``path``; missing blocks are made.

    A string is read as YAML would read it, so ``21`` becomes a number and ``14 d`` stays text;
    with ``literal`` it stays text whatever it looks like.

    Raises:
        ProtocolError: the text is no YAML mapping, or the path leads through a value.
    """
    tree = parse(text, None)
    here, last = _reach(tree, path, make=True), path[-1]
    made = value if literal else _read(value)
    if isinstance(here, CommentedSeq) and last == len(here):
        here.append(made)
    else:
        here[last] = made
    return _written(tree)


def remove(text: str, path: Path) -> str:
    """Text without the key or item at ``path``; nothing happens where there is none.

    Raises:
        ProtocolError: see :func:`set_value`.
    """
    tree = parse(text, None)
    here, last = _reach(tree, path, make=False), path[-1]
    if (isinstance(here, CommentedMap) and last in here) or (
        isinstance(here, CommentedSeq) and isinstance(last, int) and last < len(here)
    ):
        del here[last]
    else:
        return text
    return _written(tree)


def _reach(tree: Any, path: Path, make: bool) -> Any:
    here = tree
    for i, part in enumerate(path[:-1]):
        if isinstance(here, CommentedSeq):
            if not isinstance(part, int) or part >= len(here):
                raise ProtocolError("no such item", key=".".join(map(str, path)), value=part)
            below = here[part]
        elif isinstance(here, CommentedMap):
            below = here.get(part)
        else:
            below = None
        if not isinstance(below, (CommentedMap, CommentedSeq)):
            if not make:
                return None
            below = CommentedSeq() if isinstance(path[i + 1], int) else CommentedMap()
            here[part] = below
        here = below
    return here


def _read(value: Any) -> Any:
    if isinstance(value, dict):
        block = CommentedMap()
        for key, inner in value.items():
            block[key] = _read(inner)
        return block
    if isinstance(value, list):
        items = CommentedSeq([_read(inner) for inner in value])
        if not any(isinstance(inner, (dict, list)) for inner in value):
            items.fa.set_flow_style()
        return items
    if not isinstance(value, str) or not value.strip():
        return value
    try:
        found = parse("value: " + value.strip(), None)["value"]
    except ProtocolError:
        return value
    scalar = isinstance(found, (int, float, str, bool)) or found is None
    return found if scalar and "\n" not in value else value


def _written(tree: CommentedMap) -> str:
    writer = YAML(typ="rt", pure=True)
    writer.width = 100
    writer.indent(mapping=2, sequence=4, offset=2)
    buffer = io.StringIO()
    writer.dump(tree, buffer)
    return buffer.getvalue()
