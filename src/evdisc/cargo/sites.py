"""Sites of one miRNA in a set of UTRs, as columns: canonical ones with their duplex energy, and
duplexes without a seed match."""

# mypy: disallow-untyped-calls=False
from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from evdisc.cargo import duplex
from evdisc.cargo.fasta import Sequences, encode
from evdisc.cargo.mature import Mature
from evdisc.cargo.pairing import Pairing, pair_up
from evdisc.cargo.seed_sites import SEED, Index, seed_sites
from evdisc.cargo.seed_sites import TYPES as CANONICAL
from evdisc.cargo.turner import CENTI, turner

TYPES = (*CANONICAL, "duplex only")
DUPLEX_ONLY = len(CANONICAL)
COLUMNS = ("records", "starts", "ends", "types", "energies", "begins")
#: called with bases done, bases in all
Progress = Callable[[int, int], None]


@dataclass(frozen=True, eq=False)
class Sites:
    """Sites of one miRNA, in the order of the UTRs.

    Attributes:
        mirna: the miRNA.
        records: record of each site.
        starts, ends: first and last base in its UTR, from 1, both included. Of a canonical site the
            six to eight bases of TargetScan; of a duplex the paired stretch.
        types: index of :data:`TYPES`.
        energies: free energy of the duplex (kcal/mol), NaN where it was not asked for.
        begins: place in the codes of the seed match, -1 without one.
    """

    mirna: Mature
    records: NDArray[np.int64]
    starts: NDArray[np.int64]
    ends: NDArray[np.int64]
    types: NDArray[np.int8]
    energies: NDArray[np.float32]
    begins: NDArray[np.int64]

    def __len__(self) -> int:
        return self.records.size

    def where(self, kept: NDArray[np.bool_] | NDArray[np.int64]) -> Sites:
        """Some of the sites."""
        return Sites(self.mirna, **{name: getattr(self, name)[kept] for name in COLUMNS})


def canonical(utrs: Sequences, where: Index, mirna: Mature) -> Sites:
    """Canonical sites, without energies."""
    found = seed_sites(utrs.codes, where, encode(mirna.sequence)[1:-1])
    records = utrs.record_of(found.begins)
    first, last = (s - utrs.starts[records] + 1 for s in found.spans)
    unknown = np.full(found.begins.size, np.nan, np.float32)
    return _in_order(Sites(mirna, records, first, last, found.types, unknown, found.begins))


def with_energies(sites: Sites, utrs: Sequences, window: int) -> Sites:
    """Canonical sites with the energy of the best duplex that holds the seed helix.

    Args:
        sites: canonical sites.
        utrs: the UTRs.
        window: bases of the target that may pair, from the one opposite miRNA base 1 on.
    """
    coded = encode(sites.mirna.sequence)
    out = np.empty(len(sites), np.int32)
    length = coded.size - 2
    duplex.energies(
        turner(), utrs.codes, sites.begins + SEED, window, coded, length, duplex.new_room(),
        out,
    )  # fmt: skip
    return replace(sites, energies=(out / CENTI).astype(np.float32))


def drawn(sites: Sites, row: int, utrs: Sequences, window: int) -> Pairing | None:
    """The duplex of one site."""
    coded, begin = encode(sites.mirna.sequence), int(sites.begins[row])
    if begin >= 0:
        return pair_up(turner(), utrs.codes, begin + SEED, window, coded, seeded=True)
    offset = int(utrs.starts[sites.records[row]]) - 1
    first, last = offset + int(sites.starts[row]), offset + int(sites.ends[row])
    return pair_up(turner(), utrs.codes, last, last - first + 1, coded, False, to_the_end=True)


def duplexes(
    utrs: Sequences, mirna: Mature, below: float, known: Sites, progress: Progress | None = None
) -> Sites:
    """Duplexes under ``below`` (kcal/mol) that overlap no canonical site and not one another.

    The best are taken first. The whole of each UTR is searched, each base against the whole miRNA.
    """
    coded, found = encode(mirna.sequence), []
    room, done = duplex.new_room(), 0
    for record in range(len(utrs)):
        own = known.where(known.records == record)
        taken = list(zip(own.starts.tolist(), own.ends.tolist(), strict=True))
        hits = _in_record(utrs, record, coded, below * CENTI, taken, room)
        found += [(record, first, last, energy) for first, last, energy in hits]
        done += int(utrs.lengths[record])
        if progress:
            progress(done, utrs.bases)
    table = np.array(found, float).reshape(-1, 4)
    records, first, last = (table[:, n].astype(np.int64) for n in range(3))
    return _in_order(
        Sites(
            mirna, records, first, last, np.full(len(found), DUPLEX_ONLY, np.int8),
            table[:, 3].astype(np.float32), np.full(len(found), -1, np.int64),
        )
    )  # fmt: skip


def _in_record(
    utrs: Sequences, record: int, coded: NDArray[np.int8], below: float,
    taken: list[tuple[int, int]], room: duplex.Room,
) -> list[tuple[int, int, float]]:  # fmt: skip
    """First base, last base (from 1) and energy of the duplexes of one UTR."""
    t, first = turner(), int(utrs.starts[record])
    size = int(utrs.lengths[record])
    best = np.empty(size, np.int32)
    duplex.ends(t, utrs.codes, first + size - 1, size, coded, coded.size - 2, room, best)
    best = best[::-1]
    # a duplex reaches at most over the miRNA and one largest loop in each direction
    reach = coded.size + duplex.RING
    hits = []
    for place in np.flatnonzero(best < below)[np.argsort(best[best < below], kind="stable")]:
        if _overlaps(int(place) + 1, int(place) + 1, taken):
            continue
        last = min(int(place) + reach, size) - 1
        count = last - int(place) + 1
        pairing = pair_up(t, utrs.codes, first + last, count, coded, False, to_the_end=True)
        if pairing is None or pairing.energy * CENTI >= below:
            continue
        left, right = (p - first + 1 for p in pairing.span)
        if not _overlaps(left, right, taken):
            taken.append((left, right))
            hits.append((left, right, pairing.energy))
    return hits


def _overlaps(left: int, right: int, taken: list[tuple[int, int]]) -> bool:
    return any(left <= b and a <= right for a, b in taken)


def joined(parts: list[Sites]) -> Sites:
    """Sites of one miRNA from several searches, in the order of the UTRs."""
    joint = {name: np.concatenate([getattr(p, name) for p in parts]) for name in COLUMNS}
    return _in_order(Sites(parts[0].mirna, **joint))


def _in_order(sites: Sites) -> Sites:
    return sites.where(np.lexsort((sites.starts, sites.records)))


def cooperating(sites: Sites, low: float, high: float) -> list[tuple[int, ...]]:
    """For each site, the starts of canonical sites of its UTR at a cooperative distance.

    The distance is that of the seed matches.
    """
    out: list[tuple[int, ...]] = [()] * len(sites)
    seeded = np.flatnonzero(sites.begins >= 0)
    for n, row in enumerate(seeded):
        near = []
        for step in (-1, 1):
            other = n + step
            while 0 <= other < seeded.size and sites.records[seeded[other]] == sites.records[row]:
                apart = abs(int(sites.begins[seeded[other]] - sites.begins[row]))
                if apart > high:
                    break
                if apart >= low:
                    near.append(int(sites.starts[seeded[other]]))
                other += step
        out[row] = tuple(sorted(near))
    return out
