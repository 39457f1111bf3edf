"""Nearest-neighbour free energies of RNA helices and loops at 37 C, as arrays a kernel reads.

The numbers are ``data/turner2004.csv``: Mathews et al., PNAS 101:7287 (2004), as collected by
Turner and Mathews, Nucleic Acids Res 38:D280 (2010). Energies are integers of 0.01 kcal/mol.

A pair is written 5' base first as seen from inside the duplex outwards: the ``closing`` pair of a
loop as (target base, miRNA base), the ``inner`` pair as (miRNA base, target base).
"""

from __future__ import annotations

from functools import lru_cache
from importlib import resources
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from evdisc.errors import InputError

FORMAT = "# evdisc-turner/1"
FILE = "cargo/data/turner2004.csv"
PAIRS = ("CG", "GC", "GU", "UG", "AU", "UA")
#: base codes: A C G U, any other letter, and where the strand ends
BASES, OTHER, END = "ACGU", 4, 5
CENTI = 100.0
#: energy of what cannot form; all energies are whole numbers a 32-bit float holds exactly
NEVER = np.float32(10_000_000)
#: unpaired bases of the largest loop the table has a value for
LARGEST_LOOP = 30
Energies = NDArray[np.float32]


class Turner(NamedTuple):
    """Free energies in 0.01 kcal/mol, whole numbers; a last index of 4 stands for an unknown base.

    Attributes:
        pair: (6, 6) number of the pair of two bases, -1 where they do not pair.
        stack: (6, 6) of closing and inner pair.
        exterior: (6, 6, 6) end of a helix by pair, base 5' of it and base 3' of it.
        one_one, one_two, two_two: loops of 1x1, 1x2 and 2x2 unpaired bases.
        closed: (4, 6, 6, 6) what a pair and its mismatch add to a loop, by kind of loop: generic,
            1xn, 2x3; the last kind is a bulge, which knows the pair alone.
        bulge, internal: (31,) by number of unpaired bases.
        asymmetry: (31,) by difference of unpaired bases between the strands.
        initiation: one number, for two strands to meet.
    """

    pair: NDArray[np.int8]
    stack: Energies
    exterior: Energies
    one_one: Energies
    one_two: Energies
    two_two: Energies
    closed: Energies
    bulge: Energies
    internal: Energies
    asymmetry: Energies
    initiation: np.float32


@lru_cache(maxsize=1)
def turner() -> Turner:
    """The table that comes with the package.

    Raises:
        InputError: the table is malformed.
    """
    read = _read()
    terminal = _terminal(read["terminal AU", "", ""][0])
    step, most = read["asymmetry", "", ""]
    bulge, internal = (read[name, "", ""] for name in ("bulge", "internal"))
    return Turner(
        pair=_pair_numbers(),
        stack=np.array([read["stack", p, ""] for p in PAIRS], np.float32),
        exterior=_exterior(read, terminal),
        one_one=_loops(read, "1x1", 2),
        one_two=_loops(read, "1x2", 3),
        two_two=_loops(read, "2x2", 4),
        closed=_closed(read, terminal),
        bulge=bulge,
        internal=internal,
        asymmetry=np.minimum(step * np.arange(LARGEST_LOOP + 1), most).astype(np.float32),
        initiation=read["initiation", "", ""][0],
    )


def _read() -> dict[tuple[str, str, str], Energies]:
    text = resources.files("evdisc.cargo").joinpath("data/turner2004.csv").read_text("utf-8")
    head, _, *rows = text.splitlines()
    if not head.startswith(FORMAT):
        raise InputError("not a table of free energies", file=FILE, line=1, expected=FORMAT)
    table = {}
    for row in rows:
        element, closing, inner, energies = row.split(",")
        numbers = [NEVER if e == "inf" else int(e) for e in energies.split()]
        table[element, closing, inner] = np.array(numbers, np.float32)
    return table


def _pair_numbers() -> NDArray[np.int8]:
    numbers = np.full((6, 6), -1, np.int8)
    for number, (five, three) in enumerate(PAIRS):
        numbers[BASES.index(five), BASES.index(three)] = number
    return numbers


def _terminal(penalty: np.float32) -> Energies:
    """Penalty of each pair that ends a helix, by pair."""
    return np.array([0 if {*p} == {"C", "G"} else penalty for p in PAIRS], np.float32)


def _with_unknown(block: Energies, axes: int) -> Energies:
    """The block with a fifth base along its last ``axes``: the least favourable of the four."""
    for axis in range(-axes, 0):
        block = np.concatenate([block, block.max(axis=axis, keepdims=True)], axis=axis)
    return np.ascontiguousarray(block)


def _loops(read: dict[tuple[str, str, str], Energies], name: str, bases: int) -> Energies:
    rows = [[read[name, a, b].reshape((4,) * bases) for b in PAIRS] for a in PAIRS]
    return _with_unknown(np.array(rows, np.float32), bases)


def _mismatches(read: dict[tuple[str, str, str], Energies], name: str) -> Energies:
    rows = [read[f"mismatch {name}", p, ""].reshape(4, 4) for p in PAIRS]
    return _with_unknown(np.array(rows, np.float32), 2)


def _exterior(read: dict[tuple[str, str, str], Energies], terminal: Energies) -> Energies:
    """Both neighbours: terminal mismatch; one: dangling end; none: the pair alone."""
    table = np.zeros((6, 6, 6), np.float32)
    table[:, :5, :5] = _mismatches(read, "exterior")
    for name, place in (("dangle5", np.s_[:, :5, END]), ("dangle3", np.s_[:, END, :5])):
        table[place] = _with_unknown(np.array([read[name, p, ""] for p in PAIRS], np.float32), 1)
    return table + terminal[:, None, None]


def _closed(read: dict[tuple[str, str, str], Energies], terminal: Energies) -> Energies:
    table = np.zeros((4, 6, 6, 6), np.float32)
    for kind, name in enumerate(("internal", "1xn", "2x3")):
        table[kind, :, :5, :5] = _mismatches(read, name)
    table[3] = terminal[:, None, None]
    return table
