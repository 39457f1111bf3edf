"""FASTA files as one array of base codes: streamed, gzip or plain, T or U, either case.

All records lie in one array, an end code before and after each, so that no site runs over the end
of a record. A base that is not A, C, G, T or U (N, X and the other IUPAC letters) pairs with
nothing. Gaps are dropped.
"""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from evdisc.cargo.turner import END, OTHER
from evdisc.errors import InputError

GZIP = b"\x1f\x8b"
GAPS = b"-."
BLANKS = b"\r\n \t"
#: letters no nucleic acid is written with
PROTEIN = b"EFILPQZJO*"
_FOREIGN = 255
_CODES = np.full(256, _FOREIGN, np.uint8)
for _letters, _code in (("AC", None), ("GT", None), ("RYSWKMBDHVNX", OTHER)):
    for _letter in _letters:
        _own = "ACGT".index(_letter) if _code is None else _code
        _CODES[[ord(_letter), ord(_letter.lower())]] = _own
_CODES[[ord("U"), ord("u")]] = 3
_TABLE = _CODES.tobytes()


@dataclass(frozen=True, eq=False)
class Sequences:
    """Records of a FASTA file.

    Attributes:
        names: first word of each header; a second record of a name is called ``name#2``.
        headers: whole header lines.
        codes: base codes of all records, :data:`END` before, between and after them.
        starts: place in ``codes`` of the first base of each record, and one past the last end code.
        notes: what a reader should know, one line each.
    """

    names: tuple[str, ...]
    headers: tuple[str, ...]
    codes: NDArray[np.int8]
    starts: NDArray[np.int64]
    notes: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.names)

    @property
    def lengths(self) -> NDArray[np.int64]:
        """Bases of each record."""
        return np.diff(self.starts) - 1

    @property
    def bases(self) -> int:
        """Bases of all records."""
        return int(self.lengths.sum())

    def of(self, record: int) -> NDArray[np.int8]:
        """Codes of one record, without end codes."""
        return self.codes[self.starts[record] : self.starts[record + 1] - 1]

    def record_of(self, positions: NDArray[np.int64]) -> NDArray[np.int64]:
        """Record each position of ``codes`` lies in."""
        return np.searchsorted(self.starts, positions, side="right") - 1


def encode(sequence: str) -> NDArray[np.int8]:
    """Codes of one sequence, an end code before and after it.

    Raises:
        InputError: it holds a letter no nucleic acid is written with.
    """
    codes = np.frombuffer(sequence.encode("ascii", "replace").translate(_TABLE), np.uint8)
    if (codes == _FOREIGN).any():
        raise InputError("not a nucleic acid sequence", value=sequence, expected="A C G U T N")
    return _closed([codes])


def from_texts(named: dict[str, str]) -> Sequences:
    """Sequences given as text, by name.

    Raises:
        InputError: one of them holds a letter no nucleic acid is written with.
    """
    parts = [encode(text)[1:-1].view(np.uint8) for text in named.values()]
    return _joined(list(named), parts, [])


def read_fasta(path: Path) -> Sequences:
    """Read a FASTA file, gzip or plain.

    Raises:
        InputError: it cannot be read, holds no record, no header, or something that is no nucleic
            acid; names file, line and what was found.
    """
    headers: list[str] = []
    parts: list[NDArray[np.uint8]] = []
    empty: list[str] = []
    for header, line, letters in _records(path):
        codes = np.frombuffer(letters.translate(_TABLE), np.uint8)
        if codes.size and codes.max() == _FOREIGN:
            raise _foreign(path, header, line, letters)
        if codes.size:
            headers.append(header)
            parts.append(codes)
        else:
            empty.append(header.split()[0] if header.split() else "(no name)")
    notes = [f"{path}: record {name} is empty and was left out" for name in empty]
    if not parts:
        raise InputError("holds no sequence", file=path, expected="FASTA records, each under >name")
    return _joined(headers, parts, notes)


