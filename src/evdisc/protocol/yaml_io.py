"""Protocol files: strict YAML 1.2 in, a frozen specification out.

Refused, with one line that says where: duplicate keys, nan and infinite numbers, unknown format
versions, tags, anchors and aliases, deep nesting, several documents, a top level that is no
mapping, files over 1 MB (checked before reading), and anything that is not UTF-8 text.
"""

from __future__ import annotations

import io
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from evdisc.errors import ProtocolError, nearest
from evdisc.protocol import overrides as override
from evdisc.protocol.faults import first_fault
from evdisc.protocol.specs import FORMAT_VERSION, KINDS, DiscStudy, DishStudy

MOST_BYTES = 1_000_000
DEEPEST = 30


@dataclass(frozen=True)
class LoadedProtocol:
    """A protocol as read.

    Attributes:
        spec: the frozen specification.
        document: plain mappings, lists and scalars after overrides.
        text: YAML that gives this specification again, with its comments.
        file: where it was read from; None for text.
    """

    spec: DiscStudy | DishStudy
    document: Mapping[str, Any]
    text: str
    file: Path | None


def load_protocol(source: Path | str, overrides: Sequence[str] = ()) -> LoadedProtocol:
    """Load a protocol from a file (:class:`Path`) or from YAML text (:class:`str`).

    Args:
        source: file or text.
        overrides: ``dotted.key=value``, applied in order.

    Raises:
        ProtocolError: the file cannot be read or says something that is not valid.
    """
    file = source if isinstance(source, Path) else None
    text = read(source) if isinstance(source, Path) else str(source)
    return validate(text, file, overrides)


def from_document(document: Mapping[str, Any], overrides: Sequence[str] = ()) -> LoadedProtocol:
    """A protocol from plain mappings and lists, as :func:`load_protocol` would read it.

    Raises:
        ProtocolError: see :func:`load_protocol`.
    """
    return validate(_dump(document), None, overrides)


