"""Duplex energies: by hand, against ViennaRNA, against every structure there is.

ViennaRNA's ``duplexfold`` follows the same rules with the same free energies (Turner 2004, dangling
ends on both sides), so energies are held to 0.1 kcal/mol and are in fact equal.
"""

import random
from functools import cache
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evdisc.cargo import duplex, loops
from evdisc.cargo.fasta import encode
from evdisc.cargo.pairing import pair_up
from evdisc.cargo.turner import (
    BULGE,
    END,
    INTERNAL,
    LONGEST,
    NEVER,
    PAIRS,
    SHAPES,
    SIZE,
    STACK,
    turner,
)

BASES = st.text("ACGU", min_size=1, max_size=45)
MIR21 = "UAGCUUAUCAGACUGAUGUUGA"


def energy(target, mirna):
    """Best duplex in kcal/mol, None where nothing pairs."""
    coded, own = encode(target), encode(mirna)
    room = duplex.new_room()
    found, _, _ = duplex.best(
        turner(), coded, len(target), len(target), own, len(mirna), False, room
    )
    return None if found >= NEVER else float(found) / 100


def by_search(target, mirna):
    """The best duplex by trying every structure of a short target: no dynamic programme."""
    t, x, y = turner(), encode(target).astype(int), encode(mirna).astype(int)
    x = x[::-1].copy()

    def outer(i, j):
        return t.pair[x[i], y[j]]

    @cache
    def below(i, j):
        inner = t.pair[y[j], x[i]]
        found = float(loops.opened.py_func(t.energy, inner, y[j - 1], x[i - 1]))
        for k in range(1, i):
            for m in range(1, j):
                n1, n2 = i - k - 1, j - m - 1
                if outer(k, m) < 0 or n1 + n2 > 30:
                    continue
                step = loops.between(
                    t.energy, outer(i, j), t.pair[y[m], x[k]], n1, n2, x[i - 1], y[j - 1],
                    x[k + 1], y[m + 1],
                )  # fmt: skip
                found = min(found, below(k, m) + float(step))
        return found

    ends = [
        below(i, j) + float(loops.exterior.py_func(t.energy, outer(i, j), x[i + 1], y[j + 1]))
        for i in range(1, x.size - 1) for j in range(1, y.size - 1) if outer(i, j) >= 0
    ]  # fmt: skip
    return min(ends) / 100 if ends else None


def test_a_helix_by_hand():
    """GGGG on CCCC: three stacks of -3.3, initiation 4.1, no dangling end."""
    assert energy("GGGG", "CCCC") == pytest.approx(3 * -3.3 + 4.1)


def test_terminal_au_and_a_bulge_by_hand():
    """GGAGG on CCCC: a bulge of one base costs 3.8 and keeps the stack across it."""
    assert energy("GGAGG", "CCCC") == pytest.approx(3 * -3.3 + 3.8 + 4.1)
    # a helix that ends in AU pays 0.5 for it, one that ends in CG nothing
    e = turner().energy
    assert loops.exterior(e, PAIRS.index("AU"), END, END) == 50
    assert loops.exterior(e, PAIRS.index("CG"), END, END) == 0
    # two AU stacks of -0.9 and a GC on them: its dangling ends are none, the AU end pays
    assert energy("AAG", "CUU") == pytest.approx(-0.9 - 2.1 + 0.5 + 4.1)


def test_what_cannot_pair_has_no_energy():
    assert energy("AAAA", "AAAA") is None
    assert energy("NNNN", "ACGU") is None


def test_published_values_are_in_the_table():
    """Turner 2004 as in the NNDB, rounded to 0.1: 5'GC3'/3'CG5' -3.4, AU on UA, first loops."""
    e = turner().energy
    stack = e[STACK : STACK + 36].reshape(6, 6)
    assert np.array_equal(stack, stack.T)
    assert stack[PAIRS.index("GC"), PAIRS.index("GC")] == -340
    assert stack[PAIRS.index("CG"), PAIRS.index("GC")] == -330
    assert stack[PAIRS.index("AU"), PAIRS.index("AU")] == -110
    assert e[BULGE + 1 : BULGE + 4].tolist() == [380, 280, 320]
    assert e[INTERNAL + 4 : INTERNAL + 7].tolist() == [110, 200, 200]
    assert e.size == SIZE == sum(int(np.prod(s)) for s in SHAPES.values())


def test_one_by_one_and_two_by_two_loops_look_the_same_from_both_ends():
    e = turner().energy
    rng = np.random.default_rng(5)
    for _ in range(300):
        a, b = rng.integers(0, 6, 2)
        w, x, y, z = rng.integers(0, 4, 4)
        assert loops.one_one(e, a, b, w, x) == loops.one_one(e, b, a, x, w)
        assert loops.two_two(e, a, b, w, x, y, z) == loops.two_two(e, b, a, y, z, w, x)


@given(st.text("ACGU", min_size=1, max_size=11), st.text("ACGU", min_size=1, max_size=9))
def test_the_programme_finds_the_best_of_all_structures(target, mirna):
    assert energy(target, mirna) == pytest.approx(by_search(target, mirna))