def _records(path: Path, gaps: bytes = GAPS) -> Iterator[tuple[str, int, bytes]]:
    """Header, its line, and letters of each record, blanks and gaps dropped."""
    header, began, letters = "", 0, bytearray()
    for number, line in enumerate(lines(path), 1):
        if line.startswith(b">"):
            if began:
                yield header, began, bytes(letters)
            header, began, letters = (
                line[1:].decode("utf-8", "replace").strip(),
                number,
                bytearray(),
            )
        elif began:
            letters += line.translate(None, BLANKS + gaps)
        elif line.strip() and not line.startswith(b";"):
            raise InputError(
                "no header before the first sequence", file=path, line=number,
                value=line[:40].decode("ascii", "replace").strip(), expected=">name",
            )  # fmt: skip
    if began:
        yield header, began, bytes(letters)


def lines(path: Path) -> Iterator[bytes]:
    """Lines of a file, gzip or plain; a carriage return alone ends a line too.

    Raises:
        InputError: it cannot be read.
    """
    try:
        with _opened(path) as stream:
            for line in stream:
                if b"\r" in line.rstrip(b"\r\n"):
                    yield from line.splitlines(keepends=True)
                else:
                    yield line
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise InputError("damaged gzip file", file=path, advice=str(error)) from error
    except OSError as error:
        raise InputError("file cannot be read", file=path, advice=error.strerror) from error


def _opened(path: Path) -> BinaryIO:
    with path.open("rb") as stream:
        packed = stream.read(2) == GZIP
    return gzip.open(path, "rb") if packed else path.open("rb")  # type: ignore[return-value]


def _foreign(path: Path, header: str, line: int, letters: bytes) -> InputError:
    found = next(chr(c) for c in letters if _TABLE[c] == _FOREIGN)
    protein = found.upper().encode("utf-8") in [bytes([c]) for c in PROTEIN]
    what = "looks like a protein" if protein else "is no nucleic acid sequence"
    name = header.split()[0] if header.split() else "the record"
    return InputError(
        f"{name} {what}", file=path, line=line, value=found, expected="letters A C G T U N"
    )


def _joined(headers: list[str], parts: list[NDArray[np.uint8]], notes: list[str]) -> Sequences:
    names, again = _names(headers)
    if again:
        notes = [*notes, f"names that occur twice are numbered: {', '.join(again[:5])}"]
    sizes = np.array([p.size + 1 for p in parts], np.int64)
    starts = np.concatenate([[1], 1 + np.cumsum(sizes)])
    return Sequences(tuple(names), tuple(headers), _closed(parts), starts, tuple(notes))


def _closed(parts: list[NDArray[np.uint8]]) -> NDArray[np.int8]:
    end = np.array([END], np.uint8)
    pieces = [end]
    for part in parts:
        pieces += [part, end]
    return np.concatenate(pieces).view(np.int8)


def _names(headers: list[str]) -> tuple[list[str], list[str]]:
    seen: dict[str, int] = {}
    names, again = [], []
    for number, header in enumerate(headers, 1):
        name = header.split()[0] if header.split() else f"record-{number}"
        seen[name] = seen.get(name, 0) + 1
        if seen[name] > 1:
            name = f"{name}#{seen[name]}"
            again.append(name)
        names.append(name)
    return names, again


def read_aligned(path: Path) -> list[tuple[str, str]]:
    """Header and letters of each record of an aligned FASTA, gaps kept as ``-``.

    Raises:
        InputError: it cannot be read or holds something that is no nucleic acid.
    """
    found = []
    for header, line, letters in _records(path, gaps=b""):
        text = letters.replace(b".", b"-")
        if text.replace(b"-", b"").translate(_TABLE).find(_FOREIGN) >= 0:
            raise _foreign(path, header, line, text.replace(b"-", b""))
        found.append((header, text.decode("ascii")))
    if not found:
        raise InputError("holds no sequence", file=path, expected="aligned FASTA records")
    return found
