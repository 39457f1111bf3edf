"""How often chance alone gives as strong a duplex: the UTR shuffled, neighbours kept.

    chance = (k + 1) / (n + 1)

k of n shuffles have a duplex at least as strong anywhere. A shuffle keeps the count of every pair
of neighbouring bases, on which stacking energies rest (Altschul and Erickson, Mol Biol Evol 2:526,
1985).
"""

# mypy: disallow-untyped-calls=False
from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from evdisc.cargo import duplex
from evdisc.cargo.fasta import encode
from evdisc.cargo.turner import CENTI, END, turner

SYMBOLS = 5


def chance(codes: NDArray[np.int8], sequence: str, energy: float, times: int, seed: int) -> float:
    """Chance that a shuffled UTR holds a duplex of ``energy`` (kcal/mol) or stronger.

    Args:
        codes: the UTR, without end codes.
        sequence: the miRNA.
        energy: of the strongest duplex found.
        times: shuffles.
        seed: each shuffle is a function of the seed and its number alone.
    """
    t, coded, room = turner(), encode(sequence), duplex.new_room()
    best = np.empty(codes.size, np.int32)
    strong = 0
    for n in range(times):
        draws = np.random.Generator(np.random.Philox(key=[seed, n]))
        target = np.concatenate([[END], shuffled(codes, draws), [END]]).astype(np.int8)
        duplex.ends(t, target, codes.size, codes.size, coded, coded.size - 2, room, best)
        strong += int(best.min() <= round(energy * CENTI))
    return (strong + 1) / (times + 1)


def shuffled(codes: NDArray[np.int8], draws: np.random.Generator) -> NDArray[np.int8]:
    """A sequence with the same first base, last base and count of every two neighbours.

    Each base keeps the set of its successors; their order is drawn, but for the last one, which has
    to lead on to the last base of the sequence.
    """
    if codes.size < 3:
        return codes.copy()
    after = [codes[1:][codes[:-1] == base] for base in range(SYMBOLS)]
    end = int(codes[-1])
    exits = _exits(after, end, draws)
    order = []
    for base, own in enumerate(after):
        if base in exits:
            rest = np.delete(own, np.flatnonzero(own == exits[base])[0])
            order.append([*draws.permutation(rest).tolist(), exits[base]])
        else:
            order.append(draws.permutation(own).tolist())
    steps = [iter(own) for own in order]
    walk = [int(codes[0])]
    for _ in range(codes.size - 1):
        walk.append(next(steps[walk[-1]]))
    return np.array(walk, np.int8)


def _exits(after: list[NDArray[np.int8]], end: int, draws: np.random.Generator) -> dict[int, int]:
    """Last successor of each base but the end, drawn until all lead to the end."""
    present = [base for base, own in enumerate(after) if own.size and base != end]
    while True:
        exits = {base: int(draws.choice(after[base])) for base in present}
        if all(_leads(base, exits, end) for base in present):
            return exits


def _leads(base: int, exits: dict[int, int], end: int) -> bool:
    for _ in range(SYMBOLS):
        if base == end:
            return True
        base = exits[base]
    return base == end
