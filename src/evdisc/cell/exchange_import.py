"""Import of a user's signed network: edge list (.sif, .csv) or SBML-qual (.sbml, .xml).

Nothing but the file named is read: XML with a document type or entities is refused before it is
parsed.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

from evdisc.errors import InputError

#: largest file that is read, bytes
LARGEST = 5_000_000
#: most edges of one SBML-qual file; inputs times outputs of its transitions can exceed its size
MOST_EDGES = 100_000
SIGNS = {"activates": 1, "->": 1, "+1": 1, "1": 1, "inhibits": -1, "-|": -1, "-1": -1}
EXPECTED_SIGN = "activates, ->, +1 or 1; inhibits, -| or -1"
COLUMNS = ("source", "target", "sign")
QUAL_SIGNS = {"positive": 1, "negative": -1}
QUAL = re.compile(r"\{http://www\.sbml\.org/sbml/level3/version\d+/qual/version\d+\}")
FORBIDDEN = re.compile(r"<!(DOCTYPE|ENTITY)", re.IGNORECASE)


@dataclass(frozen=True)
class SignedEdge:
    """One arrow: ``sign`` is +1 where the source activates its target, -1 where it inhibits."""

    source: str
    target: str
    sign: int


def read_edges(path: Path) -> list[SignedEdge]:
    """Edges of a file in its order, each once.

    Raises:
        InputError: the file cannot be read, is too large or is not a signed network; says where.
    """
    path = Path(path)
    reader = READERS.get(path.suffix.lower())
    if reader is None:
        raise InputError(
            "unknown kind of network file", file=path, value=path.suffix,
            expected=" | ".join(READERS),
        )  # fmt: skip
    found = list(dict.fromkeys(reader(path, _text(path))))
    if not found:
        raise InputError("the file holds no edge", file=path)
    return found


def _text(path: Path) -> str:
    """Text of a file of limited size."""
    if not path.is_file():
        raise InputError("no such file", file=path)
    try:
        with path.open("rb") as stream:
            content = stream.read(LARGEST + 1)
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror}", file=path) from error
    if len(content) > LARGEST:
        raise InputError("the file is too large", file=path, expected=f"at most {LARGEST} bytes")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise InputError("not text in UTF-8", file=path, line=line) from error


def _sif(path: Path, text: str) -> Iterator[SignedEdge]:
    """Lines ``source relation target``, apart by tabs or, where a line has none, by blanks."""
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            continue
        fields = line.split("\t") if "\t" in line else line.split()
        if len(fields) != 3:
            raise InputError(
                "not an edge", file=path, line=number, value=line,
                expected="source, relation, target; apart by tabs where a name has a blank",
            )  # fmt: skip
        source, relation, target = fields
        yield _edge(path, number, source, target, relation, "relation")


def _csv(path: Path, text: str) -> Iterator[SignedEdge]:
    """Rows of a table with the columns source, target, sign; other columns are ignored."""
    rows = csv.DictReader(io.StringIO(text, newline=""), strict=True)
    try:
        header = [name.strip() for name in rows.fieldnames or ()]
        twice = len(set(header)) < len(header)
        if twice or not set(COLUMNS) <= set(header):
            raise InputError(
                "wrong header", file=path, line=1, value=",".join(header),
                expected="columns " + ",".join(COLUMNS),
            )  # fmt: skip
        rows.fieldnames = header
        for row in rows:
            if None in row or None in row.values():
                raise InputError(
                    "wrong number of fields", file=path, line=rows.line_num,
                    expected=f"{len(header)} fields",
                )  # fmt: skip
            yield _edge(
                path, rows.line_num, row["source"], row["target"], row["sign"], "sign"
            )  # fmt: skip
    except csv.Error as error:
        raise InputError(f"not CSV: {error}", file=path, line=rows.line_num or 1) from error


def _edge(
    path: Path, line: int, source: str, target: str, relation: str, key: str
) -> SignedEdge:  # fmt: skip
    """Edge of three fields as the user wrote them."""
    sign = SIGNS.get(relation.strip().lower())
    if sign is None:
        raise InputError(
            "unknown sign", file=path, line=line, key=key, value=relation, expected=EXPECTED_SIGN
        )
    names = (_name(path, source, "source", line), _name(path, target, "target", line))
    return SignedEdge(*names, sign)


def _name(path: Path, text: str, key: str, line: int | None = None) -> str:
    """Name of a node with single blanks."""
    name = " ".join(text.split())
    if not name or not name.isprintable():
        raise InputError("not a name", file=path, line=line, key=key, value=text,
                         expected="a printable name")  # fmt: skip
    return name


def _qual(path: Path, text: str) -> Iterator[SignedEdge]:
    """Inputs of the transitions of an SBML-qual model."""
    root = _parsed(path, text)
    names = _species(path, root)
    count = 0
    for place, transition in enumerate(_all(root, "transition"), start=1):
        key = f"transition {_get(transition, 'id') or place}"
        outputs = [_known(path, key, names, item) for item in _all(transition, "output")]
        inputs = [
            (_known(path, key, names, item), _sign(path, key, item))
            for item in _all(transition, "input")
        ]
        count += len(inputs) * len(outputs)
        if count > MOST_EDGES:
            raise InputError("too many edges", file=path, key=key,
                             expected=f"at most {MOST_EDGES}")  # fmt: skip
        yield from (SignedEdge(s, target, sign) for target in outputs for s, sign in inputs)


def _parsed(path: Path, text: str) -> ElementTree.Element:
    """Root of an XML text without document type and entities."""
    if hit := FORBIDDEN.search(text):
        line = text.count("\n", 0, hit.start()) + 1
        raise InputError("document types and entities are refused", file=path, line=line,
                         value=hit[0], expected="plain XML")  # fmt: skip
    try:
        return ElementTree.fromstring(text)
    except ElementTree.ParseError as error:
        line, column = error.position
        raise InputError(f"not XML: {error.msg}", file=path, line=line, column=column) from error


def _species(path: Path, root: ElementTree.Element) -> dict[str, str]:
    """Id of each qualitative species -> its name, or the id where it has none."""
    names: dict[str, str] = {}
    owner: dict[str, str] = {}
    for item in _all(root, "qualitativeSpecies"):
        sid = _get(item, "id")
        key = f"qualitativeSpecies {sid}"
        name = _name(path, _get(item, "name") or sid, key)
        if sid in names or name in owner:
            raise InputError("two species of one id or name", file=path, key=key, value=name)
        names[sid], owner[name] = name, sid
    return names


def _known(path: Path, key: str, names: dict[str, str], item: ElementTree.Element) -> str:
    """Name of the species an input or output refers to."""
    sid = _get(item, "qualitativeSpecies")
    if sid not in names:
        raise InputError("unknown species", file=path, key=key, value=sid,
                         expected="the id of a qualitativeSpecies")  # fmt: skip
    return names[sid]


def _sign(path: Path, key: str, item: ElementTree.Element) -> int:
    """Sign of an input; one that acts either way, or nobody knows how, is no signed edge."""
    sign = _get(item, "sign")
    if sign not in QUAL_SIGNS:
        key = f"{key}, input {_get(item, 'id') or _get(item, 'qualitativeSpecies')}"
        raise InputError("no usable qual:sign", file=path, key=key, value=sign,
                         expected=" | ".join(QUAL_SIGNS))  # fmt: skip
    return QUAL_SIGNS[sign]


def _all(element: ElementTree.Element, name: str) -> Iterator[ElementTree.Element]:
    """Elements of package qual of that name below an element."""
    for item in element.iter():
        if (match := QUAL.match(item.tag)) and item.tag[match.end() :] == name:
            yield item


def _get(element: ElementTree.Element, name: str) -> str:
    """Attribute with or without the prefix of package qual; empty where it is missing."""
    for key, value in element.attrib.items():
        if QUAL.sub("", key) == name:
            return value
    return ""


READERS: dict[str, Callable[[Path, str], Iterator[SignedEdge]]] = {
    ".sif": _sif, ".csv": _csv, ".sbml": _qual, ".xml": _qual,
}  # fmt: skip
