"""Nearest-neighbour free energies of RNA helices and loops at 37 C, packed for a kernel.

The numbers are ``data/turner2004.csv``: Mathews et al., PNAS 101:7287 (2004), as collected by
Turner and Mathews, Nucleic Acids Res 38:D280 (2010). Energies are whole numbers of 0.01 kcal/mol.

The ``closing`` pair of a loop is (target base, miRNA base), the ``inner`` one (miRNA base, target
base): each is read as it is met from outside the loop, 5' base first.
"""

from __future__ import annotations

from functools import lru_cache
from importlib import resources
from itertools import accumulate
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
#: energy of what cannot form; sums of a few stay inside 32 bits
NEVER = 10_000_000
#: unpaired bases of the largest loop the table has a value for
LARGEST_LOOP = 30
#: sizes a pass looks at: a whole number of vectors
PASS = 32
#: bases of the longest mature miRNA, with room to spare
LONGEST = 40
#: smallest loop of the family that generic loops grow from: 2x2
FAMILY_FROM = 4
Energies = NDArray[np.int32]
Read = dict[tuple[str, str, str], Energies]

#: blocks of the packed table, in order. Pairs have six kinds; a base inside a loop is one of five
#: (the fifth unknown), beside a helix one of six (the sixth: the strand ends)
SHAPES = {
    "initiation": (1,),
    "stack": (6, 6),  # closing, inner
    "exterior": (6, 6, 6),  # pair, base 5' of it, base 3' of it: what ends a helix
    "closed": (4, 6, 6, 6),  # kind of loop, pair, mismatch: generic, 1xn, 2x3, bulge
    "one_one": (6, 6, 5, 5),
    "one_two": (6, 6, 5, 5, 5),
    "two_two": (6, 6, 5, 5, 5, 5),
    "bulge": (LARGEST_LOOP + 1,),  # unpaired bases
    "internal": (LARGEST_LOOP + 1,),  # unpaired bases
    "asymmetry": (LARGEST_LOOP + 1,),  # difference of unpaired bases of the strands
    # the same numbers as a pass over all sizes of a loop needs them, see _passes
    "long_bulges": (PASS,),
    "one_by_many": (PASS,),
    "grown": (PASS,),
    "generic": (PASS,),
}
_STARTS = (0, *accumulate(int(np.prod(shape)) for shape in SHAPES.values()))
(
    INITIATION, STACK, EXTERIOR, CLOSED, ONE_ONE, ONE_TWO, TWO_TWO, BULGE, INTERNAL, ASYMMETRY,
    LONG_BULGES, ONE_BY_MANY, GROWN, GENERIC, SIZE,
) = _STARTS  # fmt: skip


class Turner(NamedTuple):
    """The table as a kernel takes it.

    Attributes:
        pair: (6, 6) number of the pair of two bases, -1 where they do not pair.
        energy: all blocks of :data:`SHAPES`, one after another; 0.01 kcal/mol.
    """

    pair: NDArray[np.int64]
    energy: Energies


@lru_cache(maxsize=1)
def turner() -> Turner:
    """The table that comes with the package.

    Raises:
        InputError: the table is malformed.
    """
    blocks = _blocks(_read())
    packed = np.concatenate([blocks[name].ravel() for name in SHAPES]).astype(np.int32)
    return Turner(_pair_numbers(), packed)


def _read() -> Read:
    text = resources.files("evdisc.cargo").joinpath("data/turner2004.csv").read_text("utf-8")
    head, _, *rows = text.splitlines()
    if not head.startswith(FORMAT):
        raise InputError("not a table of free energies", file=FILE, line=1, expected=FORMAT)
    table: Read = {}
    for row in rows:
        element, closing, inner, energies = row.split(",")
        numbers = [NEVER if e == "inf" else int(e) for e in energies.split()]
        table[element, closing, inner] = np.array(numbers, np.int32)
    return table


def _blocks(read: Read) -> dict[str, Energies]:
    penalty = read["terminal AU", "", ""][0]
    terminal = np.array([0 if {*p} == {"C", "G"} else penalty for p in PAIRS])[:, None, None]
    step, most = read["asymmetry", "", ""]
    asymmetry = np.minimum(step * np.arange(LARGEST_LOOP + 1), most)
    return {
        "initiation": read["initiation", "", ""],
        "stack": np.array([read["stack", p, ""] for p in PAIRS]),
        "exterior": _exterior(read) + terminal,
        "closed": _closed(read, terminal),
        "one_one": _loops(read, "1x1", 2),
        "one_two": _loops(read, "1x2", 3),
        "two_two": _loops(read, "2x2", 4),
        "bulge": read["bulge", "", ""],
        "internal": read["internal", "", ""],
        "asymmetry": asymmetry,
        **_passes(read["bulge", "", ""], read["internal", "", ""], asymmetry),
    }


def _passes(bulge: Energies, internal: Energies, asymmetry: Energies) -> dict[str, Energies]:
    """Costs by size of loop, out of reach where the size is of another kind.

    ``long_bulges`` by unpaired bases from 0; ``one_by_many`` by those of the longer strand from 0;
    ``grown`` (asymmetry of 2 against the rest) and ``generic`` by all unpaired bases from 4.
    """
    table = {
        name: np.full(PASS, 2 * NEVER, np.int32)
        for name in ("long_bulges", "one_by_many", "grown", "generic")
    }
    table["long_bulges"][2 : LARGEST_LOOP + 1] = bulge[2:]
    table["one_by_many"][3:LARGEST_LOOP] = internal[4:] + asymmetry[2:-2]
    table["grown"][: LARGEST_LOOP + 1 - FAMILY_FROM] = asymmetry[: LARGEST_LOOP + 1 - FAMILY_FROM]
    table["generic"][2 : LARGEST_LOOP + 1 - FAMILY_FROM] = internal[FAMILY_FROM + 2 :]
    return table


def _pair_numbers() -> NDArray[np.int64]:
    numbers = np.full((6, 6), -1, np.int64)
    for number, pair in enumerate(PAIRS):
        numbers[BASES.index(pair[0]), BASES.index(pair[1])] = number
    return numbers


def _with_unknown(block: Energies, axes: int) -> Energies:
    """The block with a fifth base along its last ``axes``: the least favourable of the four."""
    for axis in range(-axes, 0):
        block = np.concatenate([block, block.max(axis=axis, keepdims=True)], axis=axis)
    return block


def _loops(read: Read, name: str, bases: int) -> Energies:
    rows = [[read[name, a, b].reshape((4,) * bases) for b in PAIRS] for a in PAIRS]
    return _with_unknown(np.array(rows), bases)


def _mismatches(read: Read, name: str) -> Energies:
    rows = [read[f"mismatch {name}", p, ""].reshape(4, 4) for p in PAIRS]
    return _with_unknown(np.array(rows), 2)


def _exterior(read: Read) -> Energies:
    """Both neighbours: terminal mismatch; one: dangling end; none: nothing."""
    table = np.zeros(SHAPES["exterior"], np.int32)
    table[:, :5, :5] = _mismatches(read, "exterior")
    for name, place in (("dangle5", np.s_[:, :5, END]), ("dangle3", np.s_[:, END, :5])):
        table[place] = _with_unknown(np.array([read[name, p, ""] for p in PAIRS]), 1)
    return table


def _closed(read: Read, terminal: Energies) -> Energies:
    table = np.zeros(SHAPES["closed"], np.int32)
    for kind, name in enumerate(("internal", "1xn", "2x3")):
        table[kind, :, :5, :5] = _mismatches(read, name)
    table[3] = terminal
    return table
