"""Where a miRNA may bind in a user's UTRs, with three kinds of evidence kept apart.

``reported``: a claim of the evidence says that this cargo lowers this gene. ``canonical``: the UTR
has a seed match. ``duplex only``: the strands pair well somewhere, which almost any two do. Where
report and sequence disagree, both sides are shown.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from evdisc.cargo import sites as site
from evdisc.cargo.accessibility import unpaired, vienna
from evdisc.cargo.chance import chance
from evdisc.cargo.conservation import Alignment, conserved, reference, require_overlap
from evdisc.cargo.fasta import Sequences, encode
from evdisc.cargo.genes import Gene, Genes, reports
from evdisc.cargo.mature import Found, Mature
from evdisc.cargo.seed_sites import Index
from evdisc.cargo.seed_sites import index as hexamers
from evdisc.evidence.claims import Claim
from evdisc.evidence.library import Library

if TYPE_CHECKING:
    import pandas as pd

FORMAT = "evdisc-targets/1"
#: the whole of the UTRs is searched for duplexes unasked up to here; more takes minutes
SCANNED_UNASKED = 2_000_000
#: sites drawn base by base, at most
DRAWN = 2000
COLUMNS = (
    "mirna", "utr", "gene", "start", "end", "type", "energy", "evidence", "accessibility",
    "conserved_in", "aligned_species", "cooperates_with",
)  # fmt: skip


@dataclass(frozen=True)
class Site:
    """One site; ``start`` and ``end`` from 1, both included; energy in kcal/mol."""

    mirna: str
    utr: str
    gene: str
    start: int
    end: int
    type: str
    energy: float | None
    evidence: tuple[str, ...]
    accessibility: float | None = None
    conserved_in: tuple[str, ...] = ()
    aligned_species: int = 0
    cooperates_with: tuple[int, ...] = ()
    duplex: tuple[str, str, str] | None = None


@dataclass(frozen=True)
class Pair:
    """One miRNA and one UTR: what is reported, what the sequence says, and whether they agree.

    ``chance`` is how often a shuffled UTR has as strong a duplex, where shuffles were asked for.
    """

    mirna: str
    utr: str
    gene: str
    reported: tuple[str, ...]
    canonical: int
    duplex_only: int
    strongest: float | None
    verdict: str
    chance: float | None = None


@dataclass(frozen=True)
class Targets:
    """What was found."""

    mirna: str
    matures: tuple[Mature, ...]
    sites: tuple[Site, ...]
    pairs: tuple[Pair, ...]
    notes: tuple[str, ...] = ()

    @property
    def disagreements(self) -> list[Pair]:
        """Pairs whose report has no canonical site behind it."""
        return [p for p in self.pairs if p.reported and not p.canonical]

    def frame(self) -> pd.DataFrame:
        """One row a site, the columns of :data:`COLUMNS`; several values are joined by ``;``."""
        import pandas as pd

        rows = [[_cell(getattr(s, column)) for column in COLUMNS] for s in self.sites]
        return pd.DataFrame(rows, columns=list(COLUMNS))


@dataclass(frozen=True, eq=False)
class Question:
    """What to look for.

    Attributes:
        library: the evidence.
        energy_below: list only sites whose duplex is under this energy (kcal/mol); None lists every
            canonical site, and duplexes under the threshold of the evidence.
        duplexes: search whole UTRs for duplexes without a seed match; None: where that is quick.
        alignment: other species.
        accessibility: fold the target around each canonical site.
        draw: draw each duplex.
        shuffles: shuffles of each UTR with a site, to tell how often chance does as well.
        seed: of the shuffles.
        genes: gene of each UTR, in their order; None reads the headers.
    """

    library: Library
    energy_below: float | None = None
    duplexes: bool | None = None
    alignment: Alignment | None = None
    accessibility: bool = False
    draw: bool = True
    shuffles: int = 0
    seed: int = 1
    genes: tuple[Gene | None, ...] | None = field(default=None)


def targets(
    found: Found, utrs: Sequences, question: Question, where: Index | None = None,
    progress: site.Progress | None = None,
) -> Targets:  # fmt: skip
    """Sites of the miRNAs of a name (:func:`evdisc.cargo.mature.find`) in the UTRs.

    Args:
        found: the miRNAs.
        utrs: from :func:`evdisc.cargo.fasta.read_fasta`.
        question: what to look for.
        where: index of the UTRs, where the caller has one already.
        progress: told the bases searched for duplexes.

    Raises:
        InputError: the alignment does not belong to the UTRs.
        MissingExtraError: accessibility is asked for and ViennaRNA is not installed.
    """
    if question.accessibility:
        vienna()
    if question.alignment is not None:
        require_overlap(question.alignment, utrs)
    if question.genes is None:
        question = replace(question, genes=genes_of(utrs, question.library))
    where = hexamers(utrs.codes) if where is None else where
    wanted, notes = _duplexes_wanted(question, utrs)
    sites: list[Site] = []
    pairs: list[Pair] = []
    for mirna in found.matures:
        claims = reports((found.asked, mirna.name), question.library)
        own = search(mirna, utrs, where, question, wanted, progress)
        detailed = described(own, utrs, question, claims)
        sites += detailed
        pairs += _pairs(mirna, detailed, utrs, question, claims)
    told = (*found.notes, *utrs.notes, *notes)
    return Targets(found.asked, found.matures, tuple(sites), tuple(pairs), told)


def genes_of(utrs: Sequences, library: Library) -> tuple[Gene | None, ...]:
    """Gene of each UTR by its header."""
    genes = Genes(library.entities)
    return tuple(genes.of(header) for header in utrs.headers)


def search(
    mirna: Mature, utrs: Sequences, where: Index, question: Question, duplexes: bool,
    progress: site.Progress | None = None,
) -> site.Sites:  # fmt: skip
    """Sites of one miRNA with energies, as columns."""
    library = question.library
    window = round(library.resolve("duplex_window").median)
    own = site.with_energies(site.canonical(utrs, where, mirna), utrs, window)
    if duplexes:
        asked = question.energy_below
        below = threshold(library) if asked is None else asked
        own = site.joined([own, site.duplexes(utrs, mirna, below, own, progress)])
    if question.energy_below is not None:
        own = own.where(own.energies < question.energy_below)
    return own


def threshold(library: Library) -> float:
    """Weakest duplex without a seed match that is listed unasked, kcal/mol."""
    return library.ranked("duplex_energy_threshold")[0].value


def described(
    own: site.Sites, utrs: Sequences, question: Question, claims: dict[str, list[Claim]]
) -> list[Site]:
    """Each site in full."""
    spacing = question.library.resolve("cooperative_spacing")
    window = round(question.library.resolve("duplex_window").median)
    partners = site.cooperating(own, spacing.low, spacing.high)
    free = _accessibility(own, utrs, question)
    elsewhere = _Elsewhere(own, utrs, question.alignment)
    draw = question.draw and len(own) <= DRAWN
    rows = []
    for n in range(len(own)):
        record = int(own.records[n])
        gene, kind = _gene(question, record), site.TYPES[own.types[n]]
        pairing = site.drawn(own, n, utrs, window) if draw else None
        evidence = ["duplex only" if own.types[n] == site.DUPLEX_ONLY else "canonical"]
        if gene is not None and gene.name in claims:
            evidence.append("reported")
        rows.append(
            Site(
                own.mirna.name, utrs.names[record], gene.symbol if gene else "",
                int(own.starts[n]), int(own.ends[n]), kind, _rounded(own.energies[n]),
                tuple(evidence), free.get(n), *elsewhere.of(n), partners[n],
                (pairing.target, pairing.bonds, pairing.mirna) if pairing else None,
            )
        )  # fmt: skip
    return rows


class _Elsewhere:
    """Conservation of the sites of one miRNA."""

    def __init__(self, own: site.Sites, utrs: Sequences, alignment: Alignment | None) -> None:
        self.own, self.utrs, self.alignment = own, utrs, alignment
        self.spans = alignment.spans(encode(own.mirna.sequence)[1:-1]) if alignment else {}

    def of(self, n: int) -> tuple[tuple[str, ...], int]:
        """Species in which site ``n`` is conserved, and how many are aligned."""
        if self.alignment is None:
            return (), 0
        record = int(self.own.records[n])
        utr = self.utrs.names[record]
        row = reference(self.alignment, utr, self.utrs.of(record))
        if row is None:
            return (), 0
        aligned = len(self.alignment.rows[utr]) - 1
        if self.own.begins[n] < 0:
            return (), aligned
        span = int(self.own.starts[n]) - 1, int(self.own.ends[n]) - 1
        return conserved(self.alignment, utr, row, span, self.spans), aligned


def _accessibility(own: site.Sites, utrs: Sequences, question: Question) -> dict[int, float]:
    if not question.accessibility:
        return {}
    seeded = np.flatnonzero(own.begins >= 0)
    chances = unpaired(utrs, own.begins[seeded], question.library)
    return {int(n): float(f"{p:.3g}") for n, p in zip(seeded, chances, strict=True)}


def _pairs(
    mirna: Mature, own: list[Site], utrs: Sequences, question: Question,
    claims: dict[str, list[Claim]],
) -> list[Pair]:  # fmt: skip
    """One row for each UTR that has a site or a report."""
    by_utr: dict[str, list[Site]] = {}
    for s in own:
        by_utr.setdefault(s.utr, []).append(s)
    rows = []
    for record, utr in enumerate(utrs.names):
        gene = _gene(question, record)
        told = tuple(c.claim for c in claims.get(gene.name, [])) if gene and gene.name else ()
        here = by_utr.get(utr, [])
        if not here and not told:
            continue
        kinds = Counter("duplex" if s.type == site.TYPES[-1] else "seed" for s in here)
        energies = [s.energy for s in here if s.energy is not None]
        rows.append(
            Pair(
                mirna.name, utr, gene.symbol if gene else "", told, kinds["seed"], kinds["duplex"],
                min(energies, default=None), verdict(bool(told), kinds["seed"], kinds["duplex"]),
                _chance(mirna, utrs, record, min(energies, default=None), question),
            )
        )  # fmt: skip
    return rows


def _chance(
    mirna: Mature, utrs: Sequences, record: int, energy: float | None, question: Question
) -> float | None:
    if not question.shuffles or energy is None:
        return None
    return chance(utrs.of(record), mirna.sequence, energy, question.shuffles, question.seed)


def verdict(reported: bool, canonical: int, duplex_only: int) -> str:
    """What report and sequence say together."""
    if reported and canonical:
        return "reported, and the UTR has a canonical site"
    if reported:
        more = "duplexes without a seed match only" if duplex_only else "no strong duplex either"
        return f"reported, but this UTR has no canonical site: {more}"
    if canonical:
        return "canonical site, not reported in the evidence"
    return "duplexes without a seed match only, not reported"


def _duplexes_wanted(question: Question, utrs: Sequences) -> tuple[bool, list[str]]:
    if question.duplexes is not None:
        return question.duplexes, []
    if question.energy_below is not None or utrs.bases <= SCANNED_UNASKED:
        return True, []
    return False, [
        f"{utrs.bases:,} bases: only canonical sites were looked for; --energy-below X searches "
        "all of them for duplexes too"
    ]


def _gene(question: Question, record: int) -> Gene | None:
    return question.genes[record] if question.genes else None


def _rounded(energy: float) -> float | None:
    return None if np.isnan(energy) else round(float(energy), 2)


def _cell(value: Any) -> Any:
    return "; ".join(map(str, value)) if isinstance(value, tuple) else value