def read(path: Path) -> str:
    """Text of a protocol file.

    Raises:
        ProtocolError: missing, not a file, too large, empty, or not UTF-8.
    """
    if path.is_dir():
        raise ProtocolError("is a folder", file=path, expected="a protocol file")
    if not path.exists():
        raise ProtocolError("does not exist", file=path, expected="a protocol file")
    if not path.is_file():
        raise ProtocolError("is not a regular file", file=path, expected="a protocol file")
    size = path.stat().st_size
    if size > MOST_BYTES:
        raise ProtocolError(f"has {size} bytes", file=path, expected=f"at most {MOST_BYTES}")
    try:
        return path.read_text("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ProtocolError(f"is not UTF-8 text (byte {error.start})", file=path) from None
    except OSError as error:
        raise ProtocolError("cannot be read", file=path, advice=error.strerror) from None


def read_document(path: Path) -> dict[str, Any]:
    """Plain mappings, lists and scalars of any YAML file, read as strictly as a protocol.

    Raises:
        ProtocolError: see the head of this module.
    """
    plain: dict[str, Any] = _plain(parse(read(path), path), (), {}, path)
    return plain


def validate(text: str, file: Path | None, overrides: Sequence[str] = ()) -> LoadedProtocol:
    """Check protocol text; see :func:`load_protocol`."""
    tree = parse(text, file)
    places: dict[tuple[str | int, ...], tuple[int, int]] = {}
    plain = _plain(tree, (), places, file)
    if overrides:
        pairs = [(key, _override_value(value)) for key, value in map(override.split, overrides)]
        plain_pairs = [(key, _plain(value, (), {}, "--set")) for key, value in pairs]
        override.apply(tree, pairs)
        override.apply(plain, plain_pairs)
        text = _dump(tree)
    spec = _found(_spec(plain, file, places), file)
    return LoadedProtocol(spec, plain, text, file)


def _found(spec: DiscStudy | DishStudy, file: Path | None) -> DiscStudy | DishStudy:
    """The specification with the whole path of its posterior, which any process can read."""
    if spec.ensemble.posterior is None:
        return spec
    path = (Path() if file is None else file.parent) / spec.ensemble.posterior
    ensemble = spec.ensemble.model_copy(update={"posterior": str(path.resolve())})
    return spec.model_copy(update={"ensemble": ensemble})


def parse(text: str, file: object) -> CommentedMap:
    """YAML text -> mapping with comments and places.

    Raises:
        ProtocolError: see the head of this module.
    """
    try:
        _scan(text, file)
        tree = YAML(typ="rt", pure=True).load(text)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (None, None)
        problem = (error.problem or error.context or "not valid YAML").split("\n")[0]
        raise ProtocolError(problem, file=file, line=line, column=column) from None
    except (YAMLError, ValueError, RecursionError) as error:
        words = str(error).strip().split("\n")[0] or type(error).__name__
        raise ProtocolError(f"not valid YAML: {words}", file=file) from None
    if tree is None:
        raise ProtocolError("is empty", file=file, expected="a protocol that starts 'evdisc: 1'")
    if not isinstance(tree, CommentedMap):
        raise ProtocolError("is not a protocol", file=file, expected="keys and values at the top")
    return tree


def _scan(text: str, file: object) -> None:
    depth, documents = 0, 0
    for event in YAML(typ="rt", pure=True).parse(io.StringIO(text)):
        mark = event.start_mark
        where = {"file": file, "line": mark.line + 1, "column": mark.column + 1}
        name = type(event).__name__
        if name == "DocumentStartEvent":
            documents += 1
            if documents > 1:
                raise ProtocolError("second document in one file", **where)
        elif name == "AliasEvent" or getattr(event, "anchor", None):
            raise ProtocolError("anchors and aliases are not allowed", **where)
        elif name in ("MappingStartEvent", "SequenceStartEvent"):
            depth += 1
            if depth > DEEPEST:
                raise ProtocolError(f"nested deeper than {DEEPEST} levels", **where)
        elif name in ("MappingEndEvent", "SequenceEndEvent"):
            depth -= 1
        tag = getattr(event, "tag", None)
        if tag is not None and str(tag) != "!":
            raise ProtocolError("tags are not allowed", value=str(tag), **where)


def _plain(
    node: Any, loc: tuple[str | int, ...], places: dict[tuple[str | int, ...], tuple[int, int]],
    file: object,
) -> Any:  # fmt: skip
    if isinstance(node, CommentedMap):
        out = {}
        for key, value in node.items():
            line, column = _key_place(node, key)
            if not isinstance(key, str):
                raise ProtocolError("not a key", file=file, line=line, value=key, expected="text")
            if line is not None:
                places[*loc, str(key)] = (line, column or 1)
            out[str(key)] = _plain(value, (*loc, str(key)), places, file)
        return out
    if isinstance(node, CommentedSeq):
        for i in range(len(node)):
            line, column = node.lc.item(i)
            places[*loc, i] = (line + 1, column + 1)
        return [_plain(value, (*loc, i), places, file) for i, value in enumerate(node)]
    return _scalar(node, loc, places, file)


def _key_place(node: CommentedMap, key: Any) -> tuple[int | None, int | None]:
    try:
        line, column = node.lc.key(key)
    except (KeyError, TypeError):
        return None, None
    return line + 1, column + 1


def _scalar(
    node: Any, loc: tuple[str | int, ...], places: Mapping[Any, tuple[int, int]], file: object
) -> Any:
    if isinstance(node, bool) or node is None:
        return node
    if isinstance(node, float):
        if not math.isfinite(node):
            line, column = places.get(loc, (None, None))
            raise ProtocolError(
                "not a finite number",
                file=file,
                line=line,
                column=column,
                key=".".join(map(str, loc)),
                value=float(node),
            )
        return float(node)
    if isinstance(node, int):
        return int(node)
    return str(node)


def _override_value(text: str) -> Any:
    tree = parse("value: " + text.strip(), "--set")
    return tree["value"]


def _dump(tree: Mapping[str, Any]) -> str:
    buffer = io.StringIO()
    writer = YAML(typ="rt", pure=True)
    writer.width = 100
    writer.dump(tree, buffer)
    return buffer.getvalue()


def _spec(
    plain: Mapping[str, Any], file: object, places: Mapping[Any, tuple[int, int]]
) -> DiscStudy | DishStudy:
    version, kind = plain.get("evdisc"), plain.get("kind")
    if "evdisc" not in plain or version != FORMAT_VERSION or isinstance(version, bool):
        raise ProtocolError(
            "unknown format version" if "evdisc" in plain else "missing key",
            file=file,
            key="evdisc",
            value=version,
            expected=f"evdisc: {FORMAT_VERSION}",
        )
    if not isinstance(kind, str) or kind not in KINDS:
        raise ProtocolError(
            "not a kind of study" if "kind" in plain else "missing key",
            file=file,
            key="kind",
            value=kind,
            expected=" | ".join(KINDS),
            nearest=nearest(str(kind), KINDS) if kind else None,
        )
    model = KINDS[kind]
    try:
        return model.model_validate(plain)
    except ValidationError as error:
        raise first_fault(error, model, file, places) from None