@pytest.mark.parametrize(
    ("target", "mirna"),
    [
        ("GGGGGCAAAAAAAAAAAAGCCCCG", "CGGGGCAAAAAAAAAAAAGCCCCC"),
        ("GGGGGC" + "A" * 14 + "GCCCCG", "CGGGGCAAGCCCCC"),
        ("GGGGGC" + "A" * 30 + "GCCCCG", "CGGGGCGCCCCC"),
        ("GGGGGC" + "A" * 31 + "GCCCCG", "CGGGGCGCCCCC"),
        ("GGGGGCAGCCCCG", "CGGGGC" + "A" * 7 + "GCCCCC"),
    ],
    ids=["12x12", "14x2", "bulge of 30", "no bulge of 31", "1x7"],
)
def test_large_loops_are_the_best_of_all_structures(target, mirna):
    """Two strong helices, and the loop between them at the limits of the table."""
    assert energy(target, mirna) == pytest.approx(by_search(target, mirna))


@given(BASES, st.text("ACGU", min_size=1, max_size=26))
def test_energies_agree_with_viennarna(target, mirna):
    rna = pytest.importorskip("RNA", reason="ViennaRNA is not installed")
    found = energy(target, mirna)
    theirs = rna.duplexfold(target, mirna)
    if found is not None:
        assert found == pytest.approx(theirs.energy, abs=0.1)
    else:
        assert not theirs.structure.strip("&.")


def test_real_windows_agree_with_viennarna():
    rna = pytest.importorskip("RNA", reason="ViennaRNA is not installed")
    rng = random.Random(3)
    for size in (20, 34, 60, 90):
        for _ in range(15):
            target = "".join(rng.choices("ACGU", k=size))
            assert energy(target, MIR21) == pytest.approx(
                rna.duplexfold(target, MIR21).energy, abs=0.1
            )


@given(BASES, BASES)
def test_more_target_never_weakens_the_best_duplex(target, more):
    """Where the strand ends: a longer strand may pair as the shorter, but for its dangling end."""
    alone, longer = energy(target, MIR21), energy(target + more, MIR21)
    if alone is not None:
        assert longer <= alone + 0.6


@given(st.text("ACGU", min_size=12, max_size=60), st.integers(0, 40))
def test_a_seeded_duplex_is_no_better_than_the_best_and_holds_the_seed(flank, place):
    site = "AUAAGCUA"
    target = flank[:place] + site + flank[place:]
    coded, own = encode(target), encode(MIR21)
    begin = target.index(site) + 2
    seeded = pair_up(turner(), coded, begin + 6, 34, own, seeded=True)
    free = pair_up(turner(), coded, begin + 6, 34, own, seeded=False)
    assert seeded.energy >= free.energy - 1e-6
    helix = {(begin + 5 - n, n + 1) for n in range(6)}
    assert helix <= {tuple(map(int, pair)) for pair in seeded.pairs}


@given(BASES, st.text("ACGU", min_size=2, max_size=24), st.booleans())
def test_a_walked_duplex_has_the_energy_it_says(target, mirna, last):
    """The pairs, summed up loop by loop from the outside, give the energy again."""
    t, x, y = turner(), encode(target), encode(mirna)
    found = pair_up(t, x, len(target), len(target), y, seeded=False, to_the_end=last)
    if found is None:
        return
    pairs = [(int(p), int(j) + 1) for p, j in found.pairs]
    (first, j0), (end, j1) = pairs[0], pairs[-1]
    total = float(loops.opened(t.energy, t.pair[y[j0], x[first]], y[j0 - 1], x[first + 1]))
    for (k, m), (i, j) in pairwise(pairs):
        outer, inner = t.pair[x[i], y[j]], t.pair[y[m], x[k]]
        total += float(loops.between(
            t.energy, outer, inner, k - i - 1, j - m - 1, x[i + 1], y[j - 1], x[k - 1], y[m + 1]
        ))  # fmt: skip
    total += float(loops.exterior(t.energy, t.pair[x[end], y[j1]], x[end - 1], y[j1 + 1]))
    assert found.energy == pytest.approx(total / 100)
    if last:
        assert found.span[0] == 1
    shown = found.target.replace("-", "")
    assert shown == target[found.span[0] - 1 : found.span[1]]
    assert found.mirna.replace("-", "") == mirna[::-1]
    assert sum(mark in "|:" for mark in found.bonds) == len(pairs)


@given(
    st.text("ACGU", min_size=LONGEST, max_size=LONGEST), st.text("ACGU", min_size=40, max_size=90)
)
def test_the_longest_mirna_agrees_with_viennarna(mirna, target):
    rna = pytest.importorskip("RNA", reason="ViennaRNA is not installed")
    found = energy(target, mirna)
    if found is not None:
        assert found == pytest.approx(rna.duplexfold(target, mirna).energy, abs=0.1)


def test_ends_of_a_whole_strand_are_those_of_each_stretch():
    rng = np.random.default_rng(7)
    codes = rng.integers(0, 4, 300).astype(np.int8)
    codes[[0, -1]] = END
    own = encode(MIR21)
    room = duplex.new_room()
    out = np.empty(298, np.int32)
    duplex.ends(turner(), codes, 298, 298, own, 22, room, out)
    best, row, _ = duplex.best(turner(), codes, 298, 298, own, 22, False, room)
    assert out.min() == best
    assert out[row] == best
