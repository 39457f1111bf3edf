"""RNAhybrid 2.1.2 and miRanda 1.9 on the same sequences: rank and energy.

Both use the older free energies of Turner 1999. RNAhybrid leaves out what two strands pay to meet
(4.1 kcal/mol here); what is left, larger loops and dangling ends, is 1.4 kcal/mol at the median in
our disfavour, and under 3.5 for nine pairs in ten. miRanda scores an alignment first and folds that
alone, without a search for a better duplex around it: within 2.5 kcal/mol.
"""

import numpy as np
import pytest
from scipy.stats import spearmanr

from cargo.reference import reference
from evdisc.cargo import duplex
from evdisc.cargo.fasta import encode, read_fasta
from evdisc.cargo.pairing import pair_up
from evdisc.cargo.seed_sites import TYPES, index, seed_sites
from evdisc.cargo.turner import INITIATION, turner

LETTERS = "ACGUN"


def best_ends(utrs, record, mirna):
    """Best energy of a duplex whose 5' most base is each base of the UTR, kcal/mol."""
    size = int(utrs.lengths[record])
    out = np.empty(size, np.int32)
    own = encode("".join(LETTERS[c] for c in mirna))
    room = duplex.new_room()
    duplex.ends(
        turner(), utrs.codes, int(utrs.starts[record]) + size - 1, size, own, mirna.size, room, out
    )
    return out[::-1] / 100


def hybrids(name):
    """Best hit of each target and miRNA as RNAhybrid printed it: target, miRNA, energy, place."""
    first = {}
    for line in reference("rnahybrid_reference", name).read_text("utf-8").splitlines():
        cells = line.split(":")
        first.setdefault((cells[0], cells[2]), (float(cells[4]), int(cells[6])))
    return [(*key, *value) for key, value in first.items()]


@pytest.mark.parametrize(
    ("utrs", "output", "rank"),
    [
        ("pten_utr.fa", "PTEN_RNAhybrid2.1.2_b2_e-15.txt", 0.95),
        ("utr_real.fa", "RNAhybrid2.1.2_b1_e-18_3utr_human.txt", 0.9),
    ],
)
def test_rnahybrid_ranks_pairs_as_we_do(utrs, output, rank):
    sequences = read_fasta(reference("rnahybrid_reference", utrs))
    mirnas = read_fasta(reference("rnahybrid_reference", "mir.fa"))
    theirs, ours, there = [], [], []
    for target, mirna, energy, place in hybrids(output):
        ends = best_ends(
            sequences, sequences.names.index(target), mirnas.of(mirnas.names.index(mirna))
        )
        theirs.append(energy)
        ours.append(float(ends.min()))
        # their place is one base before the first pair
        there.append(float(ends[max(0, place - 1) : place + 3].min()))
    assert spearmanr(theirs, ours).statistic > rank
    meet = float(turner().energy[INITIATION]) / 100
    apart = np.array(ours) - meet - np.array(theirs)
    assert 0.5 < np.median(apart) < 2.0
    assert np.mean(apart < 3.5) > 0.9
    assert np.abs(apart).max() < 10
    # where our best duplex lies elsewhere, theirs is close behind it
    assert np.median(np.array(there) - np.array(ours)) < 0.5


def test_rnahybrid_and_we_find_the_same_places_in_pten():
    sequences = read_fasta(reference("rnahybrid_reference", "pten_utr.fa"))
    mirnas = read_fasta(reference("rnahybrid_reference", "mir.fa"))
    same = 0
    for _, mirna, _, place in hybrids("PTEN_RNAhybrid2.1.2_b2_e-15.txt"):
        ends = best_ends(sequences, 0, mirnas.of(mirnas.names.index(mirna)))
        same += abs(int(ends.argmin()) + 1 - place) <= 2
    assert same >= 7  # of ten


def test_miranda_and_we_rank_the_two_sites_of_hid_alike():
    hid = read_fasta(reference("hid_UTR.fasta"))
    bantam = read_fasta(reference("bantam_stRNA.fasta"))
    reference("miranda1.9_bantam_hid_reference_output.txt")
    ends = best_ends(hid, 0, bantam.of(0))
    assert int(ends.argmin()) + 1 == 1720
    found = [
        pair_up(turner(), hid.codes, last, 40, bantam.codes, seeded=False) for last in (1744, 908)
    ]
    assert [p.energy for p in found] == pytest.approx([-24.54, -20.03], abs=2.5)
    assert [p.span[1] for p in found] == pytest.approx([1740, 905], abs=1)
    assert found[0].energy < found[1].energy


def test_pten_has_sites_of_mir_26a_and_none_of_mir_21():
    """Controls in NM_000314.4: two 8mers and a 7mer-A1 of miR-26a-5p, nothing of miR-21-5p."""
    utr = read_fasta(reference("rnahybrid_reference", "pten_utr.fa"))
    mirnas = read_fasta(reference("rnahybrid_reference", "mir.fa"))

    def sites(name):
        mirna = mirnas.of(mirnas.names.index(name))
        found = seed_sites(utr.codes, index(utr.codes), mirna)
        return [(int(b), TYPES[t]) for b, t in zip(found.begins, found.types, strict=True)]

    assert sites("hsa-miR-21-5p") == []
    assert sites("hsa-miR-26a-5p") == [(41, "7mer-A1"), (1262, "8mer"), (2620, "8mer")]
    assert (273, "7mer-m8") in sites("hsa-miR-17-5p")
    assert [t for _, t in sites("hsa-miR-140-3p")].count("7mer-m8") == 2


def test_the_whole_message_of_pten_agrees_with_its_utr():
    whole = read_fasta(reference("PTEN_NM_000314.4_mRNA.fa"))
    utr = read_fasta(reference("rnahybrid_reference", "pten_utr.fa"))
    text = "".join(LETTERS[c] for c in whole.of(0))
    assert "".join(LETTERS[c] for c in utr.of(0)) in text
