"""Shuffles keep neighbours, and the chance of a duplex is what it should be."""

from collections import Counter

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from evdisc.cargo import duplex
from evdisc.cargo.chance import chance, shuffled
from evdisc.cargo.fasta import encode
from evdisc.cargo.turner import turner

MIR21 = "UAGCUUAUCAGACUGAUGUUGA"


def draws(seed):
    return np.random.Generator(np.random.Philox(seed))


def neighbours(codes):
    return Counter(zip(codes[:-1].tolist(), codes[1:].tolist(), strict=True))


@given(st.text("ACGUN", min_size=1, max_size=200), st.integers(0, 10_000))
def test_a_shuffle_keeps_every_pair_of_neighbours(text, seed):
    codes = encode(text)[1:-1]
    found = shuffled(codes, draws(seed))
    assert neighbours(found) == neighbours(codes)
    assert found[0] == codes[0]
    assert found[-1] == codes[-1]


def test_all_orders_with_the_same_neighbours_are_about_equally_often():
    codes = encode("ACAGAUAA")[1:-1]
    seen = Counter(shuffled(codes, draws(n)).tobytes() for n in range(3000))
    # C, G and U between As in any order, and the place of AA: 4! orders
    assert len(seen) == 24
    assert min(seen.values()) > 3000 / 24 * 0.6
    assert max(seen.values()) < 3000 / 24 * 1.5


def test_a_perfect_site_is_no_chance_and_a_weak_one_is():
    text = "".join(np.array(list("ACGU"))[np.random.default_rng(3).integers(0, 4, 300)])
    codes = encode(text)[1:-1]
    perfect = -35.0
    assert chance(codes, MIR21, perfect, 19, 1) == 1 / 20
    assert chance(codes, MIR21, -2.0, 19, 1) == 1.0
    assert chance(codes, MIR21, -10.0, 19, 1) == chance(codes, MIR21, -10.0, 19, 1)


def test_chances_of_a_shuffled_sequence_are_spread_evenly():
    """A sequence that is itself a shuffle has a rank among its shuffles that is uniform."""

    codes = encode("ACGGUCAUGCUAGCUUAGCAUCGAUUGCAUCGAUCGGCUAUAUCGACGUAGC" * 2)[1:-1]
    coded, best = encode(MIR21), np.empty(codes.size, np.int32)
    ranks = []
    for n in range(60):
        one = shuffled(codes, draws(1000 + n))
        target = np.concatenate([[5], one, [5]]).astype(np.int8)
        duplex.ends(turner(), target, codes.size, codes.size, coded, 22, duplex.new_room(), best)
        ranks.append(chance(one, MIR21, best.min() / 100, 19, n))
    assert 0.35 < np.mean(ranks) < 0.7
    assert min(ranks) < 0.2
    assert max(ranks) > 0.8
